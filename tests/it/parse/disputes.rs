//! Disputes, and changes of cost lines and orders.

use campaign_ledger::domain::state::ClaimStatus;
use campaign_ledger::domain::*;
use campaign_ledger::grpc::calls::request::*;
use campaign_ledger::grpc::measurement::parse::*;
use campaign_ledger::grpc::settlement::parse::*;
use campaign_ledger::wire::proto::{api, values};
use values::dispute_subject::Subject;

use super::{
    ID_RULE, LONG_NAME, LONG_REASON, LONG_URL, at, command, context, each_is_refused, idr, moment,
    now, wire_idr,
};

fn opening() -> api::OpenDisputeRequest {
    api::OpenDisputeRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        collaboration_id: "ayu-1".to_owned(),
        dispute_id: "d-1".to_owned(),
        subject: about(Subject::CostId("c-1".to_owned())),
        reason: "not as agreed".to_owned(),
        evidence: vec!["https://drive.example/chat".to_owned()],
    }
}

fn about(subject: Subject) -> Option<values::DisputeSubject> {
    Some(values::DisputeSubject {
        subject: Some(subject),
    })
}

fn dispute_verb(write: Write) -> DisputeVerb {
    let Command::Dispute { dispute, verb, .. } = command(write) else {
        panic!("another command");
    };
    assert_eq!(dispute.as_str(), "d-1");
    verb
}

#[test]
fn dispute_is_about_a_line_a_deliverable_or_a_number() {
    let number = values::DisputedNumber {
        publication_id: "post".to_owned(),
        metric: "reach".to_owned(),
    };
    for (subject, expected) in [
        (
            Subject::CostId("c-1".to_owned()),
            DisputeSubject::Cost(CostId::parse("c-1").unwrap()),
        ),
        (
            Subject::DeliverableId("d1".to_owned()),
            DisputeSubject::Deliverable(DeliverableId::parse("d1").unwrap()),
        ),
        (
            Subject::Number(number),
            DisputeSubject::Number {
                publication: Some(PublicationId::parse("post").unwrap()),
                metric: "reach".to_owned(),
            },
        ),
    ] {
        let request = api::OpenDisputeRequest {
            subject: about(subject),
            ..opening()
        };
        let verb = DisputeVerb::Open {
            subject: expected,
            reason: "not as agreed".into(),
            evidence: vec!["https://drive.example/chat".into()],
        };
        assert_eq!(dispute_verb(open_dispute(request, now())), verb);
    }
    each_is_refused(
        &opening(),
        |request| open_dispute(request, now()),
        &[
            (|r| r.subject = None, "subject is required"),
            (
                |r| r.subject = Some(values::DisputeSubject::default()),
                "subject must name a cost line, a deliverable or a number",
            ),
            (
                |r| r.subject = about(Subject::CostId(String::new())),
                "subject.cost_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (
                |r| r.reason = "x".repeat(LONG_REASON),
                "reason must be 1 to 500 characters",
            ),
            (
                |r| r.evidence = vec!["x".to_owned(); 21],
                "evidence must have at most 20 elements",
            ),
            (
                |r| r.evidence = vec!["x".repeat(LONG_URL)],
                "evidence[0] must be 1 to 2000 characters",
            ),
        ],
    );
}

