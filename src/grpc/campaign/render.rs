//! Campaigns as messages.

use crate::domain::state::{BrandSettings, Campaign, Resource};
use crate::domain::{BrandId, CampaignRef};
use crate::grpc::calls::Shown;
use crate::grpc::calls::render::time;
use crate::report::budget;
use crate::wire::proto::api;

impl Shown for api::Campaign {
    fn of(resource: &Resource) -> Option<Self> {
        let (Resource::Campaign(name, row) | Resource::Report(name, row, _)) = resource else {
            return None;
        };
        Some(campaign(name, row))
    }
}

impl Shown for api::BrandSettings {
    fn of(resource: &Resource) -> Option<Self> {
        let Resource::Brand(brand, row) = resource else {
            return None;
        };
        Some(settings(brand, row))
    }
}

/// Renders the settings of a brand.
pub fn settings(brand: &BrandId, row: &BrandSettings) -> api::BrandSettings {
    let zone = row.time_zone.as_ref().map(|(name, _)| name.as_str());
    api::BrandSettings {
        brand_id: brand.to_string(),
        time_zone: zone.unwrap_or_default().to_owned(),
        emv_models: row
            .emv_models
            .iter()
            .map(|(model, _)| model.into())
            .collect(),
        updated_position: row.updated.get(),
    }
}

/// Renders a campaign.
pub fn campaign(name: &CampaignRef, row: &Campaign) -> api::Campaign {
    api::Campaign {
        brand_id: name.brand.to_string(),
        campaign_id: name.campaign.to_string(),
        state: row.state.number(),
        plan: Some((&row.plan).into()),
        budget: Some(budget(row)),
        open_invitations: row.open_invitations,
        applications: row.applications,
        live_collaborations: row.live_collaborations,
        created_at: time(row.created_at),
        updated_position: row.updated.get(),
        reports: row.reports,
        ending: row.ending,
        emv_model: row.emv_model.as_deref().map(Into::into),
    }
}
