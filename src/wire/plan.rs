//! Campaign plans, both ways.

use std::collections::BTreeSet;

use super::fields::{Checked, Fields, UNIQUE_RULE};
use super::values::{
    MAX_NAME_CHARS, check_currency, read_amount, read_basis_points, read_niches,
    read_positive_amount, read_time, write_niches,
};
use crate::domain::limits::MAX_FORMATS;
use crate::domain::{
    CampaignPlan, ContentFormat, Currency, EmvModel, FollowerRange, ModelVersion, Money,
    SelectionPolicy, Timestamp,
};
use crate::wire::proto::values as wire;

const FORMATS_RULE: &str = "must have at most 12 elements";
const FOLLOWERS_RULE: &str = "must be at or above min_followers";
/// States that a period must have a length.
pub const END_RULE: &str = "must be after start_at";
/// States that measuring cannot end before the campaign.
pub const MEASURE_RULE: &str = "must be at or after end_at";

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
        check_plan_currency(fields, cap, currency);
        Ok(cap.minor)
    });
    let emv_model = fields.optional("emv_model", message.emv_model, |fields, model| {
        read_emv_model(fields, model, currency)
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
        emv_model: emv_model?,
    })
}

/// Without a valid currency there is nothing to compare with; that violation is recorded already.
fn check_plan_currency(fields: &mut Fields, amount: Money, currency: Checked<Currency>) {
    if let Ok(currency) = currency {
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

fn read_emv_model(
    fields: &mut Fields,
    message: wire::EmvModel,
    currency: Checked<Currency>,
) -> Checked<EmvModel> {
    let version = fields.parse("version", &message.version, ModelVersion::parse);
    let cpm = fields.required("cpm", message.cpm, |fields, cpm| {
        let cpm = read_amount(fields, cpm)?;
        check_plan_currency(fields, cpm, currency);
        Ok(cpm)
    });
    Ok(EmvModel {
        version: version?,
        cpm: cpm?,
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
            emv_model: plan.emv_model.as_ref().map(Into::into),
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

impl From<&EmvModel> for wire::EmvModel {
    fn from(model: &EmvModel) -> Self {
        Self {
            version: model.version.as_str().to_owned(),
            cpm: Some(model.cpm.into()),
        }
    }
}
