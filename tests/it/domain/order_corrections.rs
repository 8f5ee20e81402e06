//! Orders that were told wrongly: before their lock they change in place, after it their money
//! changes by a signed amount, and commission follows.

use campaign_ledger::domain::*;

use super::costs::*;
use super::history::*;
use super::stories::*;
use crate::support::requests::*;

/// Orders of day 16 are locked on this day.
const LOCK_DAY: i64 = 46;

pub fn at_rate_of(rate_bp: u32) -> Terms {
    Terms {
        commission: Some(CommissionTerms { rate_bp }),
        ..terms()
    }
}

/// Returns a history in which Ayu earns 10 % and Bima 20 % of what they sell; it is day 16.
pub fn both() -> History {
    with_bima(published_as(plan(), at_rate_of(1_000)), at_rate_of(2_000))
}

/// Returns the same with an order of Ayu.
pub fn sold(rupiah: i64) -> History {
    both().given(convert_order(sale_by("o-1", rp(rupiah), "ayu-1")))
}

/// Returns the same order, locked, on a day after the lock.
pub fn locked(rupiah: i64, today: i64) -> History {
    let history = sold(rupiah).at(day(LOCK_DAY));
    history.given(lock_order(order("o-1"))).at(day(today))
}

pub fn latest(history: &History) -> Position {
    history.order("o-1").conversion.as_ref().unwrap().latest
}

/// Returns a correction of the order as it stands.
pub fn correction(history: &History) -> ConversionCorrection {
    ConversionCorrection {
        expected: latest(history),
        value: Patch::Keep,
        quantity: None,
        kind: None,
        touches: Patch::Keep,
        code: Patch::Keep,
        fx_rate: None,
        reason: "read wrongly".into(),
    }
}

pub fn correct(correction: ConversionCorrection) -> Request {
    correct_order(order("o-1"), OrderVerb::Correct(correction))
}

pub fn to_value(history: &History, value: Money) -> Request {
    correct(ConversionCorrection {
        value: Patch::Set(value),
        ..correction(history)
    })
}

pub fn void(history: &History) -> Request {
    let (expected, reason) = (latest(history), "never paid".into());
    correct_order(order("o-1"), OrderVerb::Void { expected, reason })
}

pub fn reattribute(history: &History, to: &[(&str, u32)]) -> Request {
    let verb = OrderVerb::Reattribute {
        expected: latest(history),
        shares: shares(to),
        evidence: vec![Evidence {
            reference: "https://drive.example/chat".into(),
            sha256: None,
            note: PersonalText::EMPTY,
        }],
        reason: "the customer says so".into(),
    };
    correct_order(order("o-1"), verb)
}

pub fn void_refund(refund: &str) -> Request {
    let (refund, reason) = (id(refund), "the transfer failed".into());
    correct_order(order("o-1"), OrderVerb::VoidRefund { refund, reason })
}

pub fn supply(rate_text: &str) -> Request {
    let fx_rate = rate(rate_text).unwrap();
    correct_order(order("o-1"), OrderVerb::SupplyRate { fx_rate })
}

/// Returns net revenue, accrued and committed commission of a collaboration, in rupiah: of all
/// facts, and of those on time.
pub fn money_of(history: &History, who: &str) -> [[i128; 3]; 2] {
    let totals = history.totals_of(who);
    let fee = i128::from(rp(1_000_000).minor);
    [&totals.counted, &totals.on_time].map(|tally| {
        [
            tally.net_revenue() / 100,
            tally.accrued() / 100,
            (tally.committed - fee) / 100,
        ]
    })
}

/// Checks that two histories show the same in every total.
#[track_caller]
pub fn assert_same(left: &History, right: &History) {
    let zeros = super::oracle::without_zeros;
    assert_eq!(zeros(left.totals()), zeros(right.totals()));
    for who in ["ayu-1", "bima-1"] {
        assert_eq!(zeros(left.totals_of(who)), zeros(right.totals_of(who)));
    }
    let gross = |history: &History| history.campaign().gross_revenue_minor;
    assert_eq!(gross(left), gross(right));
}

