//! The actor of a write is one that the principal may speak for, and the principal is in the record.

use campaign_ledger::wire::proto::api::*;
use tonic::Code;

use super::Guarded;
use super::reading::events;
use crate::support::server::{Refusal, by_brand, by_creator, for_creator, idr, terms};

#[tokio::test]
async fn nobody_speaks_for_a_side_that_is_not_its_own() {
    let guarded = Guarded::start().await;
    let story = guarded.story("kopi").await;
    for who in ["ayu", "budi"] {
        story.client.write(story.profile(who, 20_000)).await;
        story.client.write(story.invite(who, terms(idr(1)))).await;
    }
    let as_actor = |who: &str, context: Option<WriteContext>| AcceptBriefRequest {
        context,
        ..story.accept(who)
    };
    let named = |id: &str| {
        by_creator("").map(|mut context| {
            context.actor.as_mut().unwrap().id = id.to_owned();
            context
        })
    };
    let (creator, manager) = (guarded.client("creator"), guarded.client("manager"));
    // The creator's app for another creator, a manager as the creator, a manager on its behalf.
    let unbound = [
        creator.call(as_actor("ayu", named("budi"))).await,
        creator.call(as_actor("ayu", by_brand(""))).await,
        manager.call(as_actor("ayu", named("ayu"))).await,
        manager
            .call(as_actor("ayu", for_creator("", "by telephone")))
            .await,
    ];
    for answer in unbound {
        let refusal = Refusal::from(answer.unwrap_err());
        refusal.is(Code::PermissionDenied, ErrorReason::ActorNotBound);
    }
    creator.write(as_actor("ayu", named("ayu"))).await;
    story
        .client
        .write(as_actor("budi", for_creator("", "by telephone")))
        .await;
    let events = events(&guarded.client("everything"), None).await;
    let by: Vec<&str> = events.iter().map(|(_, by)| by.as_str()).collect();
    assert!(
        by.contains(&"creator-app") && by.contains(&"everything"),
        "{by:?}"
    );
}
