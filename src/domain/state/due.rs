//! What the ledger does by itself when its time comes, by campaign and kind in the order of time.

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
    /// An order is locked, and commission on it is owed.
    Lock {
        /// The campaign that owes it.
        campaign: CampaignRef,
        /// The order.
        order: OrderKey,
    },
    /// A version handed in is approved, as nobody reviewed it in time.
    Review {
        /// The collaboration.
        collaboration: CollaborationRef,
        /// The deliverable.
        deliverable: DeliverableId,
        /// The version of its content.
        version: u32,
    },
    /// What was open in a campaign when it ended is recorded as ended.
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

/// The queue of what falls due of one kind in one campaign, in the order of time. Each is apart, so
/// that what waits in one holds up no other.
#[derive(Clone, PartialEq, Debug)]
pub struct Lane {
    /// The campaign.
    pub campaign: CampaignRef,
    /// Prefix of its keys.
    pub prefix: Key,
}

impl Lane {
    /// Reads which queue a key is in.
    pub fn of(key: &Key) -> Option<Self> {
        let mut parts = key.parts();
        let campaign = CampaignRef {
            brand: BrandId::parse(parts.text()?).ok()?,
            campaign: CampaignId::parse(parts.text()?).ok()?,
        };
        let prefix = prefix_of(&campaign, parts.byte()?);
        Some(Self { campaign, prefix })
    }

    /// Gives a key after all of its keys and before those of any other queue behind it.
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
    /// Key of what falls due at a time.
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

    /// Key of the rest of what a command came to, which is due at once.
    pub fn key_at_once(&self) -> Key {
        self.key(Timestamp::default())
    }

    /// Reads back the time a key is for.
    pub fn time_of(key: &Key) -> Option<Timestamp> {
        let mut parts = key.parts();
        let (_brand, _campaign, _kind) = (parts.text()?, parts.text()?, parts.byte()?);
        let nanos = parts.number()?;
        Some(Timestamp::from_nanos(nanos.cast_signed()))
    }
}