#[test]
fn correction_before_the_lock_counts_as_if_it_had_been_told_right() {
    let wrong = sold(75);
    let told = wrong.head();
    let right = both().given(convert_order(Claim {
        kind: ConversionType::Lead,
        quantity: 3,
        ..sale_by("o-1", rp(2_175), "bima-1")
    }));
    let fix = ConversionCorrection {
        value: Patch::Set(rp(2_175)),
        quantity: Some(3),
        kind: Some(ConversionType::Lead),
        touches: Patch::Set(vec![touch("bima-1", day(15))]),
        ..correction(&wrong)
    };
    let history = wrong.at(day(20)).given(correct(fix));
    assert_same(&history, &right);
    let (lock, at) = (lock_order(order("o-1")), day(LOCK_DAY));
    assert_same(
        &history.clone().at(at).given(lock.clone()),
        &right.at(at).given(lock),
    );
    // What was answered before stays.
    assert_eq!(money_of(&history.as_of(told), "ayu-1")[0], [75, 0, 8]);
    let order = history.order("o-1");
    let change = &order.changes[0];
    assert_eq!((change.in_place, change.value_before), (true, Some(rp(75))));
    assert_eq!(change.credits_before[0].collaboration, id("ayu-1"));
}

#[test]
fn correction_after_the_lock_and_the_end_counts_in_total_only() {
    let history = locked(1_000, 70);
    let history = history.clone().given(to_value(&history, rp(3_000)));
    assert_eq!(
        money_of(&history, "ayu-1"),
        [[3_000, 300, 300], [1_000, 100, 100]]
    );
    // A later refund falls on the corrected order, and a later correction takes it back.
    let history = history.given(refund(Refund {
        refunded_at: day(70),
        ..refunded("o-1", "r-1", rp(600))
    }));
    assert_eq!(money_of(&history, "ayu-1")[0], [2_400, 240, 240]);
    let history = history.clone().given(to_value(&history, rp(1_600)));
    assert_eq!(
        money_of(&history, "ayu-1"),
        [[1_000, 100, 100], [1_000, 100, 100]]
    );
}

#[test]
fn after_the_lock_counts_change_in_place() {
    let history = locked(1_000, 70);
    let fix = ConversionCorrection {
        quantity: Some(4),
        kind: Some(ConversionType::Signup),
        ..correction(&history)
    };
    let totals = history.given(correct(fix)).totals();
    for tally in [&totals.counted, &totals.on_time] {
        let bp = |kind| tally.conversions[&kind].attributed_bp;
        assert_eq!(bp(ConversionType::Signup), 40_000);
        assert_eq!(bp(ConversionType::Sale), 0);
        assert_eq!(tally.net_revenue(), 100_000);
    }
}

#[test]
fn paid_commission_is_carried_when_the_value_falls() {
    let history = locked(1_000, 50);
    let line = history.order("o-1").commissions[0].line.clone().unwrap();
    let history = history.given(approve_cost(line.as_str(), None));
    let history = history.clone().given(to_value(&history, rp(400)));
    assert_eq!(money_of(&history, "ayu-1")[0], [400, 40, 40]);
    let carried = history.collaboration("ayu-1").commission.carried_minor;
    assert_eq!(carried, -6_000);
}

#[test]
fn cleared_value_leaves_a_conversion_without_revenue() {
    let history = sold(1_000);
    let fix = ConversionCorrection {
        value: Patch::Clear,
        ..correction(&history)
    };
    let history = history.given(correct(fix));
    let told = both().given(convert_order(Claim {
        value: None,
        ..sale_by("o-1", rp(1), "ayu-1")
    }));
    assert_same(&history, &told);
}

#[test]
fn corrected_code_credits_again_and_a_wrong_one_says_why_not() {
    let history = with_bima(
        published_as(plan(), terms_with_code("AYU10")),
        terms_with_code("BIMA10"),
    );
    let claim = Claim {
        code: Some(Matched::told("AYU1O")),
        ..sale("o-1", rp(1_000))
    };
    let history = history.given(convert_order(claim));
    assert_eq!(history.totals().counted.unattributed, 100_000);
    let coded = |history: &History, code: &str| ConversionCorrection {
        code: Patch::Set(Matched::told(code)),
        ..correction(history)
    };
    let fix = coded(&history, "AYU10");
    let history = history.given(correct(fix));
    assert_eq!(history.totals_of("ayu-1").counted.net_revenue(), 100_000);
    assert_eq!(history.totals().counted.unattributed, 0);
    let fix = coded(&history, "NOBODY");
    let history = history.given(correct(fix));
    let order = history.order("o-1");
    let standing = order.conversion.as_ref().unwrap();
    let why = standing.conversion.unattributed;
    assert_eq!(why, Some(UnattributedReason::UnknownCode));
    assert_eq!(history.totals().counted.unattributed, 100_000);
}

