//! The context of writes.

use campaign_ledger::domain::*;
use campaign_ledger::grpc::calls::request::*;
use campaign_ledger::grpc::campaign::parse::*;
use campaign_ledger::grpc::collaboration::parse::*;
use campaign_ledger::grpc::settlement::parse::*;
use campaign_ledger::wire::proto::{api, values};
use uuid::Uuid;

use super::{ID_RULE, LONG_REASON, at, context, each_is_refused, moment, now, texts, wire_actor};

fn open() -> api::OpenCampaignRequest {
    api::OpenCampaignRequest {
        brand_id: "kulit".to_owned(),
        context: Some(api::WriteContext {
            request_id: "First.Try:1".to_owned(),
            on_behalf_of: Some(values::OnBehalfOf {
                actor: wire_actor(values::ActorKind::Creator, "ayu"),
                reason: "by phone".to_owned(),
            }),
            occurred_at: at(-60),
            ..context().unwrap()
        }),
        campaign_id: "jujur".to_owned(),
    }
}

fn parse(request: api::OpenCampaignRequest) -> Write {
    open_campaign(request, now())
}

fn shared(request: &mut api::OpenCampaignRequest) -> &mut api::WriteContext {
    request.context.as_mut().unwrap()
}

fn other(request: &mut api::OpenCampaignRequest) -> &mut values::OnBehalfOf {
    shared(request).on_behalf_of.as_mut().unwrap()
}

fn stamp(write: Write) -> RequestStamp {
    write.unwrap().request.stamp.unwrap()
}

#[test]
fn good_context_becomes_a_request() {
    let parsed = parse(open()).unwrap();
    assert!(!parsed.validate_only);
    let request = parsed.request;
    assert_eq!(request.brand.as_str(), "kulit");
    assert_eq!(request.actor.kind, ActorKind::Brand);
    assert_eq!(request.actor.id.as_str(), "staff-7");
    assert_eq!(request.side(), ActorKind::Creator);
    assert_eq!(request.on_behalf_of.unwrap().reason, "by phone".into());
    assert_eq!(request.stamp.unwrap().id.as_str(), "First.Try:1");
    assert_eq!(request.occurred_at, Some(moment(-60)));
    let campaign = CampaignId::parse("jujur").unwrap();
    let verb = CampaignVerb::Open;
    assert_eq!(request.command, Command::Campaign { campaign, verb });
}

