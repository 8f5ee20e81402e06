//! Requests about who must act next.

use std::collections::BTreeSet;

use crate::domain::{ActorKind, BrandId, CampaignId, Timestamp};
use crate::grpc::calls::request::Read;
use crate::grpc::calls::request::page::{Page, When, read_brand, read_page, read_when};
use crate::views::worklist::TaskKind;
use crate::wire::fields::{Fields, Origin};
use crate::wire::proto::api;
use crate::wire::values::read_time;

/// Asks for tasks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorklistQuery {
    /// Whose.
    pub brand: BrandId,
    /// Only of this campaign.
    pub campaign: Option<CampaignId>,
    /// Only what is the turn of this side.
    pub side: Option<ActorKind>,
    /// Only these; empty for all.
    pub kinds: BTreeSet<TaskKind>,
    /// Only what is due before.
    pub due_before: Option<Timestamp>,
    /// Only what waits for something, or only what can be done.
    pub blocked: Option<bool>,
    /// Which part.
    pub page: Page,
    /// As of when.
    pub when: When,
}

/// Parses `ListWorklist`.
///
/// # Errors
/// Every violation.
pub fn list_worklist(request: api::ListWorklistRequest) -> Read<WorklistQuery> {
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, request.min_position, request.as_of);
    let brand = read_brand(&mut fields, &request.brand_id);
    let campaign = fields.parse_optional("campaign_id", &request.campaign_id, CampaignId::parse);
    // The ledger itself has no tasks.
    let sides = [ActorKind::Brand, ActorKind::Creator];
    let side = (request.side != 0).then_some(request.side);
    let side = fields.optional("side", side, |fields, side| {
        fields.one_among_here(side, &sides)
    });
    let kinds = fields.each("kinds", request.kinds, |fields, number| {
        fields.one_of_here(number)
    });
    let due_before = fields.optional("due_before", request.due_before, read_time);
    let page = read_page(&mut fields, request.page_size, request.page_token);
    let query = brand.and_then(|brand| {
        Ok(WorklistQuery {
            brand,
            campaign: campaign?,
            side: side?,
            kinds: kinds?.into_iter().collect(),
            due_before: due_before?,
            blocked: request.blocked,
            page: page?,
            when: when?,
        })
    });
    fields.finish(query)
}
