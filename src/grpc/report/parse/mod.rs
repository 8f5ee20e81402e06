//! Requests of the report service.

mod finals;
mod insights;
mod worklist;

pub use finals::*;
pub use insights::*;
pub use worklist::*;

use prost_types::Timestamp as WireTime;

use crate::domain::metrics::CostBasis;
use crate::domain::{BrandId, CampaignRef, Currency, Timestamp};
use crate::grpc::calls::request::Read;
use crate::grpc::calls::request::page::{
    Page, When, read_brand, read_campaign, read_page, read_when,
};
use crate::grpc::campaign::parse::{CampaignQuery, campaign_query};
use crate::grpc::collaboration::parse::{CollaborationQuery, collaboration_query};
use crate::grpc::creator::parse::{CreatorQuery, creator_query};
use crate::report::PartnershipOrder;
use crate::wire::fields::{Checked, Fields, Origin};
use crate::wire::proto::api;
use crate::wire::values::read_time;

/// Parses `GetCampaignRoi`.
///
/// # Errors
/// Every violation.
pub fn get_campaign_roi(request: &api::GetCampaignRoiRequest) -> Read<CampaignQuery> {
    campaign_query(
        &request.brand_id,
        &request.campaign_id,
        (request.min_position, request.as_of),
    )
}

/// What a statement is written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StatementFormat {
    /// A page.
    Html,
    /// A table.
    Csv,
}

/// Asks for a statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StatementQuery {
    /// Of which campaign.
    pub campaign: CampaignRef,
    /// Written in what.
    pub format: StatementFormat,
    /// As of when.
    pub when: When,
}

/// Parses `GetStatement`.
///
/// # Errors
/// Every violation.
pub fn get_statement(request: &api::GetStatementRequest) -> Read<StatementQuery> {
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, request.min_position, request.as_of);
    let campaign = read_campaign(&mut fields, &request.brand_id, &request.campaign_id);
    let format = match request.format {
        0 => Ok(StatementFormat::Html),
        number => {
            let name = api::StatementFormat::as_str_name;
            let read = fields.choice("format", number, name);
            read.map(|format| match format {
                api::StatementFormat::Csv => StatementFormat::Csv,
                api::StatementFormat::Unspecified | api::StatementFormat::Html => {
                    StatementFormat::Html
                }
            })
        }
    };
    fields.finish(campaign.and_then(|campaign| {
        Ok(StatementQuery {
            campaign,
            format: format?,
            when: when?,
        })
    }))
}

/// Parses `GetCollaborationPerformance`.
///
/// # Errors
/// Every violation.
pub fn get_collaboration_performance(
    request: &api::GetCollaborationPerformanceRequest,
) -> Read<CollaborationQuery> {
    collaboration_query(
        &request.brand_id,
        &request.campaign_id,
        &request.collaboration_id,
        (request.min_position, request.as_of),
    )
}

/// Parses `GetPartnership`.
///
/// # Errors
/// Every violation.
pub fn get_partnership(request: &api::GetPartnershipRequest) -> Read<CreatorQuery> {
    creator_query(
        &request.brand_id,
        &request.creator_id,
        (request.min_position, request.as_of),
    )
}

/// Asks for the partnerships of a brand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartnershipsQuery {
    /// Whose.
    pub brand: BrandId,
    /// By what.
    pub order: PartnershipOrder,
    /// Which part.
    pub page: Page,
    /// As of when.
    pub when: When,
}

/// Parses `ListPartnerships`.
///
/// # Errors
/// Every violation.
pub fn list_partnerships(request: api::ListPartnershipsRequest) -> Read<PartnershipsQuery> {
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, request.min_position, request.as_of);
    let brand = read_brand(&mut fields, &request.brand_id);
    let order = read_order(&mut fields, &request);
    let page = read_page(&mut fields, request.page_size, request.page_token);
    let query = brand.and_then(|brand| {
        Ok(PartnershipsQuery {
            brand,
            order: order?,
            page: page?,
            when: when?,
        })
    });
    fields.finish(query)
}

fn read_order(
    fields: &mut Fields,
    request: &api::ListPartnershipsRequest,
) -> Checked<PartnershipOrder> {
    use api::PartnershipOrder as Wire;
    let order = match request.order_by {
        0 => Wire::Creator,
        number => fields.choice("order_by", number, Wire::as_str_name)?,
    };
    let by_roi = order == Wire::LifetimeRoi;
    if !by_roi {
        let absent = request.currency_code.is_empty() && request.basis == 0;
        fields.check("order_by", absent, ONLY_ROI_RULE);
    }
    Ok(match order {
        Wire::Unspecified | Wire::Creator => PartnershipOrder::Creator,
        Wire::OnTime => PartnershipOrder::OnTime,
        Wire::LastContact => PartnershipOrder::LastContact,
        Wire::LifetimeRoi => {
            let currency = fields.parse("currency_code", &request.currency_code, Currency::parse);
            let basis = match request.basis {
                0 => Ok(CostBasis::Accrued),
                number => fields.one_of("basis", number),
            };
            PartnershipOrder::LifetimeRoi {
                currency: currency?,
                basis: basis?,
            }
        }
    })
}

const ONLY_ROI_RULE: &str = "must be LIFETIME_ROI where currency_code or basis is given";

/// A stretch of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Period {
    /// Its start, included.
    pub from: Timestamp,
    /// Its end, not included; after the start.
    pub until: Timestamp,
}

/// Asks which creators of one period came back in a later one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RetentionQuery {
    /// Whose.
    pub brand: BrandId,
    /// The earlier period.
    pub first: Period,
    /// The later period; it begins at or after the end of the first.
    pub second: Period,
    /// As of when.
    pub when: When,
}

/// Parses `GetCreatorRetention`.
///
/// # Errors
/// Every violation.
pub fn get_creator_retention(request: &api::GetCreatorRetentionRequest) -> Read<RetentionQuery> {
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, request.min_position, request.as_of);
    let brand = read_brand(&mut fields, &request.brand_id);
    let first_from = read_moment(&mut fields, "first_from", request.first_from);
    let first_until = read_moment(&mut fields, "first_until", request.first_until);
    let second_from = read_moment(&mut fields, "second_from", request.second_from);
    let second_until = read_moment(&mut fields, "second_until", request.second_until);
    if let (Ok(from), Ok(until)) = (first_from, first_until) {
        fields.check("first_until", until > from, "must be after first_from");
    }
    if let (Ok(until), Ok(from)) = (first_until, second_from) {
        fields.check(
            "second_from",
            from >= until,
            "must be at or after first_until",
        );
    }
    if let (Ok(from), Ok(until)) = (second_from, second_until) {
        fields.check("second_until", until > from, "must be after second_from");
    }
    let query = brand.and_then(|brand| {
        Ok(RetentionQuery {
            brand,
            first: Period {
                from: first_from?,
                until: first_until?,
            },
            second: Period {
                from: second_from?,
                until: second_until?,
            },
            when: when?,
        })
    });
    fields.finish(query)
}

fn read_moment(
    fields: &mut Fields,
    field: &'static str,
    at: Option<WireTime>,
) -> Checked<Timestamp> {
    fields.required(field, at, read_time)
}
