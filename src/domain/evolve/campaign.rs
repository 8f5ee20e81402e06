//! Events of campaigns, and how they are folded.

use std::mem::take;

use super::{Fold, Folded};
use crate::domain::rows::RowsMut;
use crate::domain::state::{BudgetUse, Campaign, Due, Report};
use crate::domain::{CampaignPlan, CampaignState, Drawn, Money};

/// Events of a campaign as a whole.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the message of the same name in event/v1 documents each field"
)]
pub enum CampaignEvent {
    CampaignCreated {
        plan: CampaignPlan,
    },
    CampaignOpened,
    CampaignPaused {
        reason: String,
    },
    CampaignResumed,
    BudgetAmended {
        cap: Money,
        previous: Option<Money>,
        reason: String,
    },
    CampaignClosed,
    CampaignCancelled {
        reason: String,
    },
    ReportFinalised(ReportFinalised),
}

/// The numbers of an ended campaign were fixed.
#[derive(Clone, PartialEq, Debug)]
pub struct ReportFinalised {
    /// 1, 2, 3 … within the campaign.
    pub revision: u32,
    /// The numbers.
    pub drawn: Drawn,
}

impl<S: RowsMut> Fold<'_, S> {
    pub(super) fn campaign_event(&mut self, event: &CampaignEvent) -> Folded<(), S> {
        match event {
            CampaignEvent::CampaignCreated { plan } => self.campaign_created(plan),
            CampaignEvent::CampaignOpened | CampaignEvent::CampaignResumed => {
                self.campaign_moved(CampaignState::Open)
            }
            CampaignEvent::CampaignPaused { .. } => self.campaign_moved(CampaignState::Paused),
            CampaignEvent::CampaignClosed => self.campaign_closed(),
            CampaignEvent::CampaignCancelled { .. } => {
                self.campaign_ended(CampaignState::Cancelled)
            }
            CampaignEvent::BudgetAmended { cap, .. } => self.budget_amended(cap.minor),
            CampaignEvent::ReportFinalised(report) => self.report_finalised(report),
        }
    }

    fn campaign_created(&mut self, plan: &CampaignPlan) -> Folded<(), S> {
        let key = Campaign::key(&self.campaign_ref()?);
        let campaign = Campaign {
            state: CampaignState::Draft,
            plan: plan.clone(),
            budget: BudgetUse::default(),
            open_invitations: 0,
            applications: 0,
            ending: 0,
            live_collaborations: 0,
            gross_revenue_minor: 0,
            created_at: self.record.recorded_at,
            closed: None,
            reports: 0,
            updated: self.record.position,
        };
        self.rows.put(key, campaign);
        Ok(())
    }

    fn campaign_moved(&mut self, to: CampaignState) -> Folded<(), S> {
        self.campaign()?.state = to;
        Ok(())
    }

    fn campaign_closed(&mut self) -> Folded<(), S> {
        let position = self.record.position;
        self.campaign()?.closed = Some(position);
        self.campaign_ended(CampaignState::Closed)
    }

    /// Pending collaborations end with their campaign and no longer reserve budget. Each end gets
    /// an event of its own; the ledger records some of them later.
    fn campaign_ended(&mut self, to: CampaignState) -> Folded<(), S> {
        let place = self.campaign_ref()?;
        let campaign = self.campaign()?;
        campaign.state = to;
        let open = take(&mut campaign.open_invitations) + take(&mut campaign.applications);
        campaign.ending = open;
        campaign.budget.reserved = 0;
        if open > 0 {
            let due = Due::Ending { campaign: place };
            self.rows.put(due.key_at_once(), due);
        }
        Ok(())
    }

    /// Decreases the number of ends that are still to be recorded.
    pub(super) fn ending_recorded(&mut self) -> Folded<(), S> {
        let campaign = self.campaign()?;
        campaign.ending = campaign.ending.saturating_sub(1);
        if campaign.ending == 0 {
            let campaign = self.campaign_ref()?;
            self.rows.remove(&Due::Ending { campaign }.key_at_once());
        }
        Ok(())
    }

    fn report_finalised(&mut self, report: &ReportFinalised) -> Folded<(), S> {
        let campaign = self.campaign()?;
        campaign.state = CampaignState::Finalised;
        campaign.reports = report.revision;
        let row = Report {
            revision: report.revision,
            drawn: report.drawn.clone(),
            by: self.record.actor.clone(),
            at: self.record.recorded_at,
            made: self.record.position,
        };
        let key = Report::key(&self.campaign_ref()?, report.revision);
        self.rows.put(key, row);
        Ok(())
    }

    fn budget_amended(&mut self, cap_minor: i64) -> Folded<(), S> {
        self.campaign()?.plan.budget_cap_minor = Some(cap_minor);
        Ok(())
    }
}
