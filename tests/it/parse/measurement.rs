//! Engagement, conversions, refunds.

use campaign_ledger::domain::*;
use campaign_ledger::grpc::measurement::parse::*;
use campaign_ledger::wire::proto::{api, values};

use super::{
    LONG_NAME, at, command, context, each_is_refused, idr, moment, now, wire_fx, wire_idr,
    wire_share,
};

fn engagement() -> api::RecordEngagementRequest {
    api::RecordEngagementRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        collaboration_id: "ayu-1".to_owned(),
        publication_id: "post".to_owned(),
        observed_at: at(0),
        source: values::ObservationSource::Creator.into(),
        kind: values::MeasurementKind::Reported.into(),
        scope: values::MeasurementScope::Organic.into(),
        counters: Some(values::Counters {
            saves: Some(0),
            ..values::Counters::default()
        }),
        followers: Some(48_500),
        definition: "view-2025".to_owned(),
    }
}

#[test]
fn observation_of_nothing_but_a_zero_is_one() {
    let mut counters = Counters::default();
    counters.set(Counter::Saves, Some(0));
    let observation = Observation {
        seen: Seen {
            observed_at: now(),
            source: ObservationSource::Creator,
            kind: MeasurementKind::Reported,
            scope: MeasurementScope::Organic,
            definition: Definition::parse("view-2025").ok(),
        },
        counters,
        followers: Some(48_500),
    };
    let Command::Engagement { publication, verb } = command(record_engagement(engagement(), now()))
    else {
        panic!("another command");
    };
    assert_eq!(publication.collaboration.brand.as_str(), "kulit");
    assert_eq!(publication.publication.as_str(), "post");
    assert_eq!(verb, EngagementVerb::Record { observation });
}

#[test]
fn each_rule_of_an_observation_names_its_field() {
    each_is_refused(
        &engagement(),
        |request| record_engagement(request, now()),
        &[
            (
                |r| r.publication_id.clear(),
                "publication_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (|r| r.observed_at = None, "observed_at is required"),
            (
                |r| r.observed_at = at(301),
                "observed_at must not be more than 5 minutes in the future",
            ),
            (
                |r| r.source = 0,
                "source must be one of API, BRAND, CREATOR, ESTIMATE",
            ),
            (
                |r| r.kind = 4,
                "kind must be one of MEASURED, REPORTED, ESTIMATED",
            ),
            (
                |r| r.scope = -1,
                "scope must be one of ORGANIC, PAID, TOTAL",
            ),
            (|r| r.counters = None, "counters is required"),
            (
                |r| r.counters = Some(values::Counters::default()),
                "counters must have at least one counter",
            ),
        ],
    );
}

#[test]
fn each_rule_of_a_correction_names_its_field() {
    let correct = api::CorrectEngagementRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        collaboration_id: "ayu-1".to_owned(),
        publication_id: "post".to_owned(),
        observation_position: 27,
        counters: engagement().counters,
        followers: None,
        reason: "mistyped".to_owned(),
    };
    each_is_refused(
        &correct,
        |request| correct_engagement(request, now()),
        &[
            (
                |r| r.observation_position = 0,
                "observation_position must be 1 or more",
            ),
            (
                |r| r.counters = Some(values::Counters::default()),
                "counters must have at least one counter",
            ),
            (|r| r.reason.clear(), "reason must be 1 to 500 characters"),
        ],
    );
    let void = api::VoidEngagementRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        collaboration_id: "ayu-1".to_owned(),
        publication_id: "post".to_owned(),
        observation_position: 28,
        reason: "another post".to_owned(),
    };
    let Command::Engagement { verb, .. } = command(void_engagement(void, now())) else {
        panic!("another command");
    };
    let observation = Position::new(28);
    let reason = "another post".to_owned();
    assert_eq!(
        verb,
        EngagementVerb::Void {
            observation,
            reason: reason.into()
        }
    );
}

fn conversion() -> api::RecordConversionRequest {
    api::RecordConversionRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        order_source: "shop".to_owned(),
        order_id: "#INV/42".to_owned(),
        r#type: values::ConversionType::Sale.into(),
        value: wire_idr(0),
        fx_rate: wire_fx(),
        ordered_at: at(0),
        quantity: None,
        code: "ayu10".to_owned(),
        touches: vec![values::LinkTouch {
            collaboration_id: "ayu-1".to_owned(),
            touched_at: at(-10),
        }],
        joint_shares: vec![],
    }
}

fn claim(request: api::RecordConversionRequest) -> Claim {
    match command(record_conversion(request, now())) {
        Command::RecordConversion { claim, .. } => claim,
        other => panic!("{other:?}"),
    }
}

#[test]
fn good_claim_becomes_a_command() {
    let read = claim(conversion());
    assert_eq!(read.order.source.as_str(), "shop");
    assert_eq!(read.order.id.as_str(), "#INV/42");
    assert_eq!(read.kind, ConversionType::Sale);
    assert_eq!(read.value, Some(idr(0)));
    assert_eq!(read.fx_rate.unwrap().rate.as_str(), "15875.5");
    assert_eq!(read.ordered_at, now());
    assert_eq!(read.code, Some(Matched::told("AYU10")));
    assert_eq!(read.quantity, 1);
    assert_eq!(read.touches[0].touched_at, moment(-10));
    assert!(read.joint_shares.is_empty());
}

