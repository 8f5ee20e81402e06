//! Requests that a rule forbids, with the expected refusal.

use campaign_ledger::wire::proto::api::*;

use super::super::bad_input::{Attempt, but};
use super::places::{Places, offered};
use super::{Row, erasure, negotiation, posts, row, safety, settlement};
use crate::support::server::{
    Story, by_brand, by_creator, day, for_creator, idr, money, plan, terms,
};

/// All rows. `places` says which creator is in which state.
pub fn table(places: &Places) -> Vec<Row> {
    let mut rows = campaign_rules(places);
    rows.extend(report_rules(places));
    rows.extend(agreement_rules(&places.open));
    rows.extend(negotiation::rules(places));
    rows.extend(work_rules(&places.open));
    rows.extend(posts::rules(&places.open));
    rows.extend(settlement::rules(&places.open));
    rows.extend(settlement::dispute_rules(&places.open));
    rows.extend(safety::rules(&places.open));
    rows.extend(erasure::rules(&places.open));
    rows
}

fn campaign_rules(places: &Places) -> Vec<Row> {
    use ErrorReason::{
        ActorNotAllowed, AlreadyExists, BudgetBelowCommitted, CampaignHasLiveWork,
        CampaignIncomplete, CampaignState, VettingMissing,
    };
    let Places {
        open,
        draft,
        paused,
        closed,
        cancelled,
        choosy,
        ..
    } = places;
    let by_the_other_side = but(&open.pause(), |request| request.context = by_creator(""));
    let offer = |story: &Story| Attempt::of(story.invite("stranger", terms(idr(1))));
    vec![
        row(
            ActorNotAllowed,
            &[("allowed", "the brand")],
            by_the_other_side,
        ),
        row(
            AlreadyExists,
            &[("id", "launch")],
            Attempt::of(open.create(plan("IDR"))),
        ),
        row(
            CampaignIncomplete,
            &[("missing", "budget_cap")],
            Attempt::of(draft.start()),
        ),
        row(
            CampaignState,
            &[("state", "OPEN")],
            Attempt::of(open.start()),
        ),
        row(
            CampaignState,
            &[("state", "OPEN")],
            Attempt::of(open.resume()),
        ),
        row(
            CampaignState,
            &[("state", "DRAFT")],
            Attempt::of(draft.pause()),
        ),
        row(
            CampaignState,
            &[("state", "DRAFT")],
            Attempt::of(draft.close(true)),
        ),
        row(CampaignState, &[("state", "DRAFT")], offer(draft)),
        row(CampaignState, &[("state", "PAUSED")], offer(paused)),
        row(
            CampaignState,
            &[("state", "PAUSED")],
            Attempt::of(paused.accept("early")),
        ),
        row(CampaignState, &[("state", "CLOSED")], offer(closed)),
        row(
            CampaignState,
            &[("state", "CLOSED")],
            Attempt::of(closed.cancel_campaign()),
        ),
        row(
            CampaignState,
            &[("state", "CLOSED")],
            Attempt::of(closed.amend(idr(1))),
        ),
        row(
            CampaignState,
            &[("state", "CANCELLED")],
            Attempt::of(cancelled.resume()),
        ),
        row(
            CampaignHasLiveWork,
            &[("open_invitations", "2"), ("live_collaborations", "7")],
            Attempt::of(open.close(true)),
        ),
        row(
            CampaignHasLiveWork,
            &[("open_invitations", "1"), ("live_collaborations", "0")],
            Attempt::of(paused.close(false)),
        ),
        row(
            CampaignHasLiveWork,
            &[("open_invitations", "2"), ("live_collaborations", "7")],
            Attempt::of(open.cancel_campaign()),
        ),
        // Ten offers of Rp1,000,000, and Rp100 for shipping.
        row(
            BudgetBelowCommitted,
            &[("in_use_minor", "1000010000"), ("cap_minor", "1000009900")],
            Attempt::of(open.amend(money("IDR", 1_000_009_900))),
        ),
        row(VettingMissing, &[], offer(choosy)),
    ]
}

