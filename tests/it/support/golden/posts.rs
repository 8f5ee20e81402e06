//! Published posts and products.

use campaign_ledger::domain::*;

use super::{at, idr};

pub fn events() -> Vec<Event> {
    let (publication, deliverable) = (
        PublicationId::parse("review-ig").unwrap(),
        DeliverableId::parse("review").unwrap(),
    );
    let shipment = ShipmentId::parse("jne-1").unwrap();
    vec![
        Event::Publication(PublicationEvent::PostRemoved(PostRemoved {
            publication: publication.clone(),
            deliverable: deliverable.clone(),
            removed_at: at(87_350),
            by: Some(RemovedBy::Platform),
            reason: "reported as spam".into(),
            live_seconds: 86_400,
            required_seconds: 604_800,
            early: true,
        })),
        Event::Publication(PublicationEvent::PostRestored {
            publication: publication.clone(),
            deliverable: deliverable.clone(),
            restored_at: at(90_000),
        }),
        Event::Publication(PublicationEvent::DisclosureChecked(DisclosureChecked {
            publication,
            deliverable,
            found: DisclosureFound {
                checked_at: at(1_200),
                label: Some("#sponsored".into()),
                sufficient: true,
                evidence: "drive/checks/review-ig.png".into(),
            },
            required: true,
            terms: Some(DisclosureTerms {
                connection: ConnectionType::Gifted,
                required_label: Some("#iklan".into()),
            }),
        })),
        Event::Seeding(SeedingEvent::ProductReceived {
            shipment: shipment.clone(),
            received_at: at(700),
        }),
        Event::Seeding(SeedingEvent::ProductReturned {
            shipment,
            returned_at: at(1_000),
            reason: "the pump was broken".into(),
            value: ProductValue {
                cost_of_goods: idr(4_500_000),
                fair_value: idr(18_900_000),
            },
        }),
    ]
}
