//! Fields of erasures, legal holds and exports of a person.

use campaign_ledger::wire::proto::api::*;

use super::super::but;
use super::{Row, UNKNOWN};
use crate::support::server::Story;

pub fn erasure(story: &Story) -> Vec<Row> {
    let erase = |change: fn(&mut EraseCreatorRequest)| but(&story.erase("ayu"), change);
    let place =
        |change: fn(&mut PlaceLegalHoldRequest)| but(&story.place_legal_hold("ayu", "h"), change);
    let release = |change: fn(&mut ReleaseLegalHoldRequest)| {
        but(&story.release_legal_hold("ayu", "h"), change)
    };
    vec![
        ("creator_id", erase(|one| one.creator_id.clear())),
        ("ground", erase(|one| one.ground = 0)),
        ("ground", erase(|one| one.ground = UNKNOWN)),
        ("reference", erase(|one| one.reference.clear())),
        ("reference", erase(|one| one.reference = "x".repeat(129))),
        (
            "reference",
            erase(|one| one.reference = String::from("Ayü")),
        ),
        ("hold_id", place(|one| one.hold_id = String::from("a b"))),
        ("ground", place(|one| one.ground = 0)),
        ("reference", place(|one| one.reference.clear())),
        ("hold_id", release(|one| one.hold_id.clear())),
        ("ground", release(|one| one.ground = UNKNOWN)),
        ("reference", release(|one| one.reference.clear())),
    ]
}
