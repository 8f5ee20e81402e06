//! Cost lines as messages.

mod dispute;

pub use dispute::*;

use crate::domain::state::{Balance, Cost, Resource};
use crate::domain::{BrandId, CampaignId, CampaignRef, CostId, CreatorId, Currency, OwedFor, Tax};
use crate::grpc::calls::Shown;
use crate::grpc::calls::render::time;
use crate::log::codec::events::write_owed_for;
use crate::report::minor;
use crate::wire::decimals::{Decimals, spell_minor};
use crate::wire::personal::spell;
use crate::wire::proto::api;

impl Shown for api::Cost {
    fn of(resource: &Resource) -> Option<Self> {
        let Resource::Cost(campaign, id, row) = resource else {
            return None;
        };
        Some(cost(campaign, id, row))
    }
}

/// Renders a cost line.
pub fn cost(campaign: &CampaignRef, id: &CostId, row: &Cost) -> api::Cost {
    let (trigger, deliverable_id) = write_owed_for(row.owed_for.as_ref());
    let order = match &row.owed_for {
        Some(OwedFor::Commission { order, .. }) => Some(order),
        Some(OwedFor::FeePart { .. } | OwedFor::Bonus { .. }) | None => None,
    };
    let bonus_id = match &row.owed_for {
        Some(OwedFor::Bonus { bonus }) => bonus.to_string(),
        Some(OwedFor::FeePart { .. } | OwedFor::Commission { .. }) | None => String::new(),
    };
    let collaboration = row.collaboration.as_ref().map(ToString::to_string);
    api::Cost {
        brand_id: campaign.brand.to_string(),
        campaign_id: campaign.campaign.to_string(),
        collaboration_id: collaboration.unwrap_or_default(),
        cost_id: id.to_string(),
        r#type: row.kind.number(),
        amount: Some(row.amount.into()),
        reporting_minor: row.reporting_minor,
        approved_minor: row.approved_minor,
        paid_minor: row.paid_minor,
        state: row.state().number(),
        incurred_at: time(row.incurred_at),
        note: spell(&row.note),
        updated_position: row.updated.get(),
        adjusted_minor: row.adjusted_minor,
        withheld: row.withheld,
        dispute_id: row
            .dispute
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        bonus_id,
        trigger,
        deliverable_id,
        order_source: order.map(|one| one.source.to_string()).unwrap_or_default(),
        order_id: order
            .map(|one| one.id.as_str().to_owned())
            .unwrap_or_default(),
        taxes: row.taxes.iter().map(tax).collect(),
        reporting_decimal: spell_minor(row.reporting_minor, Some(row.reporting_currency)),
        ..api::Cost::default()
    }
    .with_decimals(Some(row.amount.currency))
}

fn tax(tax: &Tax) -> api::Tax {
    api::Tax {
        tax_id: tax.id.to_string(),
        gross: Some(tax.gross.into()),
        base: Some(tax.base.into()),
        rate_percent: tax.rate_percent.as_str().to_owned(),
        amount: Some(tax.amount.into()),
        article: tax.article.clone(),
        certificate: spell(&tax.certificate),
        period: tax.period.clone(),
    }
}

/// Renders what is owed to a creator, in one campaign or in all.
pub fn balance(
    brand: &BrandId,
    campaign: Option<&CampaignId>,
    creator: &CreatorId,
    currency: Currency,
    row: &Balance,
) -> api::Balance {
    api::Balance {
        brand_id: brand.to_string(),
        campaign_id: campaign.map(ToString::to_string).unwrap_or_default(),
        creator_id: creator.to_string(),
        currency_code: currency.code().to_owned(),
        accrued_minor: minor(row.accrued_minor),
        approved_minor: minor(row.approved_minor),
        paid_minor: minor(row.paid_minor),
        carried_minor: minor(row.carried_minor),
        owed_minor: minor(row.owed_minor()),
        over_budget_minor: None,
        ..api::Balance::default()
    }
    .with_decimals(Some(currency))
}
