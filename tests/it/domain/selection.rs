//! Selection: assessments, flags raised and cleared, and what a campaign looks for.

use campaign_ledger::domain::state::{Creator, Pair, RaisedFlag};
use campaign_ledger::domain::*;

use super::history::*;
use super::stories::*;
use crate::support::requests::*;

fn ayu(history: &History) -> Creator {
    let creator = CreatorRef {
        brand: id(BRAND),
        creator: id("ayu"),
    };
    (*history.ledger.row::<Creator>(&Creator::key(&creator))).clone()
}

fn flag_of(history: &History, flag: &str) -> RaisedFlag {
    let creator = CreatorRef {
        brand: id(BRAND),
        creator: id("ayu"),
    };
    let key = RaisedFlag::key(&creator, &id(flag));
    (*history.ledger.row::<RaisedFlag>(&key)).clone()
}

fn choosy() -> CampaignPlan {
    let policy = SelectionPolicy {
        vetting_required: true,
        disclosure_required: false,
    };
    CampaignPlan { policy, ..plan() }
}

fn missing(what: Unknown, id: &str) -> Refusal {
    let id = id.to_owned();
    Refusal::NotFound { what, id }
}

#[test]
fn latest_assessment_stands_and_all_are_counted() {
    let doubtful = Assessment {
        controversy: ControversyCheck::Unclear,
        assessed_at: day(1),
        ..fitting()
    };
    let history = opened()
        .when(assess("ayu", fitting()))
        .then_events([Event::Creator(CreatorEvent::CreatorAssessed {
            assessment: fitting(),
        })])
        .given(assess("ayu", doubtful.clone()));
    assert_eq!(ayu(&history).assessment, Some(doubtful));
    assert_eq!(ayu(&history).assessments, 2);
}

#[test]
fn an_assessment_is_what_a_policy_with_vetting_asks_for() {
    opened_as(choosy())
        .given(assess("bima", fitting()))
        .when(invite("ayu-1", "ayu", terms()))
        .then_refused(Refusal::VettingMissing)
        .given(assess("ayu", fitting()))
        .given(invite("ayu-1", "ayu", terms()));
}

#[test]
fn what_an_assessment_found_refuses_nothing() {
    let poor = Assessment {
        values_fit: Fit::DoesNotFit,
        controversy: ControversyCheck::Found,
        ..fitting()
    };
    opened_as(choosy())
        .given(assess("ayu", poor))
        .given(invite("ayu-1", "ayu", terms()));
}

#[test]
fn a_new_profile_keeps_assessment_and_flags() {
    let history = opened()
        .given(assess("ayu", fitting()))
        .given(raise("ayu", "f-1"))
        .given(profile("ayu", 30_000));
    assert!(ayu(&history).assessment.is_some());
    assert_eq!(ayu(&history).open_flags.len(), 1);
}

#[test]
fn a_flag_says_how_grave_it_is_and_what_it_rests_on() {
    let flag = concern("f-1");
    let history = opened()
        .when(raise("ayu", "f-1"))
        .then_events([Event::Creator(CreatorEvent::SafetyFlagRaised {
            flag: flag.clone(),
        })]);
    let row = ayu(&history);
    let raised = flag_of(&history, "f-1");
    assert_eq!(raised.flag, flag);
    assert_eq!(raised.raised, history.head());
    assert_eq!(row.updated, history.head());
}

#[test]
fn history_stays_after_a_flag_is_cleared() {
    let history = opened()
        .given(raise("ayu", "f-1"))
        .at(day(2))
        .given(clear("ayu", "f-1"))
        .given(raise("ayu", "f-2"));
    let row = ayu(&history);
    assert_eq!(row.flags, 2);
    assert_eq!(row.open_flags, [id("f-2")]);
    let cleared = flag_of(&history, "f-1").cleared.clone().unwrap();
    assert_eq!(cleared.at, day(2));
    assert_eq!(cleared.reason, "apologised in public".into());
    assert_eq!(cleared.evidence, [screenshot()]);
}

