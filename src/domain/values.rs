//! Values that commands and events carry: who acts, terms, plans, counters.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::ids::{ActorId, CollaborationId, CreatorId, Niche};
use super::{
    ActorKind, CampaignObjective, ContentFormat, Currency, Matched, Money, PersonalText, Position,
    TextDigest, Timestamp, Venue,
};
use crate::domain::words;

/// Who does something.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Actor {
    /// The side the actor is on.
    pub kind: ActorKind,
    /// An opaque id.
    pub id: ActorId,
}

/// States that the actor acts for another party.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OnBehalfOf {
    /// The party acted for. The rules check the rights of this party.
    pub actor: Actor,
    /// Why.
    pub reason: PersonalText,
}

/// The follower count of a creator, and when it was observed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FollowerCount {
    /// Raw count.
    pub followers: u64,
    /// When it was observed.
    pub observed_at: Timestamp,
}

/// What a brand knows about a creator.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct CreatorProfile {
    /// Followers by platform.
    pub followers: BTreeMap<Venue, FollowerCount>,
    /// Niches.
    pub niches: Vec<Niche>,
    /// Personal fields, kept apart so that they can be erased.
    pub personal: PersonalDetails,
}

impl CreatorProfile {
    /// Returns the digests of the handles.
    pub fn handles(&self) -> impl Iterator<Item = TextDigest> {
        self.personal.handles.values().map(|handle| handle.digest)
    }

    /// Returns the largest count over all platforms.
    pub fn largest_following(&self) -> Option<FollowerCount> {
        self.followers
            .values()
            .copied()
            .max_by_key(|count| count.followers)
    }
}

/// Personal fields of a creator. No text means unknown.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct PersonalDetails {
    /// Where the creator lives.
    pub locality: PersonalText,
    /// Name.
    pub display_name: PersonalText,
    /// Handles by platform.
    pub handles: BTreeMap<Venue, Matched>,
    /// How to reach the creator.
    pub contact: PersonalText,
}

/// The range of followers that a campaign wants, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FollowerRange {
    /// Lower bound.
    pub min: u64,
    /// Upper bound; `None` for no bound.
    pub max: Option<u64>,
}

/// What a campaign requires of its creators.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct SelectionPolicy {
    /// The brand must assess a creator before it invites them.
    pub vetting_required: bool,
    /// Posts must disclose the cooperation.
    pub disclosure_required: bool,
}

/// What a campaign plans.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CampaignPlan {
    /// Title.
    pub title: String,
    /// Objective.
    pub objective: CampaignObjective,
    /// Niches wanted; empty for any.
    pub niches: Vec<Niche>,
    /// Followers wanted; `None` for any.
    pub followers: Option<FollowerRange>,
    /// Formats wanted; empty for any.
    pub formats: Vec<ContentFormat>,
    /// Reporting currency.
    pub currency: Currency,
    /// In minor units of the reporting currency, more than 0.
    pub budget_cap_minor: Option<i64>,
    /// Start of the window.
    pub start_at: Option<Timestamp>,
    /// End of the window, after the start.
    pub end_at: Option<Timestamp>,
    /// Late facts count until this time; `None` means until the end.
    pub measure_until: Option<Timestamp>,
    /// Gross margin in basis points; `None` when unknown.
    pub gross_margin_bp: Option<u32>,
    /// What the campaign requires of creators.
    pub policy: SelectionPolicy,
}

impl CampaignPlan {
    /// Classifies a time against the campaign window. Without a window every fact is on time.
    pub fn timing(&self, at: Timestamp) -> super::FactTiming {
        use super::FactTiming::{AfterMeasurement, Late, OnTime};
        let Some(end) = self.end_at else {
            return OnTime;
        };
        if at <= end {
            return OnTime;
        }
        if at <= self.measure_until.unwrap_or(end) {
            Late
        } else {
            AfterMeasurement
        }
    }
}

impl super::FactTiming {
    /// Returns how a fact counts that follows a fact of this timing, such as a refund its order:
    /// after the measurement with it, on time only if both are, and else late, however late it
    /// came.
    #[must_use]
    pub fn followed_by(self, own: Self) -> Self {
        match (self, own) {
            (Self::AfterMeasurement, _) => Self::AfterMeasurement,
            (Self::OnTime, Self::OnTime) => Self::OnTime,
            (Self::OnTime | Self::Late, _) => Self::Late,
        }
    }
}

