//! Locked orders: corrections, and the commission that follows.

use campaign_ledger::domain::state::{Due, Order};
use campaign_ledger::domain::*;

use super::costs::*;
use super::history::*;
use super::stories::*;
use crate::support::requests::*;

/// Orders of day 16 are locked on this day.
const LOCK_DAY: i64 = 46;

/// Returns terms with a commission of this rate.
fn at_rate_of(rate_bp: u32) -> Terms {
    Terms {
        commission: Some(CommissionTerms { rate_bp }),
        ..terms()
    }
}

/// Returns a history in which Ayu's post is live and her commission is 10 %.
fn live_at_ten_percent() -> History {
    published_as(plan(), at_rate_of(1_000))
}

fn sold(history: History, name: &str, rupiah: i64) -> History {
    history.given(convert_order(sale_by(name, rp(rupiah), "ayu-1")))
}

fn lock(name: &str) -> Request {
    lock_order(order(name))
}

fn refund_of(name: &str, rupiah: i64) -> Request {
    let mut refund_of = refunded(name, "r-1", rp(rupiah));
    refund_of.refunded_at = day(50);
    refund(refund_of)
}

/// Returns the line of the commission on an order.
fn line_of(history: &History, name: &str) -> String {
    let order = history.order(name);
    let known = order.commission(&id("ayu-1"));
    let line = known.and_then(|known| known.line.as_ref());
    line.expect("a line was made").to_string()
}

/// Returns the accrued total and the carried amount, in rupiah.
fn commission(history: &History) -> (i64, i64) {
    let accrued = history.totals_of("ayu-1").counted.accrued();
    let account = history.collaboration("ayu-1").commission;
    assert_eq!(accrued, account.earned_minor.into());
    assert_eq!(history.campaign().budget.other, account.earned_minor);
    (account.earned_minor / 100, account.carried_minor / 100)
}

fn pay(line: &str, payment: &str, amount: Money) -> Request {
    let verb = CostVerb::Pay {
        payment: id(payment),
        amount,
        reference: id(payment),
        paid_at: day(48),
    };
    cost(line, verb)
}

#[test]
fn commission_is_owed_when_the_order_is_locked_and_not_before() {
    let history = sold(live_at_ten_percent(), "o-1", 500_000)
        .when(lock("o-1"))
        .then_refused(Refusal::OrderNotLocked {
            locks_at: day(LOCK_DAY),
        });
    assert_eq!(commission(&history), (0, 0));
    let history = history.at(day(LOCK_DAY)).given(lock("o-1"));
    assert_eq!(commission(&history), (50_000, 0));
    let line = history.cost(&line_of(&history, "o-1"));
    assert_eq!((line.kind, line.amount), (CostType::Commission, rp(50_000)));
    assert_eq!(line.incurred_at, day(LOCK_DAY));
    assert_eq!(line.timing, FactTiming::OnTime);
    let order = order("o-1");
    let on_time_minor = rp(50_000).minor;
    let owed_for = OwedFor::Commission {
        order,
        on_time_minor,
    };
    assert_eq!(line.owed_for, Some(owed_for));
    // Nothing waits any more; a second lock writes nothing.
    let due = Due::Lock {
        campaign: campaign_ref(CAMPAIGN),
        order: super::stories::order("o-1"),
    };
    assert!(
        history
            .ledger
            .find::<Due>(&due.key(day(LOCK_DAY)))
            .is_none()
    );
    let updated = history.order("o-1").updated;
    history.when(lock("o-1")).then_happened_at(updated);
}

