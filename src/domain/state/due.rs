//! What the ledger does by itself when its time comes, in the order of time.

use serde::{Deserialize, Serialize};

use super::table;
use crate::domain::rows::{Key, Row};
use crate::domain::{CollaborationRef, OrderRef, Timestamp};

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
}

impl Row for Due {
    const TABLE: u8 = table::DUE;
}

impl Due {
    /// Key of what falls due at a time.
    pub fn key(&self, at: Timestamp) -> Key {
        let key = Key::of::<Self>().number(at.nanos().cast_unsigned());
        match self {
            Self::Offer { collaboration, .. } => key
                .byte(0)
                .text(collaboration.brand.as_str())
                .text(collaboration.campaign.as_str())
                .text(collaboration.collaboration.as_str()),
            Self::Lock { order } => key
                .byte(2)
                .text(order.brand.as_str())
                .text(order.order.source.as_str())
                .text(order.order.id.as_str()),
        }
    }

    /// Reads back the time a key is for.
    pub fn time_of(key: &Key) -> Option<Timestamp> {
        let nanos = key.parts().number()?;
        Some(Timestamp::from_nanos(nanos.cast_signed()))
    }
}
