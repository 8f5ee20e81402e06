//! Queries.

use std::collections::BTreeSet;

use campaign_ledger::domain::*;
use campaign_ledger::grpc::audit::parse::*;
use campaign_ledger::grpc::calls::request::*;
use campaign_ledger::grpc::campaign::parse::*;
use campaign_ledger::grpc::collaboration::parse::*;
use campaign_ledger::grpc::creator::parse::*;
use campaign_ledger::grpc::measurement::parse::*;
use campaign_ledger::grpc::report::parse::*;
use campaign_ledger::grpc::settlement::parse::*;
use campaign_ledger::views::AsOf;
use campaign_ledger::wire::proto::api;

use super::{at, each_is_refused, moment, texts};

fn list() -> api::ListCollaborationsRequest {
    api::ListCollaborationsRequest {
        brand_id: "kulit".to_owned(),
        campaign_id: String::new(),
        creator_id: "ayu".to_owned(),
        states: vec![
            api::CollaborationState::Active.into(),
            api::CollaborationState::Active.into(),
        ],
        page_size: 0,
        page_token: String::new(),
        min_position: 12,
        as_of: None,
    }
}

#[test]
fn good_list_becomes_a_query() {
    assert_eq!(
        list_collaborations(list()).unwrap(),
        CollaborationsQuery {
            brand: BrandId::parse("kulit").unwrap(),
            campaign: None,
            creator: Some(CreatorId::parse("ayu").unwrap()),
            states: BTreeSet::from([CollaborationState::Active]),
            page: Page {
                size: 50,
                token: None,
            },
            when: When {
                min_position: Position::new(12),
                as_of: None,
            },
        }
    );
}

#[test]
fn each_rule_of_a_list_names_its_field() {
    each_is_refused(
        &list(),
        list_collaborations,
        &[
            (
                |r| r.brand_id.clear(),
                "brand_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (
                |r| r.campaign_id = "J".to_owned(),
                "campaign_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (
                |r| r.states[1] = 0,
                "states[1] must be one of INVITED, ACCEPTED, ACTIVE, DECLINED, WITHDRAWN, EXPIRED, \
                 COMPLETED, CANCELLED, APPLIED, COUNTERED, REJECTED, TERMINATED",
            ),
            (|r| r.page_size = -1, "page_size must be 0 or more"),
        ],
    );
}

#[test]
fn pages_have_at_most_a_thousand_rows() {
    let list = |page_size| api::ListCampaignsRequest {
        brand_id: "kulit".to_owned(),
        page_size,
        page_token: "next".to_owned(),
        ..api::ListCampaignsRequest::default()
    };
    for (asked, given) in [(0, 50), (1, 1), (1_000, 1_000), (i32::MAX, 1_000)] {
        let page = list_campaigns(list(asked)).unwrap().page;
        assert_eq!(page.size, given);
        assert_eq!(page.token.as_deref(), Some("next"));
    }
}

#[test]
fn unknown_campaign_state_is_refused() {
    let request = api::ListCampaignsRequest {
        brand_id: "kulit".to_owned(),
        states: vec![api::CampaignState::Open.into(), 7],
        ..api::ListCampaignsRequest::default()
    };
    assert_eq!(
        texts(list_campaigns(request).unwrap_err()),
        ["states[1] must be one of DRAFT, OPEN, PAUSED, CLOSED, CANCELLED, FINALISED"]
    );
}

#[test]
fn other_lists_become_queries() {
    let creators = api::ListCreatorsRequest {
        brand_id: "kulit".to_owned(),
        blocked: Some(false),
        ..api::ListCreatorsRequest::default()
    };
    assert_eq!(list_creators(creators).unwrap().blocked, Some(false));
    let costs = api::ListCostsRequest {
        brand_id: "kulit".to_owned(),
        campaign_id: "jujur".to_owned(),
        collaboration_id: "ayu-1".to_owned(),
        ..api::ListCostsRequest::default()
    };
    let costs = list_costs(costs).unwrap();
    assert_eq!(costs.campaign.campaign.as_str(), "jujur");
    assert_eq!(costs.collaboration.unwrap().as_str(), "ayu-1");
    let partnerships = api::ListPartnershipsRequest {
        page_size: -1,
        ..api::ListPartnershipsRequest::default()
    };
    assert_eq!(
        texts(list_partnerships(partnerships).unwrap_err()),
        [
            "brand_id must be 1 to 64 characters of a-z 0-9 - _",
            "page_size must be 0 or more",
        ]
    );
}

