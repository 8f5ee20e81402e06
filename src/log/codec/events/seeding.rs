//! Events of products sent to creators, both ways.

use super::stored;
use crate::domain::SeedingEvent;

stored! { Seeding(SeedingEvent) {
    ProductShipped {
        shipment = shipment_id,
        product,
        value,
        shipped_at,
    }
    ProductReceived {
        shipment = shipment_id,
        received_at,
    }
    ProductReturned {
        shipment = shipment_id,
        returned_at,
        reason,
        value,
    }
}}
