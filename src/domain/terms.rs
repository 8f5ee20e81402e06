//! Terms: what both sides agree on.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::ids::{BonusId, DeliverableId, RightsId};
use super::{
    CampaignPlan, ConnectionType, ContentFormat, Counter, Matched, Medium, Money, PersonalText,
    SettlementTrigger, Span, Timestamp, UsageScope, Venue, WHOLE_BP, allocate,
};
use crate::domain::words;

/// One promised post.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DeliverableTerms {
    /// Unique within the collaboration.
    pub id: DeliverableId,
    /// Platform of the post.
    pub platform: Venue,
    /// Format of the post.
    pub format: ContentFormat,
    /// Shape of the post; `None` leaves it open.
    pub medium: Option<Medium>,
    /// Due time: a post that is live at or before it is on time.
    pub due_at: Timestamp,
}

/// Days from the last link touch to the order, when the terms state none.
pub const DEFAULT_WINDOW_DAYS: u32 = 30;

/// Days from an order until it is locked, when the terms state none.
pub const DEFAULT_LOCK_DAYS: u32 = 30;

/// Which conversions count for a collaboration.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AttributionTerms {
    /// Days from the last link touch to the order, both ends included.
    pub window_days: u32,
    /// Code that the audience quotes, in upper case.
    pub code: Option<Matched>,
    /// Tracking link.
    pub link: Option<PersonalText>,
    /// Days from an order until it is locked and commission on it is owed.
    pub lock_days: u32,
    /// Last time at which code and link credit an order; `None` for the end of measurement plus
    /// the window.
    pub ends_at: Option<Timestamp>,
}

impl AttributionTerms {
    /// Returns whether an order counts for a touch: `ordered_at − touched_at` is within the window.
    pub fn covers(&self, touched_at: Timestamp, ordered_at: Timestamp) -> bool {
        let elapsed = ordered_at.since(touched_at);
        (Span::default()..=Span::days(self.window_days)).contains(&elapsed)
    }

    /// Returns the last time at which code and link credit an order; `None` in a campaign without
    /// an end, unless the terms state one.
    pub fn end(&self, plan: &CampaignPlan) -> Option<Timestamp> {
        let measured = plan.measure_until.or(plan.end_at);
        let default = measured.map(|until| until.later_by_days(self.window_days));
        self.ends_at.or(default)
    }
}

/// A code quoted at checkout, compared without regard to case. It may name a person, so it is only
/// here while a request is parsed.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

/// What a panic or a log line may show: never the code.
impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Code(..)")
    }
}

/// The rule for codes.
pub const CODE_RULE: &str = "must be 1 to 64 printable ASCII characters without spaces";

impl Code {
    /// Parses a code and converts it to upper case.
    ///
    /// # Errors
    /// Returns [`CODE_RULE`] when the text breaks it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let graphic = text.bytes().all(|byte| byte.is_ascii_graphic());
        if (1..=super::ids::MAX_ID_CHARS).contains(&text.len()) && graphic {
            Ok(Self(text.to_ascii_uppercase()))
        } else {
            Err(CODE_RULE)
        }
    }

    /// Returns the code in upper case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Characters kept of a code as it was quoted with an order, mistyped or not: more than any code has.
pub const MAX_QUOTED_CHARS: usize = 200;

/// What the brand owes when it cancels, in basis points of the fee, by stage of the work.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct KillFeeTerms {
    /// Before the first submission.
    pub before_content_bp: u32,
    /// After a submission, before any approval.
    pub after_submission_bp: u32,
    /// After an approval.
    pub after_approval_bp: u32,
}

/// Revision rounds per deliverable, when the terms state none.
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
    /// What the brand owes when it cancels.
    pub kill_fee: KillFeeTerms,
    /// Days a post must stay up; 0 for no minimum.
    pub min_live_days: u32,
    /// How amounts that do not divide are rounded.
    pub rounding: Rounding,
    /// Hours after a submission until the ledger approves it by itself; `None` for never.
    pub review_hours: Option<u32>,
    /// What the brand may do with the content; ids unique.
    pub usage_rights: Vec<UsageRights>,
    /// How posts must disclose the cooperation.
    pub disclosure: Option<DisclosureTerms>,
    /// Which part of the fee is owed when; the parts add up to 10,000. Empty when fee lines are
    /// recorded by hand.
    pub fee_parts: Vec<FeePart>,
    /// What is owed in addition for engagement; ids unique.
    pub bonuses: Vec<BonusTier>,
    /// What is owed for conversions.
    pub commission: Option<CommissionTerms>,
}

