//! Refused requests about safety flags and holds.

use campaign_ledger::wire::proto::api::*;

use super::super::bad_input::{Attempt, but};
use super::{Row, row};
use crate::support::server::{Story, by_creator, day, idr};

/// `submitted` has a hold and a fee line; `verified` has an open flag, a cleared one, and a
/// released hold.
pub fn rules(story: &Story) -> Vec<Row> {
    use ErrorReason::{
        ActorNotAllowed, AlreadyExists, CollaborationState, FlagCleared, HoldReleased,
        NoGroundToTerminate, OnHold,
    };
    let stopped = &[("hold_id", "check")];
    let of_settled = but(&story.place_hold("verified", "h"), |request| {
        request.flag_id = String::from("settled");
    });
    let own_release = but(&story.release_hold("submitted", "check"), |request| {
        request.context = by_creator("");
    });
    let own_flag = but(&story.clear("verified", "open"), |request| {
        request.context = by_creator("");
    });
    vec![
        row(OnHold, stopped, Attempt::of(story.approve("submitted"))),
        row(
            OnHold,
            stopped,
            Attempt::of(story.publish("submitted", "d1", day(1))),
        ),
        row(
            OnHold,
            stopped,
            Attempt::of(story.pay("fee", idr(1), day(1))),
        ),
        row(
            AlreadyExists,
            &[("id", "check")],
            Attempt::of(story.place_hold("submitted", "check")),
        ),
        row(FlagCleared, &[], of_settled),
        row(
            HoldReleased,
            &[],
            Attempt::of(story.release_hold("verified", "lifted")),
        ),
        row(
            CollaborationState,
            &[("state", "COMPLETED")],
            Attempt::of(story.place_hold("completed", "h")),
        ),
        row(
            FlagCleared,
            &[],
            Attempt::of(story.clear("verified", "settled")),
        ),
        row(
            AlreadyExists,
            &[("id", "open")],
            Attempt::of(story.raise("verified", "open")),
        ),
        row(
            NoGroundToTerminate,
            &[],
            Attempt::of(story.terminate("verified", "settled")),
        ),
        row(
            CollaborationState,
            &[("state", "ACCEPTED")],
            Attempt::of(story.terminate("accepted", "open")),
        ),
        row(ActorNotAllowed, &[("allowed", "the brand")], own_release),
        row(ActorNotAllowed, &[("allowed", "the brand")], own_flag),
    ]
}
