//! As of: every answer that was given at a position is given again, whatever was recorded since.

pub mod questions;

use std::sync::Arc;

use campaign_ledger::log::memory::MemoryLog;
use campaign_ledger::wire::proto::api::as_of::At;
use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::{CostType, Counters};
use tonic::Code;

use self::questions::{Note, note_all};
use super::rebuilt::live;
use crate::support::histories;
use crate::support::ledger::Ledger;
use crate::support::server::{
    Call as _, Client, Refusal, Server, Story, Wired, day, days_and, hold_folds, idr, terms,
};

/// Reasons that the tests of this file expect, among others.
pub const SHOWS: &[ErrorReason] = &[ErrorReason::TooManyFolds];

fn at(at: At) -> AsOf {
    AsOf { at: Some(at) }
}

/// Repeats the queries, and expects the same answers.
async fn are_told_again(client: &Client, notes: &[Note], as_of: AsOf) {
    for note in notes {
        let told = (note.again)(client.clone(), as_of).await;
        assert_eq!(told, note.told, "as of {as_of:?}: {}", note.question);
    }
}

/// The answers at a position, and the time of the last event up to it.
struct Stage {
    position: u64,
    recorded_at: prost_types::Timestamp,
    notes: Vec<Note>,
}

#[tokio::test]
async fn every_answer_of_the_past_is_given_again() {
    const STAGES: usize = 3;
    let steps = histories::from_seed(11, 400);
    let mut rest = Server::start().await.stop().await;
    let mut model = Ledger::default();
    let mut stages = Vec::new();
    // Steps are grouped by time: what is known at a time is everything recorded at it.
    let times: Vec<_> = steps.chunk_by(|one, next| one.at == next.at).collect();
    for part in times.chunks(times.len().div_ceil(STAGES)) {
        live(rest.directory(), &part.concat(), &mut model).await;
        // Long before the history, so that no timer adds events to it.
        rest.clock.set(day(-2_000));
        rest.accept_clock = true;
        let server = rest.start().await;
        stages.push(Stage {
            position: server.head().await,
            recorded_at: model.records.last().unwrap().recorded_at.into(),
            notes: note_all(&server).await,
        });
        rest = server.stop().await;
    }
    assert!(stages.iter().all(|stage| stage.notes.len() > 60));
    // Timers now add events that no past state may contain.
    rest.clock.set(day(10_000));
    let server = rest.start().await;
    for stage in &stages {
        let as_of = at(At::Position(stage.position));
        are_told_again(&server, &stage.notes, as_of).await;
        let as_of = at(At::RecordedAt(stage.recorded_at));
        are_told_again(&server, &stage.notes, as_of).await;
    }
}

fn likes(likes: u64) -> Counters {
    Counters {
        likes: Some(likes),
        ..Counters::default()
    }
}

/// Returns likes and refunds of a campaign as of a time.
async fn seen(story: &Story, as_of: At) -> (Option<u64>, i64) {
    let request = GetCampaignRoiRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        min_position: 0,
        as_of: Some(at(as_of)),
    };
    let roi = story.client.call(request).await.unwrap().roi.unwrap();
    let total = roi.total.unwrap();
    let of = |one: &EngagementFigures| one.counters.as_ref().and_then(|one| one.likes);
    let likes = total.engagement.iter().find_map(of);
    (likes, total.revenue.unwrap().refunds_minor)
}

#[tokio::test]
async fn what_was_known_then_and_what_was_so_then_are_two_answers() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    story.accepted("ayu", terms(idr(1_000_000))).await;
    server.clock().set(day(2));
    story.published("ayu", day(1)).await;
    let first = server.write(story.observe("ayu", days_and(1, 60), likes(100)));
    let first = first.await.receipt.unwrap().first_position;
    let sale = story.sale("o-1", Some(idr(3_000_000)), days_and(1, 50), Some("ayu"));
    server.write(sale).await;
    // On day 5 the ledger records an observation of day 3, a refund of day 4, and that 100 should
    // be 90.
    server.clock().set(day(5));
    server.write(story.observe("ayu", day(3), likes(120))).await;
    let refund = story.refund("o-1", idr(500_000), day(4));
    server.write(refund).await;
    let corrected = story.correct("ayu", first, likes(90));
    server.write(corrected).await;

    let known = |at| seen(&story, At::RecordedAt(at));
    assert_eq!(known(day(2)).await, (Some(100), 0));
    assert_eq!(known(days_and(5, -1)).await, (Some(100), 0));
    assert_eq!(known(day(5)).await, (Some(120), 50_000_000));
    let so = |at| seen(&story, At::OccurredAt(at));
    // Before the post was live there was nothing; a day later there is what is now known about that
    // day.
    assert_eq!(so(days_and(1, -1)).await, (None, 0));
    assert_eq!(so(day(2)).await, (Some(90), 0));
    assert_eq!(so(day(3)).await, (Some(120), 0));
    assert_eq!(so(day(4)).await, (Some(120), 50_000_000));
}

