//! Requests about reports.

use campaign_ledger::domain::metrics::CostBasis;
use campaign_ledger::domain::{ActorKind, CampaignVerb, Command, Drawn, Position};
use campaign_ledger::grpc::report::parse::*;
use campaign_ledger::report::PartnershipOrder;
use campaign_ledger::views::Day;
use campaign_ledger::views::worklist::TaskKind;
use campaign_ledger::wire::proto::{api, values};

use super::{Case, ID_RULE, context, each_is_refused, now, texts};

fn finalise() -> api::FinaliseReportRequest {
    api::FinaliseReportRequest {
        brand_id: "kulit".to_owned(),
        context: context(),
        campaign_id: "jujur".to_owned(),
        revision: Some(2),
    }
}

#[test]
fn finalising_waits_for_its_numbers() {
    let drawn = Drawn {
        as_of: Position::new(9),
        definitions: "metrics-v1".to_owned(),
        sha256: [7; 32],
    };
    let asked = finalise_report(finalise(), now()).unwrap();
    assert_eq!(asked.campaign.campaign.as_str(), "jujur");
    let parsed = asked.with(drawn.clone());
    let Command::Campaign { campaign, verb } = parsed.request.command else {
        panic!("a report is of a campaign");
    };
    let revision = Some(2);
    assert_eq!(campaign.as_str(), "jujur");
    assert_eq!(verb, CampaignVerb::FinaliseReport { revision, drawn });
}

#[test]
fn every_rule_of_finalising_is_kept() {
    let mut request = finalise();
    request.revision = Some(0);
    request.brand_id.clear();
    request.context = None;
    let violations = finalise_report(request, now()).err().unwrap();
    assert_eq!(
        texts(violations),
        [
            format!("brand_id {ID_RULE}"),
            "context is required".to_owned(),
            "revision must be 1 or more".to_owned()
        ]
    );
}

#[test]
fn the_revision_is_the_last_one_where_none_is_named() {
    let get = |revision| api::GetReportRequest {
        brand_id: "kulit".to_owned(),
        campaign_id: "jujur".to_owned(),
        revision,
        min_position: 0,
        as_of: None,
    };
    assert_eq!(get_report(&get(0)).unwrap().revision, None);
    assert_eq!(get_report(&get(3)).unwrap().revision, Some(3));
}

#[test]
fn a_comparison_goes_forward() {
    let good = api::CompareReportsRequest {
        brand_id: "kulit".to_owned(),
        campaign_id: "jujur".to_owned(),
        from_revision: 1,
        to_revision: 3,
        ..api::CompareReportsRequest::default()
    };
    let cases: &[Case<api::CompareReportsRequest>] = &[
        (
            |one| one.from_revision = 0,
            "from_revision must be 1 or more",
        ),
        (
            |one| one.to_revision = 1,
            "to_revision must be after from_revision",
        ),
        (|one| one.page_size = -1, "page_size must be 0 or more"),
    ];
    each_is_refused(&good, compare_reports, cases);
}

#[test]
fn a_worklist_is_of_both_sides_and_all_kinds_where_none_is_named() {
    let all = api::ListWorklistRequest {
        brand_id: "kulit".to_owned(),
        ..api::ListWorklistRequest::default()
    };
    let query = list_worklist(all.clone()).unwrap();
    assert_eq!((query.campaign, query.side), (None, None));
    assert!(query.kinds.is_empty() && query.due_before.is_none());
    let some = api::ListWorklistRequest {
        campaign_id: "jujur".to_owned(),
        side: values::ActorKind::Creator.into(),
        kinds: vec![api::TaskKind::Pay.into(), api::TaskKind::Disclose.into()],
        ..all
    };
    let query = list_worklist(some).unwrap();
    assert_eq!(query.campaign.unwrap().as_str(), "jujur");
    assert_eq!(query.side, Some(ActorKind::Creator));
    let kinds: Vec<_> = query.kinds.into_iter().collect();
    assert_eq!(kinds, [TaskKind::Disclose, TaskKind::Pay]);
}

#[test]
fn days_are_counted_from_1970_also_backwards() {
    let days = |from_day: &str, until_day: &str| {
        let query = get_brand_awareness(&api::GetBrandAwarenessRequest {
            brand_id: "kulit".to_owned(),
            from_day: from_day.to_owned(),
            until_day: until_day.to_owned(),
            time_zone: String::new(),
            min_position: 0,
            as_of: None,
        });
        let query = query.unwrap();
        (query.from, query.until)
    };
    let day = Day::new;
    assert_eq!(days("1969-12-31", "1970-01-01"), (day(-1), day(0)));
    assert_eq!(days("2024-01-01", "2024-12-31"), (day(19_723), day(20_088)));
}

#[test]
fn partnerships_by_roi_take_accrued_cost_where_none_is_named() {
    let request = api::ListPartnershipsRequest {
        brand_id: "kulit".to_owned(),
        ..api::ListPartnershipsRequest::default()
    };
    let query = list_partnerships(request.clone()).unwrap();
    assert_eq!(query.order, PartnershipOrder::Creator);
    let by_roi = api::ListPartnershipsRequest {
        order_by: api::PartnershipOrder::LifetimeRoi.into(),
        currency_code: "IDR".to_owned(),
        ..request
    };
    let PartnershipOrder::LifetimeRoi { currency, basis } =
        list_partnerships(by_roi).unwrap().order
    else {
        panic!("it is by ROI");
    };
    assert_eq!((currency.code(), basis), ("IDR", CostBasis::Accrued));
}