#[test]
fn voided_order_counts_nowhere_and_keeps_its_key() {
    let history = sold(1_000).given(refund(refunded("o-1", "r-1", rp(300))));
    let claimed = history.order("o-1").conversion.as_ref().unwrap().position;
    let history = history.clone().given(void(&history));
    assert_same(&history, &both());
    let history = history
        .when(convert_order(sale_by("o-1", rp(1_000), "ayu-1")))
        .then_happened_at(claimed);
    let position = history.order("o-1").voided().unwrap();
    let history = history
        .when(convert_order(sale_by("o-1", rp(2_000), "bima-1")))
        .then_event(|event| match event {
            Event::Revenue(RevenueEvent::ConversionRejected(rejected)) => {
                assert_eq!(rejected.why, ClaimRejection::OrderVoided);
            }
            other => panic!("{other:?}"),
        });
    let refusal = Refusal::OrderVoided { position };
    let more = refund(refunded("o-1", "r-2", rp(1)));
    history.clone().when(more).then_refused(refusal.clone());
    let history = history.clone().when(void(&history)).then_refused(refusal);
    // Nothing is left to lock.
    let history = history.at(day(LOCK_DAY)).given(lock_order(order("o-1")));
    assert_eq!(money_of(&history, "ayu-1"), [[0; 3]; 2]);
}

#[test]
fn order_voided_after_the_end_stays_on_time_and_gives_its_commission_back() {
    let history = locked(1_000, 70);
    let history = history.clone().given(void(&history));
    assert_eq!(money_of(&history, "ayu-1"), [[0, 0, 0], [1_000, 100, 100]]);
    for tally in [history.totals().counted, history.totals().on_time] {
        assert_eq!(tally.conversions_bp(), 0);
    }
    let history = locked(1_000, 70).given(refund(refunded("o-1", "r-1", rp(300))));
    let history = history.clone().given(void(&history).occurred(day(50)));
    assert_eq!(money_of(&history, "ayu-1"), [[0; 3]; 2]);
    assert_eq!(history.totals().counted.refunds, 0);
}

#[test]
fn reattributed_order_moves_revenue_and_commission_by_the_terms_of_each() {
    let history = sold(1_000).at(day(20));
    let moved = history
        .clone()
        .given(reattribute(&history, &[("bima-1", 10_000)]));
    assert_eq!(money_of(&moved, "ayu-1"), [[0; 3]; 2]);
    assert_eq!(money_of(&moved, "bima-1"), [[1_000, 0, 200]; 2]);
    let moved = moved.at(day(LOCK_DAY)).given(lock_order(order("o-1")));
    assert_eq!(money_of(&moved, "bima-1"), [[1_000, 200, 200]; 2]);

    let history = locked(1_000, 70);
    let history = history
        .clone()
        .given(reattribute(&history, &[("bima-1", 10_000)]));
    assert_eq!(money_of(&history, "ayu-1"), [[0, 0, 0], [1_000, 100, 100]]);
    assert_eq!(money_of(&history, "bima-1"), [[1_000, 200, 200], [0, 0, 0]]);
    assert_eq!(history.totals_of("bima-1").on_time.conversions_bp(), 10_000);
    let order = history.order("o-1");
    let change = &order.changes[0];
    assert_eq!(change.credits_before[0].collaboration, id("ayu-1"));
    assert_eq!(change.credits_after[0].collaboration, id("bima-1"));
    assert_eq!(change.evidence.len(), 1);
    // And back: the line of Ayu goes on, whatever became of it.
    let history = history
        .clone()
        .given(reattribute(&history, &[("ayu-1", 10_000)]));
    assert_eq!(money_of(&history, "ayu-1")[0], [1_000, 100, 100]);
    assert_eq!(money_of(&history, "bima-1")[0], [0, 0, 0]);
}

#[test]
fn unattributed_order_is_credited_to_somebody_and_to_joint_shares() {
    let history = both().given(convert_order(sale("o-1", rp(1_000))));
    let history = history
        .clone()
        .given(reattribute(&history, &[("ayu-1", 10_000)]));
    assert_same(&history, &sold(1_000));
    let joint = [("ayu-1", 2_500), ("bima-1", 7_500)];
    let history = history.clone().given(reattribute(&history, &joint));
    assert_eq!(money_of(&history, "ayu-1")[0], [250, 0, 25]);
    assert_eq!(money_of(&history, "bima-1")[0], [750, 0, 150]);
    let history = history.at(day(LOCK_DAY)).given(lock_order(order("o-1")));
    assert_eq!(money_of(&history, "bima-1"), [[750, 150, 150]; 2]);
}

