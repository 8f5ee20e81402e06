//! Disputes.

use campaign_ledger::domain::*;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::support::arbitrary::*;

pub fn dispute() -> Vec<BoxedStrategy<Event>> {
    let opened = (id(DisputeId::parse), subject(), text(), vec(text(), 0..3));
    vec![
        opened
            .prop_map(|(dispute, subject, reason, evidence)| {
                Event::Dispute(DisputeEvent::DisputeOpened(DisputeOpened {
                    dispute,
                    subject,
                    reason: reason.into(),
                    evidence: evidence.into_iter().map(Into::into).collect(),
                }))
            })
            .boxed(),
        (id(DisputeId::parse), resolution())
            .prop_map(|(dispute, resolution)| {
                Event::Dispute(DisputeEvent::DisputeResolved {
                    dispute,
                    resolution,
                })
            })
            .boxed(),
    ]
}

fn subject() -> impl Strategy<Value = DisputeSubject> {
    let number = (option::of(id(PublicationId::parse)), some_text());
    prop_oneof![
        id(CostId::parse).prop_map(DisputeSubject::Cost),
        id(DeliverableId::parse).prop_map(DisputeSubject::Deliverable),
        number.prop_map(|(publication, metric)| DisputeSubject::Number {
            publication,
            metric,
        }),
    ]
}

fn resolution() -> impl Strategy<Value = Resolution> {
    let ruling = prop_oneof![
        Just(DisputeRuling::Upheld),
        Just(DisputeRuling::Overturned),
        basis_points().prop_map(|share_bp| DisputeRuling::Split { share_bp }),
        Just(DisputeRuling::Withdrawn),
    ];
    let arbiter = (some_text(), text()).prop_map(|(name, role)| Arbiter {
        name: name.into(),
        role,
    });
    (ruling, option::of(arbiter), text()).prop_map(|(ruling, arbiter, reason)| Resolution {
        ruling,
        arbiter,
        reason: reason.into(),
    })
}
