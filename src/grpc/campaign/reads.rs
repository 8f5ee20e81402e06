//! How campaigns are found and listed.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::{parse, render};
use crate::domain::rows::Rows;
use crate::domain::state::{BrandSettings, Campaign};
use crate::domain::{BrandId, CampaignId, CampaignRef};
use crate::grpc::calls::{Listed, Lookup, Part, id_at, page};
use crate::report::zone_named;
use crate::store::{self, Snapshot};
use crate::wire::proto::api;

/// Answers `GetCampaign`.
pub(super) fn found(
    rows: &Snapshot,
    query: &parse::CampaignQuery,
) -> Result<api::Campaign, Lookup> {
    let row = known_campaign(rows, &query.campaign)?;
    Ok(render::campaign(&query.campaign, &row))
}

/// Answers `GetBrandSettings`.
pub(super) fn settings(
    rows: &Snapshot,
    query: &parse::SettingsQuery,
) -> Result<api::BrandSettings, Lookup> {
    let row = rows.get::<BrandSettings>(&BrandSettings::key(&query.brand))?;
    Ok(render::settings(&query.brand, &row.unwrap_or_default()))
}

/// Finds the time zone of a brand's days: the one that it set, or else UTC.
///
/// # Errors
/// When rows cannot be read.
pub fn brand_zone(rows: &Snapshot, brand: &BrandId) -> Result<TimeZone, store::Error> {
    let row = rows.get::<BrandSettings>(&BrandSettings::key(brand))?;
    let set = row.and_then(|row| row.time_zone.clone());
    let zone = set.and_then(|(name, _)| zone_named(name.as_str()));
    Ok(zone.unwrap_or(TimeZone::UTC))
}

/// Answers a page of `ListCampaigns`.
pub(super) fn listed(
    rows: &Snapshot,
    query: &parse::CampaignsQuery,
    part: &Part,
) -> Result<Listed<api::Campaign>, Lookup> {
    let prefix = Campaign::of_brand(&query.brand);
    let listed = page(rows, &prefix, part, |key, row: &Campaign| {
        let name = CampaignRef {
            brand: query.brand.clone(),
            campaign: id_at(key, 1, CampaignId::parse)?,
        };
        is_meant(query, row).then(|| render::campaign(&name, row))
    });
    Ok(listed?)
}

fn is_meant(query: &parse::CampaignsQuery, row: &Campaign) -> bool {
    let plan = &row.plan;
    let ends_late = |from| plan.end_at.is_some_and(|end_at| end_at >= from);
    let starts_early = |before| plan.start_at.is_some_and(|start_at| start_at < before);
    (query.states.is_empty() || query.states.contains(&row.state))
        && (query.objectives.is_empty() || query.objectives.contains(&plan.objective))
        && query.currency.is_none_or(|only| only == plan.currency)
        && query.ends_from.is_none_or(ends_late)
        && query.starts_before.is_none_or(starts_early)
}

/// Finds a campaign.
///
/// # Errors
/// `CAMPAIGN_NOT_FOUND`, or rows that cannot be read.
pub fn known_campaign(rows: &Snapshot, name: &CampaignRef) -> Result<Arc<Campaign>, Lookup> {
    let row = rows.get::<Campaign>(&Campaign::key(name))?;
    row.ok_or_else(|| {
        let reason = api::ErrorReason::CampaignNotFound;
        Lookup::missing(reason, "campaign", name.campaign.as_str())
    })
}
