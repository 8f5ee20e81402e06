//! Rules of changes of a plan: a draft changes freely, an open campaign in few things.

use super::{Case, Decided, Decision, ensure, happens, of_campaign, refuse};
use crate::domain::limits::MAX_MARGINS;
use crate::domain::rows::Rows;
use crate::domain::state::Campaign;
use crate::domain::{
    CampaignEvent, CampaignPlan, CampaignRef, CampaignState, Event, PlanChange, PlanField, Refusal,
    Violation, changed_fields,
};

const DRAFT_RULE: &str = "may change only while the campaign is a draft";
const CAP_RULE: &str = "changes by AmendBudget once the campaign is open";
const LATER_RULE: &str = "may only become later once the campaign is open";
const MARGIN_RULE: &str = "must not be cleared once the campaign is open";

impl<S: Rows> Case<'_, S> {
    pub(super) fn amend_campaign(
        &self,
        place: &CampaignRef,
        change: &PlanChange,
        reason: &str,
    ) -> Decided<Decision, S> {
        let states = [
            CampaignState::Draft,
            CampaignState::Open,
            CampaignState::Paused,
            CampaignState::Closed,
        ];
        let rule = "the plan of a cancelled or finalised one stays";
        let campaign = self.campaign_in(place, &states, rule)?;
        let (before, after) = (&campaign.plan, change.of(&campaign.plan));
        let changed = changed_fields(before, &after);
        ensure(!changed.is_empty(), || {
            Refusal::field("plan", "must change something")
        })?;
        if campaign.state != CampaignState::Draft {
            let broken = broken_once_open(before, &after, &changed);
            ensure(broken.is_empty(), || Refusal::Invalid(broken))?;
            ensure(!reason.is_empty(), || {
                Refusal::field("reason", "must be given once the campaign is open")
            })?;
        }
        let broken = change.broken_rules(before, &after);
        ensure(broken.is_empty(), || Refusal::Invalid(broken))?;
        self.ensure_keeps_facts(&campaign, &after, &changed)?;
        happens(of_campaign(
            &place.campaign,
            Event::Campaign(CampaignEvent::CampaignAmended {
                plan: after,
                previous: before.clone(),
                reason: reason.to_owned(),
            }),
        ))
    }

    /// Checks that the plan leaves recorded facts as they were counted: their currency, their side
    /// of the ends, the margin of orders, and what is in use below the cap.
    fn ensure_keeps_facts(
        &self,
        campaign: &Campaign,
        after: &CampaignPlan,
        changed: &[PlanField],
    ) -> Decided<(), S> {
        let keeps_currency = !campaign.has_money || !changed.contains(&PlanField::CurrencyCode);
        ensure(keeps_currency, || {
            let rule = "must stay once costs or orders are recorded";
            Refusal::field(&PlanField::CurrencyCode.path(), rule)
        })?;
        if let Some((at, timing)) = campaign.extent.moved_by(after) {
            return refuse(Refusal::FactsWouldMove { at, timing });
        }
        if changed.contains(&PlanField::BudgetCap) {
            let cap_minor = after.budget_cap_minor.unwrap_or(i64::MAX);
            let raises = campaign.plan.budget_cap_minor < Some(cap_minor);
            let is_raised = campaign.plan.budget_cap_minor.is_some() && raises;
            let in_use_minor = campaign.budget.total();
            ensure(is_raised || in_use_minor <= i128::from(cap_minor), || {
                Refusal::BudgetBelowCommitted {
                    in_use_minor,
                    cap_minor,
                }
            })?;
        }
        if changed.contains(&PlanField::GrossMarginBp) {
            self.ensure_margin_is_ahead(campaign)?;
        }
        Ok(())
    }

    /// Checks that another margin covers no recorded order. The first margin covers all orders, and
    /// a draft has only a first one.
    fn ensure_margin_is_ahead(&self, campaign: &Campaign) -> Decided<(), S> {
        let Some(last) = campaign.margins.last() else {
            return Ok(());
        };
        if campaign.state == CampaignState::Draft {
            return Ok(());
        }
        let from = self.happens_at();
        ensure(last.from.is_none_or(|before| before < from), || {
            let rule = "must be after the margin before came into force";
            Refusal::field("context.occurred_at", rule)
        })?;
        if let Some(ordered_at) = campaign.last_ordered_at.filter(|at| *at >= from) {
            return refuse(Refusal::OrdersWouldMove { ordered_at });
        }
        ensure(campaign.margins.len() < MAX_MARGINS, || {
            Refusal::LimitReached {
                collection: "gross margins of a campaign",
                limit: MAX_MARGINS,
            }
        })
    }
}

/// Lists what a plan changes although the campaign is open.
fn broken_once_open(
    before: &CampaignPlan,
    after: &CampaignPlan,
    changed: &[PlanField],
) -> Vec<Violation> {
    let measured_until = |plan: &CampaignPlan| plan.measure_until.or(plan.end_at);
    let broken = |field: &PlanField| {
        let rule = match field {
            PlanField::Title | PlanField::Niches => None,
            PlanField::EndAt => (after.end_at < before.end_at).then_some(LATER_RULE),
            PlanField::MeasureUntil => {
                (measured_until(after) < measured_until(before)).then_some(LATER_RULE)
            }
            PlanField::GrossMarginBp => after.gross_margin_bp.is_none().then_some(MARGIN_RULE),
            PlanField::BudgetCap => Some(CAP_RULE),
            PlanField::Objective
            | PlanField::Followers
            | PlanField::Formats
            | PlanField::CurrencyCode
            | PlanField::StartAt
            | PlanField::Policy => Some(DRAFT_RULE),
        };
        Some(Violation::new(field.path(), rule?))
    };
    changed.iter().filter_map(broken).collect()
}