#[test]
fn a_flag_is_raised_once_and_cleared_once() {
    let known = Refusal::AlreadyExists {
        what: "safety flag",
        id: "f-1".to_owned(),
    };
    opened()
        .when(clear("ayu", "f-1"))
        .then_refused(missing(Unknown::Flag, "f-1"))
        .given(raise("ayu", "f-1"))
        .when(raise("ayu", "f-1"))
        .then_refused(known.clone())
        .given(clear("ayu", "f-1"))
        .when(clear("ayu", "f-1"))
        .then_refused(Refusal::FlagCleared)
        .when(raise("ayu", "f-1"))
        .then_refused(known)
        // A flag of one creator is not a flag of another.
        .when(clear("bima", "f-1"))
        .then_refused(missing(Unknown::Flag, "f-1"))
        .given(raise("bima", "f-1"));
}

#[test]
fn only_the_brand_judges_creators() {
    for side in [ActorKind::Creator, ActorKind::System] {
        opened()
            .given(raise("ayu", "f-1"))
            .when(assess("ayu", fitting()).by(side))
            .then_refused(only("the brand"))
            .when(raise("ayu", "f-2").by(side))
            .then_refused(only("the brand"))
            .when(clear("ayu", "f-1").by(side))
            .then_refused(only("the brand"));
    }
}

#[test]
fn an_unknown_creator_is_not_judged() {
    let refusal = missing(Unknown::Creator, "cici");
    opened()
        .when(assess("cici", fitting()))
        .then_refused(refusal.clone())
        .when(raise("cici", "f-1"))
        .then_refused(refusal.clone())
        .when(clear("cici", "f-1"))
        .then_refused(refusal);
}

/// Returns the criteria that Ayu, with 25,000 followers, does not meet.
fn unmet(history: &History) -> Vec<Criterion> {
    let key = Pair::key(&campaign_ref(CAMPAIGN), &id("ayu"));
    let pair = history.ledger.find::<Pair>(&key);
    let pair = pair.map(|pair| (*pair).clone()).unwrap_or_default();
    let found = criteria_of(&history.campaign(), &ayu(history), &pair);
    let unmet = found.into_iter().filter(|one| !one.met);
    unmet.map(|one| one.criterion).collect()
}

#[test]
fn each_criterion_fails_by_itself() {
    let range = |min, max| FollowerRange { min, max };
    let wanting = |followers: Option<FollowerRange>, niches: &[&str]| CampaignPlan {
        followers,
        niches: niches.iter().map(|niche| id(niche)).collect(),
        ..plan()
    };
    let of_coffee = CreatorProfile {
        niches: vec![id("coffee"), id("travel")],
        ..followed_by(25_000)
    };
    let of_coffee = |history: History| {
        let profile = of_coffee.clone();
        history.given(creator("ayu", CreatorVerb::RecordProfile { profile }))
    };
    assert_eq!(unmet(&opened()), []);
    for (range, is_met) in [
        (range(25_000, Some(25_000)), true),
        (range(0, None), true),
        (range(25_001, None), false),
        (range(20_000, Some(24_999)), false),
    ] {
        let unmet = unmet(&opened_as(wanting(Some(range), &[])));
        assert_eq!(unmet.is_empty(), is_met, "{range:?}");
    }
    let skincare = opened_as(wanting(None, &["skincare"]));
    assert_eq!(unmet(&of_coffee(skincare)), [Criterion::Niche]);
    let either = opened_as(wanting(None, &["skincare", "travel"]));
    assert_eq!(unmet(&of_coffee(either)), []);
    let vetted = opened_as(choosy());
    assert_eq!(unmet(&vetted), [Criterion::Vetting]);
    assert_eq!(unmet(&vetted.given(assess("ayu", fitting()))), []);
    let reason = "?".into();
    let blocked = opened().given(creator("ayu", CreatorVerb::Block { reason }));
    assert_eq!(unmet(&blocked), [Criterion::NotBlocked]);
    assert_eq!(unmet(&invited(terms())), [Criterion::NotLive]);
    assert_eq!(unmet(&invited(terms()).given(decline("ayu-1"))), []);
    // An open flag is shown, not judged.
    assert_eq!(unmet(&opened().given(raise("ayu", "f-1"))), []);
}

#[test]
fn unknown_followers_meet_no_range() {
    let any = FollowerRange { min: 0, max: None };
    let plan = CampaignPlan {
        followers: Some(any),
        ..plan()
    };
    let profile = CreatorProfile::default();
    let history = opened_as(plan).given(creator("ayu", CreatorVerb::RecordProfile { profile }));
    assert_eq!(unmet(&history), [Criterion::Followers]);
}