#[test]
fn ruling_names_share_and_arbiter_where_it_must() {
    let split = api::ResolveDisputeRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        collaboration_id: "ayu-1".to_owned(),
        dispute_id: "d-1".to_owned(),
        ruling: values::DisputeRuling::Split.into(),
        share_bp: Some(4_000),
        arbiter: Some(values::Arbiter {
            name: "Ibu Ratna".to_owned(),
            role: "agency".to_owned(),
        }),
        reason: "both were heard".to_owned(),
    };
    let arbiter = Arbiter {
        name: "Ibu Ratna".into(),
        role: "agency".to_owned(),
    };
    let verb = DisputeVerb::Resolve(Resolution {
        ruling: DisputeRuling::Split { share_bp: 4_000 },
        arbiter: Some(arbiter),
        reason: "both were heard".into(),
    });
    assert_eq!(dispute_verb(resolve_dispute(split.clone(), now())), verb);
    let withdrawn = api::ResolveDisputeRequest {
        ruling: values::DisputeRuling::Withdrawn.into(),
        share_bp: None,
        arbiter: None,
        ..split.clone()
    };
    let verb = DisputeVerb::Resolve(Resolution {
        ruling: DisputeRuling::Withdrawn,
        arbiter: None,
        reason: "both were heard".into(),
    });
    assert_eq!(dispute_verb(resolve_dispute(withdrawn, now())), verb);
    each_is_refused(
        &split,
        |request| resolve_dispute(request, now()),
        &[
            (
                |r| r.share_bp = None,
                "share_bp must be given for SPLIT, and for no other",
            ),
            (
                |r| r.arbiter = None,
                "arbiter must be given unless the dispute is WITHDRAWN",
            ),
            (
                |r| r.dispute_id.clear(),
                "dispute_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (|r| r.reason.clear(), "reason must be 1 to 500 characters"),
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
fn line_is_adjusted_withheld_and_released_with_a_reason() {
    let reason = || "other hours".to_owned();
    let adjust = api::AdjustCostRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        cost_id: "c-1".to_owned(),
        delta: wire_idr(-100),
        reason: reason(),
    };
    let verb = CostVerb::Adjust {
        delta: idr(-100),
        reason: reason().into(),
    };
    assert_eq!(cost_verb(adjust_cost(adjust.clone(), now())), verb);
    each_is_refused(
        &adjust,
        |request| adjust_cost(request, now()),
        &[
            (|r| r.delta = None, "delta is required"),
            (|r| r.reason.clear(), "reason must be 1 to 500 characters"),
        ],
    );
    let withhold = api::WithholdCostRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        cost_id: "c-1".to_owned(),
        reason: reason(),
    };
    let verb = CostVerb::Withhold {
        reason: reason().into(),
    };
    assert_eq!(cost_verb(withhold_cost(withhold.clone(), now())), verb);
    let release = api::ReleaseCostRequest {
        brand_id: withhold.brand_id.clone(),
        context: withhold.context.clone(),
        campaign_id: withhold.campaign_id.clone(),
        cost_id: withhold.cost_id.clone(),
        reason: reason(),
    };
    let verb = CostVerb::Release {
        reason: reason().into(),
    };
    assert_eq!(cost_verb(release_cost(release.clone(), now())), verb);
    each_is_refused(
        &withhold,
        |request| withhold_cost(request, now()),
        &[(|r| r.reason.clear(), "reason must be 1 to 500 characters")],
    );
    each_is_refused(
        &release,
        |request| release_cost(request, now()),
        &[(|r| r.reason.clear(), "reason must be 1 to 500 characters")],
    );
}

#[test]
fn bonus_names_its_line_by_itself() {
    let accrue = api::AccrueBonusRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        collaboration_id: "ayu-1".to_owned(),
        bonus_id: "views".to_owned(),
    };
    let Command::Cost { cost, verb, .. } = command(accrue_bonus(accrue.clone(), now())) else {
        panic!("another command");
    };
    let (collaboration, bonus) = (
        CollaborationId::parse("ayu-1").unwrap(),
        BonusId::parse("views").unwrap(),
    );
    assert_eq!(cost, bonus_line(&collaboration, &bonus));
    let expected = CostVerb::AccrueBonus {
        collaboration,
        bonus,
    };
    assert_eq!(verb, expected);
    each_is_refused(
        &accrue,
        |request| accrue_bonus(request, now()),
        &[(
            |r| r.bonus_id.clear(),
            "bonus_id must be 1 to 64 characters of a-z 0-9 - _",
        )],
    );
}

