//! Budgets: promises are bounded by the cap, facts are booked above it too.

use campaign_ledger::domain::state::Unconverted;
use campaign_ledger::domain::*;

use super::history::*;
use super::stories::*;
use crate::support::requests::*;

fn amend_cap(cap: Money) -> Request {
    let reason = "it is owed".to_owned();
    campaign(CampaignVerb::AmendBudget { cap, reason })
}

fn spend(cost_id: &str, kind: CostType, amount: Money) -> Request {
    let verb = CostVerb::Record {
        collaboration: None,
        kind,
        amount,
        fx_rate: None,
        incurred_at: day(1),
        note: "".into(),
    };
    cost(cost_id, verb)
}

/// Returns a campaign of Rp10,000,000 in which Rp10,500,000 are in use.
fn over_budget() -> History {
    opened()
        .given(profile("ayu", 20_000))
        .given(invite("ayu-1", "ayu", terms()))
        .at(day(2))
        .given(spend("c-1", CostType::Production, rp(9_500_000)))
}

#[test]
fn what_was_spent_is_booked_above_the_cap_and_shows_since_when() {
    let history = over_budget();
    let row = history.campaign();
    assert_eq!(row.over_budget_minor(), rp(500_000).minor.into());
    assert_eq!(row.over_since, Some(day(2)));
    // More above the cap does not begin again; below it, nothing is over.
    let history = history
        .at(day(3))
        .given(spend("c-2", CostType::Tax, rp(100_000)));
    assert_eq!(history.campaign().over_since, Some(day(2)));
    let back = spend("c-3", CostType::Recovery, rp(600_000));
    assert_eq!(history.given(back).campaign().over_since, None);
}

#[test]
fn no_promise_is_taken_while_over_budget_and_what_was_promised_is_kept() {
    let history = over_budget();
    history
        .clone()
        .given(profile("bima", 20_000))
        .when(invite("bima-1", "bima", terms()))
        .then_refused(Refusal::BudgetExceeded {
            needed_minor: rp(11_500_000).minor.into(),
            cap_minor: rp(10_000_000).minor,
        });
    // The acceptance raises nothing: the offer reserved its fee before.
    let history = history.given(accept("ayu-1"));
    let dearer = Terms {
        fee: rp(1_000_001),
        ..terms()
    };
    history
        .clone()
        .given(amend("ayu-1", dearer))
        .when(accept_amendment("ayu-1", 2).by(ActorKind::Creator))
        .then_refused(Refusal::BudgetExceeded {
            needed_minor: rp(10_500_001).minor.into(),
            cap_minor: rp(10_000_000).minor,
        });
    let cheaper = Terms {
        fee: rp(999_999),
        ..terms()
    };
    history
        .given(amend("ayu-1", cheaper))
        .given(accept_amendment("ayu-1", 2).by(ActorKind::Creator));
}

#[test]
fn cap_may_be_raised_although_it_does_not_cover_everything_yet() {
    let history = over_budget()
        .given(amend_cap(rp(10_000_001)))
        .when(amend_cap(rp(10_000_001)))
        .then_refused(Refusal::BudgetBelowCommitted {
            in_use_minor: rp(10_500_000).minor.into(),
            cap_minor: rp(10_000_001).minor,
        });
    assert_eq!(history.campaign().over_since, Some(day(2)));
    let history = history.given(amend_cap(rp(10_500_000)));
    assert_eq!(history.campaign().over_since, None);
}

#[test]
fn cap_of_an_ended_campaign_is_raised_and_never_lowered() {
    let close = campaign(CampaignVerb::Close {
        withdraw_pending: true,
    });
    let reason = "recall".to_owned();
    let cancel = campaign(CampaignVerb::Cancel { reason });
    for (end, state) in [
        (close, CampaignState::Closed),
        (cancel, CampaignState::Cancelled),
    ] {
        let history = over_budget()
            .given(end)
            .given(spend("c-2", CostType::Tax, rp(600_000)));
        let row = history.campaign();
        assert_eq!(row.over_budget_minor(), rp(100_000).minor.into());
        history
            .given(amend_cap(rp(10_100_000)))
            .when(amend_cap(rp(10_099_999)))
            .then_refused(campaign_is(state));
    }
}

#[test]
fn sums_of_facts_stay_within_int64() {
    let everything = money("IDR", i64::MAX / 100 * 100);
    opened()
        .given(spend("c-1", CostType::Production, everything))
        .when(spend("c-2", CostType::Tax, rp(1)))
        .then_refused(Refusal::AmountOverflow { field: "amount" });
}

#[test]
fn line_without_a_rate_shows_as_unconverted_until_it_is_reversed() {
    let usd = id("USD");
    let unconverted = |history: &History| {
        let row = history.campaign();
        row.budget.unconverted.get(&usd).copied()
    };
    let of = |minor, lines| Some(Unconverted { minor, lines });
    let reason = "never delivered".to_owned();
    let reverse = |line: &str| {
        let reason = reason.clone();
        cost(
            line,
            CostVerb::Reverse {
                reason: reason.into(),
            },
        )
    };
    let history = opened().given(spend("c-1", CostType::Production, money("USD", 500)));
    assert_eq!(unconverted(&history), of(500, 1));
    assert_eq!(history.campaign().budget.total(), 0);
    let history = history.given(spend("c-2", CostType::Recovery, money("USD", 500)));
    assert_eq!(unconverted(&history), of(0, 2));
    let adjusted = CostVerb::Adjust {
        delta: money("USD", 20),
        reason: reason.clone().into(),
    };
    let history = history.given(cost("c-1", adjusted)).given(reverse("c-1"));
    assert_eq!(unconverted(&history), of(-500, 1));
    assert_eq!(unconverted(&history.given(reverse("c-2"))), None);
}

#[test]
fn nothing_after_a_termination_makes_a_bonus_owed() {
    let mut with_bonus = terms();
    with_bonus.bonuses.push(BonusTier {
        id: id("views"),
        counter: Counter::Views,
        at_least: 0,
        amount: rp(100_000),
    });
    let terminate = CollaborationVerb::Terminate {
        reason: "bought followers".into(),
        ground: Ground::Flag(id("f-1")),
    };
    let accrue = CostVerb::AccrueBonus {
        collaboration: id("ayu-1"),
        bonus: id("views"),
    };
    let line = bonus_line(&id("ayu-1"), &id("views"));
    let history = accepted(with_bonus)
        .given(submit("ayu-1", "review"))
        .given(raise("ayu", "f-1"))
        .at(day(8))
        .given(collaboration("ayu-1", terminate).occurred(day(5)));
    assert_eq!(history.collaboration("ayu-1").terminated_at, Some(day(5)));
    history
        .when(cost(line.as_str(), accrue.clone()))
        .then_refused(Refusal::AccrualEnded {
            terminated_at: day(5),
        })
        .given(cost(line.as_str(), accrue).occurred(day(5)));
}
