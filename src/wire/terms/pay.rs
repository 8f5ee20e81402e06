//! Fee parts, bonuses and commission, both ways.

use std::collections::BTreeSet;

use crate::domain::limits::MAX_BONUSES;
use crate::domain::{BonusId, BonusTier, CommissionTerms, FeePart, WHOLE_BP};
use crate::wire::fields::{Checked, Fields, UNIQUE_RULE};
use crate::wire::proto::values as wire;
use crate::wire::values::{FROM_ONE_RULE, SHARE_RULE, check_whole, read_payable};

const BONUSES_RULE: &str = "must have at most 10 elements";

/// Reads when which part of the fee is owed.
pub fn read_fee_parts(fields: &mut Fields, parts: Vec<wire::FeePart>) -> Checked<Vec<FeePart>> {
    check_whole(fields, "fee_parts", parts.iter().map(|part| part.part_bp));
    let mut seen = BTreeSet::new();
    fields.each("fee_parts", parts, |fields, message| {
        let range = 1..=WHOLE_BP;
        fields.check("part_bp", range.contains(&message.part_bp), SHARE_RULE);
        let trigger = fields.one_of("trigger", message.trigger)?;
        fields.check("trigger", seen.insert(trigger), UNIQUE_RULE);
        Ok(FeePart {
            trigger,
            part_bp: message.part_bp,
        })
    })
}

/// Reads bonuses.
pub fn read_bonuses(fields: &mut Fields, tiers: Vec<wire::BonusTier>) -> Checked<Vec<BonusTier>> {
    fields.limit("bonuses", tiers.len() <= MAX_BONUSES, BONUSES_RULE);
    let mut seen = BTreeSet::new();
    fields.each("bonuses", tiers, |fields, message| {
        let id = fields.parse("bonus_id", &message.bonus_id, BonusId::parse);
        let counter = fields.one_of("counter", message.counter);
        fields.check("at_least", message.at_least > 0, FROM_ONE_RULE);
        let amount = fields.required("amount", message.amount, read_payable);
        let id = id?;
        fields.check("bonus_id", seen.insert(id.clone()), UNIQUE_RULE);
        Ok(BonusTier {
            id,
            counter: counter?,
            at_least: message.at_least,
            amount: amount?,
        })
    })
}

/// Reads a commission.
pub fn read_commission(
    fields: &mut Fields,
    message: wire::CommissionTerms,
) -> Checked<CommissionTerms> {
    let range = 1..=WHOLE_BP;
    fields.check("rate_bp", range.contains(&message.rate_bp), SHARE_RULE);
    Ok(CommissionTerms {
        rate_bp: message.rate_bp,
    })
}

impl From<FeePart> for wire::FeePart {
    fn from(part: FeePart) -> Self {
        Self {
            trigger: part.trigger.number(),
            part_bp: part.part_bp,
        }
    }
}

impl From<&BonusTier> for wire::BonusTier {
    fn from(tier: &BonusTier) -> Self {
        Self {
            bonus_id: tier.id.to_string(),
            counter: tier.counter.number(),
            at_least: tier.at_least,
            amount: Some(tier.amount.into()),
        }
    }
}

impl From<CommissionTerms> for wire::CommissionTerms {
    fn from(commission: CommissionTerms) -> Self {
        Self {
            rate_bp: commission.rate_bp,
        }
    }
}