#[test]
fn ended_collaboration_is_credited_if_its_terms_covered_the_order() {
    let history = sold(1_000)
        .given(verify("ayu-1", "review"))
        .given(collaboration("ayu-1", CollaborationVerb::Complete));
    let history = history
        .clone()
        .given(reattribute(&history, &[("bima-1", 10_000)]));
    let history = history
        .clone()
        .given(reattribute(&history, &[("ayu-1", 10_000)]));
    assert_eq!(money_of(&history, "ayu-1")[0], [1_000, 0, 100]);
}

#[test]
fn order_of_another_time_is_not_credited_to_terms_that_came_later() {
    let history = published_as(plan(), at_rate_of(1_000))
        .given(convert_order(sale_by("o-1", rp(1_000), "ayu-1")))
        .at(day(30));
    let history = with_bima(history, at_rate_of(2_000));
    let request = reattribute(&history, &[("bima-1", 10_000)]);
    history
        .when(request)
        .then_refused(Refusal::TermsNotInForce {
            collaboration: id("bima-1"),
            ordered_at: day(16),
            from: day(30),
        });
}

#[test]
fn order_without_commission_that_was_locked_silently_gets_its_lock_with_the_new_credit() {
    let history = with_bima(published_as(plan(), terms()), at_rate_of(2_000))
        .given(convert_order(sale_by("o-1", rp(1_000), "ayu-1")))
        .at(day(50));
    let history = history
        .clone()
        .given(reattribute(&history, &[("bima-1", 10_000)]));
    assert_eq!(money_of(&history, "bima-1"), [[1_000, 0, 200]; 2]);
    let history = history.given(lock_order(order("o-1")));
    assert_eq!(money_of(&history, "bima-1"), [[1_000, 200, 200]; 2]);
}

#[test]
fn supplied_rate_counts_the_order_and_its_refunds_and_owes_its_commission() {
    let claim = |fx_rate| Claim {
        fx_rate,
        ..sale_by("o-1", money("USD", 100), "ayu-1")
    };
    let some = |history: History| {
        history
            .given(refund(refunded("o-1", "r-1", money("USD", 25))))
            .at(day(50))
    };
    let lacking = some(both().given(convert_order(claim(None))));
    assert!(!lacking.totals().counted.foreign_revenue.is_empty());
    let history = lacking.given(supply("15000"));
    let told = some(both().given(convert_order(claim(rate("15000")))));
    assert_same(&history, &told);
    let (history, told) = [history, told]
        .map(|history| history.given(lock_order(order("o-1"))))
        .into();
    assert_same(&history, &told);
    assert_eq!(money_of(&history, "ayu-1")[0], [11_250, 1_125, 1_125]);
    history
        .when(supply("16000"))
        .then_refused(Refusal::RateNotMissing);
}

#[test]
fn rate_corrected_after_the_lock_counts_late() {
    let claim = Claim {
        fx_rate: rate("15000"),
        ..sale_by("o-1", money("USD", 100), "ayu-1")
    };
    let history = both()
        .given(convert_order(claim))
        .given(refund(refunded("o-1", "r-1", money("USD", 50))))
        .at(day(LOCK_DAY))
        .given(lock_order(order("o-1")))
        .at(day(70));
    let fix = ConversionCorrection {
        fx_rate: rate("16000"),
        ..correction(&history)
    };
    let history = history.given(correct(fix));
    assert_eq!(
        money_of(&history, "ayu-1"),
        [[8_000, 800, 800], [7_500, 750, 750]]
    );
}

#[test]
fn past_by_happening_knows_the_counts_of_a_late_correction_and_not_its_money() {
    let history = locked(1_000, 70);
    let fix = ConversionCorrection {
        quantity: Some(2),
        value: Patch::Set(rp(3_000)),
        ..correction(&history)
    };
    let history = history.given(correct(fix));
    let past = |at: i64| {
        let records = history.ledger.records.iter();
        let seen = records.filter_map(|record| record.up_to(day(at)));
        let mut ledger = crate::support::ledger::Ledger::default();
        seen.for_each(|record| ledger.fold(record.into_owned()));
        ledger.totals(&campaign_ref(CAMPAIGN)).counted
    };
    assert_eq!(past(60).net_revenue(), 100_000);
    assert_eq!(past(60).conversions_bp(), 20_000);
    assert_eq!(past(70).net_revenue(), 300_000);
}
