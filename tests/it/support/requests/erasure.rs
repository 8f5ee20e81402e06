//! Erasures and legal holds.

use campaign_ledger::domain::*;

use super::{Named, creator, id};

impl Named for LegalHoldId {
    fn named(text: &str) -> Self {
        Self::parse(text).expect(text)
    }
}

/// The brand erases a creator.
pub fn erase(name: &str, ground: ErasureGround, reference: &str) -> Request {
    let reference = Reference::parse(reference).expect(reference);
    creator(name, CreatorVerb::Erase { ground, reference })
}

/// The brand must keep the data of a creator for a trial.
pub fn place_legal_hold(name: &str, hold: &str) -> Request {
    let verb = CreatorVerb::PlaceLegalHold {
        hold: id(hold),
        ground: LegalHoldGround::Litigation,
        reference: Reference::parse("case 4").expect("short"),
    };
    creator(name, verb)
}

/// The trial is over.
pub fn release_legal_hold(name: &str, hold: &str) -> Request {
    let verb = CreatorVerb::ReleaseLegalHold {
        hold: id(hold),
        ground: LegalHoldEnd::CaseClosed,
        reference: Reference::parse("case 4, settled").expect("short"),
    };
    creator(name, verb)
}
