//! Events of products sent to creators, and how they are folded.

use super::{Fold, Folded};
use crate::domain::rows::RowsMut;
use crate::domain::state::{Pair, Shipment};
use crate::domain::{Effect, PersonalText, ProductValue, ShipmentId, Timestamp};

/// Events of products sent to a creator.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the message of the same name in event/v1 documents each field"
)]
pub enum SeedingEvent {
    ProductShipped {
        shipment: ShipmentId,
        product: PersonalText,
        value: ProductValue,
        shipped_at: Timestamp,
    },
    ProductReceived {
        shipment: ShipmentId,
        received_at: Timestamp,
    },
    ProductReturned {
        shipment: ShipmentId,
        returned_at: Timestamp,
        reason: PersonalText,
        value: ProductValue,
    },
}

impl SeedingEvent {
    /// Returns when a product was sent, arrived or was returned.
    pub fn happened_at(&self) -> Timestamp {
        match self {
            Self::ProductShipped { shipped_at, .. } => *shipped_at,
            Self::ProductReceived { received_at, .. } => *received_at,
            Self::ProductReturned { returned_at, .. } => *returned_at,
        }
    }
}

impl<S: RowsMut> Fold<'_, S> {
    pub(super) fn seeding_event(&mut self, event: &SeedingEvent) -> Folded<(), S> {
        match event {
            SeedingEvent::ProductShipped {
                shipment,
                product,
                value,
                shipped_at,
            } => self.shipped(shipment, product, *value, *shipped_at),
            SeedingEvent::ProductReceived {
                shipment,
                received_at,
            } => {
                let occurrence = self.occurrence(*received_at);
                self.shipment(shipment)?.received = Some(occurrence);
                self.add_to_both(Effect::Received);
                Ok(())
            }
            SeedingEvent::ProductReturned {
                shipment,
                returned_at,
                value,
                ..
            } => {
                let occurrence = self.occurrence(*returned_at);
                self.shipment(shipment)?.returned = Some(occurrence);
                self.add_to_both(Effect::Returned { value: *value });
                Ok(())
            }
        }
    }

    fn shipped(
        &mut self,
        shipment: &ShipmentId,
        product: &PersonalText,
        value: ProductValue,
        shipped_at: Timestamp,
    ) -> Folded<(), S> {
        let creator = self.activate()?;
        self.collaboration()?.shipments.push(Shipment {
            id: shipment.clone(),
            product: product.clone(),
            value,
            shipped_at,
            received: None,
            returned: None,
        });
        self.add_to_both(Effect::Shipped { value });
        let key = Pair::key(&self.campaign_ref()?, &creator);
        let pair: &mut Pair = self.rows.upsert(&key)?;
        let first = !std::mem::replace(&mut pair.gifted, true);
        let posted = pair.posted;
        if first {
            self.add_to_both(Effect::Gifted);
        }
        if first && posted {
            self.add_to_both(Effect::GiftedPosted);
        }
        Ok(())
    }

    fn shipment(&mut self, id: &ShipmentId) -> Folded<&mut Shipment, S> {
        let dangling = self.dangling("shipment");
        let mut shipments = self.collaboration()?.shipments.iter_mut();
        shipments.find(|known| known.id == *id).ok_or(dangling)
    }
}
