//! Late facts: after the end they count until `measure_until`, and are shown separately.

use campaign_ledger::domain::*;

use super::costs::{line, record};
use super::engagement::{likes, observe};
use super::history::*;
use super::stories::*;
use crate::support::requests::*;

/// Times around the limits of the campaign, and how a fact at each of them counts.
const EDGES: [(i64, i64, FactTiming); 4] = [
    (60, 0, FactTiming::OnTime),
    (60, 1, FactTiming::Late),
    (90, 0, FactTiming::Late),
    (90, 1, FactTiming::AfterMeasurement),
];

/// Ayu's collaboration is completed and the campaign closed; it is day 100.
fn closed() -> History {
    let withdraw_pending = false;
    completed()
        .given(campaign(CampaignVerb::Close { withdraw_pending }))
        .at(day(100))
}

/// Records one fact at each limit and reads a number of both tallies.
fn counts(fact: impl Fn(Timestamp) -> Request, number: impl Fn(&Tally) -> i128) {
    for (edge, nanos, timing) in EDGES {
        let history = closed().given(fact(later(day(edge), nanos)));
        let totals = history.totals();
        let counted = timing <= FactTiming::Late;
        let on_time = timing == FactTiming::OnTime;
        assert_eq!(number(&totals.counted) != 0, counted, "{timing:?}");
        assert_eq!(number(&totals.on_time) != 0, on_time, "{timing:?}");
        let after = i64::from(timing == FactTiming::AfterMeasurement);
        assert_eq!(totals.after_measurement, after);
    }
}

#[test]
fn engagement_counts_by_when_it_was_seen() {
    counts(
        |at| observe(at, likes(7)),
        |tally| {
            let sums = tally.engagement.values();
            sums.map(|sums| sums.engagements.value).sum()
        },
    );
}

#[test]
fn conversions_count_by_when_they_were_ordered() {
    counts(
        |ordered_at| {
            convert_order(Claim {
                ordered_at,
                joint_shares: shares(&[("ayu-1", 10_000)]),
                ..sale("o-1", rp(100))
            })
        },
        |tally| tally.gross,
    );
}

#[test]
fn costs_count_by_when_they_were_incurred() {
    let line = |incurred_at| CostVerb::Record {
        collaboration: None,
        kind: CostType::Production,
        amount: rp(100),
        fx_rate: None,
        incurred_at,
        note: "".into(),
    };
    counts(|at| cost("c-1", line(at)), Tally::accrued);
}

#[test]
fn refunds_count_with_their_order_however_late() {
    for (edge, nanos, timing) in EDGES {
        let mut late = refunded("o-1", "r-1", rp(40));
        late.refunded_at = later(day(edge), nanos);
        let history = closed()
            .given(convert_order(sale_by("o-1", rp(100), "ayu-1")))
            .given(refund(late));
        let totals = history.totals();
        let net = |counts| if counts { 6_000 } else { 10_000 };
        assert_eq!(totals.counted.net_revenue(), net(true));
        assert_eq!(totals.after_measurement, 0);
        assert_eq!(
            totals.on_time.net_revenue(),
            net(timing == FactTiming::OnTime)
        );
    }
}

#[test]
fn refund_counts_nowhere_its_order_does_not() {
    let mut early = refunded("o-1", "r-1", rp(40));
    early.refunded_at = day(50);
    let refund = || refund(early.clone());
    let order = |ordered_at| {
        convert_order(Claim {
            ordered_at,
            joint_shares: shares(&[("ayu-1", 10_000)]),
            ..sale("o-1", rp(100))
        })
    };
    for (ordered_at, net) in [(day(70), 6_000), (day(95), 0)] {
        let histories = [
            closed().given(order(ordered_at)).given(refund()),
            closed().given(refund()).given(order(ordered_at)),
        ];
        for history in histories {
            let totals = history.totals();
            assert_eq!(totals.counted.net_revenue(), net);
            assert_eq!(totals.on_time.net_revenue(), 0);
        }
    }
}

#[test]
fn payments_count_with_their_line_however_late() {
    let approve = CostVerb::Approve {
        approved_minor: None,
        currency: None,
    };
    for (edge, nanos, timing) in EDGES {
        let pay = CostVerb::Pay {
            payment: id("p-1"),
            amount: rp(100),
            reference: id("TRF-1"),
            paid_at: later(day(edge), nanos),
        };
        let history = closed()
            .given(record("c-1", line(CostType::Production, rp(100))))
            .given(cost("c-1", approve.clone()))
            .given(cost("c-1", pay));
        let paid = |counts| if counts { 10_000 } else { 0 };
        let totals = history.totals();
        assert_eq!(totals.counted.paid(), paid(true));
        assert_eq!(totals.on_time.paid(), paid(timing == FactTiming::OnTime));
    }
}

#[test]
fn posts_count_by_when_they_went_live() {
    for (edge, nanos, timing) in EDGES {
        let late = Publish {
            published_at: later(day(edge), nanos),
            ..live("post-1")
        };
        let history = approved()
            .at(day(100))
            .given(publish("ayu-1", "review", late));
        let totals = history.totals();
        assert_eq!(totals.counted.posts, i64::from(timing <= FactTiming::Late));
        assert_eq!(
            totals.on_time.posts,
            i64::from(timing == FactTiming::OnTime)
        );
        assert_eq!(totals.delivery.published, 1);
    }
}

#[test]
fn late_engagement_moves_only_the_counted_head() {
    let history = closed()
        .given(observe(day(50), likes(100)))
        .given(observe(day(70), likes(150)))
        .given(observe(day(95), likes(190)));
    let value = |tally: &Tally| {
        let sums = tally.engagement.values().next().unwrap();
        sums.engagements.value / 10_000
    };
    let totals = history.totals();
    assert_eq!(value(&totals.counted), 150);
    assert_eq!(value(&totals.on_time), 100);
    assert_eq!(totals.after_measurement, 1);
}

#[test]
fn end_is_the_limit_where_nothing_is_said_of_measurement() {
    let plan = CampaignPlan {
        measure_until: None,
        ..plan()
    };
    assert_eq!(plan.timing(day(60)), FactTiming::OnTime);
    assert_eq!(plan.timing(later(day(60), 1)), FactTiming::AfterMeasurement);
    let endless = CampaignPlan {
        end_at: None,
        ..plan
    };
    assert_eq!(endless.timing(day(5_000)), FactTiming::OnTime);
}

#[test]
fn kill_fee_is_incurred_when_the_ledger_cancels() {
    let mut with_fee = terms();
    with_fee.kill_fee.before_content_bp = 5_000;
    let history = accepted(with_fee).at(day(61)).given(cancel("ayu-1"));
    let totals = history.totals();
    assert_eq!(totals.counted.accrued(), i128::from(rp(500_000).minor));
    assert_eq!(totals.on_time.accrued(), 0);
}
