//! Revenue and commission never part, in whatever order an order, its refunds, its lock and an
//! adjustment arrive.

use campaign_ledger::domain::*;
use proptest::collection::vec;
use proptest::prelude::*;

use super::history::*;
use super::properties::cases;
use super::stories::*;
use crate::support::requests::*;

/// One thing that arrives.
#[derive(Clone, Debug)]
enum Step {
    Order,
    Refund(String, i64, i64),
    Lock,
    Adjust(i64, i64),
}

fn terms_at(rate_bp: u32) -> Terms {
    Terms {
        commission: Some(CommissionTerms { rate_bp }),
        ..terms()
    }
}

/// Ayu and Bima share the orders of day 16; the window ends on day 60, and it is day 200.
fn before() -> History {
    let history = with_bima(published_as(plan(), terms_at(1_000)), terms_at(2_000));
    history.at(day(200))
}

fn amount(units: i64, is_foreign: bool) -> Money {
    if is_foreign {
        money("USD", units)
    } else {
        rp(units)
    }
}

fn request(step: &Step, is_foreign: bool) -> Request {
    match step {
        Step::Order => convert_order(Claim {
            joint_shares: shares(&[("ayu-1", 3_333), ("bima-1", 6_667)]),
            fx_rate: rate("15000").filter(|_| is_foreign),
            ..sale("o-1", amount(1_000, is_foreign))
        }),
        Step::Refund(name, units, at) => refund(Refund {
            refunded_at: day(*at),
            ..refunded("o-1", name, amount(*units, is_foreign))
        }),
        Step::Lock => lock_order(order("o-1")),
        Step::Adjust(units, at) => {
            adjust_order(order("o-1"), "a-1", amount(*units, is_foreign)).occurred(day(*at))
        }
    }
}

fn play(steps: &[Step], is_foreign: bool) -> History {
    let steps = steps.iter();
    steps.fold(before(), |history, step| {
        history.given(request(step, is_foreign))
    })
}

/// The lock and adjustments need the order; each waits for it.
fn possible(steps: Vec<Step>) -> Vec<Step> {
    let ordered = steps.iter().position(|step| matches!(step, Step::Order));
    let (before, after) = steps.split_at(ordered.unwrap());
    let is_early = |step: &&Step| matches!(step, Step::Refund(..));
    let early = before.iter().filter(is_early);
    let waited = before.iter().filter(|step| !is_early(step));
    let order = after.iter().take(1);
    let all = early.chain(order).chain(waited).chain(&after[1..]);
    all.cloned().collect()
}

fn arrivals() -> impl Strategy<Value = (Vec<Step>, Vec<Step>)> {
    let refunds = vec((1..=100_i64, 16..=120_i64), 0..=4);
    let adjustment = (-500..=500_i64, 46..=120_i64).prop_filter("changes", |one| one.0 != 0);
    (refunds, adjustment).prop_flat_map(|(refunds, (delta, at))| {
        let mut steps = vec![Step::Order, Step::Lock, Step::Adjust(delta, at)];
        let refunds = refunds.into_iter().enumerate();
        steps.extend(
            refunds.map(|(number, (units, at))| Step::Refund(format!("r-{number}"), units, at)),
        );
        let shuffled = Just(steps.clone()).prop_shuffle().prop_map(possible);
        (Just(steps), shuffled)
    })
}

/// Returns what may not depend on the order of arrival.
fn money_of(totals: &Totals) -> [[i128; 3]; 2] {
    [&totals.counted, &totals.on_time]
        .map(|tally| [tally.net_revenue(), tally.accrued(), tally.committed])
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn revenue_and_commission_never_part(
        (told, arrived) in arrivals(),
        is_foreign in any::<bool>(),
    ) {
        let (told, arrived) = (play(&told, is_foreign), play(&arrived, is_foreign));
        prop_assert_eq!(money_of(&told.totals()), money_of(&arrived.totals()));
        let (mut owed, mut committed) = ([0, 0], [0, 0]);
        for (name, rate_bp) in [("ayu-1", 1_000), ("bima-1", 2_000)] {
            let totals = arrived.totals_of(name);
            let [counted, on_time] = money_of(&totals);
            let [told_counted, told_on_time] = money_of(&told.totals_of(name));
            // Commission is the same; how refunds on time are split may differ by roundings.
            prop_assert_eq!(told_counted, counted);
            prop_assert_eq!(told_on_time[1..].to_vec(), on_time[1..].to_vec());
            for (net, accrued, slack) in [
                (counted[0], counted[1], 0),
                (on_time[0], on_time[1], 200),
            ] {
                let exact = net.max(0) * rate_bp / 10_000;
                prop_assert!((accrued - exact).abs() <= 100 + slack, "{accrued} of {net}");
            }
            owed = [owed[0] + counted[1], owed[1] + on_time[1]];
            committed = [committed[0] + counted[2], committed[1] + on_time[2]];
        }
        // The fees are committed too: Rp1,000,000 each. All commission is accrued.
        let fees = 2 * i128::from(rp(1_000_000).minor);
        prop_assert_eq!(committed, owed.map(|owed| owed + fees));
    }
}
