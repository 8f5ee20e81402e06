//! Campaigns.

use campaign_ledger::domain::*;
use campaign_ledger::grpc::calls::request::*;
use campaign_ledger::grpc::campaign::parse::*;
use campaign_ledger::wire::proto::{api, values};

use super::{
    LONG_NAME, LONG_REASON, at, command, context, each_is_refused, idr, moment, now, wire_idr,
};

fn create() -> api::CreateCampaignRequest {
    api::CreateCampaignRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        plan: Some(values::CampaignPlan {
            title: "Jujur".to_owned(),
            objective: values::CampaignObjective::Content.into(),
            niches: vec!["skincare".to_owned()],
            followers: Some(values::FollowerRange {
                min_followers: 10_000,
                max_followers: Some(100_000),
            }),
            formats: vec![values::ContentFormat::Review.into()],
            currency_code: "IDR".to_owned(),
            budget_cap: wire_idr(5_000_000_000),
            start_at: at(0),
            end_at: at(100),
            measure_until: at(100),
            gross_margin_bp: Some(6_200),
            policy: None,
        }),
    }
}

fn plan(request: &mut api::CreateCampaignRequest) -> &mut values::CampaignPlan {
    request.plan.as_mut().unwrap()
}

#[test]
fn good_plan_becomes_a_command() {
    let verb = CampaignVerb::Create {
        plan: CampaignPlan {
            title: "Jujur".to_owned(),
            objective: CampaignObjective::Content,
            niches: vec![Niche::parse("skincare").unwrap()],
            followers: Some(FollowerRange {
                min: 10_000,
                max: Some(100_000),
            }),
            formats: vec![ContentFormat::Review],
            currency: Currency::parse("IDR").unwrap(),
            budget_cap_minor: Some(5_000_000_000),
            start_at: Some(moment(0)),
            end_at: Some(moment(100)),
            measure_until: Some(moment(100)),
            gross_margin_bp: Some(6_200),
            policy: SelectionPolicy::default(),
        },
    };
    let campaign = CampaignId::parse("jujur").unwrap();
    assert_eq!(
        command(create_campaign(create(), now())),
        Command::Campaign { campaign, verb }
    );
}

