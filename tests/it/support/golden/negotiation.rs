//! The negotiation, amendments, and a creator who withdraws.

use campaign_ledger::domain::*;

use super::campaigns::terms;
use super::{at, collaboration, idr};

pub fn events() -> Vec<Event> {
    [
        AgreementEvent::CreatorApplied {
            message: "my skin is as yours says".into(),
            fee: Some(idr(200_000_000)),
            previous: Some(collaboration("ayu-0")),
        },
        AgreementEvent::OfferSent { offer: offer(1) },
        AgreementEvent::ApplicationRejected {
            reason: "too many of this niche".into(),
        },
        AgreementEvent::OfferCountered {
            offer: offer(2),
            answers: 1,
            note: "the second post takes a week".into(),
        },
        AgreementEvent::OfferRevised {
            offer: offer(3),
            answers: 2,
        },
        AgreementEvent::CounterRejected {
            offer_version: 4,
            reason: "over the budget".into(),
        },
        AgreementEvent::AmendmentProposed {
            version: 5,
            terms: terms(),
            reason: "one more post".into(),
        },
        AgreementEvent::TermsAmended {
            version: 5,
            terms: terms(),
            digest: [0x3a; 32],
            proposed: Position::new(41),
        },
        AgreementEvent::AmendmentRejected {
            version: 6,
            reason: "the first terms are fine".into(),
        },
        AgreementEvent::CreatorWithdrew {
            reason: "moved abroad".into(),
        },
    ]
    .map(Event::Agreement)
    .to_vec()
}

fn offer(version: u32) -> Offer {
    Offer {
        version,
        terms: terms(),
        expires_at: at(259_200),
    }
}
