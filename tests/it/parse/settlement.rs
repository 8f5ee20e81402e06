//! Costs and payments.

use campaign_ledger::domain::*;
use campaign_ledger::grpc::calls::request::*;
use campaign_ledger::grpc::settlement::parse::*;
use campaign_ledger::wire::proto::{api, values};

use super::{LONG_REASON, at, command, context, each_is_refused, idr, now, wire_fx, wire_idr};

/// Returns a valid cost line without an id.
pub fn cost() -> api::RecordCostRequest {
    api::RecordCostRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        cost_id: String::new(),
        collaboration_id: "ayu-1".to_owned(),
        r#type: values::CostType::Fee.into(),
        amount: wire_idr(100),
        fx_rate: wire_fx(),
        incurred_at: at(0),
        note: "first half".to_owned(),
    }
}

#[test]
fn each_rule_of_a_cost_names_its_field() {
    each_is_refused(
        &cost(),
        |request| record_cost(request, now()),
        &[
            (
                |r| r.cost_id = "C".to_owned(),
                "cost_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (
                |r| r.collaboration_id = "A".to_owned(),
                "collaboration_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (
                |r| r.r#type = 13,
                "type must be one of FEE, BONUS, COMMISSION, PRODUCT, SHIPPING, TRAVEL_MEAL, \
                 PRODUCTION, PAID_AMPLIFICATION, PLATFORM_FEE, TAX, KILL_FEE, RECOVERY",
            ),
            (
                |r| r.amount = wire_idr(0),
                "amount.minor_units must be more than 0",
            ),
            (
                |r| r.fx_rate.as_mut().unwrap().rate = "0".to_owned(),
                "fx_rate.rate must be a decimal above 0 with at most 18 digits before and 12 after \
                 the point",
            ),
            (
                |r| r.incurred_at = at(301),
                "incurred_at must not be more than 5 minutes in the future",
            ),
            (
                |r| r.note = "x".repeat(LONG_REASON),
                "note must be at most 500 characters",
            ),
        ],
    );
}

fn cost_verb(write: Write) -> CostVerb {
    let Command::Cost { cost, verb, .. } = command(write) else {
        panic!("another command");
    };
    assert_eq!(cost.as_str(), "c-1");
    verb
}

#[test]
fn approval_is_of_a_part_or_the_whole() {
    let approve = api::ApproveCostRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        cost_id: "c-1".to_owned(),
        approved_minor: None,
        approved: None,
    };
    let (approved_minor, currency) = (None, None);
    assert_eq!(
        cost_verb(approve_cost(approve.clone(), now())),
        CostVerb::Approve {
            approved_minor,
            currency
        }
    );
    each_is_refused(
        &approve,
        |request| approve_cost(request, now()),
        &[(
            |r| r.approved_minor = Some(-1),
            "approved_minor must be 0 or more",
        )],
    );
    let reverse = api::ReverseCostRequest {
        brand_id: approve.brand_id,
        context: approve.context,
        campaign_id: approve.campaign_id,
        cost_id: approve.cost_id,
        reason: "twice".to_owned(),
    };
    let reason = "twice".to_owned();
    assert_eq!(
        cost_verb(reverse_cost(reverse, now())),
        CostVerb::Reverse {
            reason: reason.into()
        }
    );
}

#[test]
fn each_rule_of_a_payment_names_its_field() {
    let good = api::RecordPaymentRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        cost_id: "c-1".to_owned(),
        payment_id: "p-1".to_owned(),
        amount: wire_idr(100),
        external_reference: "BCA 8812".to_owned(),
        paid_at: at(0),
    };
    let verb = CostVerb::Pay {
        payment: PaymentId::parse("p-1").unwrap(),
        amount: idr(100),
        reference: Matched::told("BCA 8812"),
        paid_at: now(),
    };
    assert_eq!(cost_verb(record_payment(good.clone(), now())), verb);
    each_is_refused(
        &good,
        |request| record_payment(request, now()),
        &[
            (
                |r| r.cost_id.clear(),
                "cost_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (
                |r| r.amount = wire_idr(-100),
                "amount.minor_units must be more than 0",
            ),
            (
                |r| r.external_reference = "é".to_owned(),
                "external_reference must be 1 to 128 printable ASCII characters",
            ),
            (
                |r| r.paid_at = at(301),
                "paid_at must not be more than 5 minutes in the future",
            ),
        ],
    );
}
