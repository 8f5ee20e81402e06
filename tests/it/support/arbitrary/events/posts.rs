//! Strategies for events of published posts, and of products.

use campaign_ledger::domain::*;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::deliverable;
use crate::support::arbitrary::*;

pub fn posts() -> Vec<BoxedStrategy<Event>> {
    let restored = (deliverable(), id(PublicationId::parse), timestamp());
    vec![
        removed()
            .prop_map(|event| Event::Publication(PublicationEvent::PostRemoved(event)))
            .boxed(),
        restored
            .prop_map(|(deliverable, publication, restored_at)| {
                Event::Publication(PublicationEvent::PostRestored {
                    publication,
                    deliverable,
                    restored_at,
                })
            })
            .boxed(),
        corrected()
            .prop_map(|event| Event::Publication(PublicationEvent::PublicationCorrected(event)))
            .boxed(),
        checked()
            .prop_map(|event| Event::Publication(PublicationEvent::DisclosureChecked(event)))
            .boxed(),
    ]
}

fn removed() -> impl Strategy<Value = PostRemoved> {
    let by = select(&[RemovedBy::Creator, RemovedBy::Platform, RemovedBy::Brand][..]);
    (
        (deliverable(), id(PublicationId::parse)),
        timestamp(),
        option::of(by),
        text(),
        any::<(u64, u64, bool)>(),
    )
        .prop_map(
            |((deliverable, publication), removed_at, by, reason, live)| {
                let (live_seconds, required_seconds, early) = live;
                PostRemoved {
                    publication,
                    deliverable,
                    removed_at,
                    by,
                    reason: reason.into(),
                    live_seconds,
                    required_seconds,
                    early,
                }
            },
        )
}

fn corrected() -> impl Strategy<Value = PublicationCorrected> {
    let now = option::of(super::published());
    let post = (deliverable(), id(PublicationId::parse));
    (post, 1..u64::MAX, timestamp(), now, personal()).prop_map(
        |((deliverable, publication), replaces, moved_from, now, reason)| PublicationCorrected {
            deliverable,
            publication,
            replaces: Position::new(replaces),
            moved_from,
            now,
            reason,
        },
    )
}

fn checked() -> impl Strategy<Value = DisclosureChecked> {
    let found = (timestamp(), option::of(some_text()), any::<bool>(), text()).prop_map(
        |(checked_at, label, sufficient, evidence)| DisclosureFound {
            checked_at,
            label: label.map(Into::into),
            sufficient,
            evidence: evidence.into(),
        },
    );
    let post = (deliverable(), id(PublicationId::parse));
    (post, found, any::<bool>(), option::of(disclosure_terms())).prop_map(
        |((deliverable, publication), found, required, terms)| DisclosureChecked {
            publication,
            deliverable,
            found,
            required,
            terms,
        },
    )
}

pub fn products() -> Vec<BoxedStrategy<Event>> {
    let shipment = || id(ShipmentId::parse);
    let returned = (shipment(), timestamp(), text(), product_value());
    vec![
        (shipment(), timestamp())
            .prop_map(|(shipment, received_at)| {
                Event::Seeding(SeedingEvent::ProductReceived {
                    shipment,
                    received_at,
                })
            })
            .boxed(),
        returned
            .prop_map(|(shipment, returned_at, reason, value)| {
                Event::Seeding(SeedingEvent::ProductReturned {
                    shipment,
                    returned_at,
                    reason: reason.into(),
                    value,
                })
            })
            .boxed(),
    ]
}