#[test]
fn each_rule_of_a_tax_names_its_field() {
    let tax = api::RecordTaxRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        cost_id: "c-1".to_owned(),
        tax_id: "t-1".to_owned(),
        gross: wire_idr(1_000),
        base: wire_idr(500),
        rate_percent: "2.5".to_owned(),
        amount: wire_idr(12),
        article: "PPh 21".to_owned(),
        certificate: String::new(),
        period: "2025-10".to_owned(),
    };
    let expected = Tax {
        id: TaxId::parse("t-1").unwrap(),
        gross: idr(1_000),
        base: idr(500),
        rate_percent: Rate::parse("2.5").unwrap(),
        amount: idr(12),
        article: "PPh 21".to_owned(),
        certificate: "".into(),
        period: "2025-10".to_owned(),
    };
    let verb = cost_verb(record_tax(tax.clone(), now()));
    assert_eq!(verb, CostVerb::RecordTax(expected));
    each_is_refused(
        &tax,
        |request| record_tax(request, now()),
        &[
            (|r| r.gross = None, "gross is required"),
            (
                |r| r.base = wire_idr(-1),
                "base.minor_units must be 0 or more",
            ),
            (
                |r| r.rate_percent = "0".to_owned(),
                "rate_percent must be a decimal above 0 with at most 18 digits before and 12 after \
                 the point",
            ),
            (
                |r| r.article = "x".repeat(LONG_NAME),
                "article must be 1 to 200 characters",
            ),
        ],
    );
}

#[test]
fn order_is_corrected_by_what_is_not_nothing() {
    let adjust = api::AdjustConversionRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        order_source: "shop".to_owned(),
        order_id: "o-1".to_owned(),
        adjustment_id: "a-1".to_owned(),
        delta: wire_idr(-5),
        reason: "counted again".to_owned(),
    };
    let Command::AdjustConversion { adjustment } =
        command(adjust_conversion(adjust.clone(), now()))
    else {
        panic!("another command");
    };
    assert_eq!(adjustment.delta, idr(-5));
    each_is_refused(
        &adjust,
        |request| adjust_conversion(request, now()),
        &[
            (|r| r.delta = None, "delta is required"),
            (|r| r.reason.clear(), "reason must be 1 to 500 characters"),
        ],
    );
}

#[test]
fn claims_are_sought_by_what_is_known_of_them() {
    let list = api::ListConversionsRequest {
        brand_id: "kulit".to_owned(),
        campaign_id: "jujur".to_owned(),
        collaboration_id: "ayu-1".to_owned(),
        statuses: vec![api::ConversionStatus::Locked.into()],
        code: "kopi10".to_owned(),
        types: vec![values::ConversionType::Visit.into()],
        ordered_from: at(0),
        ordered_before: at(9),
        ..api::ListConversionsRequest::default()
    };
    let query = list_conversions(list.clone()).unwrap();
    assert_eq!(query.statuses, [ClaimStatus::Locked]);
    assert_eq!(query.code, Some(Matched::told("KOPI10")));
    assert_eq!(query.kinds, [ConversionType::Visit]);
    assert_eq!(
        (query.ordered_from, query.ordered_before),
        (Some(now()), Some(moment(9)))
    );
    each_is_refused(
        &list,
        list_conversions,
        &[
            (
                |r| r.statuses = vec![8],
                "statuses[0] must be one of ATTRIBUTED, UNATTRIBUTED, DUPLICATE, MISSING_FX, LOCKED, \
                 VOIDED, CORRECTED",
            ),
            (
                |r| r.types = vec![0],
                "types[0] must be one of SALE, INSTALL, SIGNUP, LEAD, VISIT",
            ),
            (|r| r.page_size = -1, "page_size must be 0 or more"),
        ],
    );
    let balances = api::ListBalancesRequest {
        brand_id: "kulit".to_owned(),
        creator_id: "ayu".to_owned(),
        currency_code: "IDR".to_owned(),
        open: Some(true),
        ..api::ListBalancesRequest::default()
    };
    let query = list_balances(balances.clone()).unwrap();
    assert_eq!(
        (query.currency, query.open),
        (Some(idr(0).currency), Some(true))
    );
    each_is_refused(
        &balances,
        list_balances,
        &[(
            |r| r.creator_id = "Ayu".to_owned(),
            "creator_id must be 1 to 64 characters of a-z 0-9 - _",
        )],
    );
    let many = api::BatchRecordConversionsRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "Jujur".to_owned(),
        conversions: Vec::new(),
    };
    let refused = batch_record_conversions(many, now()).unwrap_err();
    let expected = [
        format!("campaign_id {ID_RULE}"),
        "conversions must have 1 to 1,000 elements".to_owned(),
    ];
    assert_eq!(super::texts(refused), expected);
}
