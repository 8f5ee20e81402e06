//! Requests about rights of use.

use crate::domain::{BrandId, CampaignId, CreatorId, Timestamp};
use crate::grpc::calls::request::Read;
use crate::grpc::calls::request::page::{Page, When, read_brand, read_page, read_when};
use crate::wire::fields::{Fields, Origin};
use crate::wire::proto::api;
use crate::wire::values::read_time;

/// Asks for the rights of use of a brand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RightsQuery {
    /// Whose.
    pub brand: BrandId,
    /// Only agreed on in this campaign.
    pub campaign: Option<CampaignId>,
    /// Only of this creator's content.
    pub creator: Option<CreatorId>,
    /// Only those that end at or after this time.
    pub ends_from: Option<Timestamp>,
    /// Only those that end before this time.
    pub ends_before: Option<Timestamp>,
    /// Which part.
    pub page: Page,
    /// As of when.
    pub when: When,
}

/// Parses `ListUsageRights`.
///
/// # Errors
/// Every violation.
pub fn list_usage_rights(request: api::ListUsageRightsRequest) -> Read<RightsQuery> {
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, request.min_position, request.as_of);
    let brand = read_brand(&mut fields, &request.brand_id);
    let campaign = fields.parse_optional("campaign_id", &request.campaign_id, CampaignId::parse);
    let creator = fields.parse_optional("creator_id", &request.creator_id, CreatorId::parse);
    let ends_from = fields.optional("ends_from", request.ends_from, read_time);
    let ends_before = fields.optional("ends_before", request.ends_before, read_time);
    let page = read_page(&mut fields, request.page_size, request.page_token);
    let query = brand.and_then(|brand| {
        Ok(RightsQuery {
            brand,
            campaign: campaign?,
            creator: creator?,
            ends_from: ends_from?,
            ends_before: ends_before?,
            page: page?,
            when: when?,
        })
    });
    fields.finish(query)
}