fn report_rules(places: &Places) -> Vec<Row> {
    use ErrorReason::{ActorNotAllowed, CampaignState, ReportUnchanged, StaleReport};
    let Places {
        open,
        closed,
        finalised,
        cancelled,
        ..
    } = places;
    let creators = but(&closed.finalise(), |request| {
        request.context = by_creator("")
    });
    let again = but(&finalised.finalise(), |request| request.revision = Some(1));
    let too_far = but(&closed.finalise(), |request| request.revision = Some(2));
    vec![
        row(ActorNotAllowed, &[("allowed", "the brand")], creators),
        row(
            CampaignState,
            &[("state", "OPEN")],
            Attempt::of(open.finalise()),
        ),
        row(
            CampaignState,
            &[("state", "CANCELLED")],
            Attempt::of(cancelled.finalise()),
        ),
        row(
            CampaignState,
            &[("state", "FINALISED")],
            Attempt::of(finalised.close(true)),
        ),
        row(StaleReport, &[("expected", "1"), ("actual", "2")], again),
        row(StaleReport, &[("expected", "2"), ("actual", "1")], too_far),
        row(
            ReportUnchanged,
            &[("revision", "1")],
            Attempt::of(finalised.finalise()),
        ),
    ]
}

fn agreement_rules(story: &Story) -> Vec<Row> {
    use ErrorReason::{
        ActorNotAllowed, AlreadyActive, AlreadyExists, AlreadyPublished, BudgetExceeded, CodeTaken,
        CollaborationState, CreatorBlocked, CreatorNotBlocked, DeliverablesOpen, StaleOffer,
    };
    let invite = story.invite("stranger", terms(idr(1)));
    let second = but(&story.invite("invited", terms(idr(1))), |request| {
        request.collaboration_id = String::from("invited-2");
    });
    let blocked = but(&story.invite("blocked", terms(idr(1))), |request| {
        request.collaboration_id = String::from("blocked-2");
    });
    let taken = but(&invite, |request| {
        request.collaboration_id = String::from("declined")
    });
    // Upper and lower case are equal.
    let code = Attempt::of(story.invite("stranger", offered("PUBLISHED")));
    let dear = Attempt::of(story.invite("stranger", terms(money("IDR", 8_999_990_100))));
    let own_acceptance = but(&story.accept("invited"), |one| one.context = by_brand(""));
    let borrowed = but(&story.decline("invited"), |one| one.context = by_brand(""));
    let stale = but(&story.accept("invited"), |request| {
        request.offer_version = 2
    });
    let published = &[("state", "COMPLETED")];
    vec![
        row(AlreadyActive, &[("collaboration_id", "invited")], second),
        row(CreatorBlocked, &[], blocked),
        row(CreatorBlocked, &[], Attempt::of(story.accept("blocked"))),
        row(CreatorBlocked, &[], Attempt::of(story.block("blocked"))),
        row(
            CreatorNotBlocked,
            &[],
            Attempt::of(story.unblock("invited")),
        ),
        row(AlreadyExists, &[("id", "declined")], taken),
        row(CodeTaken, &[("collaboration_id", "published")], code),
        row(
            BudgetExceeded,
            &[
                ("needed_minor", "10000000100"),
                ("cap_minor", "10000000000"),
            ],
            dear,
        ),
        row(
            ActorNotAllowed,
            &[("allowed", "the creator")],
            own_acceptance,
        ),
        row(ActorNotAllowed, &[("allowed", "the creator")], borrowed),
        row(
            ActorNotAllowed,
            &[("allowed", "the brand")],
            but(&story.withdraw("invited"), |one| {
                one.context = for_creator("", "asked to")
            }),
        ),
        row(StaleOffer, &[("expected", "2"), ("actual", "1")], stale),
        row(
            CollaborationState,
            &[("state", "DECLINED")],
            Attempt::of(story.accept("declined")),
        ),
        row(
            CollaborationState,
            &[("state", "ACCEPTED")],
            Attempt::of(story.decline("accepted")),
        ),
        row(
            CollaborationState,
            &[("state", "ACCEPTED")],
            Attempt::of(story.withdraw("accepted")),
        ),
        row(
            CollaborationState,
            &[("state", "INVITED")],
            Attempt::of(story.submit("invited")),
        ),
        row(
            CollaborationState,
            &[("state", "INVITED")],
            Attempt::of(story.ship("invited")),
        ),
        row(
            CollaborationState,
            &[("state", "ACCEPTED")],
            Attempt::of(story.complete("accepted")),
        ),
        row(
            CollaborationState,
            published,
            Attempt::of(story.submit("completed")),
        ),
        row(
            CollaborationState,
            published,
            Attempt::of(story.cancel("completed")),
        ),
        row(
            CollaborationState,
            &[("state", "CANCELLED")],
            Attempt::of(story.cancel("cancelled")),
        ),
        row(
            DeliverablesOpen,
            &[("open", "1")],
            Attempt::of(story.complete("published")),
        ),
        row(
            AlreadyPublished,
            &[],
            Attempt::of(story.cancel("published")),
        ),
    ]
}

