//! Terms: what both sides agree on.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::ids::{BonusId, DeliverableId, RightsId};
use super::{
    ConnectionType, ContentFormat, Counter, Money, Platform, SettlementTrigger, Span, Timestamp,
    UsageScope, WHOLE_BP, allocate,
};
use crate::domain::words;

/// One promised post.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DeliverableTerms {
    /// Unique within the collaboration.
    pub id: DeliverableId,
    /// Where it will live.
    pub platform: Platform,
    /// What kind of post.
    pub format: ContentFormat,
    /// On time when live at or before this.
    pub due_at: Timestamp,
}

/// Days from the last link touch to the order when the terms name none.
pub const DEFAULT_WINDOW_DAYS: u32 = 30;

/// Days after an order before it is locked when the terms name none.
pub const DEFAULT_LOCK_DAYS: u32 = 30;

/// Which conversions count for a collaboration.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AttributionTerms {
    /// Days from the last link touch to the order, both ends included.
    pub window_days: u32,
    /// Code quoted by the audience, in upper case.
    pub code: Option<Code>,
    /// Tracking link.
    pub link: Option<String>,
    /// Days from an order until it is locked, and a commission on it is owed.
    pub lock_days: u32,
}

impl AttributionTerms {
    /// Tells whether an order counts for a touch: `ordered_at − touched_at` within the window.
    pub fn covers(&self, touched_at: Timestamp, ordered_at: Timestamp) -> bool {
        let elapsed = ordered_at.since(touched_at);
        (Span::default()..=Span::days(self.window_days)).contains(&elapsed)
    }
}

/// A code quoted at checkout, compared without regard to case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Code(String);

/// States the rule a code keeps.
pub const CODE_RULE: &str = "must be 1 to 64 printable ASCII characters without spaces";

impl Code {
    /// Reads a code; its case is folded.
    ///
    /// # Errors
    /// The rule it breaks.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let graphic = text.bytes().all(|byte| byte.is_ascii_graphic());
        if (1..=super::ids::MAX_ID_CHARS).contains(&text.len()) && graphic {
            Ok(Self(text.to_ascii_uppercase()))
        } else {
            Err(CODE_RULE)
        }
    }

    /// Returns the folded text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What the brand owes when it cancels, in basis points of the fee, by stage.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct KillFeeTerms {
    /// Before the first submission.
    pub before_content_bp: u32,
    /// After a submission, nothing approved yet.
    pub after_submission_bp: u32,
    /// After an approval.
    pub after_approval_bp: u32,
}

/// Revision rounds per deliverable when the terms name none.
pub const DEFAULT_MAX_REVISIONS: u32 = 2;

/// What both sides agree on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Terms {
    /// In the reporting currency of the campaign, 0 or more.
    pub fee: Money,
    /// 1 to 50 promised posts, ids unique.
    pub deliverables: Vec<DeliverableTerms>,
    /// Revision rounds per deliverable.
    pub max_revisions: u32,
    /// Which conversions count.
    pub attribution: AttributionTerms,
    /// What a cancellation costs.
    pub kill_fee: KillFeeTerms,
    /// Days a post must stay up; 0 for no minimum.
    pub min_live_days: u32,
    /// How amounts that do not divide are rounded.
    pub rounding: Rounding,
    /// Hours after a submission at which the ledger approves it by itself; `None` for never.
    pub review_hours: Option<u32>,
    /// What the brand may do with the content; ids unique.
    pub usage_rights: Vec<UsageRights>,
    /// How posts disclose the cooperation.
    pub disclosure: Option<DisclosureTerms>,
    /// When which part of the fee is owed, adding to 10,000; empty when fee lines are recorded by
    /// hand.
    pub fee_parts: Vec<FeePart>,
    /// What is owed on top for engagement; ids unique.
    pub bonuses: Vec<BonusTier>,
    /// What is owed for conversions.
    pub commission: Option<CommissionTerms>,
}

impl Terms {
    /// Returns what of the fee a trigger makes owed, in minor units; 0 when the terms name no such
    /// part. What is about a deliverable is an equal share of the part.
    ///
    /// Parts add to the fee and shares to their part, each half-even to the increment with the
    /// remainder on the last.
    pub fn fee_part_minor(
        &self,
        trigger: SettlementTrigger,
        deliverable: Option<&DeliverableId>,
    ) -> i64 {
        let increment = self.fee.currency.settlement_increment();
        let parts_bp: Vec<u32> = self.fee_parts.iter().map(|part| part.part_bp).collect();
        let parts = split(self.fee.minor, &parts_bp, increment);
        let triggers = self.fee_parts.iter().map(|part| part.trigger);
        let part = triggers.zip(parts).find(|(of, _)| *of == trigger);
        let part_minor = part.map_or(0, |(_, minor)| minor);
        let Some(deliverable) = deliverable else {
            return part_minor;
        };
        let shares = split(
            part_minor,
            &equal_shares(self.deliverables.len()),
            increment,
        );
        let mut shares = self.deliverables.iter().zip(shares);
        let share = shares.find(|(of, _)| of.id == *deliverable);
        share.map_or(0, |(_, minor)| minor)
    }