#[test]
fn each_rule_of_the_context_names_its_field() {
    each_is_refused(
        &open(),
        parse,
        &[
            (
                |r| r.brand_id = "Kulit".to_owned(),
                "brand_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (|r| r.context = None, "context is required"),
            (
                |r| shared(r).request_id = "a b".to_owned(),
                "context.request_id must be 1 to 64 characters of a-z A-Z 0-9 - _ . :",
            ),
            (|r| shared(r).actor = None, "context.actor is required"),
            (
                |r| shared(r).actor.as_mut().unwrap().kind = 0,
                "context.actor.kind must be one of BRAND, CREATOR",
            ),
            (
                |r| shared(r).actor.as_mut().unwrap().kind = values::ActorKind::System.into(),
                "context.actor.kind must be one of BRAND, CREATOR",
            ),
            (
                |r| shared(r).actor.as_mut().unwrap().id = "a@b".to_owned(),
                "context.actor.id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (
                |r| other(r).actor = None,
                "context.on_behalf_of.actor is required",
            ),
            (
                |r| other(r).actor = wire_actor(values::ActorKind::System, "timer"),
                "context.on_behalf_of.actor.kind must be one of BRAND, CREATOR",
            ),
            (
                |r| other(r).actor = wire_actor(values::ActorKind::Brand, "boss"),
                "context.on_behalf_of.actor.kind must be another side than the actor's",
            ),
            (
                |r| other(r).reason = String::new(),
                "context.on_behalf_of.reason must be 1 to 500 characters",
            ),
            (
                |r| other(r).reason = "é".repeat(LONG_REASON),
                "context.on_behalf_of.reason must be 1 to 500 characters",
            ),
            (
                |r| shared(r).occurred_at = at(301),
                "context.occurred_at must not be more than 5 minutes in the future",
            ),
            (
                |r| shared(r).occurred_at.as_mut().unwrap().nanos = -1,
                "context.occurred_at must be a time from 1970 to 2262 with nanos from 0 to \
                 999,999,999",
            ),
        ],
    );
}

#[test]
fn clocks_may_drift_for_five_minutes() {
    let mut request = open();
    shared(&mut request).occurred_at = at(300);
    parse(request).unwrap();
}

#[test]
fn lengths_count_characters_not_bytes() {
    let mut request = open();
    other(&mut request).reason = "é".repeat(LONG_REASON - 1);
    parse(request).unwrap();
}

#[test]
fn all_violations_come_at_once() {
    let mut request = open();
    request.brand_id.clear();
    request.campaign_id = "J".to_owned();
    shared(&mut request).actor = None;
    shared(&mut request).occurred_at = at(9_999);
    assert_eq!(
        texts(parse(request).unwrap_err()),
        [
            format!("brand_id {ID_RULE}"),
            "context.actor is required".to_owned(),
            "context.occurred_at must not be more than 5 minutes in the future".to_owned(),
            format!("campaign_id {ID_RULE}"),
        ]
    );
}

#[test]
fn at_most_twenty_violations_are_kept() {
    let request = api::RequestRevisionRequest {
        reasons: vec![String::new(); 100],
        ..api::RequestRevisionRequest::default()
    };
    assert_eq!(request_revision(request, now()).unwrap_err().len(), 20);
}

#[test]
fn digest_covers_the_content_and_nothing_else() {
    let first = stamp(parse(open()));
    let mut renamed = open();
    shared(&mut renamed).request_id = "other".to_owned();
    shared(&mut renamed).validate_only = true;
    assert_eq!(stamp(parse(renamed)).digest, first.digest);

    let changes: [fn(&mut api::OpenCampaignRequest); 5] = [
        |r| r.brand_id = "kulita".to_owned(),
        |r| r.campaign_id = "jujura".to_owned(),
        |r| shared(r).occurred_at = at(-61),
        |r| shared(r).actor.as_mut().unwrap().id = "staff-8".to_owned(),
        |r| shared(r).on_behalf_of = None,
    ];
    for change in changes {
        let mut changed = open();
        change(&mut changed);
        assert_ne!(stamp(parse(changed)).digest, first.digest);
    }

    let resume = api::ResumeCampaignRequest {
        brand_id: open().brand_id,
        context: open().context,
        campaign_id: open().campaign_id,
    };
    let other_method = stamp(resume_campaign(resume, now()));
    assert_ne!(other_method.digest, first.digest);
}

/// Digests are stored: a version that computes them differently would refuse valid retries.
#[test]
fn digest_never_changes() {
    let digest = stamp(parse(open())).digest;
    assert_eq!(
        u128::from_be_bytes(digest),
        0xb22f_9ef0_a2cb_5a34_d2a2_c31a_424e_754e
    );
}

#[test]
fn without_request_id_there_is_no_stamp() {
    let mut request = open();
    shared(&mut request).request_id.clear();
    assert_eq!(parse(request).unwrap().request.stamp, None);
}

#[test]
fn validate_only_is_passed_on() {
    let mut request = open();
    shared(&mut request).validate_only = true;
    assert!(parse(request).unwrap().validate_only);
}

fn made_cost(request_id: &str, brand: &str) -> Uuid {
    let request = api::RecordCostRequest {
        brand_id: brand.to_owned(),
        context: Some(api::WriteContext {
            request_id: request_id.to_owned(),
            ..context().unwrap()
        }),
        ..super::settlement::cost()
    };
    let Command::Cost { cost, .. } = super::command(record_cost(request, now())) else {
        panic!("another command");
    };
    cost.as_str().parse().unwrap()
}

#[test]
fn absent_id_is_made_from_the_time() {
    let made = made_cost("", "kulit");
    assert_eq!(made.get_version_num(), 7);
    let (seconds, _) = made.get_timestamp().unwrap().to_unix();
    assert_eq!(seconds.cast_signed(), super::NOW_SECONDS);
    assert_ne!(made, made_cost("", "kulit"));
}

#[test]
fn retry_makes_the_same_id() {
    let made = made_cost("try-1", "kulit");
    assert_eq!(made.get_version_num(), 8);
    assert_eq!(made, made_cost("try-1", "kulit"));
    assert_ne!(made, made_cost("try-2", "kulit"));
    assert_ne!(made, made_cost("try-1", "kulita"));
}
