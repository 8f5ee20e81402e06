//! Campaign plans, both ways.

use std::collections::BTreeSet;

use super::fields::{Checked, Fields, UNIQUE_RULE};
use super::values::{
    MAX_NAME_CHARS, check_currency, read_basis_points, read_niches, read_positive_amount,
    read_time, write_niches,
};
use crate::domain::limits::MAX_FORMATS;
use crate::domain::{
    CampaignPlan, ContentFormat, Currency, END_RULE, FollowerRange, MEASURE_RULE, Money,
    PlanChange, PlanField, SelectionPolicy, Timestamp,
};
use crate::wire::proto::values as wire;

const FORMATS_RULE: &str = "must have at most 12 elements";
const CLEAR_RULE: &str = "must have at most 8 elements";
const FOLLOWERS_RULE: &str = "must be at or above min_followers";
const CLEARED_RULE: &str = "must be absent for a field that is cleared";

/// Reads a plan.
pub fn read_plan(fields: &mut Fields, message: wire::CampaignPlan) -> Checked<CampaignPlan> {
    let title = fields.line("title", message.title, MAX_NAME_CHARS);
    let objective = fields.one_of("objective", message.objective);
    let niches = read_niches(fields, message.niches);
    let followers = fields.optional("followers", message.followers, read_follower_range);
    let formats = read_formats(fields, message.formats);
    let currency = fields.parse("currency_code", &message.currency_code, Currency::parse);
    let budget_cap = fields.optional("budget_cap", message.budget_cap, |fields, cap| {
        let cap = read_positive_amount(fields, cap)?;
        check_plan_currency(fields, cap, currency.ok());
        Ok(cap.minor)
    });
    let start_at = fields.optional("start_at", message.start_at, read_time);
    let end_at = fields.optional("end_at", message.end_at, read_time);
    let measure_until = fields.optional("measure_until", message.measure_until, read_time);
    let gross_margin_bp = message
        .gross_margin_bp
        .map(|part| read_basis_points(fields, "gross_margin_bp", part));
    let (start_at, end_at, measure_until) = (start_at?, end_at?, measure_until?);
    check_window(fields, start_at, end_at, measure_until);
    Ok(CampaignPlan {
        title,
        objective: objective?,
        niches: niches?,
        followers: followers?,
        formats: formats?,
        currency: currency?,
        budget_cap_minor: budget_cap?,
        start_at,
        end_at,
        measure_until,
        gross_margin_bp,
        policy: message.policy.unwrap_or_default().into(),
    })
}

/// Reads the change of a plan: fields with a value, and fields to clear. The rules between fields
/// need the whole plan, so they are checked later.
pub fn read_plan_change(
    fields: &mut Fields,
    message: wire::CampaignPlan,
    clear: Vec<i32>,
) -> Checked<PlanChange> {
    let clear = read_cleared(fields, clear);
    let change = fields.within("plan", |fields| read_new_values(fields, message));
    let change = PlanChange {
        clear: clear?,
        ..change?
    };
    let with_value = PlanField::CLEARABLE
        .into_iter()
        .filter(|field| match field {
            PlanField::Niches => change.niches.is_some(),
            PlanField::Followers => change.followers.is_some(),
            PlanField::Formats => change.formats.is_some(),
            PlanField::BudgetCap => change.budget_cap.is_some(),
            PlanField::StartAt => change.start_at.is_some(),
            PlanField::EndAt => change.end_at.is_some(),
            PlanField::MeasureUntil => change.measure_until.is_some(),
            PlanField::GrossMarginBp => change.gross_margin_bp.is_some(),
            PlanField::Title
            | PlanField::Objective
            | PlanField::CurrencyCode
            | PlanField::Policy => false,
        });
    let twice = with_value
        .filter(|field| change.clear.contains(field))
        .count();
    fields.check("clear", twice == 0, CLEARED_RULE);
    Ok(change)
}

fn read_cleared(fields: &mut Fields, clear: Vec<i32>) -> Checked<BTreeSet<PlanField>> {
    let most = PlanField::CLEARABLE.len();
    fields.limit("clear", clear.len() <= most, CLEAR_RULE);
    let mut seen = BTreeSet::new();
    fields.each("clear", clear, |fields, number| {
        let field = fields.one_among_here(number, &PlanField::CLEARABLE)?;
        match seen.insert(field) {
            true => Ok(()),
            false => Err(fields.refuse_here(UNIQUE_RULE)),
        }
    })?;
    Ok(seen)
}

