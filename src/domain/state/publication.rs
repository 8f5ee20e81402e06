//! Publications: live posts and their current counters.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::heads::{Entry, Heads, OrderKey};
use super::lookup::lookup_key;
use super::series::Starts;
use super::{Occurrence, table};
use crate::domain::rows::{Key, Row};
use crate::domain::{
    Actor, Audience, BrandId, CampaignId, CampaignRef, CollaborationId, CollaborationRef,
    CreatorId, DeliverableId, DeliverableState, DisclosureFound, DisclosureTerms, Effect,
    FactTiming, Matched, Position, PublicationId, PublicationRef, Seen, TextDigest, Timestamp,
    Venue, WHOLE_BP,
};

/// A post that is or was live.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Publication {
    /// The deliverable.
    pub deliverable: DeliverableId,
    /// Platform of the post.
    pub platform: Venue,
    /// Address of the post; personal.
    pub url: Matched,
    /// Id of the post on the platform.
    pub post_id: Matched,
    /// When it went live.
    pub published_at: Timestamp,
    /// Followers at publication.
    pub followers: Option<u64>,
    /// Whether the cooperation is disclosed.
    pub disclosed: bool,
    /// Giveaway: left out of engagement-rate baselines.
    pub incentivised: bool,
    /// Whether the brand verified it.
    pub verified: bool,
    /// Who is credited: the owner alone, or the partners of a JOINT post.
    pub credits: Vec<PostCredit>,
    /// Whether disclosure is required and missing.
    pub undisclosed: bool,
    /// Whether a check ever found it undisclosed: one breach, whatever later checks find.
    pub found_undisclosed: bool,
    /// What the recording says of it, or its latest correction.
    pub told: Told,
    /// The latest check of its disclosure, by the time of the check.
    pub check: Option<Box<DisclosureCheck>>,
    /// Start of the current live period, or of the last one while it is taken down.
    pub live_since: Timestamp,
    /// Whole seconds it was live in earlier periods.
    pub live_seconds: u64,
    /// Number of times it was taken down.
    pub removals: u32,
    /// When it was last taken down and, if it is live again, restored.
    pub removal: Option<Box<Removal>>,
    /// Observations by audience, kind and definition. Boxed, because a map allocates room for eleven entries at
    /// once.
    pub series: BTreeMap<Audience, Box<Series>>,
    /// Last event that changed it.
    pub updated: Position,
}

/// What the recording of a post says of it, or the latest correction.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Told {
    /// The event that says it.
    pub position: Position,
    /// The publication.
    pub publication: PublicationId,
    /// State of the deliverable before the post.
    pub from: DeliverableState,
    /// Seconds after the due time in force.
    pub seconds_late: u64,
    /// Seconds after the first due time.
    pub seconds_late_original: u64,
    /// Breach: published without approval.
    pub unapproved: bool,
    /// Breach: not disclosed where the campaign or the terms demand it.
    pub undisclosed: bool,
    /// Breach: published although it was waived.
    pub waived: bool,
}

impl Told {
    /// Returns what the post adds to the figures of delivery, this many times.
    pub const fn delivered(&self, posts: i64) -> Effect {
        Effect::Published {
            posts,
            seconds_late: self.seconds_late,
            seconds_late_original: self.seconds_late_original,
            unapproved: self.unapproved,
            undisclosed: self.undisclosed,
            waived: self.waived,
        }
    }
}

/// The last time a post was taken down.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Removal {
    /// When it was taken down.
    pub removed: Occurrence,
    /// When it was live again.
    pub restored: Option<Occurrence>,
    /// Breach: it was live for less than the terms demand.
    pub early: bool,
}

/// The result of a disclosure check, and who made it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DisclosureCheck {
    /// What was found.
    pub found: DisclosureFound,
    /// Whether the campaign or the terms require disclosure.
    pub required: bool,
    /// What the terms require.
    pub terms: Option<DisclosureTerms>,
    /// Who checked.
    pub by: Actor,
    /// Position of the event.
    pub position: Position,
}

/// The part of a post that one collaboration is credited with.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PostCredit {
    /// The collaboration.
    pub collaboration: CollaborationId,
    /// Its creator.
    pub creator: CreatorId,
    /// Basis points; the credits of a post add up to 10,000.
    pub share_bp: u32,
}

/// A summary of the observations of a post for one audience and kind. The chunks hold them in full.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Series {
    /// Where its last chunks begin.
    pub starts: Starts,
    /// The greatest key. An observation with a greater key is new.
    pub last: OrderKey,
    /// Number of observations that are not voided.
    pub standing: u64,
    /// Heads over the observations until `measure_until`.
    pub counted: Heads,
    /// Heads over the observations until the end of the campaign, once there are later ones.
    on_time: Option<Box<Heads>>,
}

