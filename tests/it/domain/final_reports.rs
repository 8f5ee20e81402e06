//! Final reports: `CLOSED → FINALISED`, and a revision for every change of the numbers.

use campaign_ledger::domain::state::Report;
use campaign_ledger::domain::*;

use super::costs::{line, record};
use super::history::*;
use super::stories::*;
use crate::support::requests::*;

/// Returns numbers as of the head, distinguished by a byte.
fn drawn(history: &History, byte: u8) -> Drawn {
    Drawn {
        as_of: history.head(),
        definitions: "metrics-v1".to_owned(),
        sha256: [byte; 32],
    }
}

fn finalise(revision: Option<u32>, drawn: &Drawn) -> Request {
    let drawn = drawn.clone();
    campaign(CampaignVerb::FinaliseReport { revision, drawn })
}

fn finalised(revision: u32, drawn: Drawn) -> Event {
    let report = ReportFinalised { revision, drawn };
    Event::Campaign(CampaignEvent::ReportFinalised(report))
}

fn closed() -> History {
    let withdraw_pending = false;
    completed().given(campaign(CampaignVerb::Close { withdraw_pending }))
}

/// Returns a history with revision 1, with the numbers 1.
fn reported() -> History {
    let history = closed();
    let first = drawn(&history, 1);
    history.given(finalise(None, &first))
}

#[test]
fn the_first_revision_finalises_the_campaign_and_is_kept() {
    let history = closed();
    let first = drawn(&history, 1);
    let history = history
        .when(finalise(None, &first))
        .then_events([finalised(1, first.clone())]);
    let campaign = history.campaign();
    assert_eq!(
        (campaign.state, campaign.reports),
        (CampaignState::Finalised, 1)
    );
    let row = history.ledger.row(&Report::key(&campaign_ref(CAMPAIGN), 1));
    let Report {
        revision,
        drawn,
        at,
        made,
        ..
    } = &*row;
    assert_eq!((*revision, drawn), (1, &first));
    assert_eq!((*at, *made), (day(16), history.head()));
}

#[test]
fn only_a_campaign_that_closed_has_a_report() {
    let open = completed();
    let numbers = drawn(&open, 1);
    open.when(finalise(None, &numbers))
        .then_refused(campaign_is(CampaignState::Open));
    let reason = "no stock".to_owned();
    let cancelled = opened().given(campaign(CampaignVerb::Cancel { reason }));
    let numbers = drawn(&cancelled, 1);
    cancelled
        .when(finalise(None, &numbers))
        .then_refused(campaign_is(CampaignState::Cancelled));
}

#[test]
fn numbers_taken_before_the_close_make_no_report() {
    let before = drawn(&completed(), 1);
    closed()
        .when(finalise(None, &before))
        .then_refused(campaign_is(CampaignState::Closed));
}

#[test]
fn only_the_brand_makes_a_report() {
    let history = closed();
    let numbers = drawn(&history, 1);
    history
        .when(finalise(None, &numbers).by(ActorKind::Creator))
        .then_refused(only("the brand"));
}

#[test]
fn the_same_numbers_make_no_other_revision() {
    let history = reported();
    let again = drawn(&history, 1);
    history
        .when(finalise(None, &again))
        .then_refused(Refusal::ReportUnchanged { revision: 1 });
}

#[test]
fn a_revision_that_is_named_must_be_the_next_one() {
    for expected in [1, 3] {
        let history = reported();
        let other = drawn(&history, 2);
        history
            .when(finalise(Some(expected), &other))
            .then_refused(Refusal::StaleReport {
                expected,
                actual: 2,
            });
    }
}

#[test]
fn numbers_no_younger_than_those_of_the_last_revision_are_stale() {
    let history = closed();
    let (first, older) = (drawn(&history, 1), drawn(&history, 2));
    let history = history.given(finalise(None, &first));
    history
        .when(finalise(None, &older))
        .then_refused(Refusal::StaleReport {
            expected: 1,
            actual: 2,
        });
}

#[test]
fn a_finalised_campaign_takes_what_a_closed_one_takes_and_another_revision() {
    let history = reported().given(record("late", line(CostType::Shipping, rp(10))));
    let second = drawn(&history, 2);
    let history = history
        .when(finalise(Some(2), &second))
        .then_events([finalised(2, second)]);
    assert_eq!(history.campaign().reports, 2);
    let withdraw_pending = false;
    history
        .clone()
        .when(campaign(CampaignVerb::Close { withdraw_pending }))
        .then_refused(campaign_is(CampaignState::Finalised));
    history
        .when(campaign(CampaignVerb::Cancel {
            reason: "late".to_owned(),
        }))
        .then_refused(campaign_is(CampaignState::Finalised));
}
