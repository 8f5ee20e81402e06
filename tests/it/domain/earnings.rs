//! What orders earn over time: commission follows its order into both periods, is committed from the
//! order on, ends with a termination, and follows rulings.

use campaign_ledger::domain::*;

use super::costs::*;
use super::history::*;
use super::stories::*;
use crate::support::requests::*;

/// Orders of day 16 are locked on this day; the window ends on day 60, the measurement on day 90.
const LOCK_DAY: i64 = 46;

fn at_ten_percent() -> Terms {
    Terms {
        commission: Some(CommissionTerms { rate_bp: 1_000 }),
        ..terms()
    }
}

/// Ayu's post is live, her commission is 10 %, and her fee is Rp1,000,000.
fn live() -> History {
    published_as(plan(), at_ten_percent())
}

fn sold(name: &str, rupiah: i64) -> Request {
    convert_order(sale_by(name, rp(rupiah), "ayu-1"))
}

fn refund_on(at: i64, rupiah: i64) -> Request {
    refund(Refund {
        refunded_at: day(at),
        ..refunded("o-1", "r-1", rp(rupiah))
    })
}

/// Returns revenue, commission accrued and commission committed of a tally, in rupiah.
fn money_of(tally: &Tally) -> [i128; 3] {
    let fee = i128::from(rp(1_000_000).minor);
    [tally.net_revenue(), tally.accrued(), tally.committed - fee].map(|minor| minor / 100)
}

/// Checks the totals of the campaign and of Ayu's collaboration.
#[track_caller]
fn expect(history: &History, counted: [i128; 3], on_time: [i128; 3]) {
    for totals in [history.totals(), history.totals_of("ayu-1")] {
        assert_eq!(money_of(&totals.counted), counted);
        assert_eq!(money_of(&totals.on_time), on_time);
    }
}

#[test]
fn commission_is_committed_from_the_order_and_accrued_from_the_lock() {
    let history = live().given(sold("o-1", 1_000_000));
    expect(&history, [1_000_000, 0, 100_000], [1_000_000, 0, 100_000]);
    assert_eq!(history.campaign().budget.other, 0);
    let history = history.given(refund_on(20, 400_000));
    expect(&history, [600_000, 0, 60_000], [600_000, 0, 60_000]);
    let history = history.at(day(LOCK_DAY)).given(lock_order(order("o-1")));
    let all = [600_000, 60_000, 60_000];
    expect(&history, all, all);
    assert_eq!(history.campaign().budget.other, rp(60_000).minor);
}

/// A full refund after the measurement must not leave the revenue and take the commission.
#[test]
fn late_refund_takes_revenue_and_commission_in_total_and_neither_on_time() {
    let on_time = [100, 10, 10].map(|minor| minor * 1_000);
    for (refunded_on, locked_first) in [(70, true), (70, false), (95, true), (95, false)] {
        let history = live().given(sold("o-1", 100_000)).at(day(100));
        let (first, second) = (lock_order(order("o-1")), refund_on(refunded_on, 100_000));
        let [first, second] = match locked_first {
            true => [first, second],
            false => [second, first],
        };
        let history = history.given(first).given(second);
        expect(&history, [0, 0, 0], on_time);
        assert_eq!(history.totals().after_measurement, 0);
        let account = history.collaboration("ayu-1").commission;
        assert_eq!((account.earned_minor, account.carried_minor), (0, 0));
    }
}

#[test]
fn adjustment_counts_on_time_only_if_it_is() {
    let history = live()
        .given(sold("o-1", 100_000))
        .at(day(LOCK_DAY))
        .given(lock_order(order("o-1")))
        .given(adjust_order(order("o-1"), "a-1", rp(50_000)))
        .at(day(100))
        .given(adjust_order(order("o-1"), "a-2", rp(-30_000)));
    expect(
        &history,
        [120_000, 12_000, 12_000],
        [150_000, 15_000, 15_000],
    );
}

