//! Requests about published posts, and about products.

use campaign_ledger::domain::*;

use super::{actor, ask, collaboration, day, id, post};

/// Returns a command about a post.
pub fn publication(publication: PublicationRef, verb: PublicationVerb) -> Request {
    ask(Command::Publication { publication, verb })
}

/// Records that the creator took the post `post-1` down.
pub fn remove(name: &str, removed_at: Timestamp) -> Request {
    let verb = PublicationVerb::Remove {
        removed_at,
        by: Some(RemovedBy::Creator),
        reason: "a quarrel".into(),
    };
    publication(post(name, "post-1"), verb)
}

/// Records that the post `post-1` is live again.
pub fn restore(name: &str, restored_at: Timestamp) -> Request {
    publication(
        post(name, "post-1"),
        PublicationVerb::Restore { restored_at },
    )
}

/// Returns the result of a disclosure check at the start of a day.
pub fn found(on: i64, sufficient: bool) -> DisclosureFound {
    DisclosureFound {
        checked_at: day(on),
        label: sufficient.then(|| "#iklan".into()),
        sufficient,
        evidence: "drive/shot.png".into(),
    }
}

/// Records how the post `post-1` discloses.
pub fn check_disclosure(name: &str, found: DisclosureFound) -> Request {
    publication(
        post(name, "post-1"),
        PublicationVerb::CheckDisclosure { found },
    )
}

/// Records that a product arrived.
pub fn receive(name: &str, shipment: &str, received_at: Timestamp) -> Request {
    let shipment = id(shipment);
    let verb = CollaborationVerb::Receive {
        shipment,
        received_at,
    };
    collaboration(name, verb)
}

/// Records that a product was returned.
pub fn take_back(name: &str, shipment: &str, returned_at: Timestamp) -> Request {
    let verb = CollaborationVerb::Return {
        shipment: id(shipment),
        returned_at,
        reason: "the wrong shade".into(),
    };
    collaboration(name, verb)
}

/// The ledger's timer approves a version that nobody reviewed.
pub fn approve_by_timer(name: &str, deliverable: &str, version: u32) -> Request {
    let rating = None;
    let verb = DeliverableVerb::Approve { version, rating };
    let asked = super::deliverable(name, deliverable, verb);
    Request {
        actor: actor(ActorKind::System),
        ..asked
    }
}
