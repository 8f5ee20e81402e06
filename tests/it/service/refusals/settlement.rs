//! Requests about money that a rule forbids, with the expected refusal.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::dispute_subject::Subject;
use campaign_ledger::wire::proto::values::*;

use super::super::bad_input::{Attempt, but};
use super::{Row, row};
use crate::support::server::{Story, by_creator, day, idr, money};

/// All rows. `places` says which creator is in which state.
pub fn rules(story: &Story) -> Vec<Row> {
    use ErrorReason::{
        ActorNotAllowed, AdjustmentBelowApproved, AlreadyExists, ApprovalExceedsAccrued, CostState,
        CurrencyMismatch, NotAccepted, PaymentExceedsApproved, PaymentReferenceUsed,
        RefundExceedsOrder,
    };
    let cost = |id: &str, who, amount| story.cost(id, who, CostType::Fee, amount, day(1));
    let boost = |amount| story.cost("c-9", None, CostType::PaidAmplification, amount, day(1));
    let of_a_stranger = but(&story.sale("o-2", None, day(1), Some("invited")), |_| ());
    let more = ApproveCostRequest {
        approved_minor: Some(10_100),
        ..story.approve_cost("c-1")
    };
    let pay = |id: &str, reference: &str, amount| RecordPaymentRequest {
        payment_id: id.to_owned(),
        external_reference: reference.to_owned(),
        ..story.pay("c-1", amount, day(1))
    };
    let refund = |id: &str, amount| RecordRefundRequest {
        refund_id: id.to_owned(),
        ..story.refund("o-1", amount, day(1))
    };
    let creators_cost = but(&boost(idr(1)), |request| request.context = by_creator(""));
    vec![
        row(ActorNotAllowed, &[("allowed", "the brand")], creators_cost),
        row(
            AlreadyExists,
            &[("id", "c-1")],
            Attempt::of(cost("c-1", Some("accepted"), idr(1))),
        ),
        row(
            NotAccepted,
            &[("collaboration_id", "invited")],
            Attempt::of(cost("c-9", Some("invited"), idr(1))),
        ),
        row(
            NotAccepted,
            &[("collaboration_id", "declined")],
            Attempt::of(cost("c-9", Some("declined"), idr(1))),
        ),
        row(
            NotAccepted,
            &[("collaboration_id", "invited")],
            of_a_stranger,
        ),
        row(
            ApprovalExceedsAccrued,
            &[("approved_minor", "10100"), ("accrued_minor", "10000")],
            Attempt::of(more),
        ),
        row(
            PaymentExceedsApproved,
            &[("paid_minor", "6100"), ("approved_minor", "6000")],
            Attempt::of(pay("p-2", "t-2", idr(11))),
        ),
        row(
            CurrencyMismatch,
            &[("field", "amount"), ("expected", "IDR"), ("actual", "USD")],
            Attempt::of(pay("p-2", "t-2", money("USD", 1))),
        ),
        row(
            CurrencyMismatch,
            &[("expected", "IDR"), ("actual", "USD")],
            Attempt::of(refund("r2", money("USD", 1))),
        ),
        row(
            AlreadyExists,
            &[("id", "c-1")],
            Attempt::of(pay("c-1", "t-2", idr(1))),
        ),
        row(
            PaymentReferenceUsed,
            &[],
            Attempt::of(pay("p-2", "transfer-launch-c-1", idr(1))),
        ),
        row(
            CostState,
            &[("state", "REVERSED")],
            Attempt::of(story.reverse("gone")),
        ),
        row(
            CostState,
            &[("state", "REVERSED")],
            Attempt::of(story.approve_cost("gone")),
        ),
        row(
            CostState,
            &[("state", "ACCRUED")],
            Attempt::of(story.reverse("c-1")),
        ),
        row(
            AdjustmentBelowApproved,
            &[("total_minor", "5900"), ("approved_minor", "6000")],
            Attempt::of(story.adjust("c-1", idr(-41))),
        ),
        row(
            CurrencyMismatch,
            &[("field", "delta"), ("expected", "IDR"), ("actual", "USD")],
            Attempt::of(story.adjust("c-1", money("USD", 1))),
        ),
        row(
            CostState,
            &[("state", "REVERSED")],
            Attempt::of(story.withhold("gone")),
        ),
        row(
            CostState,
            &[("state", "ACCRUED")],
            Attempt::of(story.release("c-1")),
        ),
        row(
            CostState,
            &[("state", "REVERSED")],
            Attempt::of(story.tax("gone", idr(1))),
        ),
        row(
            RefundExceedsOrder,
            &[("refunds_minor", "10001"), ("order_minor", "10000")],
            Attempt::of(refund("r2", money("IDR", 4_001))),
        ),
        row(
            AlreadyExists,
            &[("id", "r1")],
            Attempt::of(refund("r1", idr(1))),
        ),
    ]
}

/// Requests that disputes and locks of orders forbid.
pub fn dispute_rules(story: &Story) -> Vec<Row> {
    use ErrorReason::{
        ActorNotAllowed, AdjustmentExceedsOrder, AlreadyExists, BonusNotReached, DisputeOpen,
        DisputeResolved, Disputed, NotAccepted, OrderNotLocked,
    };
    let line = || Subject::CostId(String::from("disputed"));
    let review = || Subject::DeliverableId(String::from("d1"));
    let withdraw = story.resolve("open", "accepted", DisputeRuling::Withdrawn);
    let by_creator = but(&withdraw, |request| request.context = by_creator(""));
    vec![
        row(
            Disputed,
            &[("dispute_id", "open")],
            Attempt::of(story.approve_cost("disputed")),
        ),
        row(
            Disputed,
            &[("dispute_id", "open")],
            Attempt::of(story.dispute("again", "accepted", line())),
        ),
        row(
            AlreadyExists,
            &[("id", "open")],
            Attempt::of(story.dispute("open", "accepted", review())),
        ),
        row(
            NotAccepted,
            &[("collaboration_id", "invited")],
            Attempt::of(story.dispute("new", "invited", review())),
        ),
        row(
            DisputeResolved,
            &[],
            Attempt::of(story.resolve("over", "accepted", DisputeRuling::Upheld)),
        ),
        row(
            ActorNotAllowed,
            &[("allowed", "the side that opened it")],
            by_creator,
        ),
        row(
            OrderNotLocked,
            &[("locks_at", "2026-04-01T00:00:00Z")],
            Attempt::of(story.adjust_order("o-1", idr(1))),
        ),
        row(
            AdjustmentExceedsOrder,
            &[("left_minor", "-100")],
            Attempt::of(story.adjust_order("old", idr(-101))),
        ),
        row(
            BonusNotReached,
            &[("reached", "0"), ("at_least", "1000")],
            Attempt::of(story.accrue_bonus("published", "views")),
        ),
        row(
            DisputeOpen,
            &[("open", "1")],
            Attempt::of(story.complete("verified")),
        ),
    ]
}
