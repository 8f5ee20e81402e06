//! Events of holds, both ways.

use super::{Stored, Wire, wire};
use crate::domain::{DeliverableId, Event, FlagId, HoldEvent, HoldId, HoldPlaced};
use crate::wire::fields::{Checked, Fields};

/// Writes an event of the track.
pub fn write(event: &HoldEvent) -> Wire {
    match event {
        HoldEvent::HoldPlaced(placed) => write_placed(placed),
        HoldEvent::HoldReleased { hold, reason } => Wire::HoldReleased(wire::HoldReleased {
            hold_id: hold.to_string(),
            reason: reason.clone(),
        }),
    }
}

impl Stored for wire::HoldPlaced {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let hold = fields.parse("hold_id", &self.hold_id, HoldId::parse);
        let deliverable =
            fields.parse_optional("deliverable_id", &self.deliverable_id, DeliverableId::parse);
        let flag = fields.parse_optional("flag_id", &self.flag_id, FlagId::parse);
        Ok(Event::Hold(HoldEvent::HoldPlaced(HoldPlaced {
            hold: hold?,
            deliverable: deliverable?,
            flag: flag?,
            reason: self.reason,
        })))
    }
}

fn write_placed(placed: &HoldPlaced) -> Wire {
    let deliverable = placed.deliverable.as_ref().map(ToString::to_string);
    let flag = placed.flag.as_ref().map(ToString::to_string);
    Wire::HoldPlaced(wire::HoldPlaced {
        hold_id: placed.hold.to_string(),
        deliverable_id: deliverable.unwrap_or_default(),
        flag_id: flag.unwrap_or_default(),
        reason: placed.reason.clone(),
    })
}

impl Stored for wire::HoldReleased {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let hold = fields.parse("hold_id", &self.hold_id, HoldId::parse)?;
        let reason = self.reason;
        Ok(Event::Hold(HoldEvent::HoldReleased { hold, reason }))
    }
}
