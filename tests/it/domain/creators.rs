//! Creators: the brand's own records about people.

use campaign_ledger::domain::state::Creator;
use campaign_ledger::domain::*;

use super::history::*;
use super::stories::*;
use crate::support::requests::*;

fn block() -> Request {
    let reason = "a controversy".into();
    creator("ayu", CreatorVerb::Block { reason })
}

fn unblock() -> Request {
    let reason = "settled".into();
    creator("ayu", CreatorVerb::Unblock { reason })
}

fn ayu(history: &History) -> Creator {
    let creator = CreatorRef {
        brand: id(BRAND),
        creator: id("ayu"),
    };
    (*history.ledger.row::<Creator>(&Creator::key(&creator))).clone()
}

#[test]
fn profile_is_replaced_as_a_whole() {
    let history = History::new()
        .given(profile("ayu", 9_999))
        .when(profile("ayu", 10_000))
        .then_events([Event::Creator(CreatorEvent::CreatorProfileRecorded {
            profile: followed_by(10_000),
        })]);
    assert_eq!(ayu(&history).profile, followed_by(10_000));
    assert_eq!(ayu(&history).tier(), Tier::Micro);
}

#[test]
fn only_the_brand_records_creators() {
    for side in [ActorKind::Creator, ActorKind::System] {
        History::new()
            .when(profile("ayu", 1).by(side))
            .then_refused(only("the brand"));
    }
}

#[test]
fn unknown_creator_can_be_neither_blocked_nor_invited() {
    let missing = Refusal::NotFound {
        what: Unknown::Creator,
        id: "cici".to_owned(),
    };
    let reason = PersonalText::from("?");
    opened()
        .when(creator(
            "cici",
            CreatorVerb::Block {
                reason: reason.clone(),
            },
        ))
        .then_refused(missing.clone())
        .when(creator("cici", CreatorVerb::Unblock { reason }))
        .then_refused(missing.clone())
        .when(invite("cici-1", "cici", terms()))
        .then_refused(missing);
}

#[test]
fn blocked_creator_is_not_invited_until_unblocked() {
    opened()
        .given(block())
        .when(invite("ayu-1", "ayu", terms()))
        .then_refused(Refusal::CreatorBlocked)
        .given(unblock())
        .given(invite("ayu-1", "ayu", terms()));
}

#[test]
fn blocked_creator_cannot_accept() {
    invited(terms())
        .given(block())
        .when(accept("ayu-1"))
        .then_refused(Refusal::CreatorBlocked);
}

#[test]
fn block_leaves_running_work_alone() {
    accepted(terms())
        .given(block())
        .given(submit("ayu-1", "review"));
}

#[test]
fn block_is_of_one_brand() {
    opened()
        .given(profile("ayu", 1).in_brand("teh"))
        .given(block().in_brand("teh"))
        .given(invite("ayu-1", "ayu", terms()));
}

#[test]
fn blocks_are_counted_after_they_end() {
    let history = opened()
        .given(block())
        .when(block())
        .then_refused(Refusal::CreatorBlocked)
        .given(unblock())
        .when(unblock())
        .then_refused(Refusal::CreatorNotBlocked)
        .given(block());
    assert_eq!(ayu(&history).blocks, 2);
    assert_eq!(ayu(&history).blocked, Some("a controversy".into()));
}

#[test]
fn new_profile_keeps_the_block() {
    let history = opened().given(block()).given(profile("ayu", 30_000));
    assert!(ayu(&history).blocked.is_some());
}

#[test]
fn vetting_is_demanded_where_the_policy_says_so() {
    let policy = SelectionPolicy {
        vetting_required: true,
        disclosure_required: false,
    };
    opened_as(CampaignPlan { policy, ..plan() })
        .when(invite("ayu-1", "ayu", terms()))
        .then_refused(Refusal::VettingMissing);
}
