//! Events of products sent to creators, both ways.

use super::{Stored, Wire, wire};
use crate::domain::{Event, ProductValue, SeedingEvent, ShipmentId, Timestamp};
use crate::log::codec::fields::{Checked, Fields};
use crate::log::codec::values::{read_product_value, read_time};

/// Writes an event of the track.
pub fn write(event: &SeedingEvent) -> Wire {
    match event {
        SeedingEvent::ProductShipped {
            shipment,
            product,
            value,
            shipped_at,
        } => write_shipped(shipment, product, *value, *shipped_at),
    }
}

impl Stored for wire::ProductShipped {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let shipment = fields.parse("shipment_id", &self.shipment_id, ShipmentId::parse);
        let value = fields.required("value", self.value, read_product_value);
        let shipped_at = fields.required("shipped_at", self.shipped_at, read_time);
        Ok(Event::Seeding(SeedingEvent::ProductShipped {
            shipment: shipment?,
            product: self.product,
            value: value?,
            shipped_at: shipped_at?,
        }))
    }
}

fn write_shipped(
    shipment: &ShipmentId,
    product: &str,
    value: ProductValue,
    shipped_at: Timestamp,
) -> Wire {
    Wire::ProductShipped(wire::ProductShipped {
        shipment_id: shipment.to_string(),
        product: product.to_owned(),
        value: Some(value.into()),
        shipped_at: Some(shipped_at.into()),
    })
}
