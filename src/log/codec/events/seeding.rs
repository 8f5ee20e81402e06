//! Events of products sent to creators, both ways.

use super::{Stored, Wire, wire};
use crate::domain::{Event, ProductValue, SeedingEvent, ShipmentId, Timestamp};
use crate::wire::fields::{Checked, Fields};
use crate::wire::values::{read_product_value, read_time};

/// Writes an event of the track.
pub fn write(event: &SeedingEvent) -> Wire {
    match event {
        SeedingEvent::ProductShipped {
            shipment,
            product,
            value,
            shipped_at,
        } => write_shipped(shipment, product, *value, *shipped_at),
        SeedingEvent::ProductReceived {
            shipment,
            received_at,
        } => Wire::ProductReceived(wire::ProductReceived {
            shipment_id: shipment.to_string(),
            received_at: Some((*received_at).into()),
        }),
        SeedingEvent::ProductReturned {
            shipment,
            returned_at,
            reason,
            value,
        } => Wire::ProductReturned(wire::ProductReturned {
            shipment_id: shipment.to_string(),
            returned_at: Some((*returned_at).into()),
            reason: reason.clone(),
            value: Some((*value).into()),
        }),
    }
}

fn read_shipment(fields: &mut Fields, id: &str) -> Checked<ShipmentId> {
    fields.parse("shipment_id", id, ShipmentId::parse)
}

impl Stored for wire::ProductShipped {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let shipment = read_shipment(fields, &self.shipment_id);
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

impl Stored for wire::ProductReceived {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let shipment = read_shipment(fields, &self.shipment_id);
        let received_at = fields.required("received_at", self.received_at, read_time);
        Ok(Event::Seeding(SeedingEvent::ProductReceived {
            shipment: shipment?,
            received_at: received_at?,
        }))
    }
}

impl Stored for wire::ProductReturned {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let shipment = read_shipment(fields, &self.shipment_id);
        let returned_at = fields.required("returned_at", self.returned_at, read_time);
        let value = fields.required("value", self.value, read_product_value);
        Ok(Event::Seeding(SeedingEvent::ProductReturned {
            shipment: shipment?,
            returned_at: returned_at?,
            reason: self.reason,
            value: value?,
        }))
    }
}
