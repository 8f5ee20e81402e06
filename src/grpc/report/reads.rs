//! Reports of one campaign and of one collaboration.

use crate::domain::rows::Rows;
use crate::domain::state::Creator;
use crate::domain::{CollaborationRef, CreatorRef};
use crate::grpc::calls::Lookup;
use crate::grpc::campaign::parse::CampaignQuery;
use crate::grpc::campaign::reads::known_campaign;
use crate::grpc::collaboration::parse::CollaborationQuery;
use crate::grpc::collaboration::reads::known_collaboration;
use crate::report;
use crate::store::Snapshot;
use crate::views::{CollaborationTotals, LastRecorded};
use crate::wire::proto::api;

/// Answers `GetCampaignRoi`.
pub(super) fn roi(rows: &Snapshot, query: &CampaignQuery) -> Result<api::CampaignRoi, Lookup> {
    let name = &query.campaign;
    let campaign = known_campaign(rows, name)?;
    Ok(report::read_roi(rows, name, &campaign)?)
}

/// Answers `GetCollaborationPerformance`.
pub(super) fn found_performance(
    rows: &Snapshot,
    query: &CollaborationQuery,
) -> Result<api::CollaborationPerformance, Lookup> {
    performance(rows, &query.collaboration)
}

/// Reads how a collaboration performed.
pub(super) fn performance(
    rows: &Snapshot,
    name: &CollaborationRef,
) -> Result<api::CollaborationPerformance, Lookup> {
    let collaboration = known_collaboration(rows, name)?;
    let campaign = known_campaign(rows, &name.campaign_ref())?;
    let creator = CreatorRef {
        brand: name.brand.clone(),
        creator: collaboration.creator.clone(),
    };
    let creator = rows.get::<Creator>(&Creator::key(&creator))?;
    let totals = rows.get::<CollaborationTotals>(&CollaborationTotals::key(name))?;
    let rates = report::Rates::of_collaboration(rows, name)?;
    let now = LastRecorded::of(rows)?;
    Ok(report::performance(
        name,
        &campaign,
        &collaboration,
        creator.as_deref(),
        &totals.unwrap_or_default(),
        &rates,
        now,
    ))
}
