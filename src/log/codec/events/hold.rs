//! Events of holds, both ways.

use super::stored;
use crate::domain::{HoldEvent, HoldPlaced};

stored! { Hold(HoldEvent) {
    HoldPlaced (HoldPlaced {
        hold = hold_id,
        deliverable = deliverable_id,
        flag = flag_id,
        reason,
    })
    HoldReleased {
        hold = hold_id,
        reason,
    }
}}