    /// Returns the bytes that the terms take in a row.
    pub fn bytes(&self) -> usize {
        postcard::experimental::serialized_size(self).expect("terms are plain values")
    }

    /// Returns the SHA-256 of the terms in the row encoding, which is the same for equal terms.
    ///
    /// What was added to terms later is hashed only where it is used, so that the digest of terms
    /// without it is what it always was.
    pub fn digest(&self) -> [u8; 32] {
        let first = (
            &self.fee,
            &self.deliverables,
            self.max_revisions,
            (
                self.attribution.window_days,
                &self.attribution.code,
                &self.attribution.link,
            ),
            &self.kill_fee,
            self.min_live_days,
            self.rounding,
        );
        let added = (
            self.review_hours,
            &self.usage_rights,
            &self.disclosure,
            &self.fee_parts,
            &self.bonuses,
            &self.commission,
            self.attribution.lock_days,
        );
        let unused = (
            None::<u32>,
            &Vec::new(),
            &None,
            &Vec::new(),
            &Vec::new(),
            &None,
            DEFAULT_LOCK_DAYS,
        );
        let mut bytes = postcard::to_stdvec(&first).expect("terms are plain values");
        if added != unused {
            bytes.extend(postcard::to_stdvec(&added).expect("terms are plain values"));
        }
        Sha256::digest(bytes).into()
    }
}

/// Splits an amount as `allocate` does, but never below 0: where shares are smaller than what can be
/// paid, all of it is on the last.
fn split(amount_minor: i64, shares_bp: &[u32], increment: i64) -> Vec<i64> {
    let mut shares = allocate(amount_minor, shares_bp, increment);
    if let Some(last) = shares.len().checked_sub(1)
        && shares[last] < 0
    {
        shares.fill(0);
        shares[last] = amount_minor;
    }
    shares
}

/// Makes so many equal shares of the whole, the remainder on the last.
fn equal_shares(count: usize) -> Vec<u32> {
    let count = u32::try_from(count).unwrap_or(u32::MAX).max(1);
    let mut shares = vec![WHOLE_BP / count; count as usize];
    if let Some(last) = shares.last_mut() {
        *last += WHOLE_BP % count;
    }
    shares
}

/// What the brand may do with the content, where and how long.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct UsageRights {
    /// Unique within the terms.
    pub id: RightsId,
    /// Which kind of use.
    pub scope: UsageScope,
    /// Channels; empty for all.
    pub channels: Vec<String>,
    /// Countries; empty for the world.
    pub territories: Vec<Territory>,
    /// From when on.
    pub starts_at: Timestamp,
    /// Until when, after the start; `None` for ever.
    pub ends_at: Option<Timestamp>,
}

/// A country of ISO 3166-1, two upper-case letters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Territory(String);

/// States the rule a territory keeps.
pub const TERRITORY_RULE: &str = "must be two upper-case letters of ISO 3166-1";

impl Territory {
    /// Reads a territory.
    ///
    /// # Errors
    /// The rule it breaks.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let upper = text.bytes().all(|byte| byte.is_ascii_uppercase());
        if text.len() == 2 && upper {
            Ok(Self(text.to_owned()))
        } else {
            Err(TERRITORY_RULE)
        }
    }

    /// Returns the two letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How posts disclose the cooperation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DisclosureTerms {
    /// What ties the creator to the brand.
    pub connection: ConnectionType,
    /// The label a post must carry; `None` for any that discloses.
    pub required_label: Option<String>,
}

/// A part of the fee, and what makes it owed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FeePart {
    /// What makes it owed; once in the terms.
    pub trigger: SettlementTrigger,
    /// Basis points of the fee; the parts add to 10,000.
    pub part_bp: u32,
}

/// What is owed on top once a counter gets so far.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BonusTier {
    /// Unique within the terms.
    pub id: BonusId,
    /// Which counter, as measured over the whole audience.
    pub counter: Counter,
    /// How far, 1 or more.
    pub at_least: u64,
    /// How much, in the reporting currency of the campaign, more than 0.
    pub amount: Money,
}

/// What is owed for conversions.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CommissionTerms {
    /// Basis points of the credited revenue after refunds, 1 to 10,000.
    pub rate_bp: u32,
}

words! {
    /// How an amount that does not divide is rounded.
    #[derive(Default)]
    pub enum Rounding: "campaign.ledger.type.v1.RoundingMode" {
        /// To the nearest settlement increment, ties to even, the remainder on the last share.
        #[default]
        HalfEven = 1 => "HALF_EVEN",
    }
}
