//! Events of a campaign, both ways.

use super::{Wire, wire};
use crate::domain::{CampaignPlan, Event, Money};
use crate::log::codec::fields::{Checked, Fields};
use crate::log::codec::plan::read_plan;
use crate::log::codec::values::read_positive_amount;

pub fn read_created(fields: &mut Fields, message: wire::CampaignCreated) -> Checked<Event> {
    let plan = fields.required("plan", message.plan, read_plan)?;
    Ok(Event::CampaignCreated { plan })
}

pub fn write_created(plan: &CampaignPlan) -> Wire {
    Wire::CampaignCreated(wire::CampaignCreated {
        plan: Some(plan.into()),
    })
}

pub fn write_paused(reason: &str) -> Wire {
    Wire::CampaignPaused(wire::CampaignPaused {
        reason: reason.to_owned(),
    })
}

pub fn read_budget_amended(fields: &mut Fields, message: wire::BudgetAmended) -> Checked<Event> {
    let cap = fields.required("budget_cap", message.budget_cap, read_positive_amount);
    let previous = fields.optional("previous_cap", message.previous_cap, read_positive_amount);
    Ok(Event::BudgetAmended {
        cap: cap?,
        previous: previous?,
        reason: message.reason,
    })
}

pub fn write_budget_amended(cap: Money, previous: Option<Money>, reason: &str) -> Wire {
    Wire::BudgetAmended(wire::BudgetAmended {
        budget_cap: Some(cap.into()),
        previous_cap: previous.map(Into::into),
        reason: reason.to_owned(),
    })
}

pub fn write_cancelled(reason: &str) -> Wire {
    Wire::CampaignCancelled(wire::CampaignCancelled {
        reason: reason.to_owned(),
    })
}
