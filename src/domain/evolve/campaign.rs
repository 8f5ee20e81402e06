//! Folds events of campaigns.

use super::{Fold, Folded};
use crate::domain::rows::Rows;
use crate::domain::state::{BudgetUse, Campaign};
use crate::domain::{CampaignPlan, CampaignState};

impl<S: Rows> Fold<'_, S> {
    pub(super) fn campaign_created(&mut self, plan: &CampaignPlan) -> Folded<(), S> {
        let key = Campaign::key(&self.campaign_ref()?);
        let campaign = Campaign {
            state: CampaignState::Draft,
            plan: plan.clone(),
            budget: BudgetUse::default(),
            open_invitations: 0,
            live_collaborations: 0,
            gross_revenue_minor: 0,
            created_at: self.record.recorded_at,
            updated: self.record.position,
        };
        self.rows.put(key, campaign);
        Ok(())
    }

    pub(super) fn campaign_moved(&mut self, to: CampaignState) -> Folded<(), S> {
        self.campaign()?.state = to;
        Ok(())
    }

    pub(super) fn budget_amended(&mut self, cap_minor: i64) -> Folded<(), S> {
        self.campaign()?.plan.budget_cap_minor = Some(cap_minor);
        Ok(())
    }
}
