//! Revenue and commission never part, in whatever order an order, its refunds, its lock, an
//! adjustment and corrections arrive.

use campaign_ledger::domain::*;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::history::*;
use super::order_corrections::{correction, reattribute, void, void_refund};
use super::properties::cases;
use super::stories::*;
use crate::support::requests::*;

/// Ayu and Bima share the order of day 16; the window ends on day 60. One thing that arrives:
#[derive(Clone, Debug)]
enum Step {
    Order,
    Refund(String, i64, i64),
    Lock,
    Adjust(i64, i64),
    /// To this value, and at another rate.
    Correct(i64, bool, i64),
    /// To these shares of Ayu.
    Move(u32, i64),
    VoidRefund(String, i64),
    Void(i64),
}

fn terms_at(rate_bp: u32) -> Terms {
    Terms {
        commission: Some(CommissionTerms { rate_bp }),
        ..terms()
    }
}

fn amount(units: i64, is_foreign: bool) -> Money {
    if is_foreign {
        money("USD", units)
    } else {
        rp(units)
    }
}

/// Returns the request of a step, by what is known of the order.
fn request(history: &History, step: &Step, is_foreign: bool) -> Request {
    let correct = |verb: OrderVerb, at: &i64| correct_order(order("o-1"), verb).occurred(day(*at));
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
        Step::Correct(units, is_rated, at) => {
            let correction = ConversionCorrection {
                value: Patch::Set(amount(*units, is_foreign)),
                fx_rate: rate("16000").filter(|_| is_foreign && *is_rated),
                ..correction(history)
            };
            correct(OrderVerb::Correct(correction), at)
        }
        Step::Move(share_bp, at) => {
            let to = [("ayu-1", *share_bp), ("bima-1", 10_000 - share_bp)];
            reattribute(history, &to).occurred(day(*at))
        }
        Step::VoidRefund(name, at) => void_refund(name).occurred(day(*at)),
        Step::Void(at) => void(history).occurred(day(*at)),
    }
}

/// Plays the steps on a day, and locks the order in the end.
fn play(steps: &[Step], is_foreign: bool, today: i64) -> History {
    let before = with_bima(published_as(plan(), terms_at(1_000)), terms_at(2_000));
    let history = steps.iter().fold(before.at(day(today)), |history, step| {
        let request = request(&history, step, is_foreign);
        history.given(request)
    });
    if history.order("o-1").locked {
        return history;
    }
    let (history, is_awaited) = {
        let order = history.order("o-1");
        let awaited = order.conversion.as_ref().unwrap().lock.is_awaited;
        (history.at(day(200)), awaited)
    };
    match is_awaited {
        true => history.given(lock_order(order("o-1"))),
        false => history,
    }
}

/// What is about an order waits for it, what is about a refund for that, and after a void nothing more
/// is accepted.
fn possible(steps: Vec<Step>) -> Vec<Step> {
    let rank = |step: &Step| match step {
        Step::Refund(..) | Step::Order => 0,
        Step::Lock | Step::Adjust(..) | Step::Correct(..) | Step::Move(..) => 1,
        Step::VoidRefund(..) => 2,
        Step::Void(_) => 3,
    };
    let (mut done, mut waits): (Vec<Step>, Vec<Step>) = (Vec::new(), steps);
    while !waits.is_empty() {
        let has = |is: &dyn Fn(&Step) -> bool| done.iter().any(is);
        let is_ready = |step: &Step| match step {
            // One that waits is just taken out, whenever that happens.
            Step::VoidRefund(name, _) => {
                has(&|one| matches!(one, Step::Refund(other, ..) if other == name))
                    && has(&|one| matches!(one, Step::Order))
            }
            Step::Void(_) => waits.len() == 1,
            step if rank(step) == 0 => true,
            _ => has(&|one| matches!(one, Step::Order)),
        };
        let next = waits.iter().position(is_ready).unwrap();
        done.push(waits.remove(next));
    }
    done
}

fn corrections() -> impl Strategy<Value = Vec<Step>> {
    let value = (950..=2_000_i64, any::<bool>(), 46..=120_i64)
        .prop_filter("changes", |(units, ..)| *units != 1_000)
        .prop_map(|(units, is_rated, at)| Step::Correct(units, is_rated, at));
    let moved = (1..=9_999_u32, 46..=120_i64)
        .prop_filter("moves", |(share_bp, _)| *share_bp != 3_333)
        .prop_map(|(share_bp, at)| Step::Move(share_bp, at));
    let failed = (46..=120_i64).prop_map(|at| Step::VoidRefund("r-0".to_owned(), at));
    let voided = (46..=120_i64).prop_map(Step::Void);
    (
        option::of(value),
        option::of(moved),
        option::of(failed),
        option::weighted(0.2, voided),
    )
        .prop_map(|(value, moved, failed, voided)| {
            [value, moved, failed, voided]
                .into_iter()
                .flatten()
                .collect()
        })
}

/// Returns steps in two orders, and the day on which they arrive: before the lock of the order there
/// are neither locks nor adjustments.
fn arrivals() -> impl Strategy<Value = (Vec<Step>, Vec<Step>, i64)> {
    let refunds = vec((1..=100_i64, 16..=120_i64), 0..=4);
    let adjustment = (-500..=500_i64, 46..=120_i64).prop_filter("changes", |one| one.0 != 0);
    (refunds, adjustment, corrections(), any::<bool>()).prop_flat_map(
        |(refunds, (delta, at), corrections, is_late)| {
            let mut steps = vec![Step::Order];
            if is_late {
                steps.extend([Step::Lock, Step::Adjust(delta, at)]);
            }
            let has_refund = !refunds.is_empty();
            let refunds = refunds.into_iter().enumerate();
            steps.extend(
                refunds.map(|(number, (units, at))| Step::Refund(format!("r-{number}"), units, at)),
            );
            let fits = |step: &Step| has_refund || !matches!(step, Step::VoidRefund(..));
            steps.extend(corrections.into_iter().filter(fits));
            let told = possible(steps.clone());
            let shuffled = Just(steps).prop_shuffle().prop_map(possible);
            (Just(told), shuffled, Just(if is_late { 200 } else { 40 }))
        },
    )
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
        (told, arrived, today) in arrivals(),
        is_foreign in any::<bool>(),
    ) {
        let told = play(&told, is_foreign, today);
        let arrived = play(&arrived, is_foreign, today);
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