fn read_new_values(fields: &mut Fields, message: wire::CampaignPlan) -> Checked<PlanChange> {
    let title = Some(message.title).filter(|title| !title.is_empty());
    let title = title.map(|title| fields.line("title", title, MAX_NAME_CHARS));
    let objective = fields.optional_one_of("objective", message.objective);
    let niches = given(message.niches).map(|niches| read_niches(fields, niches));
    let followers = fields.optional("followers", message.followers, read_follower_range);
    let formats = given(message.formats).map(|formats| read_formats(fields, formats));
    let currency = &message.currency_code;
    let currency = fields.parse_optional("currency_code", currency, Currency::parse);
    let budget_cap = fields.optional("budget_cap", message.budget_cap, read_positive_amount);
    let start_at = fields.optional("start_at", message.start_at, read_time);
    let end_at = fields.optional("end_at", message.end_at, read_time);
    let measure_until = fields.optional("measure_until", message.measure_until, read_time);
    let gross_margin_bp = message
        .gross_margin_bp
        .map(|part| read_basis_points(fields, "gross_margin_bp", part));
    Ok(PlanChange {
        title,
        objective: objective?,
        niches: niches.transpose()?,
        followers: followers?,
        formats: formats.transpose()?,
        currency: currency?,
        budget_cap: budget_cap?,
        start_at: start_at?,
        end_at: end_at?,
        measure_until: measure_until?,
        gross_margin_bp,
        policy: message.policy.map(Into::into),
        clear: BTreeSet::new(),
    })
}

/// Returns a list that says something: in a change an empty one stands for the one of before.
fn given<T>(list: Vec<T>) -> Option<Vec<T>> {
    Some(list).filter(|list| !list.is_empty())
}

/// Without a valid currency there is nothing to compare with; that violation is recorded already.
fn check_plan_currency(fields: &mut Fields, amount: Money, currency: Option<Currency>) {
    if let Some(currency) = currency {
        check_currency(fields, amount, currency);
    }
}

fn check_window(
    fields: &mut Fields,
    start_at: Option<Timestamp>,
    end_at: Option<Timestamp>,
    measure_until: Option<Timestamp>,
) {
    if let (Some(start), Some(end)) = (start_at, end_at) {
        fields.check("end_at", end > start, END_RULE);
    }
    if let (Some(end), Some(until)) = (end_at, measure_until) {
        fields.check("measure_until", until >= end, MEASURE_RULE);
    }
}

fn read_follower_range(
    fields: &mut Fields,
    message: wire::FollowerRange,
) -> Checked<FollowerRange> {
    let range = FollowerRange {
        min: message.min_followers,
        max: message.max_followers,
    };
    let ordered = range.max.is_none_or(|max| range.min <= max);
    fields.check("max_followers", ordered, FOLLOWERS_RULE);
    Ok(range)
}

fn read_formats(fields: &mut Fields, formats: Vec<i32>) -> Checked<Vec<ContentFormat>> {
    fields.limit("formats", formats.len() <= MAX_FORMATS, FORMATS_RULE);
    let mut seen = BTreeSet::new();
    fields.each("formats", formats, |fields, number| {
        let format = fields.one_of_here(number)?;
        if seen.insert(format) {
            Ok(format)
        } else {
            Err(fields.refuse_here(UNIQUE_RULE))
        }
    })
}

impl From<wire::SelectionPolicy> for SelectionPolicy {
    fn from(message: wire::SelectionPolicy) -> Self {
        Self {
            vetting_required: message.vetting_required,
            disclosure_required: message.disclosure_required,
        }
    }
}

impl From<&CampaignPlan> for wire::CampaignPlan {
    fn from(plan: &CampaignPlan) -> Self {
        let currency = plan.currency;
        let money = |minor| Money { currency, minor }.into();
        let policy = plan.policy;
        let formats = plan.formats.iter().copied();
        Self {
            title: plan.title.clone(),
            objective: plan.objective.number(),
            niches: write_niches(&plan.niches),
            followers: plan.followers.map(Into::into),
            formats: formats.map(|format| format.number()).collect(),
            currency_code: currency.code().to_owned(),
            budget_cap: plan.budget_cap_minor.map(money),
            start_at: plan.start_at.map(Into::into),
            end_at: plan.end_at.map(Into::into),
            measure_until: plan.measure_until.map(Into::into),
            gross_margin_bp: plan.gross_margin_bp,
            policy: (policy != SelectionPolicy::default()).then(|| policy.into()),
        }
    }
}

impl From<FollowerRange> for wire::FollowerRange {
    fn from(range: FollowerRange) -> Self {
        Self {
            min_followers: range.min,
            max_followers: range.max,
        }
    }
}

impl From<SelectionPolicy> for wire::SelectionPolicy {
    fn from(policy: SelectionPolicy) -> Self {
        Self {
            vetting_required: policy.vetting_required,
            disclosure_required: policy.disclosure_required,
        }
    }
}
