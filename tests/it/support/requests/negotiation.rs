//! Requests of the negotiation and of amendments.
//!
//! Amendments are proposed by the brand and accepted by the creator, unless the test says otherwise.

use campaign_ledger::domain::*;

use super::{collaboration, id};

/// A creator applies without stating a fee.
pub fn apply(name: &str, creator: &str) -> Request {
    let verb = CollaborationVerb::Apply {
        creator: id(creator),
        message: "we roast at home".into(),
        fee: None,
    };
    collaboration(name, verb)
}

/// The brand answers an application.
pub fn send_offer(name: &str, terms: Terms, expires_at: Timestamp) -> Request {
    collaboration(name, CollaborationVerb::SendOffer { terms, expires_at })
}

/// The brand rejects an application.
pub fn reject_application(name: &str) -> Request {
    let reason = "another niche".to_owned();
    collaboration(
        name,
        CollaborationVerb::RejectApplication {
            reason: reason.into(),
        },
    )
}

/// The creator answers an offer with other terms, which expire when the offer would have.
pub fn counter(name: &str, offer_version: u32, terms: Terms) -> Request {
    let verb = CollaborationVerb::Counter {
        offer_version,
        terms,
        expires_at: None,
        note: "two posts are more work".into(),
    };
    collaboration(name, verb)
}

/// The brand answers a counter with another offer.
pub fn revise(name: &str, offer_version: u32, terms: Terms, expires_at: Timestamp) -> Request {
    let verb = CollaborationVerb::Revise {
        offer_version,
        terms,
        expires_at,
    };
    collaboration(name, verb)
}

/// The brand accepts a counter.
pub fn accept_counter(name: &str, offer_version: u32) -> Request {
    collaboration(name, CollaborationVerb::AcceptCounter { offer_version })
}

/// The brand rejects a counter.
pub fn reject_counter(name: &str, offer_version: u32) -> Request {
    let verb = CollaborationVerb::RejectCounter {
        offer_version,
        reason: "over the budget".into(),
    };
    collaboration(name, verb)
}

/// The brand proposes new terms.
pub fn amend(name: &str, terms: Terms) -> Request {
    let reason = "one more post".to_owned();
    collaboration(
        name,
        CollaborationVerb::Amend {
            terms,
            reason: reason.into(),
        },
    )
}

/// The creator accepts new terms.
pub fn accept_amendment(name: &str, terms_version: u32) -> Request {
    collaboration(name, CollaborationVerb::AcceptAmendment { terms_version })
}

/// The brand takes its proposal back.
pub fn reject_amendment(name: &str, terms_version: u32) -> Request {
    let verb = CollaborationVerb::RejectAmendment {
        terms_version,
        reason: "as agreed first".into(),
    };
    collaboration(name, verb)
}

/// The creator withdraws.
pub fn leave(name: &str) -> Request {
    let reason = "no time after all".to_owned();
    collaboration(
        name,
        CollaborationVerb::Leave {
            reason: reason.into(),
        },
    )
}
