//! Requests of the report service.

use prost_types::Timestamp as WireTime;

use super::Read;
use super::campaign::{CampaignQuery, campaign_query};
use super::collaboration::{CollaborationQuery, collaboration_query};
use super::creator::{CreatorQuery, creator_query};
use super::page::{Page, read_brand, read_page};
use crate::domain::{BrandId, Position, Timestamp};
use crate::log::codec::fields::{Checked, Fields, Origin};
use crate::log::codec::values::read_time;
use crate::proto::api;

/// Parses `GetCampaignRoi`.
///
/// # Errors
/// Every violation.
pub fn get_campaign_roi(request: &api::GetCampaignRoiRequest) -> Read<CampaignQuery> {
    campaign_query(
        &request.brand_id,
        &request.campaign_id,
        request.min_position,
    )
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
        request.min_position,
    )
}

/// Parses `GetPartnership`.
///
/// # Errors
/// Every violation.
pub fn get_partnership(request: &api::GetPartnershipRequest) -> Read<CreatorQuery> {
    creator_query(&request.brand_id, &request.creator_id, request.min_position)
}

/// Asks for the partnerships of a brand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartnershipsQuery {
    /// Whose.
    pub brand: BrandId,
    /// Which part.
    pub page: Page,
    /// The answer reflects at least this position.
    pub min_position: Position,
}

/// Parses `ListPartnerships`.
///
/// # Errors
/// Every violation.
pub fn list_partnerships(request: api::ListPartnershipsRequest) -> Read<PartnershipsQuery> {
    let mut fields = Fields::new(Origin::Call);
    let brand = read_brand(&mut fields, &request.brand_id);
    let page = read_page(&mut fields, request.page_size, request.page_token);
    let query = brand.and_then(|brand| {
        Ok(PartnershipsQuery {
            brand,
            page: page?,
            min_position: Position::new(request.min_position),
        })
    });
    fields.finish(query)
}

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
    /// The answer reflects at least this position.
    pub min_position: Position,
}

/// Parses `GetCreatorRetention`.
///
/// # Errors
/// Every violation.
pub fn get_creator_retention(request: &api::GetCreatorRetentionRequest) -> Read<RetentionQuery> {
    let mut fields = Fields::new(Origin::Call);
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
            min_position: Position::new(request.min_position),
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