#[test]
fn each_rule_of_a_plan_names_its_field() {
    each_is_refused(
        &create(),
        |request| create_campaign(request, now()),
        &[
            (
                |r| r.campaign_id = "J".to_owned(),
                "campaign_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (|r| r.plan = None, "plan is required"),
            (
                |r| plan(r).title.clear(),
                "plan.title must be 1 to 200 characters",
            ),
            (
                |r| plan(r).title = "x".repeat(LONG_NAME),
                "plan.title must be 1 to 200 characters",
            ),
            (
                |r| plan(r).objective = 0,
                "plan.objective must be one of AWARENESS, ENGAGEMENT, CONVERSION, CONTENT, LOYALTY",
            ),
            (
                |r| plan(r).niches.push("Bad Niche".to_owned()),
                "plan.niches[1] must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (
                |r| plan(r).niches = vec!["a".to_owned(); 21],
                "plan.niches must have at most 20 elements",
            ),
            (
                |r| plan(r).followers.as_mut().unwrap().max_followers = Some(9_999),
                "plan.followers.max_followers must be at or above min_followers",
            ),
            (
                |r| plan(r).formats.push(13),
                "plan.formats[1] must be one of REVIEW, TUTORIAL, UNBOXING, EXPERIENCE, \
                 BEFORE_AFTER, SHOWCASE, GIVEAWAY, QNA, LIVE, JOINT, STORY, OTHER",
            ),
            (
                |r| plan(r).formats.push(values::ContentFormat::Review.into()),
                "plan.formats[1] must be unique",
            ),
            (
                |r| plan(r).currency_code = "idr".to_owned(),
                "plan.currency_code must be an ISO 4217 code of a currency with minor units",
            ),
            (
                |r| plan(r).budget_cap = wire_idr(0),
                "plan.budget_cap.minor_units must be more than 0",
            ),
            (
                |r| plan(r).budget_cap.as_mut().unwrap().currency_code = "USD".to_owned(),
                "plan.budget_cap.currency_code must be IDR",
            ),
            (
                |r| plan(r).end_at = at(0),
                "plan.end_at must be after start_at",
            ),
            (
                |r| plan(r).measure_until = at(99),
                "plan.measure_until must be at or after end_at",
            ),
            (
                |r| plan(r).start_at.as_mut().unwrap().seconds = -1,
                "plan.start_at must be a time from 1970 to 2262 with nanos from 0 to 999,999,999",
            ),
            (
                |r| plan(r).gross_margin_bp = Some(10_001),
                "plan.gross_margin_bp must be 0 to 10,000",
            ),
        ],
    );
}

#[test]
fn absent_parts_of_a_plan_stay_absent() {
    let mut request = create();
    *plan(&mut request) = values::CampaignPlan {
        title: "Draft".to_owned(),
        objective: values::CampaignObjective::Awareness.into(),
        currency_code: "JPY".to_owned(),
        ..values::CampaignPlan::default()
    };
    let Command::Campaign { verb, .. } = command(create_campaign(request, now())) else {
        panic!("another command");
    };
    let CampaignVerb::Create { plan } = verb else {
        panic!("another verb");
    };
    assert_eq!(plan.budget_cap_minor, None);
    assert_eq!(plan.followers, None);
    assert_eq!((plan.start_at, plan.end_at), (None, None));
    assert_eq!(plan.gross_margin_bp, None);
}

fn verb_of(write: Write) -> CampaignVerb {
    let Command::Campaign { campaign, verb } = command(write) else {
        panic!("another command");
    };
    assert_eq!(campaign.as_str(), "jujur");
    verb
}

#[test]
fn pause_takes_a_reason_or_none() {
    let good = api::PauseCampaignRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        reason: String::new(),
    };
    let reason = String::new();
    let verb = verb_of(pause_campaign(good.clone(), now()));
    assert_eq!(verb, CampaignVerb::Pause { reason });
    each_is_refused(
        &good,
        |request| pause_campaign(request, now()),
        &[(
            |r| r.reason = "x".repeat(LONG_REASON),
            "reason must be at most 500 characters",
        )],
    );
}

#[test]
fn budget_must_be_an_amount() {
    let good = api::AmendBudgetRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        budget_cap: wire_idr(1),
        reason: "more".to_owned(),
    };
    let verb = verb_of(amend_budget(good.clone(), now()));
    let (cap, reason) = (idr(1), "more".to_owned());
    assert_eq!(verb, CampaignVerb::AmendBudget { cap, reason });
    each_is_refused(
        &good,
        |request| amend_budget(request, now()),
        &[
            (|r| r.budget_cap = None, "budget_cap is required"),
            (
                |r| r.budget_cap = wire_idr(-1),
                "budget_cap.minor_units must be more than 0",
            ),
            (
                |r| r.budget_cap.as_mut().unwrap().currency_code = "XXX".to_owned(),
                "budget_cap.currency_code must be an ISO 4217 code of a currency with minor units",
            ),
            (
                |r| r.reason = "x".repeat(LONG_REASON),
                "reason must be at most 500 characters",
            ),
        ],
    );
}

#[test]
fn close_and_cancel_become_commands() {
    let close = api::CloseCampaignRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        withdraw_pending: true,
    };
    let withdraw_pending = true;
    let verb = verb_of(close_campaign(close, now()));
    assert_eq!(verb, CampaignVerb::Close { withdraw_pending });
    let cancel = api::CancelCampaignRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        reason: "recall".to_owned(),
    };
    let reason = "recall".to_owned();
    let verb = verb_of(cancel_campaign(cancel.clone(), now()));
    assert_eq!(verb, CampaignVerb::Cancel { reason });
    each_is_refused(
        &cancel,
        |request| cancel_campaign(request, now()),
        &[(|r| r.reason.clear(), "reason must be 1 to 500 characters")],
    );
}
