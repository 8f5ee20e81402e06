//! Requests about reports.

use campaign_ledger::domain::{CampaignVerb, Command, Drawn, Position};
use campaign_ledger::grpc::parse::*;
use campaign_ledger::proto::api;

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