#[test]
fn each_rule_of_a_claim_names_its_field() {
    each_is_refused(
        &conversion(),
        |request| record_conversion(request, now()),
        &[
            (
                |r| r.order_source = "Shop".to_owned(),
                "order_source must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (
                |r| r.order_id.clear(),
                "order_id must be 1 to 128 printable ASCII characters",
            ),
            (
                |r| r.r#type = 0,
                "type must be one of SALE, INSTALL, SIGNUP, LEAD, VISIT",
            ),
            (
                |r| r.value = wire_idr(-1),
                "value.minor_units must be 0 or more",
            ),
            (|r| r.value = None, "fx_rate must be absent without value"),
            (
                |r| r.fx_rate.as_mut().unwrap().rate = "1e3".to_owned(),
                "fx_rate.rate must be a decimal above 0 with at most 18 digits before and 12 after \
                 the point",
            ),
            (
                |r| r.fx_rate.as_mut().unwrap().source = "x".repeat(LONG_NAME),
                "fx_rate.source must be 1 to 200 characters",
            ),
            (
                |r| r.fx_rate.as_mut().unwrap().rated_at = None,
                "fx_rate.rated_at is required",
            ),
            (
                |r| r.ordered_at = at(301),
                "ordered_at must not be more than 5 minutes in the future",
            ),
            (|r| r.quantity = Some(0), "quantity must be 1 to 1,000,000"),
            (
                |r| r.quantity = Some(1_000_001),
                "quantity must be 1 to 1,000,000",
            ),
            (
                |r| r.touches[0].touched_at = None,
                "touches[0].touched_at is required",
            ),
            (
                |r| r.touches = vec![r.touches[0].clone(); 51],
                "touches must have at most 50 elements",
            ),
            (
                |r| {
                    r.joint_shares = vec![wire_share("a", 1), wire_share("b", 9_999)];
                    r.touches.clear();
                },
                "code must be absent with joint_shares",
            ),
            (
                |r| {
                    r.joint_shares = vec![wire_share("a", 1), wire_share("b", 9_999)];
                    r.code.clear();
                },
                "touches must be absent with joint_shares",
            ),
            (
                |r| {
                    r.joint_shares = vec![wire_share("a", 10_000)];
                    r.code.clear();
                    r.touches.clear();
                },
                "joint_shares must have 2 to 50 elements",
            ),
        ],
    );
}

#[test]
fn claim_digest_is_of_the_claim_alone() {
    let first = claim(conversion()).digest;
    let mut again = conversion();
    again.code = "AYU10".to_owned();
    let context = again.context.as_mut().unwrap();
    context.request_id = "another".to_owned();
    context.occurred_at = at(-5);
    context.actor.as_mut().unwrap().id = "staff-8".to_owned();
    assert_eq!(claim(again.clone()).digest, first);

    // The writer adds the keyed digest of the code.
    again.code = "other".to_owned();
    assert_eq!(claim(again).digest, first);

    let changes: [fn(&mut api::RecordConversionRequest); 8] = [
        |r| r.campaign_id = "other".to_owned(),
        |r| r.order_source = "other".to_owned(),
        |r| r.order_id = "other".to_owned(),
        |r| r.r#type = values::ConversionType::Lead.into(),
        |r| r.value = wire_idr(1),
        |r| r.fx_rate = None,
        |r| r.ordered_at = at(1),
        |r| r.touches.clear(),
    ];
    for change in changes {
        let mut changed = conversion();
        change(&mut changed);
        assert_ne!(claim(changed).digest, first);
    }
}

/// The same amount, told in another way, is the same claim.
#[test]
fn claim_in_decimal_text_is_the_same_claim() {
    let mut told = conversion();
    let value = told.value.as_mut().unwrap();
    let minor = value.minor_units.take().unwrap();
    value.decimal = idr(minor).decimal();
    assert_eq!(claim(told).digest, claim(conversion()).digest);
}

/// Digests of claims are stored: computed differently, the same claim would be a duplicate.
#[test]
fn claim_digest_never_changes() {
    let digest = claim(conversion()).digest;
    assert_eq!(
        u128::from_be_bytes(digest),
        0xd2bc_17e9_3c3b_1551_1183_42b5_451c_fa9c
    );
}

#[test]
fn each_rule_of_a_refund_names_its_field() {
    let good = api::RecordRefundRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        order_source: "shop".to_owned(),
        order_id: "42".to_owned(),
        refund_id: "r-1".to_owned(),
        amount: wire_idr(1),
        refunded_at: at(0),
        fx_rate: None,
    };
    let refund = Refund {
        order: OrderKey {
            source: OrderSource::parse("shop").unwrap(),
            id: Reference::parse("42").unwrap(),
        },
        id: RefundId::parse("r-1").unwrap(),
        amount: idr(1),
        refunded_at: now(),
        fx_rate: None,
    };
    assert_eq!(
        command(record_refund(good.clone(), now())),
        Command::RecordRefund { refund }
    );
    each_is_refused(
        &good,
        |request| record_refund(request, now()),
        &[
            (
                |r| r.refund_id.clear(),
                "refund_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (|r| r.amount = None, "amount is required"),
            (
                |r| r.amount = wire_idr(0),
                "amount.minor_units must be more than 0",
            ),
            (
                |r| r.refunded_at = at(301),
                "refunded_at must not be more than 5 minutes in the future",
            ),
        ],
    );
}