words! {
    /// A counter of a post.
    pub enum Counter: "campaign.ledger.type.v1.Counter" {
        /// Likes.
        Likes = 1 => "LIKES",
        /// Comments.
        Comments = 2 => "COMMENTS",
        /// Shares or reposts.
        Shares = 3 => "SHARES",
        /// Saves or bookmarks.
        Saves = 4 => "SAVES",
        /// Views or plays.
        Views = 5 => "VIEWS",
        /// Impressions.
        Impressions = 6 => "IMPRESSIONS",
        /// Unique people reached.
        Reach = 7 => "REACH",
        /// Clicks on the tracked link.
        Clicks = 8 => "CLICKS",
        /// Replies.
        Replies = 9 => "REPLIES",
        /// Most people watching at once.
        PeakViewers = 10 => "PEAK_VIEWERS",
        /// Seconds a live ran.
        LiveSeconds = 11 => "LIVE_SECONDS",
    }
}

impl Counter {
    /// How many there are: the length of every list with a place for each.
    pub const COUNT: usize = Self::ALL.len();
}

impl Counter {
    /// Engagements (`e-v1`): likes + comments + shares + saves.
    pub const ENGAGEMENTS: [Counter; 4] = [Self::Likes, Self::Comments, Self::Shares, Self::Saves];
}

/// Counters as observed at one time. `None` is "not observed", which is not 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(from = "OnlySeen", into = "OnlySeen")]
pub struct Counters {
    /// One bit for each counter that was observed.
    seen: u16,
    /// 0 for counters that were not observed.
    values: [u64; Counter::COUNT],
}

impl Counters {
    /// Returns the observed value of one counter.
    pub fn get(&self, counter: Counter) -> Option<u64> {
        (self.seen & bit(counter) != 0).then(|| self.values[counter as usize])
    }

    /// Sets one counter.
    pub fn set(&mut self, counter: Counter, value: Option<u64>) {
        match value {
            Some(_) => self.seen |= bit(counter),
            None => self.seen &= !bit(counter),
        }
        self.values[counter as usize] = value.unwrap_or(0);
    }

    /// Returns whether no counter was observed.
    pub fn is_empty(&self) -> bool {
        self.seen == 0
    }

    /// Returns the counters that were observed.
    pub fn seen(&self) -> impl Iterator<Item = (Counter, u64)> + '_ {
        Counter::ALL
            .into_iter()
            .filter_map(|counter| self.get(counter).map(|value| (counter, value)))
    }
}

/// The encoding of counters in rows: which were observed, and only their values.
#[derive(Serialize, Deserialize)]
struct OnlySeen(u16, SmallVec<[u64; Counter::COUNT]>);

impl From<Counters> for OnlySeen {
    fn from(counters: Counters) -> Self {
        let values = counters.seen().map(|(_, value)| value);
        Self(counters.seen, values.collect())
    }
}

impl From<OnlySeen> for Counters {
    fn from(OnlySeen(seen, values): OnlySeen) -> Self {
        let mut counters = Self::default();
        let counted = Counter::ALL.into_iter().filter(|one| seen & bit(*one) != 0);
        for (counter, value) in counted.zip(values) {
            counters.set(counter, Some(value));
        }
        counters
    }
}

const fn bit(counter: Counter) -> u16 {
    1 << counter as u16
}

/// The part of a fact that one collaboration is credited with, as claimed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Share {
    /// A collaboration of the same campaign.
    pub collaboration: CollaborationId,
    /// Basis points; the shares of one fact add up to 10,000.
    pub share_bp: u32,
}

/// The part of an amount that one collaboration is credited with.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Credit {
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// Its creator.
    pub creator: CreatorId,
    /// Basis points; the credits of one fact add up to 10,000.
    pub share_bp: u32,
    /// Minor units of the reporting currency; 0 without value or rate.
    pub amount_minor: i64,
    /// Whether the fact came after the collaboration was terminated for cause: it is credited, and
    /// earns no commission.
    pub after_termination: bool,
}

/// A click on a collaboration's link before an order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LinkTouch {
    /// The collaboration whose link was clicked.
    pub collaboration: CollaborationId,
    /// Time of the click.
    pub touched_at: Timestamp,
}

/// The two values of a product sent to a creator, in the reporting currency.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ProductValue {
    /// What it cost the brand; enters ROI.
    pub cost_of_goods: Money,
    /// What it is worth to the creator.
    pub fair_value: Money,
}

/// Numbers that were computed from the log, represented by their digest.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Drawn {
    /// The numbers are the fold of all events up to this position.
    pub as_of: Position,
    /// Version of the formulas.
    pub definitions: String,
    /// SHA-256 of the encoded message with the numbers.
    pub sha256: [u8; 32],
}

impl Drawn {
    /// Returns the value for a report that does not exist.
    pub fn nothing(as_of: Position) -> Self {
        Self {
            as_of,
            definitions: String::new(),
            sha256: [0; 32],
        }
    }

    /// Returns whether the numbers are the same, whatever position they were computed at.
    pub fn says_the_same(&self, other: &Self) -> bool {
        (&self.definitions, self.sha256) == (&other.definitions, other.sha256)
    }
}
