//! Named consumers: the server stores their positions.

use campaign_ledger::domain::{Position, SubscriptionId, Timestamp};
use campaign_ledger::log::directory::DataDirectory;
use campaign_ledger::subscriptions::{
    MAX_SUBSCRIPTIONS, MAX_SUBSCRIPTIONS_OF_GROUP, Made, Subscription as Kept, Subscriptions,
};
use campaign_ledger::wire::proto::api::audit_service_client::AuditServiceClient;
use campaign_ledger::wire::proto::api::subscribe_response::Message;
use campaign_ledger::wire::proto::api::*;
use prost::Message as _;
use tonic::Code;

use super::audit::{all, of_brand, of_campaign};
use crate::support::batch::decoded;
use crate::support::server::{Client, Refusal, Resting, Server, Story, day};

/// Reasons that the tests of this file expect, among others.
pub const SHOWS: &[ErrorReason] = &[
    ErrorReason::SubscriptionNotFound,
    ErrorReason::SubscriptionDiffers,
    ErrorReason::TooManySubscriptions,
];

fn named(name: &str, scope: Option<LogScope>, after_position: u64) -> SubscribeRequest {
    SubscribeRequest {
        name: name.to_owned(),
        followed: scope.map(|scope| Followed {
            scope: Some(scope),
            filter: None,
        }),
        after_position,
    }
}

/// Follows to the head; returns the positions received.
async fn catch_up(client: &Client, request: SubscribeRequest) -> Result<Vec<u64>, Refusal> {
    let mut audit = AuditServiceClient::new(client.channel());
    let answer = audit.subscribe(request).await.map_err(Refusal::from)?;
    let mut stream = answer.into_inner();
    let mut positions = Vec::new();
    loop {
        match stream.message().await.unwrap().unwrap().message.unwrap() {
            Message::Batch(batch) => {
                positions.extend(decoded(&batch).iter().map(|one| one.position));
            }
            Message::CaughtUp(_) => return Ok(positions),
            Message::Heartbeat(_) => panic!("silence before all was told"),
        }
    }
}

async fn acknowledge(client: &Client, name: &str, position: u64) -> Result<u64, Refusal> {
    let mut audit = AuditServiceClient::new(client.channel());
    let request = AcknowledgeRequest {
        name: name.to_owned(),
        position,
    };
    let answer = audit.acknowledge(request).await;
    let answer = answer.map_err(Refusal::from)?;
    Ok(answer.into_inner().acknowledged_position)
}

async fn list(client: &Client) -> Vec<(String, u64)> {
    let mut audit = AuditServiceClient::new(client.channel());
    let answer = audit.list_subscriptions(ListSubscriptionsRequest {}).await;
    let listed = answer.unwrap().into_inner();
    let named = listed.subscriptions.into_iter();
    named
        .map(|one| (one.name, one.acknowledged_position))
        .collect()
}

async fn delete(client: &Client, name: &str) -> Result<(), Refusal> {
    let mut audit = AuditServiceClient::new(client.channel());
    let name = name.to_owned();
    let answer = audit
        .delete_subscription(DeleteSubscriptionRequest { name })
        .await;
    answer.map(|_| ()).map_err(Refusal::from)
}

