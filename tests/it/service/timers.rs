//! Timers: invitations expire, and other due work happens.

use campaign_ledger::wire::proto::api::log_scope::Scope;
use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::event::Record;
use campaign_ledger::wire::proto::event::record::Event;
use campaign_ledger::wire::proto::values::{ActorKind, CommissionTerms, CostType};
use tonic::Code;

use crate::support::batch::decoded;
use crate::support::server::{FAR, Server, Story, day, days_and, idr, plan, terms};

/// Reasons that the tests of this file expect, among others.
pub const SHOWS: &[ErrorReason] = &[ErrorReason::OfferExpired];

async fn invited() -> (Server, Story) {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    server.write(story.profile("ayu", 20_000)).await;
    server.write(story.invite("ayu", terms(idr(500)))).await;
    (server, story)
}

#[tokio::test]
async fn an_offer_is_open_until_just_before_it_expires() {
    let (server, story) = invited().await;
    // Only the writer's clock, so that no timer acts before the acceptance.
    server.clock().set_for_writer(Some(day(7)));
    let refusal = server.refused_for_nothing(story.accept("ayu")).await;
    let refusal = refusal.is(Code::FailedPrecondition, ErrorReason::OfferExpired);
    assert_eq!(refusal.metadata["expired_at"], "2026-03-08T00:00:00Z");
}

#[tokio::test]
async fn an_offer_can_be_accepted_in_its_last_second() {
    let (server, story) = invited().await;
    server.clock().set(days_and(6, 86_399));
    let accepted = server
        .write(story.accept("ayu"))
        .await
        .collaboration
        .unwrap();
    assert_eq!(accepted.state(), CollaborationState::Accepted);
    // Nothing expires any more: after the timer's events would come ours.
    server.clock().set(day(8));
    let server = server.restart().await;
    server.clock().set(day(9));
    let story = Story::of("kopi", "launch", "IDR", &server);
    server.write(story.submit("ayu")).await;
}

#[tokio::test]
async fn an_invitation_expires_by_itself() {
    let (server, story) = invited().await;
    let head = server.head().await;
    server.clock().set(day(7));
    let record = next_event(&server, head).await;
    assert_eq!(record.actor.as_ref().unwrap().kind(), ActorKind::System);
    let expired = record.event.as_ref().unwrap();
    assert!(
        matches!(expired, Event::InvitationExpired(_)),
        "{expired:?}"
    );
    assert_eq!(record.position, head + 1);
    assert_eq!(record.recorded_at, Some(day(7)));

    let get = GetCollaborationRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        collaboration_id: String::from("ayu"),
        min_position: head + 1,
        as_of: None,
    };
    let collaboration = server.read(get).await.collaboration.unwrap();
    assert_eq!(collaboration.state(), CollaborationState::Expired);
    assert_eq!(story.roi().await.budget.unwrap().reserved_minor, 0);
    let refusal = server.refused_for_nothing(story.accept("ayu")).await;
    let refusal = refusal.is(Code::FailedPrecondition, ErrorReason::CollaborationState);
    assert_eq!(refusal.metadata["state"], "EXPIRED");

    // A second offer is another collaboration, linked to the first.
    let mut again = story.invite("ayu", terms(idr(500)));
    again.collaboration_id = String::from("ayu-2");
    again.expires_at = Some(day(9));
    let again = server.write(again).await.collaboration.unwrap();
    assert_eq!(again.previous_collaboration_id, "ayu");
}

#[tokio::test]
async fn what_fell_due_while_the_server_was_down_expires_at_the_next_start() {
    let (server, _) = invited().await;
    let head = server.head().await;
    let resting = server.stop().await;
    resting.clock.set(day(20));
    let server = resting.start().await;
    let record = next_event(&server, head).await;
    assert_eq!(record.position, head + 1);
    let expired = record.event.unwrap();
    assert!(
        matches!(expired, Event::InvitationExpired(_)),
        "{expired:?}"
    );
}

/// Orders that are locked at the same time: more than the timers process in one round.
const WAITING: usize = 2_000;

/// Makes a campaign with many orders that are due on day 30, and no budget for their commission.
async fn short_of_budget(server: &Server) -> Story {
    let mut plan = plan("IDR");
    plan.budget_cap = Some(idr(1_000));
    let story = Story::open_with(server, "launch", plan).await;
    let mut paid_by_sales = terms(idr(1_000));
    paid_by_sales.commission = Some(CommissionTerms { rate_bp: 1_000 });
    story.accepted("ayu", paid_by_sales).await;
    let orders: Vec<_> = (0..WAITING).collect();
    for orders in orders.chunks(500) {
        let item = |order: &usize| {
            let sale = story.sale(&format!("o-{order}"), Some(idr(100)), day(0), Some("ayu"));
            ConversionItem {
                order_source: sale.order_source,
                order_id: sale.order_id,
                r#type: sale.r#type,
                value: sale.value,
                ordered_at: sale.ordered_at,
                touches: sale.touches,
                ..ConversionItem::default()
            }
        };
        let request = BatchRecordConversionsRequest {
            brand_id: story.brand.clone(),
            context: story.sale("", None, day(0), None).context,
            campaign_id: story.campaign.clone(),
            conversions: orders.iter().map(item).collect(),
        };
        let answer = server.call(request).await.unwrap();
        let is_recorded = |result: &ConversionResult| {
            matches!(
                result.outcome,
                Some(conversion_result::Outcome::Recorded(_))
            )
        };
        assert!(answer.results.iter().all(is_recorded));
    }
    story
}

/// Waits until all of the orders are locked, and returns a line of their commission.
async fn locked(server: &Server, story: &Story, head: u64) -> Cost {
    let costs = ListCostsRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        // Each lock writes two events.
        min_position: head + 2 * WAITING as u64,
        ..ListCostsRequest::default()
    };
    server.read(costs).await.costs.remove(0)
}

#[tokio::test]
async fn commission_is_accrued_above_the_cap_too() {
    let server = Server::start().await;
    let story = short_of_budget(&server).await;
    let head = server.head().await;
    server.clock().set(days_and(30, 1));
    let line = locked(&server, &story, head).await;
    assert_eq!(line.r#type(), CostType::Commission);
    let budget = story.roi().await.budget.unwrap();
    assert_eq!(budget.other_minor, 1_000 * WAITING as i64);
}

#[tokio::test]
async fn what_is_due_is_done_after_a_restart_too() {
    let server = Server::start().await;
    let story = short_of_budget(&server).await;
    let head = server.head().await;
    let resting = server.stop().await;
    resting.clock.set(day(31));
    let server = resting.start().await;
    let story = Story::of("kopi", &story.campaign, "IDR", &server);
    let line = locked(&server, &story, head).await;
    assert_eq!(line.r#type(), CostType::Commission);
}

/// Waits for the first event after `position`.
pub async fn next_event(server: &Server, position: u64) -> Record {
    let mut client = audit_service_client::AuditServiceClient::new(server.channel());
    let request = FollowEventsRequest {
        scope: Some(LogScope {
            scope: Some(Scope::All(WholeLog {})),
        }),
        after_position: position,
        ..FollowEventsRequest::default()
    };
    let mut events = client.follow_events(request).await.unwrap().into_inner();
    let first = async {
        loop {
            let message = events.message().await.unwrap().unwrap().message;
            if let Some(follow_events_response::Message::Batch(batch)) = message {
                return decoded(&batch).into_iter().next().unwrap();
            }
        }
    };
    tokio::time::timeout(FAR, first).await.unwrap()
}