/// 10 %: an order of Rp500,000 makes a line of Rp50,000, which is paid. Rp200,000 are refunded, so
/// the creator owes Rp20,000. The next order of Rp300,000 earns Rp30,000, of which Rp20,000 settle
/// the debt, so Rp10,000 are new. The total of Rp60,000 is 10 % of Rp600,000.
#[test]
fn refund_after_payout_is_carried_to_the_next_commission() {
    let history = sold(sold(live_at_ten_percent(), "o-1", 500_000), "o-2", 300_000)
        .at(day(LOCK_DAY))
        .given(lock("o-1"));
    let line = line_of(&history, "o-1");
    let history = history
        .at(day(50))
        .given(approve_cost(&line, None))
        .given(pay(&line, "p-1", rp(50_000)))
        .given(refund_of("o-1", 200_000));
    assert_eq!(commission(&history), (30_000, -20_000));
    assert_eq!(history.cost(&line).total_minor(), rp(50_000).minor);
    assert_eq!(history.cost(&line).state(), CostState::Paid);

    let history = history.given(lock("o-2"));
    assert_eq!(commission(&history), (60_000, 0));
    let second = history.cost(&line_of(&history, "o-2"));
    assert_eq!(second.total_minor(), rp(10_000).minor);
}

#[test]
fn refund_before_approval_makes_the_line_smaller() {
    let history = sold(live_at_ten_percent(), "o-1", 500_000)
        .at(day(50))
        .given(lock("o-1"));
    let line = line_of(&history, "o-1");
    let history = history
        .given(approve_cost(&line, Some(rp(45_000).minor)))
        .given(refund_of("o-1", 100_000));
    // Rp10,000 less: Rp5,000 off the line, down to the approved amount, and Rp5,000 carried.
    assert_eq!(commission(&history), (40_000, -5_000));
    assert_eq!(history.cost(&line).total_minor(), rp(45_000).minor);
}

#[test]
fn refund_before_the_lock_leaves_less_to_earn() {
    let history = sold(live_at_ten_percent(), "o-1", 500_000)
        .given(refund(refunded("o-1", "r-1", rp(500_000))))
        .at(day(LOCK_DAY))
        .when(lock("o-1"))
        .then_events([Event::Revenue(RevenueEvent::OrderLocked {
            order: order("o-1"),
        })]);
    assert_eq!(commission(&history), (0, 0));
}

#[test]
fn order_without_commission_has_nothing_to_wait_for() {
    let history = published().given(convert_order(sale_by("o-1", rp(100_000), "ayu-1")));
    assert!(
        !history
            .order("o-1")
            .conversion
            .as_ref()
            .unwrap()
            .lock
            .is_awaited
    );
    // An order without a value in the reporting currency earns none either.
    let claim = sale_by("o-1", money("USD", 100), "ayu-1");
    let history = live_at_ten_percent().given(convert_order(claim));
    let lock = history.order("o-1").conversion.as_ref().unwrap().lock;
    assert_eq!((lock.is_awaited, lock.at), (false, day(LOCK_DAY)));
}

#[test]
fn commission_is_booked_above_the_cap_as_it_is_owed() {
    let history = sold(live_at_ten_percent(), "o-1", 500_000)
        .given(record("c-1", line(CostType::Tax, rp(8_990_000))))
        .at(day(LOCK_DAY))
        .given(lock("o-1"));
    let campaign = history.campaign();
    assert_eq!(campaign.budget.total(), rp(10_040_000).minor.into());
    let account = history.collaboration("ayu-1").commission;
    assert_eq!(account.earned_minor, rp(50_000).minor);
    // A correction upwards is booked too.
    let history = history.given(adjust_order(order("o-1"), "a-1", rp(100_000)));
    let account = history.collaboration("ayu-1").commission;
    assert_eq!(account.earned_minor, rp(60_000).minor);
}

#[test]
fn each_of_a_joint_order_earns_by_its_own_terms() {
    let history = with_bima(live_at_ten_percent(), at_rate_of(2_000));
    let claim = Claim {
        joint_shares: shares(&[("ayu-1", 2_500), ("bima-1", 7_500)]),
        ..sale("o-1", rp(1_000_000))
    };
    let history = history
        .given(convert_order(claim))
        .at(day(LOCK_DAY))
        .given(lock("o-1"));
    let earned = |name: &str| history.collaboration(name).commission.earned_minor;
    assert_eq!(earned("ayu-1"), rp(25_000).minor);
    assert_eq!(earned("bima-1"), rp(150_000).minor);
}

