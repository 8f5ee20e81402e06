//! Events of selection and of holds.

use campaign_ledger::domain::*;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::arbitrary::{digest, id, niches, personal, text, timestamp};

/// One strategy for every event type.
pub fn each() -> Vec<BoxedStrategy<Event>> {
    let cleared = (id(FlagId::parse), personal(), evidence());
    let placed = (
        id(HoldId::parse),
        option::of(id(DeliverableId::parse)),
        option::of(id(FlagId::parse)),
        text(),
    );
    vec![
        assessment()
            .prop_map(|assessment| Event::Creator(CreatorEvent::CreatorAssessed { assessment }))
            .boxed(),
        flag()
            .prop_map(|flag| Event::Creator(CreatorEvent::SafetyFlagRaised { flag }))
            .boxed(),
        cleared
            .prop_map(|(flag, reason, evidence)| {
                Event::Creator(CreatorEvent::SafetyFlagCleared {
                    flag,
                    reason,
                    evidence,
                })
            })
            .boxed(),
        (text(), ground())
            .prop_map(|(reason, ground)| {
                Event::Agreement(AgreementEvent::CollaborationTerminated {
                    reason: reason.into(),
                    ground,
                })
            })
            .boxed(),
        placed
            .prop_map(|(hold, deliverable, flag, reason)| {
                Event::Hold(HoldEvent::HoldPlaced(HoldPlaced {
                    hold,
                    deliverable,
                    flag,
                    reason: reason.into(),
                }))
            })
            .boxed(),
        (id(HoldId::parse), text())
            .prop_map(|(hold, reason)| {
                Event::Hold(HoldEvent::HoldReleased {
                    hold,
                    reason: reason.into(),
                })
            })
            .boxed(),
    ]
}

fn evidence() -> impl Strategy<Value = Vec<Evidence>> {
    let one = (personal(), option::of(digest()), personal());
    let one = one.prop_map(|(reference, sha256, note)| Evidence {
        reference,
        sha256,
        note,
    });
    vec(one, 0..4)
}

fn fit() -> impl Strategy<Value = Fit> {
    select(vec![Fit::Fits, Fit::Partly, Fit::DoesNotFit])
}

fn assessment() -> impl Strategy<Value = Assessment> {
    let controversy = select(vec![
        ControversyCheck::Clear,
        ControversyCheck::Found,
        ControversyCheck::Unclear,
    ]);
    let found = (fit(), fit(), fit(), controversy);
    let rest = (personal(), evidence(), timestamp(), niches());
    (found, rest).prop_map(|(found, rest)| {
        let (niche_fit, style_fit, values_fit, controversy) = found;
        let (note, evidence, assessed_at, niches) = rest;
        Assessment {
            niche_fit,
            style_fit,
            values_fit,
            controversy,
            note,
            evidence,
            assessed_at,
            niches,
        }
    })
}

fn flag() -> impl Strategy<Value = SafetyFlag> {
    let severity = select(vec![
        FlagSeverity::Low,
        FlagSeverity::Medium,
        FlagSeverity::High,
        FlagSeverity::Critical,
    ]);
    let category = select(vec![
        FlagCategory::Controversy,
        FlagCategory::Fraud,
        FlagCategory::FakeFollowers,
        FlagCategory::OffensiveContent,
        FlagCategory::Legal,
        FlagCategory::Other,
    ]);
    let fields = (
        id(FlagId::parse),
        severity,
        category,
        evidence(),
        personal(),
    );
    fields.prop_map(|(id, severity, category, evidence, note)| SafetyFlag {
        id,
        severity,
        category,
        evidence,
        note,
    })
}

fn ground() -> impl Strategy<Value = Ground> {
    prop_oneof![
        id(FlagId::parse).prop_map(Ground::Flag),
        id(DisputeId::parse).prop_map(Ground::Dispute),
    ]
}