#[tokio::test]
async fn acknowledged_events_are_not_sent_again_even_after_a_restart() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    server.write(story.profile("ayu", 1)).await;
    assert_eq!(
        catch_up(&server, named("mirror", all(), 0)).await.unwrap(),
        [1, 2, 3]
    );
    // Nothing was acknowledged.
    assert_eq!(
        catch_up(&server, named("mirror", all(), 3)).await.unwrap(),
        [1, 2, 3]
    );
    assert_eq!(acknowledge(&server, "mirror", 2).await.unwrap(), 2);
    assert_eq!(
        acknowledge(&server, "mirror", 1).await.unwrap(),
        2,
        "never back"
    );
    assert_eq!(
        catch_up(&server, named("mirror", None, 0)).await.unwrap(),
        [3]
    );
    let other = named("launch-only", of_campaign("kopi", "launch"), 1);
    assert_eq!(catch_up(&server, other).await.unwrap(), [2]);

    drop(story);
    let resting = server.stop().await;
    // Folds may be removed; the positions of consumers are not a fold.
    resting.forget_folds();
    let server = resting.start().await;
    let kept = [("launch-only".to_owned(), 1), ("mirror".to_owned(), 2)];
    assert_eq!(list(&server).await, kept);
    assert_eq!(
        catch_up(&server, named("mirror", None, 0)).await.unwrap(),
        [3]
    );
    assert_eq!(server.head().await, 3, "nothing of it is in the log");

    delete(&server, "mirror").await.unwrap();
    assert_eq!(list(&server).await, kept[..1]);
    assert!(
        catch_up(&server, named("mirror", all(), 3))
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn names_are_kept_apart_and_known() {
    let server = Server::start().await;
    Story::open(&server, "launch").await;
    let unknown = catch_up(&server, named("mirror", None, 0))
        .await
        .unwrap_err();
    unknown.is(Code::NotFound, ErrorReason::SubscriptionNotFound);
    let unknown = acknowledge(&server, "mirror", 1).await.unwrap_err();
    unknown.is(Code::NotFound, ErrorReason::SubscriptionNotFound);
    let unknown = delete(&server, "mirror").await.unwrap_err();
    unknown.is(Code::NotFound, ErrorReason::SubscriptionNotFound);
    catch_up(&server, named("mirror", all(), 0)).await.unwrap();
    let other = named("mirror", of_campaign("kopi", "launch"), 0);
    let refusal = catch_up(&server, other).await.unwrap_err();
    refusal.is(Code::FailedPrecondition, ErrorReason::SubscriptionDiffers);
    let beyond = acknowledge(&server, "mirror", 3).await.unwrap_err();
    let beyond = beyond.is(Code::InvalidArgument, ErrorReason::PositionAhead);
    assert_eq!(beyond.field_names(), ["position"]);
    let nameless = catch_up(&server, named("No!", all(), 0)).await.unwrap_err();
    assert_eq!(nameless.field_names(), ["name"]);
    let scopeless = SubscribeRequest {
        followed: Some(Followed::default()),
        ..named("mirror", None, 0)
    };
    let refusal = catch_up(&server, scopeless).await.unwrap_err();
    assert_eq!(refusal.field_names(), ["followed.scope"]);
}

/// Adds subscriptions to the file of a stopped server, each for some brand.
fn fill(resting: &Resting, count: usize, brand_of: impl Fn(usize) -> String) {
    let path = {
        let directory = DataDirectory::open(resting.directory()).unwrap();
        directory.subscriptions_path()
    };
    let subscriptions = Subscriptions::open(&path).unwrap();
    for number in 0..count {
        let name = SubscriptionId::parse(&format!("c-{number:04}")).unwrap();
        let at = day(0);
        let followed = Followed {
            scope: of_brand(&brand_of(number)),
            filter: None,
        };
        let kept = Kept {
            followed: followed.encode_to_vec(),
            acknowledged: Position::START,
            created_at: Timestamp::new(at.seconds, at.nanos).unwrap(),
            acknowledged_at: None,
        };
        let group_of = |one: &Kept| one.followed.clone();
        let made = subscriptions.make(&name, kept, group_of).unwrap();
        assert!(matches!(made, Made::Stands(_)), "{made:?}");
    }
}

#[tokio::test]
async fn one_name_too_many_is_refused() {
    let resting = Server::start().await.stop().await;
    fill(&resting, MAX_SUBSCRIPTIONS, |number| {
        format!("b-{}", number / MAX_SUBSCRIPTIONS_OF_GROUP)
    });
    let server = resting.start().await;
    let refusal = catch_up(&server, named("mirror", all(), 0))
        .await
        .unwrap_err();
    let refusal = refusal.is(Code::ResourceExhausted, ErrorReason::TooManySubscriptions);
    assert!(refusal.details.retry_info().is_some(), "{refusal}");
    assert!(refusal.to_string().contains("1000"), "{refusal}");
    assert_eq!(list(&server).await.len(), MAX_SUBSCRIPTIONS);
    delete(&server, "c-0007").await.unwrap();
    assert!(
        catch_up(&server, named("mirror", all(), 0))
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn one_brand_does_not_take_the_names_of_others() {
    let resting = Server::start().await.stop().await;
    fill(&resting, MAX_SUBSCRIPTIONS_OF_GROUP, |_| "kopi".to_owned());
    let server = resting.start().await;
    for scope in [of_brand("kopi"), of_campaign("kopi", "launch")] {
        let refused = catch_up(&server, named("mirror", scope, 0)).await;
        let refusal = refused.unwrap_err();
        let refusal = refusal.is(Code::ResourceExhausted, ErrorReason::TooManySubscriptions);
        assert!(refusal.to_string().contains("kopi has 100"), "{refusal}");
    }
    for (name, scope) in [("theirs", of_brand("teh")), ("whole", all())] {
        let told = catch_up(&server, named(name, scope, 0)).await.unwrap();
        assert!(told.is_empty());
    }
}

/// A wrong position would make a consumer miss events, so the consumer must start again.
#[tokio::test]
async fn consumers_of_a_damaged_file_are_unknown() {
    let server = Server::start().await;
    catch_up(&server, named("mirror", all(), 0)).await.unwrap();
    let resting = server.stop().await;
    let path = resting.directory().join("subscriptions");
    std::fs::write(&path, "not what was written").unwrap();
    let server = resting.start().await;
    let unknown = catch_up(&server, named("mirror", None, 0)).await;
    let unknown = unknown.unwrap_err();
    unknown.is(Code::NotFound, ErrorReason::SubscriptionNotFound);
    catch_up(&server, named("mirror", all(), 0)).await.unwrap();
    assert_eq!(list(&server).await, [("mirror".to_owned(), 0)]);
}