#[tokio::test]
async fn what_builds_on_something_later_is_left_out() {
    let server = Server::start().await;
    server.clock().set(day(3));
    let story = Story::open(&server, "launch").await;
    story.accepted("ayu", terms(idr(1_000_000))).await;
    // Incurred before the campaign existed.
    let cost = story.cost("c-1", None, CostType::Shipping, idr(1), day(1));
    server.write(cost).await;
    let request = GetCampaignRoiRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        min_position: 0,
        as_of: Some(at(At::OccurredAt(day(2)))),
    };
    let refusal = server.refused(request.clone()).await;
    refusal.is(Code::NotFound, ErrorReason::CampaignNotFound);
    let then = GetCampaignRoiRequest {
        as_of: Some(at(At::OccurredAt(day(3)))),
        ..request
    };
    let roi = server.read(then).await.roi.unwrap();
    assert_eq!(roi.total.unwrap().cost.unwrap().accrued_minor, 100);
}

#[tokio::test]
async fn a_task_is_overdue_by_the_time_asked_about() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    server.write(story.profile("ayu", 20_000)).await;
    server.write(story.invite("ayu", terms(idr(1)))).await;
    let head = server.head().await;
    let due_at = server.read(story.worklist()).await.tasks[0].due_at.unwrap();
    server.clock().set(prost_types::Timestamp {
        seconds: due_at.seconds - 1,
        ..due_at
    });
    let told = server.read(story.worklist()).await;
    let asked = |past| ListWorklistRequest {
        as_of: Some(at(past)),
        ..story.worklist()
    };
    server.clock().set(day(1_000));
    let is_overdue = |answer: &ListWorklistResponse| answer.tasks[0].overdue;
    let just_before = At::RecordedAt(prost_types::Timestamp {
        seconds: due_at.seconds - 1,
        ..due_at
    });
    assert_eq!(server.call(asked(just_before)).await.unwrap(), told);
    assert!(!is_overdue(&told));
    let at_position = server.call(asked(At::Position(head))).await.unwrap();
    assert!(!is_overdue(&at_position));
    let later = At::OccurredAt(prost_types::Timestamp {
        seconds: due_at.seconds + 1,
        ..due_at
    });
    // The offer expires only with an event, which happened later than this.
    assert!(is_overdue(&server.call(asked(later)).await.unwrap()));
}

#[tokio::test]
async fn a_past_that_is_none_is_refused_by_name() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let asked = |as_of: Option<At>| GetCampaignRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        min_position: 0,
        as_of: Some(AsOf { at: as_of }),
    };
    let refusal = server.refused(asked(Some(At::Position(3)))).await;
    let refusal = refusal.is(Code::InvalidArgument, ErrorReason::PositionAhead);
    assert_eq!(refusal.field_names(), ["as_of.position"]);
    for (past, field) in [
        (Some(At::RecordedAt(days_and(0, 1))), "as_of.recorded_at"),
        (Some(At::OccurredAt(days_and(0, 1))), "as_of.occurred_at"),
        (None, "as_of"),
    ] {
        let refusal = server.refused(asked(past)).await;
        let refusal = refusal.is(Code::InvalidArgument, ErrorReason::InvalidField);
        assert_eq!(refusal.field_names(), [field]);
    }
    // Before the first event there was nothing.
    for nothing in [At::Position(0), At::RecordedAt(day(-1))] {
        let refusal = server.refused(asked(Some(nothing))).await;
        refusal.is(Code::NotFound, ErrorReason::CampaignNotFound);
        let list = ListCampaignsRequest {
            brand_id: story.brand.clone(),
            as_of: Some(at(nothing)),
            ..ListCampaignsRequest::default()
        };
        let answer = server.call(list).await.unwrap();
        assert_eq!((answer.campaigns, answer.position), (Vec::new(), 0));
    }
    let publication = GetPublicationRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        collaboration_id: String::from("ayu"),
        publication_id: String::from("post"),
        as_of_position: 1,
        as_of: Some(at(At::Position(1))),
        ..GetPublicationRequest::default()
    };
    let refusal = server.refused(publication).await;
    assert_eq!(refusal.field_names(), ["as_of_position"]);
}

#[tokio::test]
async fn one_fold_too_many_waits_and_is_refused_with_a_retry_time() {
    let wired = Wired::on(Arc::new(MemoryLog::new(0))).await;
    let held = hold_folds(&wired.calls.pools).await;
    let request = ListCampaignsRequest {
        brand_id: String::from("kopi"),
        as_of: Some(at(At::Position(0))),
        ..ListCampaignsRequest::default()
    };
    let mut hurried = tonic::Request::new(request.clone());
    hurried.set_timeout(std::time::Duration::from_secs(1));
    let refused = ListCampaignsRequest::send(hurried, wired.client.channel()).await;
    let refusal = Refusal::from(refused.unwrap_err());
    let refusal = refusal.is(Code::ResourceExhausted, ErrorReason::TooManyFolds);
    assert!(refusal.details.retry_info().is_some(), "{refusal}");
    drop(held);
    assert_eq!(wired.client.call(request).await.unwrap().campaigns, []);
}
