//! Refused requests about posts and products.

use campaign_ledger::wire::proto::api::ErrorReason;

use super::super::bad_input::{Attempt, but};
use super::{Row, row};
use crate::support::server::{Story, by_creator, day, days_and};

pub fn rules(story: &Story) -> Vec<Row> {
    use ErrorReason::{ActorNotAllowed, PostNotRemoved, PostRemoved, ShipmentState};
    let own_check = but(&story.check("published", day(1), true), |one| {
        one.context = by_creator("")
    });
    vec![
        row(
            PostRemoved,
            &[],
            Attempt::of(story.remove("completed", days_and(1, 1))),
        ),
        row(
            PostNotRemoved,
            &[],
            Attempt::of(story.restore("published", day(1))),
        ),
        row(ActorNotAllowed, &[("allowed", "the brand")], own_check),
        row(
            ShipmentState,
            &[],
            Attempt::of(story.receive("approved", day(1))),
        ),
        row(
            ShipmentState,
            &[],
            Attempt::of(story.take_back("approved", days_and(1, 1))),
        ),
    ]
}