#[test]
fn commission_is_changed_by_its_order_alone() {
    let history = sold(live_at_ten_percent(), "o-1", 500_000)
        .at(day(LOCK_DAY))
        .given(lock("o-1"));
    let line = line_of(&history, "o-1");
    let reason = || "by hand".to_owned();
    let delta = rp(1);
    let reverse = CostVerb::Reverse {
        reason: reason().into(),
    };
    let adjust = CostVerb::Adjust {
        delta,
        reason: reason().into(),
    };
    for verb in [reverse, adjust] {
        let history = history.clone();
        history
            .when(cost(&line, verb))
            .then_refused(cost_is(CostState::Accrued));
    }
}

#[test]
fn adjustment_of_an_order_changes_revenue_and_commission() {
    let history = sold(live_at_ten_percent(), "o-1", 500_000)
        .when(adjust_order(order("o-1"), "a-1", rp(-1)))
        .then_refused(Refusal::OrderNotLocked {
            locks_at: day(LOCK_DAY),
        })
        .at(day(LOCK_DAY))
        .given(lock("o-1"))
        .given(adjust_order(order("o-1"), "a-1", rp(-100_000)));
    assert_eq!(commission(&history), (40_000, 0));
    let revenue = |history: &History| history.totals_of("ayu-1").counted.net_revenue();
    assert_eq!(revenue(&history), rp(400_000).minor.into());
    let history = history.given(adjust_order(order("o-1"), "a-2", rp(300_000)));
    assert_eq!(commission(&history), (70_000, 0));
    assert_eq!(revenue(&history), rp(700_000).minor.into());
    assert_eq!(history.totals().counted.gross, rp(700_000).minor.into());
    // Refunds may be as much as the order with its adjustments.
    let history = history.at(day(50)).given(refund_of("o-1", 700_000));
    assert_eq!((commission(&history), revenue(&history)), ((0, 0), 0));
}

#[test]
fn adjustment_never_leaves_less_than_nothing() {
    let history = sold(live_at_ten_percent(), "o-1", 500_000)
        .at(day(50))
        .given(refund_of("o-1", 200_000))
        .when(adjust_order(order("o-1"), "a-1", money("IDR", -30_000_001)))
        .then_refused(Refusal::AdjustmentExceedsOrder { left_minor: -1 })
        .when(adjust_order(order("o-1"), "a-1", money("USD", 1)))
        .then_refused(Refusal::CurrencyMismatch {
            field: "delta",
            expected: id("IDR"),
            actual: id("USD"),
        })
        .when(adjust_order(order("o-9"), "a-1", rp(1)))
        .then_refused(Refusal::NotFound {
            what: Unknown::Order,
            id: "o-9".to_owned(),
        })
        .when(adjust_order(order("o-1"), "a-1", rp(1)).by(ActorKind::Creator))
        .then_refused(only("the brand"));
    history.given(adjust_order(order("o-1"), "a-1", rp(-300_000)));
}

#[test]
fn same_adjustment_again_happened_with_all_that_came_with_it() {
    let adjust = adjust_order(order("o-1"), "a-1", rp(-100_000));
    let history = sold(live_at_ten_percent(), "o-1", 500_000)
        .at(day(LOCK_DAY))
        .given(lock("o-1"))
        .given(adjust.clone());
    let last = history.head();
    let known: std::sync::Arc<Order> = history.order("o-1");
    assert_eq!(known.adjustments[0].last, last);
    assert_eq!(known.adjustments[0].position.next(), last);
    history
        .when(adjust_order(order("o-1"), "a-1", rp(-1)))
        .then_refused(Refusal::AlreadyExists {
            what: "adjustment",
            id: "a-1".to_owned(),
        });
}
