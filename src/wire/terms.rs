//! Terms, both ways: what both sides agree on.

mod pay;
mod rights;

use std::collections::BTreeSet;

use super::fields::{Checked, Fields, Origin, UNIQUE_RULE};
use super::values::{
    MAX_URL_CHARS, optional_number, read_basis_points, read_payable_amount, read_time, read_venue,
};
use crate::domain::limits::{MAX_DELIVERABLES, MAX_REVISIONS};
use crate::domain::{
    AttributionTerms, Code, DEFAULT_LOCK_DAYS, DEFAULT_MAX_REVISIONS, DEFAULT_WINDOW_DAYS,
    DeliverableId, DeliverableTerms, KillFeeTerms, Matched, Numbered, Rounding, Terms,
};
use crate::wire::personal::{spell, spell_matched};
use crate::wire::proto::values as wire;

const DELIVERABLES_RULE: &str = "must have 1 to 50 elements";
const REVISIONS_RULE: &str = "must be 0 to 20";
/// Longest attribution window, in days: a year.
pub const MAX_WINDOW_DAYS: u32 = 365;
const WINDOW_RULE: &str = "must be 1 to 365";
/// Longest a post can be made to stay up, in days: ten years.
pub const MAX_LIVE_DAYS: u32 = 3_650;
const LIVE_RULE: &str = "must be 0 to 3,650";
/// Longest time from an order to its lock, in days: a year.
pub const MAX_LOCK_DAYS: u32 = 365;
/// Longest review, in hours: 90 days.
pub const MAX_REVIEW_HOURS: u32 = 2_160;
const REVIEW_RULE: &str = "must be 1 to 2,160";
const ROUNDING_RULE: &str = "must be HALF_EVEN";

/// Reads terms.
pub fn read_terms(fields: &mut Fields, message: wire::Terms) -> Checked<Terms> {
    let max_revisions = message.max_revisions.unwrap_or(DEFAULT_MAX_REVISIONS);
    let min_live_days = message.min_live_days;
    fields.limit(
        "max_revisions",
        max_revisions <= MAX_REVISIONS,
        REVISIONS_RULE,
    );
    fields.limit("min_live_days", min_live_days <= MAX_LIVE_DAYS, LIVE_RULE);

    let fee = fields.required("fee", message.fee, read_payable_amount);
    let deliverables = read_deliverables(fields, message.deliverables);
    let attribution = message.attribution.unwrap_or_default();
    let attribution = fields.within("attribution", |fields| {
        read_attribution(fields, attribution)
    });
    let kill_fee = message.kill_fee.unwrap_or_default();
    let kill_fee = fields.within("kill_fee", |fields| read_kill_fee(fields, kill_fee));
    let rounding = read_rounding(fields, message.rounding);
    if let Some(hours) = message.review_hours {
        let range = 1..=MAX_REVIEW_HOURS;
        fields.limit("review_hours", range.contains(&hours), REVIEW_RULE);
    }
    let usage_rights = rights::read(fields, message.usage_rights);
    let disclosure = fields.optional("disclosure", message.disclosure, rights::read_disclosure);
    let fee_parts = pay::read_fee_parts(fields, message.fee_parts);
    let bonuses = pay::read_bonuses(fields, message.bonuses);
    let commission = fields.optional("commission", message.commission, pay::read_commission);
    Ok(Terms {
        fee: fee?,
        deliverables: deliverables?,
        max_revisions,
        attribution: attribution?,
        kill_fee,
        min_live_days,
        rounding: rounding?,
        review_hours: message.review_hours,
        usage_rights: usage_rights?,
        disclosure: disclosure?,
        fee_parts: fee_parts?,
        bonuses: bonuses?,
        commission: commission?,
    })
}

/// Reads how amounts are rounded; not given means half-even.
fn read_rounding(fields: &mut Fields, number: i32) -> Checked<Rounding> {
    if number == 0 {
        return Ok(Rounding::default());
    }
    Rounding::from_number(number).ok_or_else(|| fields.refuse("rounding", ROUNDING_RULE))
}

fn read_deliverables(
    fields: &mut Fields,
    promised: Vec<wire::DeliverableTerms>,
) -> Checked<Vec<DeliverableTerms>> {
    let count = 1..=MAX_DELIVERABLES;
    fields.limit(
        "deliverables",
        count.contains(&promised.len()),
        DELIVERABLES_RULE,
    );
    let mut seen = BTreeSet::new();
    fields.each("deliverables", promised, |fields, message| {
        let deliverable = read_deliverable(fields, message)?;
        let new = seen.insert(deliverable.id.clone());
        fields.check("deliverable_id", new, UNIQUE_RULE);
        Ok(deliverable)
    })
}

