//! What the ledger does by itself at a given time: a queue per campaign and kind, ordered by time.

use serde::{Deserialize, Serialize};

use super::table;
use crate::domain::rows::{Key, Row};
use crate::domain::{
    BrandId, CampaignId, CampaignRef, CollaborationRef, DeliverableId, OrderKey, Timestamp,
};

/// Something that falls due.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Due {
    /// An open offer expires.
    Offer {
        /// The collaboration.
        collaboration: CollaborationRef,
        /// The version that expires.
        version: u32,
    },
    /// An order is locked, and commission on it becomes owed.
    Lock {
        /// The campaign that owes it.
        campaign: CampaignRef,
        /// The order.
        order: OrderKey,
    },
    /// A submitted version is approved, because nobody reviewed it in time.
    Review {
        /// The collaboration.
        collaboration: CollaborationRef,
        /// The deliverable.
        deliverable: DeliverableId,
        /// The version of its content.
        version: u32,
    },
    /// Pending collaborations of an ended campaign are recorded as ended.
    Ending {
        /// The campaign.
        campaign: CampaignRef,
    },
    /// Refunds that waited for their order are settled.
    Refunds {
        /// The campaign whose order it is.
        campaign: CampaignRef,
        /// The order.
        order: OrderKey,
    },
}

impl Row for Due {
    const TABLE: u8 = table::DUE;
}

/// One queue: the work of one kind in one campaign, ordered by time. The queues are separate, so
/// that waiting work in one of them delays no other.
#[derive(Clone, PartialEq, Debug)]
pub struct Lane {
    /// The campaign.
    pub campaign: CampaignRef,
    /// Prefix of its keys.
    pub prefix: Key,
}

impl Lane {
    /// Returns the queue that a key belongs to.
    pub fn of(key: &Key) -> Option<Self> {
        let mut parts = key.parts();
        let campaign = CampaignRef {
            brand: BrandId::parse(parts.text()?).ok()?,
            campaign: CampaignId::parse(parts.text()?).ok()?,
        };
        let prefix = prefix_of(&campaign, parts.byte()?);
        Some(Self { campaign, prefix })
    }

    /// Returns a key after all keys of this queue and before those of the next queue.
    pub fn end(&self) -> Key {
        self.prefix.clone().number(u64::MAX)
    }
}

fn prefix_of(campaign: &CampaignRef, kind: u8) -> Key {
    Key::of::<Due>()
        .text(campaign.brand.as_str())
        .text(campaign.campaign.as_str())
        .byte(kind)
}

impl Due {
    /// Returns the key of work that is due at a time.
    pub fn key(&self, at: Timestamp) -> Key {
        let of = |campaign: &CampaignRef, kind| {
            prefix_of(campaign, kind).number(at.nanos().cast_unsigned())
        };
        match self {
            Self::Offer { collaboration, .. } => {
                of(&collaboration.campaign_ref(), 0).text(collaboration.collaboration.as_str())
            }
            Self::Review {
                collaboration,
                deliverable,
                ..
            } => of(&collaboration.campaign_ref(), 1)
                .text(collaboration.collaboration.as_str())
                .text(deliverable.as_str()),
            Self::Lock { campaign, order } => of(campaign, 2)
                .text(order.source.as_str())
                .text(order.id.as_str()),
            Self::Ending { campaign } => of(campaign, 3),
            Self::Refunds { campaign, order } => of(campaign, 4)
                .text(order.source.as_str())
                .text(order.id.as_str()),
        }
    }

    /// Returns the key of the rest of a command's consequences, which is due immediately.
    pub fn key_at_once(&self) -> Key {
        self.key(Timestamp::default())
    }

    /// Reads the due time from a key.
    pub fn time_of(key: &Key) -> Option<Timestamp> {
        let mut parts = key.parts();
        let (_brand, _campaign, _kind) = (parts.text()?, parts.text()?, parts.byte()?);
        let nanos = parts.number()?;
        Some(Timestamp::from_nanos(nanos.cast_signed()))
    }
}
