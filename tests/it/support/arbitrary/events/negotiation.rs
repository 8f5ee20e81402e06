//! Strategies for events of the negotiation and of amendments.

use campaign_ledger::domain::*;
use proptest::option;
use proptest::prelude::*;

use super::super::*;

fn version() -> std::ops::RangeInclusive<u32> {
    1..=u32::MAX
}

fn some(event: AgreementEvent) -> Event {
    Event::Agreement(event)
}

pub fn negotiation() -> Vec<BoxedStrategy<Event>> {
    let applied = (
        text(),
        option::of(money(0)),
        option::of(id(CollaborationId::parse)),
    );
    let sent = offer().prop_map(|offer| AgreementEvent::OfferSent { offer });
    let revised = (offer(), version())
        .prop_map(|(offer, answers)| AgreementEvent::OfferRevised { offer, answers });
    vec![
        applied
            .prop_map(|(message, fee, previous)| {
                some(AgreementEvent::CreatorApplied {
                    message: message.into(),
                    fee,
                    previous,
                })
            })
            .boxed(),
        sent.prop_map(some).boxed(),
        text()
            .prop_map(|reason| {
                some(AgreementEvent::ApplicationRejected {
                    reason: reason.into(),
                })
            })
            .boxed(),
        (offer(), version(), text())
            .prop_map(|(offer, answers, note)| {
                some(AgreementEvent::OfferCountered {
                    offer,
                    answers,
                    note: note.into(),
                })
            })
            .boxed(),
        revised.prop_map(some).boxed(),
        (version(), text())
            .prop_map(|(offer_version, reason)| {
                some(AgreementEvent::CounterRejected {
                    offer_version,
                    reason: reason.into(),
                })
            })
            .boxed(),
    ]
}

pub fn amendments() -> Vec<BoxedStrategy<Event>> {
    vec![
        (version(), terms(), text())
            .prop_map(|(version, terms, reason)| {
                some(AgreementEvent::AmendmentProposed {
                    version,
                    terms,
                    reason: reason.into(),
                })
            })
            .boxed(),
        (version(), terms(), digest(), position())
            .prop_map(|(version, terms, digest, proposed)| {
                some(AgreementEvent::TermsAmended {
                    version,
                    terms,
                    digest,
                    proposed,
                })
            })
            .boxed(),
        (version(), text())
            .prop_map(|(version, reason)| {
                some(AgreementEvent::AmendmentRejected {
                    version,
                    reason: reason.into(),
                })
            })
            .boxed(),
        text()
            .prop_map(|reason| {
                some(AgreementEvent::CreatorWithdrew {
                    reason: reason.into(),
                })
            })
            .boxed(),
    ]
}
