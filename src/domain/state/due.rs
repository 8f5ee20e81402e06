//! What the ledger does by itself when its time comes, in the order of time.

use serde::{Deserialize, Serialize};

use super::table;
use crate::domain::rows::{Key, Row};
use crate::domain::{CampaignRef, CollaborationRef, DeliverableId, OrderRef, Timestamp};

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
        /// The order.
        order: OrderRef,
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
        /// The order.
        order: OrderRef,
    },
}

impl Row for Due {
    const TABLE: u8 = table::DUE;
}

impl Due {
    /// Key of what falls due at a time.
    pub fn key(&self, at: Timestamp) -> Key {
        let key = Key::of::<Self>().number(at.nanos().cast_unsigned());
        let of = |key: Key, kind: u8, place: &CollaborationRef| {
            key.byte(kind)
                .text(place.brand.as_str())
                .text(place.campaign.as_str())
                .text(place.collaboration.as_str())
        };
        match self {
            Self::Offer { collaboration, .. } => of(key, 0, collaboration),
            Self::Review {
                collaboration,
                deliverable,
                ..
            } => of(key, 1, collaboration).text(deliverable.as_str()),
            Self::Lock { order } => key
                .byte(2)
                .text(order.brand.as_str())
                .text(order.order.source.as_str())
                .text(order.order.id.as_str()),
            Self::Ending { campaign } => key
                .byte(3)
                .text(campaign.brand.as_str())
                .text(campaign.campaign.as_str()),
            Self::Refunds { order } => key
                .byte(4)
                .text(order.brand.as_str())
                .text(order.order.source.as_str())
                .text(order.order.id.as_str()),
        }
    }

    /// Key of the rest of what a command came to, which is due at once.
    pub fn key_at_once(&self) -> Key {
        self.key(Timestamp::default())
    }

    /// Reads back the time a key is for.
    pub fn time_of(key: &Key) -> Option<Timestamp> {
        let nanos = key.parts().number()?;
        Some(Timestamp::from_nanos(nanos.cast_signed()))
    }
}
