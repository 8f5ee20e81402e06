//! Brand awareness: which posts of a brand went live on which day.

use serde::{Deserialize, Serialize};

use super::table;
use crate::domain::rows::{Key, Row};
use crate::domain::{
    BrandId, CampaignId, CollaborationId, CollaborationRef, Event, PublicationEvent, PublicationId,
    PublicationRef, Record, Timestamp,
};

/// Days since 1970-01-01, UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Day(i64);

impl Day {
    /// Makes the day with this number.
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// Returns the number.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Returns the day of a time.
    pub fn of(at: Timestamp) -> Self {
        const NANOS: i64 = 24 * 60 * 60 * 1_000_000_000;
        Self(at.nanos().div_euclid(NANOS))
    }
}

/// A post that went live on a day.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PostDay {
    /// The day.
    pub day: Day,
    campaign: CampaignId,
    collaboration: CollaborationId,
    publication: PublicationId,
}

impl Row for PostDay {
    const TABLE: u8 = table::POST_DAY;
}

impl PostDay {
    /// Returns the entries that an event about a post takes out, and puts in.
    pub fn of(record: &Record) -> [Option<Self>; 2] {
        let Event::Publication(event) = &record.event else {
            return [None, None];
        };
        let entry = |at: Timestamp, publication: &PublicationId| {
            Some(Self {
                day: Day::of(at),
                campaign: record.subject.campaign.clone()?,
                collaboration: record.subject.collaboration.clone()?,
                publication: publication.clone(),
            })
        };
        match event {
            PublicationEvent::PublicationRecorded(post) => {
                [None, entry(post.published_at, &post.publication)]
            }
            PublicationEvent::PublicationCorrected(event) => {
                let now = event.now.as_ref();
                let now = now.and_then(|now| entry(now.published_at, &event.publication));
                [entry(event.moved_from, &event.publication), now]
            }
            PublicationEvent::PublicationVerified { .. }
            | PublicationEvent::PostRemoved(_)
            | PublicationEvent::PostRestored { .. }
            | PublicationEvent::DisclosureChecked(_) => [None, None],
        }
    }

    /// Returns the key of this entry.
    pub fn key(&self, brand: &BrandId) -> Key {
        Self::from_day(brand, self.day)
            .text(self.campaign.as_str())
            .text(self.collaboration.as_str())
            .text(self.publication.as_str())
    }

    /// Returns the prefix of the posts of a brand, the earliest day first.
    pub fn of_brand(brand: &BrandId) -> Key {
        Key::of::<Self>().text(brand.as_str())
    }

    /// Returns the key before all posts of a brand from a day on.
    pub fn from_day(brand: &BrandId, day: Day) -> Key {
        // Days before 1970 sort first.
        Self::of_brand(brand).number(day.get().cast_unsigned() ^ (1 << 63))
    }

    /// Returns the reference of the post.
    pub fn post(&self, brand: &BrandId) -> PublicationRef {
        PublicationRef {
            collaboration: CollaborationRef {
                brand: brand.clone(),
                campaign: self.campaign.clone(),
                collaboration: self.collaboration.clone(),
            },
            publication: self.publication.clone(),
        }
    }
}
