//! Disputes as messages.

use crate::domain::state::{Dispute, Resource};
use crate::domain::{CampaignRef, DisputeId};
use crate::grpc::calls::Shown;
use crate::grpc::calls::render::time;
use crate::wire::dispute::write_ruling;
use crate::wire::personal::spell;
use crate::wire::proto::api;

impl Shown for api::Dispute {
    fn of(resource: &Resource) -> Option<Self> {
        let Resource::Dispute(campaign, id, row) = resource else {
            return None;
        };
        Some(dispute(campaign, id, row))
    }
}

/// Renders a dispute.
pub fn dispute(campaign: &CampaignRef, id: &DisputeId, row: &Dispute) -> api::Dispute {
    let resolved = row.resolved.as_ref();
    let resolution = resolved.map(|resolved| &resolved.resolution);
    let ruling = resolution.map(|resolution| write_ruling(resolution.ruling));
    let (ruling, share_bp) = ruling.unwrap_or_default();
    api::Dispute {
        brand_id: campaign.brand.to_string(),
        campaign_id: campaign.campaign.to_string(),
        collaboration_id: row.collaboration.to_string(),
        dispute_id: id.to_string(),
        subject: Some((&row.subject).into()),
        opened_by: row.opened_by.number(),
        opened_at: time(row.opened_at),
        reason: spell(&row.reason),
        evidence: row.evidence.iter().map(spell).collect(),
        ruling,
        share_bp,
        arbiter: resolution.and_then(|one| one.arbiter.as_ref().map(Into::into)),
        resolution: resolution.map(|one| spell(&one.reason)).unwrap_or_default(),
        resolved_at: resolved.and_then(|resolved| time(resolved.at)),
        updated_position: row.updated.get(),
    }
}
