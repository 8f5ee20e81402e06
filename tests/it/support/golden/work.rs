//! Deliverables, publications, products.

use campaign_ledger::domain::*;

use super::{at, collaboration, idr};

pub fn events() -> Vec<Event> {
    vec![
        Event::Content(ContentEvent::ContentSubmitted {
            deliverable: review(),
            version: 2,
            content: ContentRef {
                reference: "s3://drafts/ayu/review-2.mp4".into(),
                sha256: [0xc0; 32],
            },
            seconds_late: 5_400,
            review_due_at: None,
        }),
        Event::Content(ContentEvent::RevisionRequested {
            deliverable: review(),
            version: 1,
            reasons: vec!["name the ingredient".into(), "more light".into()],
        }),
        Event::Content(ContentEvent::ContentApproved {
            deliverable: review(),
            version: 2,
            rating: Some(5),
        }),
        Event::Content(ContentEvent::ContentRejected {
            deliverable: review(),
            version: 3,
            reason: "claims a cure".into(),
        }),
        Event::Publication(PublicationEvent::PublicationRecorded(published())),
        Event::Publication(PublicationEvent::PublicationCorrected(
            PublicationCorrected {
                deliverable: review(),
                publication: post(),
                replaces: Position::new(42),
                moved_from: at(900),
                now: Some(published()),
                reason: PersonalText::Clear("the hour was wrong".to_owned()),
            },
        )),
        Event::Publication(PublicationEvent::PublicationVerified {
            deliverable: review(),
            publication: post(),
        }),
        Event::Content(ContentEvent::DeadlineRescheduled {
            deliverable: review(),
            due_at: at(1_814_400),
            previous: at(1_209_600),
            reason: "parcel was late".into(),
        }),
        Event::Content(ContentEvent::DeliverableWaived {
            deliverable: review(),
            reason: "the story is enough".into(),
        }),
        Event::Seeding(SeedingEvent::ProductShipped {
            shipment: ShipmentId::parse("jne-1").unwrap(),
            product: "Serum 30 ml".into(),
            value: ProductValue {
                cost_of_goods: idr(4_500_000),
                fair_value: idr(18_900_000),
            },
            shipped_at: at(500),
        }),
    ]
}

fn review() -> DeliverableId {
    DeliverableId::parse("review").unwrap()
}

fn post() -> PublicationId {
    PublicationId::parse("review-ig").unwrap()
}

fn published() -> PublicationRecorded {
    PublicationRecorded {
        deliverable: review(),
        publication: post(),
        platform: Platform::Instagram.into(),
        url: Matched::told("https://instagram.example/p/C9"),
        post_id: Matched::told("C9"),
        published_at: at(950),
        followers: Some(48_310),
        disclosed: true,
        incentivised: true,
        shares: vec![
            Share {
                collaboration: collaboration("ayu-1"),
                share_bp: 6_000,
            },
            Share {
                collaboration: collaboration("bima-1"),
                share_bp: 4_000,
            },
        ],
        seconds_late: 60,
        seconds_late_original: 86_460,
        unapproved: true,
        undisclosed: true,
        waived: true,
    }
}
