//! The ledger approves what nobody reviews in time.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::event::record::Event;
use campaign_ledger::wire::proto::values::{ActorKind, Terms};

use super::timers::next_event;
use crate::support::server::{Server, Story, day, days_and, idr, terms};

fn within_a_day() -> Terms {
    Terms {
        review_hours: Some(24),
        ..terms(idr(1))
    }
}

async fn waiting() -> (Server, Story) {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    story.accepted("ayu", within_a_day()).await;
    let submitted = server.write(story.submit("ayu")).await;
    let deliverable = submitted.collaboration.unwrap().deliverables.remove(0);
    assert_eq!(deliverable.submissions[0].review_due_at, Some(day(1)));
    (server, story)
}

#[tokio::test]
async fn a_version_nobody_reviews_is_approved_by_itself() {
    let (server, _) = waiting().await;
    let head = server.head().await;
    server.clock().set(day(1));
    let record = next_event(&server, head).await;
    let actor = record.actor.unwrap();
    assert_eq!(
        (actor.kind(), actor.id.as_str()),
        (ActorKind::System, "review-timer")
    );
    let Some(Event::ContentApproved(approved)) = record.event else {
        panic!("{:?}", record.event);
    };
    assert_eq!((approved.submission_version, approved.rating), (1, None));
}

#[tokio::test]
async fn a_period_that_is_over_at_the_next_start_ends_then() {
    let (server, _) = waiting().await;
    let head = server.head().await;
    let resting = server.stop().await;
    resting.clock.set(day(2));
    let server = resting.start().await;
    let record = next_event(&server, head).await;
    assert!(matches!(record.event, Some(Event::ContentApproved(_))));
}

#[tokio::test]
async fn a_revision_restarts_the_period() {
    let (server, story) = waiting().await;
    server.clock().set(days_and(0, 86_000));
    server.write(story.revise("ayu", 1)).await;
    server.clock().set(day(2));
    let again = server.write(story.submit("ayu")).await;
    let deliverable = again.collaboration.unwrap().deliverables.remove(0);
    // Nothing was approved meanwhile.
    assert_eq!(deliverable.state(), DeliverableState::Submitted);
    assert_eq!(deliverable.submissions[1].review_due_at, Some(day(3)));
    let head = server.head().await;
    server.clock().set(day(3));
    let record = next_event(&server, head).await;
    let Some(Event::ContentApproved(approved)) = record.event else {
        panic!("{:?}", record.event);
    };
    assert_eq!(approved.submission_version, 2);
}