#[test]
fn payment_follows_its_line_into_the_total() {
    let history = live()
        .given(sold("o-1", 100_000))
        .at(day(100))
        .given(lock_order(order("o-1")));
    let known = history.order("o-1");
    let line = known.commissions[0].line.clone().unwrap().to_string();
    let pay = CostVerb::Pay {
        payment: id("p-1"),
        amount: rp(10_000),
        reference: id("TRF-1"),
        paid_at: day(95),
    };
    let history = history
        .given(approve_cost(&line, None))
        .given(cost(&line, pay));
    let totals = history.totals();
    assert_eq!(totals.counted.paid(), rp(10_000).minor.into());
    assert_eq!(totals.on_time.paid(), 0);
}

#[test]
fn refund_at_its_own_rate_leaves_commission_to_the_rate_of_the_order() {
    let claim = Claim {
        fx_rate: rate("15000"),
        ..sale_by("o-1", money("USD", 10_000), "ayu-1")
    };
    let back = |fx_rate| {
        refund(Refund {
            fx_rate,
            ..refunded("o-1", "r-1", money("USD", 5_000))
        })
    };
    let history = live()
        .given(convert_order(claim))
        .given(back(rate("16000")));
    // USD 100 are Rp1,500,000 and USD 50 went back as Rp800,000; commission is 10 % of Rp750,000.
    let totals = history.totals().counted;
    assert_eq!(totals.refunds, rp(800_000).minor.into());
    let known = [700_000, 75_000, 75_000];
    let history = history.at(day(LOCK_DAY)).given(lock_order(order("o-1")));
    expect(&history, known, known);
    // What is left goes back at the rate of the order.
    let rest = refund(refunded("o-1", "r-2", money("USD", 5_000)));
    let history = history.given(rest);
    expect(&history, [-50_000, 0, 0], [-50_000, 0, 0]);
}

#[test]
fn rate_of_a_refund_needs_a_foreign_order() {
    let own = |amount| Refund {
        fx_rate: rate("16000"),
        ..refunded("o-1", "r-1", amount)
    };
    live()
        .given(sold("o-1", 100_000))
        .when(refund(own(rp(1_000))))
        .then_refused(Refusal::field(
            "fx_rate",
            "must be absent for an amount in the reporting currency",
        ));
    let unrated = convert_order(sale_by("o-1", money("USD", 500), "ayu-1"));
    let history = live().given(unrated).given(refund(own(money("USD", 200))));
    let foreign = history.totals().counted.foreign_revenue;
    assert_eq!(foreign[&id("USD")].minor, 300);
}

#[test]
fn waiting_refund_keeps_its_own_rate() {
    let claim = Claim {
        fx_rate: rate("15000"),
        ..sale_by("o-1", money("USD", 10_000), "ayu-1")
    };
    let own = Refund {
        fx_rate: rate("16000"),
        ..refunded("o-1", "r-1", money("USD", 5_000))
    };
    let history = live().given(refund(own)).given(convert_order(claim));
    let known = [700_000, 0, 75_000];
    expect(&history, known, known);
}

#[test]
fn commission_changes_when_what_changed_it_happened() {
    let history = live()
        .given(sold("o-1", 100_000))
        .at(day(LOCK_DAY))
        .given(lock_order(order("o-1")))
        .at(day(58))
        .given(refund_on(50, 40_000));
    let adjusted = history.ledger.records.last().unwrap();
    assert!(matches!(
        adjusted.event,
        Event::Settlement(SettlementEvent::CostAdjusted { .. })
    ));
    assert_eq!(adjusted.fact_at(), day(50));
    // A refund from before the lock changes commission from the lock on.
    let earlier = refund(refunded("o-1", "r-2", rp(10_000)));
    let history = history.given(earlier);
    assert_eq!(
        history.ledger.records.last().unwrap().fact_at(),
        day(LOCK_DAY)
    );
}

/// The flag is raised on day 17, and Ayu's collaboration terminated on day 20.
fn terminated(history: History) -> History {
    history
        .at(day(17))
        .given(raise("ayu", "flag-1"))
        .at(day(20))
        .given(terminate("ayu-1", "flag-1"))
}

