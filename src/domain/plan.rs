//! Changes of campaign plans: what a change says, what it makes of a plan, and the rules between the
//! fields of a plan.

use std::collections::BTreeSet;

use super::ids::Niche;
use super::{
    CampaignObjective, CampaignPlan, ContentFormat, Currency, FollowerRange, Money,
    SelectionPolicy, Timestamp, Violation, words,
};

/// States that a period must have a length.
pub const END_RULE: &str = "must be after start_at";
/// States that measuring cannot end before the campaign.
pub const MEASURE_RULE: &str = "must be at or after end_at";
const PLAN_CURRENCY_RULE: &str = "must be in the reporting currency of the plan";

words! {
    /// A field of a campaign plan.
    pub enum PlanField: "campaign.ledger.type.v1.CampaignPlanField" {
        /// Title.
        Title = 1 => "TITLE",
        /// Objective.
        Objective = 2 => "OBJECTIVE",
        /// Niches wanted.
        Niches = 3 => "NICHES",
        /// Followers wanted.
        Followers = 4 => "FOLLOWERS",
        /// Formats wanted.
        Formats = 5 => "FORMATS",
        /// Reporting currency.
        CurrencyCode = 6 => "CURRENCY_CODE",
        /// Budget cap.
        BudgetCap = 7 => "BUDGET_CAP",
        /// Start of the window.
        StartAt = 8 => "START_AT",
        /// End of the window.
        EndAt = 9 => "END_AT",
        /// End of measurement.
        MeasureUntil = 10 => "MEASURE_UNTIL",
        /// Gross margin.
        GrossMarginBp = 11 => "GROSS_MARGIN_BP",
        /// What the campaign requires of creators.
        Policy = 12 => "POLICY",
    }
}

impl PlanField {
    /// Fields that a plan may lack, which are those that a change may clear.
    pub const CLEARABLE: [Self; 8] = [
        Self::Niches,
        Self::Followers,
        Self::Formats,
        Self::BudgetCap,
        Self::StartAt,
        Self::EndAt,
        Self::MeasureUntil,
        Self::GrossMarginBp,
    ];

    /// Returns the path of the field in a request.
    pub fn path(self) -> String {
        format!("plan.{}", self.name().to_lowercase())
    }
}

/// New values of some fields of a plan. `None` keeps a field as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PlanChange {
    /// Title.
    pub title: Option<String>,
    /// Objective.
    pub objective: Option<CampaignObjective>,
    /// Niches wanted.
    pub niches: Option<Vec<Niche>>,
    /// Followers wanted.
    pub followers: Option<FollowerRange>,
    /// Formats wanted.
    pub formats: Option<Vec<ContentFormat>>,
    /// Reporting currency.
    pub currency: Option<Currency>,
    /// Budget cap, more than 0.
    pub budget_cap: Option<Money>,
    /// Start of the window.
    pub start_at: Option<Timestamp>,
    /// End of the window.
    pub end_at: Option<Timestamp>,
    /// End of measurement.
    pub measure_until: Option<Timestamp>,
    /// Gross margin in basis points.
    pub gross_margin_bp: Option<u32>,
    /// What the campaign requires of creators.
    pub policy: Option<SelectionPolicy>,
    /// Fields that the plan has no more.
    pub clear: BTreeSet<PlanField>,
}

impl PlanChange {
    /// Returns the plan after the change.
    pub fn of(&self, plan: &CampaignPlan) -> CampaignPlan {
        use PlanField::{
            BudgetCap, EndAt, Followers, Formats, GrossMarginBp, MeasureUntil, Niches, StartAt,
        };
        let keeps = |field| !self.clear.contains(&field);
        let old_niches = || {
            plan.niches
                .iter()
                .filter(|_| keeps(Niches))
                .cloned()
                .collect()
        };
        let old_formats = || {
            plan.formats
                .iter()
                .filter(|_| keeps(Formats))
                .copied()
                .collect()
        };
        let cap_minor = self.budget_cap.map(|cap| cap.minor);
        CampaignPlan {
            title: self.title.clone().unwrap_or_else(|| plan.title.clone()),
            objective: self.objective.unwrap_or(plan.objective),
            niches: self.niches.clone().unwrap_or_else(old_niches),
            followers: (self.followers).or(plan.followers.filter(|_| keeps(Followers))),
            formats: self.formats.clone().unwrap_or_else(old_formats),
            currency: self.currency.unwrap_or(plan.currency),
            budget_cap_minor: cap_minor.or(plan.budget_cap_minor.filter(|_| keeps(BudgetCap))),
            start_at: self.start_at.or(plan.start_at.filter(|_| keeps(StartAt))),
            end_at: self.end_at.or(plan.end_at.filter(|_| keeps(EndAt))),
            measure_until: (self.measure_until)
                .or(plan.measure_until.filter(|_| keeps(MeasureUntil))),
            gross_margin_bp: (self.gross_margin_bp)
                .or(plan.gross_margin_bp.filter(|_| keeps(GrossMarginBp))),
            policy: self.policy.unwrap_or(plan.policy),
        }
    }

    /// Lists the rules between fields that the plan after the change breaks.
    pub fn broken_rules(&self, before: &CampaignPlan, after: &CampaignPlan) -> Vec<Violation> {
        let mut broken = Vec::new();
        let mut check = |field: PlanField, holds: bool, rule: &str| {
            if !holds {
                broken.push(Violation::new(field.path(), rule));
            }
        };
        // An amount that is kept was stated in the currency of before.
        let cap_currency = match (self.budget_cap, after.budget_cap_minor) {
            (Some(cap), _) => Some(cap.currency),
            (None, Some(_)) => Some(before.currency),
            (None, None) => None,
        };
        check(
            PlanField::BudgetCap,
            cap_currency.is_none_or(|of| of == after.currency),
            PLAN_CURRENCY_RULE,
        );
        if let (Some(start), Some(end)) = (after.start_at, after.end_at) {
            check(PlanField::EndAt, end > start, END_RULE);
        }
        if let (Some(end), Some(until)) = (after.end_at, after.measure_until) {
            check(PlanField::MeasureUntil, until >= end, MEASURE_RULE);
        }
        broken
    }
}

/// Lists the fields in which two plans differ.
pub fn changed_fields(before: &CampaignPlan, after: &CampaignPlan) -> Vec<PlanField> {
    let differs = |field: &PlanField| match field {
        PlanField::Title => before.title != after.title,
        PlanField::Objective => before.objective != after.objective,
        PlanField::Niches => before.niches != after.niches,
        PlanField::Followers => before.followers != after.followers,
        PlanField::Formats => before.formats != after.formats,
        PlanField::CurrencyCode => before.currency != after.currency,
        PlanField::BudgetCap => before.budget_cap_minor != after.budget_cap_minor,
        PlanField::StartAt => before.start_at != after.start_at,
        PlanField::EndAt => before.end_at != after.end_at,
        PlanField::MeasureUntil => before.measure_until != after.measure_until,
        PlanField::GrossMarginBp => before.gross_margin_bp != after.gross_margin_bp,
        PlanField::Policy => before.policy != after.policy,
    };
    PlanField::ALL.into_iter().filter(differs).collect()
}