fn work_rules(story: &Story) -> Vec<Row> {
    use ErrorReason::{
        ActorNotAllowed, DeliverableState, PostAlreadyRecorded, RevisionLimitReached,
        StaleSubmission,
    };
    let again = but(&story.publish("approved", "d1", day(1)), |request| {
        request.platform_post_id = String::from("launch-published-d1");
    });
    let own_content = but(&story.submit("accepted"), |request| {
        request.context = by_brand("")
    });
    let own_praise = but(&story.approve("submitted"), |one| {
        one.context = by_creator("")
    });
    let stale = &[("expected", "1"), ("actual", "2")];
    vec![
        row(ActorNotAllowed, &[("allowed", "the creator")], own_content),
        row(ActorNotAllowed, &[("allowed", "the brand")], own_praise),
        row(
            DeliverableState,
            &[("state", "SUBMITTED")],
            Attempt::of(story.submit("submitted")),
        ),
        row(
            DeliverableState,
            &[("state", "PLANNED")],
            Attempt::of(story.approve("accepted")),
        ),
        row(
            DeliverableState,
            &[("state", "APPROVED")],
            Attempt::of(story.reject("approved")),
        ),
        row(
            DeliverableState,
            &[("state", "APPROVED")],
            Attempt::of(story.verify("approved")),
        ),
        row(
            DeliverableState,
            &[("state", "REJECTED")],
            Attempt::of(story.submit("rejected")),
        ),
        row(
            DeliverableState,
            &[("state", "PUBLISHED")],
            Attempt::of(story.publish("published", "d1", day(1))),
        ),
        row(
            DeliverableState,
            &[("state", "PUBLISHED")],
            Attempt::of(story.waive("published")),
        ),
        row(
            DeliverableState,
            &[("state", "VERIFIED")],
            Attempt::of(story.verify("verified")),
        ),
        row(
            DeliverableState,
            &[("state", "VERIFIED")],
            Attempt::of(story.reschedule("verified", day(20))),
        ),
        row(
            StaleSubmission,
            stale,
            Attempt::of(story.approve("revised")),
        ),
        row(StaleSubmission, stale, Attempt::of(story.reject("revised"))),
        row(
            StaleSubmission,
            stale,
            Attempt::of(story.revise("revised", 1)),
        ),
        row(
            RevisionLimitReached,
            &[("limit", "1")],
            Attempt::of(story.revise("revised", 2)),
        ),
        row(PostAlreadyRecorded, &[("id", "d1")], again),
    ]
}