#[test]
fn termination_takes_the_commission_of_orders_that_are_not_locked() {
    let history = terminated(live().given(sold("o-1", 1_000_000)));
    // The fee was released with it.
    let fee = rp(1_000_000).minor;
    assert_eq!(history.totals().counted.committed, 0);
    assert_eq!(history.campaign().budget.total(), 0);
    assert_eq!(history.collaboration("ayu-1").terminated_at, Some(day(20)));
    // A refund changes nothing any more, and the order still locks.
    let history = history.given(refund_on(19, 1_000));
    assert_eq!(history.totals().counted.committed, 0);
    let history = history
        .at(day(LOCK_DAY))
        .when(lock_order(order("o-1")))
        .then_events([Event::Revenue(RevenueEvent::OrderLocked {
            order: order("o-1"),
        })]);
    let totals = history.totals().counted;
    assert_eq!((totals.committed, totals.accrued()), (0, 0));
    assert_eq!(totals.net_revenue(), i128::from(fee - rp(1_000).minor));
    // Nor does a correction make it owed.
    let history = history.given(adjust_order(order("o-1"), "a-1", rp(5_000)));
    assert_eq!(history.totals().counted.accrued(), 0);
    assert_eq!(history.totals().counted.committed, 0);
}

#[test]
fn order_after_a_termination_is_credited_and_marked_and_earns_nothing() {
    let later = Claim {
        ordered_at: day(21),
        ..sale_by("o-2", rp(100_000), "ayu-1")
    };
    let history = terminated(live())
        .at(day(22))
        .when(convert_order(later))
        .then_event(|event| match event {
            Event::Revenue(RevenueEvent::ConversionRecorded(recorded)) => {
                assert!(recorded.credits[0].after_termination);
            }
            other => panic!("{other:?}"),
        });
    assert_eq!(history.totals().counted.committed, 0);
    assert_eq!(
        history.totals().counted.net_revenue(),
        rp(100_000).minor.into()
    );
    let history = history.at(day(60)).given(lock_order(order("o-2")));
    assert!(history.order("o-2").locked);
    assert_eq!(history.totals().counted.accrued(), 0);
    // One from before it, told later, is not marked.
    let history = history.given(sold("o-1", 100_000));
    let known = history.order("o-1");
    let standing = known.conversion.as_ref().unwrap();
    assert!(!standing.conversion.credits[0].after_termination);
}

#[test]
fn order_locked_before_a_termination_goes_on_earning() {
    let at_once = Terms {
        attribution: AttributionTerms {
            lock_days: 1,
            ..terms().attribution
        },
        ..at_ten_percent()
    };
    let history = published_as(plan(), at_once).given(sold("o-1", 100_000));
    // Its lock lies before the termination, although the timer comes after it.
    let history = terminated(history);
    assert_eq!(history.totals().counted.committed, rp(10_000).minor.into());
    let history = history.given(lock_order(order("o-1")));
    assert_eq!(history.totals().counted.accrued(), rp(10_000).minor.into());
    let history = history.given(refund_on(20, 50_000));
    let totals = history.totals().counted;
    let half = i128::from(rp(5_000).minor);
    assert_eq!((totals.committed, totals.accrued()), (half, half));
}

#[test]
fn ruling_on_commission_stays_when_its_order_changes() {
    let history = live()
        .given(sold("o-1", 1_000_000))
        .at(day(LOCK_DAY))
        .given(lock_order(order("o-1")));
    let known = history.order("o-1");
    let line = known.commissions[0].line.clone().unwrap();
    let opened = dispute(
        "ayu-1",
        "d-1",
        DisputeVerb::Open {
            subject: DisputeSubject::Cost(line.clone()),
            reason: "half of them are hers".into(),
            evidence: Vec::new(),
        },
    );
    let resolved = dispute(
        "ayu-1",
        "d-1",
        DisputeVerb::Resolve(Resolution {
            ruling: DisputeRuling::Split { share_bp: 5_000 },
            arbiter: None,
            reason: "both were heard".into(),
        }),
    );
    let history = history.given(opened).given(resolved);
    let ruled = [1_000_000, 50_000, 50_000];
    expect(&history, ruled, ruled);
    let line = line.to_string();
    assert_eq!(history.cost(&line).total_minor(), rp(50_000).minor);
    let history = history.given(refund_on(46, 500_000));
    let half = [500_000, 25_000, 25_000];
    expect(&history, half, half);
    assert_eq!(history.cost(&line).total_minor(), rp(25_000).minor);
}
