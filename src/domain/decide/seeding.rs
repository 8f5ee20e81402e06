//! Rules of seeding: products sent to creators.

use super::{Case, Decided, Decision, ensure, happens, of_collaboration};
use crate::domain::rows::Rows;
use crate::domain::{
    ActorKind, CollaborationRef, Event, ProductValue, Refusal, SeedingEvent, ShipmentId, Timestamp,
};

impl<S: Rows> Case<'_, S> {
    pub(super) fn ship(
        &self,
        place: &CollaborationRef,
        shipment: &ShipmentId,
        product: &str,
        value: ProductValue,
        shipped_at: Timestamp,
    ) -> Decided<Decision, S> {
        self.only(ActorKind::Brand)?;
        let collaboration = self.working(place)?;
        let currency = self.campaign(&place.campaign_ref())?.plan.currency;
        self.in_currency("value.cost_of_goods", value.cost_of_goods, currency)?;
        self.in_currency("value.fair_value", value.fair_value, currency)?;
        let taken = collaboration
            .shipments
            .iter()
            .any(|known| known.id == *shipment);
        ensure(!taken, || Refusal::AlreadyExists {
            what: "shipment",
            id: shipment.to_string(),
        })?;
        let event = Event::Seeding(SeedingEvent::ProductShipped {
            shipment: shipment.clone(),
            product: product.to_owned(),
            value,
            shipped_at,
        });
        happens(of_collaboration(place, &collaboration.creator, event))
    }
}