#[test]
fn single_reads_name_every_bad_id() {
    let request = api::GetPublicationRequest {
        observed_until: Some(prost_types::Timestamp {
            seconds: i64::MAX,
            nanos: 0,
        }),
        ..api::GetPublicationRequest::default()
    };
    assert_eq!(
        texts(get_publication(&request).unwrap_err()),
        [
            "brand_id must be 1 to 64 characters of a-z 0-9 - _",
            "campaign_id must be 1 to 64 characters of a-z 0-9 - _",
            "collaboration_id must be 1 to 64 characters of a-z 0-9 - _",
            "publication_id must be 1 to 64 characters of a-z 0-9 - _",
            "observed_until must be a time from 1970 to 2262 with nanos from 0 to 999,999,999",
        ]
    );
    let request = api::GetConversionRequest::default();
    assert_eq!(
        texts(get_conversion(&request).unwrap_err()),
        [
            "brand_id must be 1 to 64 characters of a-z 0-9 - _",
            "order_source must be 1 to 64 characters of a-z 0-9 - _",
            "order_id must be 1 to 128 printable ASCII characters",
        ]
    );
    assert_eq!(
        get_campaign(&api::GetCampaignRequest::default()).unwrap_err(),
        get_campaign_roi(&api::GetCampaignRoiRequest::default()).unwrap_err()
    );
    assert_eq!(
        get_creator(&api::GetCreatorRequest::default()).unwrap_err(),
        get_partnership(&api::GetPartnershipRequest::default()).unwrap_err()
    );
    assert_eq!(
        get_collaboration(&api::GetCollaborationRequest::default()).unwrap_err(),
        get_collaboration_performance(&api::GetCollaborationPerformanceRequest::default())
            .unwrap_err()
    );
}

#[test]
fn publication_can_be_asked_for_as_it_was() {
    let request = api::GetPublicationRequest {
        brand_id: "kulit".to_owned(),
        campaign_id: "jujur".to_owned(),
        collaboration_id: "ayu-1".to_owned(),
        publication_id: "post".to_owned(),
        observed_until: at(5),
        as_of_position: 40,
        min_position: 0,
        as_of: None,
    };
    let query = get_publication(&request).unwrap();
    assert_eq!(query.publication.publication.as_str(), "post");
    assert_eq!(query.observed_until, Some(moment(5)));
    assert_eq!(query.when.as_of, Some(AsOf::Position(Position::new(40))));
    assert_eq!(query.when.min_position, Position::START);
    let now = api::GetPublicationRequest {
        as_of_position: 0,
        ..request
    };
    assert_eq!(get_publication(&now).unwrap().when.as_of, None);
}

#[test]
fn each_rule_of_periods_names_its_field() {
    let good = api::GetCreatorRetentionRequest {
        brand_id: "kulit".to_owned(),
        first_from: at(0),
        first_until: at(10),
        second_from: at(10),
        second_until: at(20),
        min_position: 0,
        as_of: None,
    };
    let query = get_creator_retention(&good).unwrap();
    let period = |from, until| Period {
        from: moment(from),
        until: moment(until),
    };
    assert_eq!(query.first, period(0, 10));
    assert_eq!(query.second, period(10, 20));
    each_is_refused(
        &good,
        |request| get_creator_retention(&request),
        &[
            (|r| r.first_from = None, "first_from is required"),
            (
                |r| r.first_until = at(0),
                "first_until must be after first_from",
            ),
            (
                |r| r.second_from = at(9),
                "second_from must be at or after first_until",
            ),
            (
                |r| r.second_until = at(10),
                "second_until must be after second_from",
            ),
        ],
    );
}

fn events(scope: api::log_scope::Scope) -> api::ReadEventsRequest {
    api::ReadEventsRequest {
        scope: Some(api::LogScope { scope: Some(scope) }),
        after_position: 7,
        limit: 0,
        ..api::ReadEventsRequest::default()
    }
}

#[test]
fn scope_of_events_is_exactly_one() {
    use api::log_scope::Scope as Wire;
    let campaign = api::CampaignScope {
        brand_id: "kulit".to_owned(),
        campaign_id: "jujur".to_owned(),
    };
    let brand = BrandId::parse("kulit").unwrap();
    let scopes = [
        (
            Wire::BrandId("kulit".to_owned()),
            Scope::Brand(brand.clone()),
        ),
        (
            Wire::Campaign(campaign),
            Scope::Campaign(CampaignRef {
                brand,
                campaign: CampaignId::parse("jujur").unwrap(),
            }),
        ),
        (Wire::All(api::WholeLog {}), Scope::All),
    ];
    for (wire, scope) in scopes {
        let query = read_events(events(wire)).unwrap();
        assert_eq!(query.scope, scope);
        assert_eq!(query.after, Position::new(7));
        assert_eq!(query.limit, None);
    }
    each_is_refused(
        &events(Wire::All(api::WholeLog {})),
        read_events,
        &[
            (|r| r.scope = None, "scope is required"),
            (
                |r| r.scope = Some(api::LogScope { scope: None }),
                "scope must be exactly one of brand_id, campaign, all, collaboration, creator",
            ),
            (
                |r| *r = events(Wire::BrandId("K".to_owned())),
                "scope.brand_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
            (
                |r| {
                    *r = events(Wire::Campaign(api::CampaignScope {
                        brand_id: "kulit".to_owned(),
                        campaign_id: String::new(),
                    }));
                },
                "scope.campaign.campaign_id must be 1 to 64 characters of a-z 0-9 - _",
            ),
        ],
    );
}

#[test]
fn follower_says_where_to_begin() {
    let request = api::FollowEventsRequest {
        scope: Some(api::LogScope {
            scope: Some(api::log_scope::Scope::All(api::WholeLog {})),
        }),
        after_position: 9,
        ..api::FollowEventsRequest::default()
    };
    let query = follow_events(request).unwrap();
    assert_eq!(query.after, Position::new(9));
    assert_eq!(query.scope, Scope::All);
}
