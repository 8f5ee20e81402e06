//! Values that commands and events carry: who acts, terms, plans, counters.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::ids::{ActorId, CollaborationId, CreatorId, ModelVersion, Niche};
use super::{
    ActorKind, CampaignObjective, ContentFormat, Currency, Money, Platform, Position, Timestamp,
};
use crate::domain::words;

/// Who did something.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Actor {
    /// The side the actor is on.
    pub kind: ActorKind,
    /// An opaque name.
    pub id: ActorId,
}

/// States that the actor acts for another party.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OnBehalfOf {
    /// The party acted for; the rules check this one.
    pub actor: Actor,
    /// Why.
    pub reason: String,
}

/// How many followers a creator had, and when that was seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FollowerCount {
    /// Raw count.
    pub followers: u64,
    /// When it was seen.
    pub observed_at: Timestamp,
}

/// What a brand knows of a creator.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct CreatorProfile {
    /// Followers by platform.
    pub followers: BTreeMap<Platform, FollowerCount>,
    /// Niches.
    pub niches: Vec<Niche>,
    /// Personal fields, kept apart so that they can be erased.
    pub personal: PersonalDetails,
}

impl CreatorProfile {
    /// Returns the largest count over all platforms.
    pub fn largest_following(&self) -> Option<FollowerCount> {
        self.followers
            .values()
            .copied()
            .max_by_key(|count| count.followers)
    }
}

/// Personal fields of a creator. Empty text means unknown.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct PersonalDetails {
    /// Where the creator lives.
    pub locality: String,
    /// Name.
    pub display_name: String,
    /// Handles by platform.
    pub handles: BTreeMap<Platform, String>,
}

/// Followers a campaign wants, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FollowerRange {
    /// At least so many.
    pub min: u64,
    /// At most so many; `None` for no bound.
    pub max: Option<u64>,
}

/// What a campaign demands of its creators.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct SelectionPolicy {
    /// An assessment must exist before an invitation.
    pub vetting_required: bool,
    /// Posts must disclose the cooperation.
    pub disclosure_required: bool,
}

/// A versioned model of earned media value.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EmvModel {
    /// Its name.
    pub version: ModelVersion,
    /// Price of a thousand impressions.
    pub cpm: Money,
}

/// What a campaign sets out to do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CampaignPlan {
    /// Title.
    pub title: String,
    /// What it is for.
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
    /// Late facts count up to here; `None` means the end.
    pub measure_until: Option<Timestamp>,
    /// Gross margin in basis points; `None` when unknown.
    pub gross_margin_bp: Option<u32>,
    /// What is demanded of creators.
    pub policy: SelectionPolicy,
    /// Model of earned media value, if one is to be computed.
    pub emv_model: Option<EmvModel>,
}

impl CampaignPlan {
    /// Places a fact against the window; without a window every fact is on time.
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
    /// Engagements (`e-v1`): likes + comments + shares + saves.
    pub const ENGAGEMENTS: [Counter; 4] = [Self::Likes, Self::Comments, Self::Shares, Self::Saves];
}

/// Counters as seen at one time. `None` is "not seen", which is not 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(from = "OnlySeen", into = "OnlySeen")]
pub struct Counters {
    /// A bit for each counter seen.
    seen: u16,
    /// 0 where not seen.
    values: [u64; 11],
}

impl Counters {
    /// Returns what was seen of one counter.
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

    /// Tells whether nothing was seen.
    pub fn is_empty(&self) -> bool {
        self.seen == 0
    }

    /// Visits the counters that were seen.
    pub fn seen(&self) -> impl Iterator<Item = (Counter, u64)> + '_ {
        Counter::ALL
            .into_iter()
            .filter_map(|counter| self.get(counter).map(|value| (counter, value)))
    }
}

/// Counters as rows keep them: which were seen, and their values.
#[derive(Serialize, Deserialize)]
struct OnlySeen(u16, SmallVec<[u64; 11]>);

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

/// The part of a fact one collaboration is to be credited with, as claimed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Share {
    /// A collaboration of the same campaign.
    pub collaboration: CollaborationId,
    /// Basis points; the shares of one fact add to 10,000.
    pub share_bp: u32,
}

/// The part of an amount one collaboration is credited with.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Credit {
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// Its creator.
    pub creator: CreatorId,
    /// Basis points; the credits of one fact add to 10,000.
    pub share_bp: u32,
    /// Minor units of the reporting currency; 0 without value or rate.
    pub amount_minor: i64,
}

/// A click on a collaboration's link before an order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LinkTouch {
    /// Whose link.
    pub collaboration: CollaborationId,
    /// When.
    pub touched_at: Timestamp,
}

/// The two values of a product handed to a creator, in the reporting currency.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ProductValue {
    /// What it cost the brand; enters ROI.
    pub cost_of_goods: Money,
    /// What it is worth to the creator.
    pub fair_value: Money,
}

/// Numbers as they were drawn from the log: not the numbers, but what tells them from others.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Drawn {
    /// They are what the events up to here add up to.
    pub as_of: Position,
    /// Name of the formulas.
    pub definitions: String,
    /// SHA-256 of their message.
    pub sha256: [u8; 32],
}

impl Drawn {
    /// Draws nothing, of what is not there.
    pub fn nothing(as_of: Position) -> Self {
        Self {
            as_of,
            definitions: String::new(),
            sha256: [0; 32],
        }
    }

    /// Tells whether the numbers are the same, whenever they were drawn.
    pub fn says_the_same(&self, other: &Self) -> bool {
        (&self.definitions, self.sha256) == (&other.definitions, other.sha256)
    }
}
