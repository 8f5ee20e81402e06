//! Events of erasures and legal holds.

use campaign_ledger::domain::*;
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::arbitrary::{id, reference};

/// One strategy for every event type.
pub fn each() -> Vec<BoxedStrategy<Event>> {
    let hold = || id(LegalHoldId::parse);
    vec![
        (select(ErasureGround::ALL.to_vec()), reference())
            .prop_map(|(ground, reference)| {
                Event::Creator(CreatorEvent::CreatorErased { ground, reference })
            })
            .boxed(),
        (hold(), select(LegalHoldGround::ALL.to_vec()), reference())
            .prop_map(|(hold, ground, reference)| {
                Event::Creator(CreatorEvent::LegalHoldPlaced {
                    hold,
                    ground,
                    reference,
                })
            })
            .boxed(),
        (hold(), select(LegalHoldEnd::ALL.to_vec()), reference())
            .prop_map(|(hold, ground, reference)| {
                Event::Creator(CreatorEvent::LegalHoldReleased {
                    hold,
                    ground,
                    reference,
                })
            })
            .boxed(),
    ]
}