impl Terms {
    /// Returns the part of the fee that a trigger makes owed, in minor units; 0 when the terms have
    /// no such part. A trigger of a deliverable makes an equal share of the part owed.
    ///
    /// Parts add up to the fee and shares to their part. Each is rounded half-even to the
    /// increment; the rest goes to the last that has room.
    pub fn fee_part_minor(
        &self,
        trigger: SettlementTrigger,
        deliverable: Option<&DeliverableId>,
    ) -> i64 {
        let increment = self.fee.currency.settlement_increment();
        let parts_bp: Vec<u32> = self.fee_parts.iter().map(|part| part.part_bp).collect();
        let parts = allocate(self.fee.minor, &parts_bp, increment);
        let triggers = self.fee_parts.iter().map(|part| part.trigger);
        let part = triggers.zip(parts).find(|(of, _)| *of == trigger);
        let part_minor = part.map_or(0, |(_, minor)| minor);
        let Some(deliverable) = deliverable else {
            return part_minor;
        };
        let shares = allocate(
            part_minor,
            &equal_shares(self.deliverables.len()),
            increment,
        );
        let mut shares = self.deliverables.iter().zip(shares);
        let share = shares.find(|(of, _)| of.id == *deliverable);
        share.map_or(0, |(_, minor)| minor)
    }

    /// Returns how many bytes the terms take in a row.
    pub fn bytes(&self) -> usize {
        postcard::experimental::serialized_size(self).expect("terms are plain values")
    }

    /// Returns the SHA-256 of the terms in the row encoding. Equal terms have equal digests.
    pub fn digest(&self) -> [u8; 32] {
        let bytes = postcard::to_stdvec(self).expect("terms are plain values");
        Sha256::digest(bytes).into()
    }
}

/// Returns `count` equal shares of the whole, with the remainder on the last.
fn equal_shares(count: usize) -> Vec<u32> {
    let count = u32::try_from(count).unwrap_or(u32::MAX).max(1);
    let mut shares = vec![WHOLE_BP / count; count as usize];
    if let Some(last) = shares.last_mut() {
        *last += WHOLE_BP % count;
    }
    shares
}

/// A right of use: what the brand may do with the content, where and how long.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct UsageRights {
    /// Unique within the terms.
    pub id: RightsId,
    /// Kind of use.
    pub scope: UsageScope,
    /// Channels; empty for all.
    pub channels: Vec<PersonalText>,
    /// Countries; empty for the world.
    pub territories: Vec<Territory>,
    /// Start of the right.
    pub starts_at: Timestamp,
    /// End of the right, after the start; `None` for a right without end.
    pub ends_at: Option<Timestamp>,
}

/// A country of ISO 3166-1, two upper-case letters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Territory(String);

/// The rule for territories.
pub const TERRITORY_RULE: &str = "must be two upper-case letters of ISO 3166-1";

impl Territory {
    /// Parses a territory.
    ///
    /// # Errors
    /// Returns [`TERRITORY_RULE`] when the text breaks it.
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

/// How posts must disclose the cooperation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DisclosureTerms {
    /// Relation of the creator to the brand.
    pub connection: ConnectionType,
    /// The label that a post must carry; `None` when any label that discloses is enough.
    pub required_label: Option<PersonalText>,
}

/// A part of the fee, and the trigger that makes it owed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FeePart {
    /// The trigger. Each trigger appears once in the terms.
    pub trigger: SettlementTrigger,
    /// Basis points of the fee; all parts add up to 10,000.
    pub part_bp: u32,
}

/// What is owed in addition once a counter reaches a threshold.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BonusTier {
    /// Unique within the terms.
    pub id: BonusId,
    /// The counter, as measured over the whole audience.
    pub counter: Counter,
    /// The threshold, 1 or more.
    pub at_least: u64,
    /// The bonus, in the reporting currency of the campaign, more than 0.
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
