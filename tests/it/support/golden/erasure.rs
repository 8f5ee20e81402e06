//! Erasures and legal holds.

use campaign_ledger::domain::*;

pub fn events() -> Vec<Event> {
    vec![
        Event::Creator(CreatorEvent::CreatorErased {
            ground: ErasureGround::ConsentWithdrawn,
            reference: reference("PDP-2026/17"),
        }),
        Event::Creator(CreatorEvent::LegalHoldPlaced {
            hold: hold(),
            ground: LegalHoldGround::AuthorityOrder,
            reference: reference("121/Pdt.G/2026"),
        }),
        Event::Creator(CreatorEvent::LegalHoldReleased {
            hold: hold(),
            ground: LegalHoldEnd::OrderLifted,
            reference: reference("121/Pdt.G/2026 of 3 May"),
        }),
    ]
}

fn hold() -> LegalHoldId {
    LegalHoldId::parse("court-1").unwrap()
}

fn reference(text: &str) -> Reference {
    Reference::parse(text).unwrap()
}
