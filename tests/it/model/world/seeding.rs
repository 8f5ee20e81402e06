//! Products: sent while work goes on, received and returned in any state.

use campaign_ledger::wire::proto::api::ErrorReason;

use super::{Against, Judged, Shipment, World};

impl World {
    pub(super) fn ship(&mut self, place: (u8, u8)) -> Judged {
        let mut against = Against::default();
        let deal = self.deal(place);
        against.unless(deal.is_working(), ErrorReason::CollaborationState);
        against.unless(deal.shipment.is_none(), ErrorReason::AlreadyExists);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        deal.shipment = Some(Shipment::default());
        deal.begins();
        self.happens(1)
    }

    pub(super) fn receive(&mut self, place: (u8, u8), at: i64) -> Judged {
        let position = self.head + 1;
        let Some(shipment) = &mut self.deal(place).shipment else {
            return Judged::Refused(vec![ErrorReason::ShipmentNotFound]);
        };
        match (shipment.received, shipment.returned) {
            (Some((before, told)), _) if before == at => return Judged::Old(told, told),
            (None, None) => shipment.received = Some((at, position)),
            _ => return Judged::Refused(vec![ErrorReason::ShipmentState]),
        }
        self.happens(1)
    }

    pub(super) fn take_back(&mut self, place: (u8, u8), at: i64) -> Judged {
        let position = self.head + 1;
        let Some(shipment) = &mut self.deal(place).shipment else {
            return Judged::Refused(vec![ErrorReason::ShipmentNotFound]);
        };
        match (shipment.received, shipment.returned) {
            (_, Some((before, told))) if before == at => return Judged::Old(told, told),
            (_, Some(_)) => return Judged::Refused(vec![ErrorReason::ShipmentState]),
            (Some((received_at, _)), None) if at < received_at => {
                return Judged::Refused(vec![ErrorReason::InvalidField]);
            }
            (_, None) => shipment.returned = Some((at, position)),
        }
        self.happens(1)
    }
}
