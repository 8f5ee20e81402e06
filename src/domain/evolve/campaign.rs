//! Events of campaigns, and how they are folded.

use std::mem::take;
use std::sync::Arc;

use super::{Fold, Folded};
use crate::domain::rows::RowsMut;
use crate::domain::state::{BudgetUse, Campaign, Due, Extent, Margin, Report};
use crate::domain::{CampaignPlan, CampaignState, Drawn, EmvModel, Money};

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
    CampaignOpened {
        emv_model: Option<EmvModel>,
    },
    CampaignPaused {
        reason: String,
    },
    CampaignResumed,
    BudgetAmended {
        cap: Money,
        previous: Option<Money>,
        reason: String,
    },
    CampaignAmended {
        plan: CampaignPlan,
        previous: CampaignPlan,
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
            CampaignEvent::CampaignOpened { emv_model } => self.campaign_opened(emv_model.as_ref()),
            CampaignEvent::CampaignResumed => self.campaign_moved(CampaignState::Open),
            CampaignEvent::CampaignPaused { .. } => self.campaign_moved(CampaignState::Paused),
            CampaignEvent::CampaignAmended { plan, .. } => self.campaign_amended(plan),
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
            over_since: None,
            extent: Extent::default(),
            has_money: false,
            last_ordered_at: None,
            margins: first_margin(plan).into_iter().collect(),
            emv_model: None,
            updated: self.record.position,
        };
        self.rows.put(key, campaign);
        Ok(())
    }

    /// Marks since when the budget in use has been over the cap. Any event of an agreement or of
    /// settlement may change that, so the fold looks after each of them.
    pub(super) fn note_over_budget(&mut self) -> Folded<(), S> {
        if self.record.subject.campaign.is_none() {
            return Ok(());
        }
        let key = Campaign::key(&self.campaign_ref()?);
        let Some(campaign) = self.rows.get::<Campaign>(&key)? else {
            return Ok(());
        };
        let is_over = campaign.over_budget_minor() > 0;
        if is_over != campaign.over_since.is_some() {
            let since = is_over.then_some(self.record.recorded_at);
            self.campaign()?.over_since = since;
        }
        Ok(())
    }

    fn campaign_opened(&mut self, emv_model: Option<&EmvModel>) -> Folded<(), S> {
        self.campaign()?.emv_model = emv_model.cloned().map(Arc::new);
        self.campaign_moved(CampaignState::Open)
    }

    fn campaign_moved(&mut self, to: CampaignState) -> Folded<(), S> {
        self.campaign()?.state = to;
        Ok(())
    }

    /// The first margin covers all orders, whenever it comes; a later one those from its time on.
    fn campaign_amended(&mut self, plan: &CampaignPlan) -> Folded<(), S> {
        let from = Some(self.record.happened_at());
        let campaign = self.campaign()?;
        if campaign.state == CampaignState::Draft || campaign.margins.is_empty() {
            campaign.margins = first_margin(plan).into_iter().collect();
        } else if plan.gross_margin_bp != campaign.plan.gross_margin_bp {
            let margin = plan.gross_margin_bp;
            let margin = margin.map(|margin_bp| Margin { from, margin_bp });
            campaign.margins.extend(margin);
        }
        campaign.plan = plan.clone();
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

fn first_margin(plan: &CampaignPlan) -> Option<Margin> {
    let from = None;
    plan.gross_margin_bp
        .map(|margin_bp| Margin { from, margin_bp })
}