fn read_deliverable(
    fields: &mut Fields,
    message: wire::DeliverableTerms,
) -> Checked<DeliverableTerms> {
    let id = fields.parse(
        "deliverable_id",
        &message.deliverable_id,
        DeliverableId::parse,
    );
    let platform = read_venue(fields, message.platform, &message.platform_name);
    let format = fields.one_of("format", message.format);
    let medium = fields.optional_one_of("medium", message.medium);
    let due_at = fields.required("due_at", message.due_at, read_time);
    Ok(DeliverableTerms {
        id: id?,
        platform: platform?,
        format: format?,
        medium: medium?,
        due_at: due_at?,
    })
}

fn read_attribution(
    fields: &mut Fields,
    message: wire::AttributionTerms,
) -> Checked<AttributionTerms> {
    let window_days = match message.window_days {
        0 => DEFAULT_WINDOW_DAYS,
        days => days,
    };
    // The log always states the days.
    let lock_days = match message.lock_days {
        0 if fields.origin() == Origin::Call => DEFAULT_LOCK_DAYS,
        days => days,
    };
    fields.check("lock_days", lock_days >= 1, WINDOW_RULE);
    fields.limit("window_days", window_days <= MAX_WINDOW_DAYS, WINDOW_RULE);
    fields.limit("lock_days", lock_days <= MAX_LOCK_DAYS, WINDOW_RULE);
    let link = fields.personal_optional_line("link", message.link, MAX_URL_CHARS);
    let code = read_code(fields, message.code);
    let ends_at = fields.optional("ends_at", message.ends_at, read_time);
    Ok(AttributionTerms {
        window_days,
        code: code?,
        link,
        lock_days,
        ends_at: ends_at?,
    })
}

/// Reads a code. A caller's keeps the rule of codes and is in upper case from here on.
fn read_code(fields: &mut Fields, code: String) -> Checked<Option<Matched>> {
    match fields.origin() {
        Origin::Log => Ok(fields.matched_if_any(code)),
        Origin::Call => {
            let code = fields.parse_optional("code", &code, Code::parse)?;
            Ok(code.map(|code| Matched::told(code.as_str())))
        }
    }
}

fn read_kill_fee(fields: &mut Fields, message: wire::KillFeeTerms) -> KillFeeTerms {
    let mut part = |field, part| read_basis_points(fields, field, part);
    KillFeeTerms {
        before_content_bp: part("before_content_bp", message.before_content_bp),
        after_submission_bp: part("after_submission_bp", message.after_submission_bp),
        after_approval_bp: part("after_approval_bp", message.after_approval_bp),
    }
}

impl From<&Terms> for wire::Terms {
    fn from(terms: &Terms) -> Self {
        let kill_fee = terms.kill_fee;
        Self {
            fee: Some(terms.fee.into()),
            deliverables: terms.deliverables.iter().map(Into::into).collect(),
            max_revisions: Some(terms.max_revisions),
            attribution: Some((&terms.attribution).into()),
            kill_fee: (kill_fee != KillFeeTerms::default()).then(|| kill_fee.into()),
            min_live_days: terms.min_live_days,
            rounding: terms.rounding.number(),
            review_hours: terms.review_hours,
            usage_rights: terms.usage_rights.iter().map(Into::into).collect(),
            disclosure: terms.disclosure.as_ref().map(Into::into),
            fee_parts: terms.fee_parts.iter().copied().map(Into::into).collect(),
            bonuses: terms.bonuses.iter().map(Into::into).collect(),
            commission: terms.commission.map(Into::into),
        }
    }
}

impl From<&DeliverableTerms> for wire::DeliverableTerms {
    fn from(promised: &DeliverableTerms) -> Self {
        Self {
            deliverable_id: promised.id.as_str().to_owned(),
            platform: promised.platform.platform.number(),
            platform_name: promised.platform.name().to_owned(),
            format: promised.format.number(),
            medium: optional_number(promised.medium),
            due_at: Some(promised.due_at.into()),
        }
    }
}

impl From<&AttributionTerms> for wire::AttributionTerms {
    fn from(attribution: &AttributionTerms) -> Self {
        let code = attribution.code.as_ref();
        Self {
            window_days: attribution.window_days,
            code: code.map(spell_matched).unwrap_or_default(),
            link: attribution.link.as_ref().map(spell).unwrap_or_default(),
            lock_days: attribution.lock_days,
            ends_at: attribution.ends_at.map(Into::into),
        }
    }
}

impl From<KillFeeTerms> for wire::KillFeeTerms {
    fn from(fee: KillFeeTerms) -> Self {
        Self {
            before_content_bp: fee.before_content_bp,
            after_submission_bp: fee.after_submission_bp,
            after_approval_bp: fee.after_approval_bp,
        }
    }
}
