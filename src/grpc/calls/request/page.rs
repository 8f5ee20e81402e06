//! The common parts of reads: the tenant, the point in time, the page.

use crate::domain::{
    BrandId, CampaignId, CampaignRef, CollaborationId, CollaborationRef, Position,
};
use crate::views::AsOf;
use crate::wire::fields::{Checked, Fields};
use crate::wire::proto::api;
use crate::wire::values::read_time;

/// Rows of a page when the caller names no size.
pub const DEFAULT_PAGE_SIZE: usize = 50;
/// Most rows of a page: it must fit one message and one read transaction.
pub const MAX_PAGE_SIZE: usize = 1_000;
const AS_OF_RULE: &str = "must be exactly one of position, recorded_at, occurred_at";
const PAGE_SIZE_RULE: &str = "must be 0 or more";

/// The requested part of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// At most this many rows, 1 to [`MAX_PAGE_SIZE`].
    pub size: usize,
    /// The token of the previous page, not checked here. `None` for the first page.
    pub token: Option<String>,
}

/// Reads the requested part of a list (AIP-158): a negative size is refused, no size means
/// [`DEFAULT_PAGE_SIZE`], and a size above [`MAX_PAGE_SIZE`] means [`MAX_PAGE_SIZE`].
pub fn read_page(fields: &mut Fields, size: i32, token: String) -> Checked<Page> {
    let size = match usize::try_from(size) {
        Ok(0) => DEFAULT_PAGE_SIZE,
        Ok(size) => size.min(MAX_PAGE_SIZE),
        Err(_) => return Err(fields.refuse("page_size", PAGE_SIZE_RULE)),
    };
    Ok(Page {
        size,
        token: Some(token).filter(|token| !token.is_empty()),
    })
}

/// The point in time of a question.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct When {
    /// The ledger waits for this position before it answers.
    pub min_position: Position,
    /// Which past; `None` for now.
    pub as_of: Option<AsOf>,
}

/// Reads the point in time of a question.
pub fn read_when(fields: &mut Fields, min: u64, as_of: Option<api::AsOf>) -> Checked<When> {
    Ok(When {
        min_position: Position::new(min),
        as_of: fields.optional("as_of", as_of, read_as_of)?,
    })
}

fn read_as_of(fields: &mut Fields, message: api::AsOf) -> Checked<AsOf> {
    use api::as_of::At;
    match message.at {
        Some(At::Position(position)) => Ok(AsOf::Position(Position::new(position))),
        Some(At::RecordedAt(at)) => {
            let at = fields.required("recorded_at", Some(at), read_time);
            at.map(AsOf::RecordedAt)
        }
        Some(At::OccurredAt(at)) => {
            let at = fields.required("occurred_at", Some(at), read_time);
            at.map(AsOf::OccurredAt)
        }
        None => Err(fields.refuse_here(AS_OF_RULE)),
    }
}

/// Reads the tenant.
pub fn read_brand(fields: &mut Fields, brand_id: &str) -> Checked<BrandId> {
    fields.parse("brand_id", brand_id, BrandId::parse)
}

/// Reads the name of a campaign.
pub fn read_campaign(
    fields: &mut Fields,
    brand_id: &str,
    campaign_id: &str,
) -> Checked<CampaignRef> {
    let brand = read_brand(fields, brand_id);
    let campaign = fields.parse("campaign_id", campaign_id, CampaignId::parse);
    Ok(CampaignRef {
        brand: brand?,
        campaign: campaign?,
    })
}

/// Reads the name of a collaboration.
pub fn read_collaboration(
    fields: &mut Fields,
    brand_id: &str,
    campaign_id: &str,
    collaboration_id: &str,
) -> Checked<CollaborationRef> {
    let campaign = read_campaign(fields, brand_id, campaign_id);
    let collaboration = fields.parse("collaboration_id", collaboration_id, CollaborationId::parse);
    let campaign = campaign?;
    Ok(CollaborationRef {
        brand: campaign.brand,
        campaign: campaign.campaign,
        collaboration: collaboration?,
    })
}