impl Series {
    /// Returns the heads over the observations until the end of the campaign.
    pub fn on_time(&self) -> &Heads {
        self.on_time.as_deref().unwrap_or(&self.counted)
    }

    /// Returns whether there are late observations.
    pub fn has_late(&self) -> bool {
        self.on_time.is_some()
    }

    /// Returns whether an observation comes after all others, and so is new.
    pub fn is_beyond(&self, seen: &Seen) -> bool {
        self.last < OrderKey::new(seen, Position::START)
    }

    /// Adds an observation.
    pub fn admit(&mut self, entry: &Entry) {
        self.last = self.last.max(entry.key);
        self.standing += 1;
        match entry.timing {
            FactTiming::OnTime => {
                if let Some(on_time) = &mut self.on_time {
                    on_time.admit(entry);
                }
                self.counted.admit(entry);
            }
            FactTiming::Late => {
                self.on_time.get_or_insert_with(|| Box::new(self.counted));
                self.counted.admit(entry);
            }
            FactTiming::AfterMeasurement => {}
        }
    }

    /// Replaces the heads by recomputed ones.
    pub fn replace(&mut self, on_time: Heads, counted: Heads) {
        self.on_time = (on_time != counted).then(|| Box::new(on_time));
        self.counted = counted;
    }
}

impl Row for Publication {
    const TABLE: u8 = table::PUBLICATION;
}

impl Publication {
    /// Returns the key of a publication.
    pub fn key(publication: &PublicationRef) -> Key {
        let owner = &publication.collaboration;
        Key::of::<Self>()
            .text(owner.brand.as_str())
            .text(owner.campaign.as_str())
            .text(owner.collaboration.as_str())
            .text(publication.publication.as_str())
    }

    /// Returns the prefix of the publications of a brand.
    pub fn of_brand(brand: &BrandId) -> Key {
        Key::of::<Self>().text(brand.as_str())
    }

    /// Returns the prefix of the publications of a campaign.
    pub fn of_campaign(campaign: &CampaignRef) -> Key {
        super::campaign::within::<Self>(campaign)
    }

    /// Returns when it was taken down, if it is taken down now.
    pub fn removed_at(&self) -> Option<Timestamp> {
        let removal = self.removal.as_deref()?;
        removal.restored.is_none().then_some(removal.removed.at)
    }

    /// Returns whether it was ever undisclosed, as told or as a check found it.
    pub fn was_undisclosed(&self) -> bool {
        self.told.undisclosed || self.found_undisclosed
    }

    /// Returns whether only a check found it undisclosed.
    pub fn is_found_undisclosed(&self) -> bool {
        self.found_undisclosed && !self.told.undisclosed
    }

    /// Returns whether several collaborations share the post.
    pub fn is_joint(&self) -> bool {
        self.credits
            .iter()
            .any(|credit| credit.share_bp != WHOLE_BP)
    }
}

/// An index entry: which publication has a post id of a platform.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PlatformPost {
    /// Its campaign.
    pub campaign: CampaignId,
    /// Its collaboration.
    pub collaboration: CollaborationId,
    /// The publication.
    pub publication: PublicationId,
}

impl Row for PlatformPost {
    const TABLE: u8 = table::PLATFORM_POST;
}

impl PlatformPost {
    /// Returns the name of the post.
    pub fn of(&self, brand: &BrandId) -> PublicationRef {
        PublicationRef {
            collaboration: CollaborationRef {
                brand: brand.clone(),
                campaign: self.campaign.clone(),
                collaboration: self.collaboration.clone(),
            },
            publication: self.publication.clone(),
        }
    }

    /// Returns the key of a post id.
    pub fn key(brand: &BrandId, post_id: TextDigest) -> Key {
        lookup_key::<Self>(brand, post_id)
    }
}

/// An index entry: a collaboration is credited with a post, its own or another's.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CreditedPost {
    /// The collaboration that published.
    pub owner: CollaborationId,
    /// The publication.
    pub publication: PublicationId,
}

impl Row for CreditedPost {
    const TABLE: u8 = table::CREDITED_POST;
}

impl CreditedPost {
    /// Returns the key of this entry for a credited collaboration.
    pub fn key(&self, credited: &CollaborationRef) -> Key {
        Self::of_campaign(&credited.campaign_ref())
            .text(credited.collaboration.as_str())
            .text(self.owner.as_str())
            .text(self.publication.as_str())
    }

    /// Returns the prefix of the posts that a collaboration is credited with.
    pub fn of_collaboration(credited: &CollaborationRef) -> Key {
        Self::of_campaign(&credited.campaign_ref()).text(credited.collaboration.as_str())
    }

    /// Returns the prefix of the posts of a campaign. A JOINT post appears once for each credit.
    pub fn of_campaign(campaign: &CampaignRef) -> Key {
        super::campaign::within::<Self>(campaign)
    }
}
