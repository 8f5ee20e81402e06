//! Rules of seeding: products sent to creators.

use std::sync::Arc;

use super::{Case, Decided, Decision, ensure, happened, happens, of_collaboration, refuse};
use crate::domain::limits::MAX_SHIPMENTS;
use crate::domain::rows::Rows;
use crate::domain::state::{Collaboration, Shipment};
use crate::domain::{
    ActorKind, CollaborationRef, CostId, CostType, CostVerb, Event, Fact, PersonalText,
    ProductValue, Refusal, SeedingEvent, ShipmentId, Timestamp, Unknown,
};

impl<S: Rows> Case<'_, S> {
    pub(super) fn ship(
        &self,
        place: &CollaborationRef,
        shipment: &ShipmentId,
        product: &PersonalText,
        value: ProductValue,
        shipped_at: Timestamp,
    ) -> Decided<Fact, S> {
        self.only(ActorKind::Brand)?;
        let collaboration = self.working(place)?;
        let currency = self.campaign(&place.campaign_ref())?.plan.currency;
        self.in_currency("value.cost_of_goods", value.cost_of_goods, currency)?;
        self.in_currency("value.fair_value", value.fair_value, currency)?;
        let taken = collaboration.shipment(shipment).is_some();
        ensure(!taken, || Refusal::AlreadyExists {
            what: "shipment",
            id: shipment.to_string(),
        })?;
        ensure(collaboration.shipments.len() < MAX_SHIPMENTS, || {
            Refusal::LimitReached {
                collection: "products sent within a collaboration",
                limit: MAX_SHIPMENTS,
            }
        })?;
        let event = Event::Seeding(SeedingEvent::ProductShipped {
            shipment: shipment.clone(),
            product: product.clone(),
            value,
            shipped_at,
        });
        Ok(of_collaboration(place, &collaboration.creator, event))
    }

    /// Records the cost of goods together with the shipment, if the command gives a cost line for
    /// it.
    pub(super) fn with_product_line(
        &self,
        place: &CollaborationRef,
        shipped: Fact,
        cost: Option<&CostId>,
        (value, incurred_at): (ProductValue, Timestamp),
    ) -> Decided<Decision, S> {
        let Some(cost) = cost else {
            return happens(shipped);
        };
        ensure(value.cost_of_goods.minor > 0, || {
            Refusal::field("cost_id", "must be absent when the product costs nothing")
        })?;
        let line = CostVerb::Record {
            collaboration: Some(place.collaboration.clone()),
            kind: CostType::Product,
            amount: value.cost_of_goods,
            fx_rate: None,
            incurred_at,
            note: PersonalText::EMPTY,
        };
        let recorded = self.cost_verb(&place.campaign, cost, &line)?;
        Ok(match recorded {
            Decision::Happens(more) => {
                Decision::Happens(std::iter::once(shipped).chain(more).collect())
            }
            Decision::Happened { .. } => recorded,
        })
    }

    /// Records that a product arrived. The state of the agreement does not matter.
    pub(super) fn receive(
        &self,
        place: &CollaborationRef,
        id: &ShipmentId,
        received_at: Timestamp,
    ) -> Decided<Decision, S> {
        self.only(ActorKind::Creator)?;
        let (collaboration, shipment) = self.shipment(place, id)?;
        if let Some(received) = shipment.received {
            let rule = "was received already";
            ensure(received.at == received_at, || Refusal::ShipmentState {
                rule,
            })?;
            return happened(received.position);
        }
        let rule = "came back already";
        ensure(shipment.returned.is_none(), || Refusal::ShipmentState {
            rule,
        })?;
        ensure_after("received_at", received_at, shipment.shipped_at)?;
        let event = Event::Seeding(SeedingEvent::ProductReceived {
            shipment: id.clone(),
            received_at,
        });
        happens(of_collaboration(place, &collaboration.creator, event))
    }

    /// Records that a product was returned. The state of the agreement does not matter.
    pub(super) fn take_back(
        &self,
        place: &CollaborationRef,
        id: &ShipmentId,
        returned_at: Timestamp,
        reason: &PersonalText,
    ) -> Decided<Decision, S> {
        self.only(ActorKind::Brand)?;
        let (collaboration, shipment) = self.shipment(place, id)?;
        if let Some(returned) = shipment.returned {
            let rule = "came back already";
            ensure(returned.at == returned_at, || Refusal::ShipmentState {
                rule,
            })?;
            return happened(returned.position);
        }
        let since = shipment.received.map_or(shipment.shipped_at, |one| one.at);
        ensure_after("returned_at", returned_at, since)?;
        let event = Event::Seeding(SeedingEvent::ProductReturned {
            shipment: id.clone(),
            returned_at,
            reason: reason.clone(),
            value: shipment.value,
        });
        happens(of_collaboration(place, &collaboration.creator, event))
    }

    fn shipment(
        &self,
        place: &CollaborationRef,
        id: &ShipmentId,
    ) -> Decided<(Arc<Collaboration>, Shipment), S> {
        let collaboration = self.collaboration(place)?;
        let Some(shipment) = collaboration.shipment(id).cloned() else {
            let (what, id) = (Unknown::Shipment, id.to_string());
            return refuse(Refusal::NotFound { what, id });
        };
        Ok((collaboration, shipment))
    }
}

fn ensure_after<E>(field: &str, at: Timestamp, earlier: Timestamp) -> Result<(), super::Halt<E>> {
    ensure(at >= earlier, || {
        Refusal::field(field, format!("must not be before {earlier}"))
    })
}
