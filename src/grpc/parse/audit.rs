//! Requests of the audit service.

use super::Read;
use super::page::{read_brand, read_campaign};
use crate::domain::{BrandId, CampaignRef, Position};
use crate::log::codec::fields::{Checked, Fields, Origin};
use crate::proto::api;

const SCOPE_RULE: &str = "must be exactly one of brand_id, campaign, all";

/// Which events of the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Scope {
    /// All of a brand.
    Brand(BrandId),
    /// All of a campaign.
    Campaign(CampaignRef),
    /// All.
    All,
}

/// Asks for the events of the log up to its head.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventsQuery {
    /// Which.
    pub scope: Scope,
    /// Only events after this position.
    pub after: Position,
    /// At most so many; `None` for no limit.
    pub limit: Option<u64>,
}

/// Parses `ReadEvents`.
///
/// # Errors
/// Every violation.
pub fn read_events(request: api::ReadEventsRequest) -> Read<EventsQuery> {
    let mut fields = Fields::new(Origin::Call);
    let scope = fields.required("scope", request.scope, read_scope);
    fields.finish(scope.map(|scope| EventsQuery {
        scope,
        after: Position::new(request.after_position),
        limit: Some(request.limit).filter(|limit| *limit > 0),
    }))
}

/// Asks for the events of the log as they come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FollowQuery {
    /// Which.
    pub scope: Scope,
    /// Only events after this position.
    pub after: Position,
}

/// Parses `FollowEvents`.
///
/// # Errors
/// Every violation.
pub fn follow_events(request: api::FollowEventsRequest) -> Read<FollowQuery> {
    let mut fields = Fields::new(Origin::Call);
    let scope = fields.required("scope", request.scope, read_scope);
    fields.finish(scope.map(|scope| FollowQuery {
        scope,
        after: Position::new(request.after_position),
    }))
}

fn read_scope(fields: &mut Fields, message: api::LogScope) -> Checked<Scope> {
    use api::log_scope::Scope as Wire;
    match message.scope {
        Some(Wire::BrandId(brand)) => read_brand(fields, &brand).map(Scope::Brand),
        Some(Wire::Campaign(campaign)) => fields.within("campaign", |fields| {
            read_campaign(fields, &campaign.brand_id, &campaign.campaign_id).map(Scope::Campaign)
        }),
        Some(Wire::All(api::WholeLog {})) => Ok(Scope::All),
        None => Err(fields.refuse_here(SCOPE_RULE)),
    }
}
