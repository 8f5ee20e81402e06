//! Final reports.

use prost::Message;
use sha2::{Digest, Sha256};

use super::{Rates, campaign_roi};
use crate::domain::metrics::DEFINITIONS;
use crate::domain::rows::Rows;
use crate::domain::state::{Campaign, Report};
use crate::domain::{CampaignRef, Drawn, Position};
use crate::store;
use crate::views::{CampaignTotals, Past};
use crate::wire::proto::api;

/// Renders a revision, without its numbers.
pub fn final_report(name: &CampaignRef, row: &Report) -> api::FinalReport {
    api::FinalReport {
        brand_id: name.brand.to_string(),
        campaign_id: name.campaign.to_string(),
        revision: row.revision,
        as_of_position: row.drawn.as_of.get(),
        definitions: row.drawn.definitions.clone(),
        report_sha256: row.drawn.sha256.to_vec().into(),
        finalised_at: Some(row.at.into()),
        finalised_by: Some((&row.by).into()),
        finalised_position: row.made.get(),
    }
}

/// Computes the numbers of a campaign from the events of its scopes up to a position; `None` when
/// none of them created it. Earlier revisions and the state after them have no effect, so that the
/// same facts give the same numbers. Work is overdue if it was due before the last of those events.
///
/// # Errors
/// When rows cannot be read.
pub fn final_roi(
    name: &CampaignRef,
    past: &Past,
    as_of: Position,
) -> Result<Option<(api::CampaignRoi, Drawn)>, store::Error> {
    let Some((campaign, totals, rates)) = read(name, &past.rows)? else {
        return Ok(None);
    };
    let now = past.last_recorded;
    let roi = api::CampaignRoi {
        state: api::CampaignState::Finalised.into(),
        report_revisions: 0,
        ..campaign_roi(name, &campaign, &totals, &rates, now)
    };
    let drawn = Drawn {
        as_of,
        definitions: DEFINITIONS.to_owned(),
        sha256: Sha256::digest(roi.encode_to_vec()).into(),
    };
    Ok(Some((roi, drawn)))
}

type Found = (Campaign, CampaignTotals, Rates);

fn read<S: Rows>(name: &CampaignRef, rows: &S) -> Result<Option<Found>, S::Error> {
    let Some(campaign) = rows.get::<Campaign>(&Campaign::key(name))? else {
        return Ok(None);
    };
    let totals = rows.get::<CampaignTotals>(&CampaignTotals::key(name))?;
    let rates = Rates::of_campaign(rows, name)?;
    let campaign = Campaign::clone(&campaign);
    let totals = totals.as_deref().cloned().unwrap_or_default();
    Ok(Some((campaign, totals, rates)))
}
