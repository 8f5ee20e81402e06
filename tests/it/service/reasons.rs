//! Every error reason has a test here, or an explanation why it has none.

use std::collections::{BTreeMap, BTreeSet};

use campaign_ledger::wire::proto::api::ErrorReason;

use super::{
    as_of, audit, authority, bad_input, clock, consequences, corrections, damaged_folds, emv,
    engagement, faults, folds, followers, health, identity, ingest, insights, messages,
    order_corrections, proofs, queries, reads, refusals, retries, slow, subscriptions, timers,
    waiting,
};
use crate::support::server::documented_codes;

/// Reasons without a test, and why.
const NOT_SHOWN: &[(ErrorReason, &str)] = &[
    (ErrorReason::Unspecified, "stands for none"),
    (
        ErrorReason::OfferNotExpired,
        "only the timer asks for an expiry; nobody hears its answer",
    ),
    (
        ErrorReason::ReviewNotDue,
        "only the timer asks for such an approval; nobody hears its answer",
    ),
    (
        ErrorReason::KeyringFailed,
        "needs a system without randomness, or a keyring that is full",
    ),
    (
        ErrorReason::NoKeyring,
        "every ledger of the tests has its keys",
    ),
    (
        ErrorReason::AnswerTooLarge,
        "the server sends any answer; clients limit what they take",
    ),
    (
        ErrorReason::TreeRebuilding,
        "the tree of a log as short as those of tests is in memory; a longer one is tested by itself",
    ),
    (
        ErrorReason::TooManyCalls,
        "takes thousands of calls; the tests of the layer have them",
    ),
    (
        ErrorReason::NoRoomForAnswer,
        "takes megabytes of answers; the tests of the layer have them",
    ),
    (
        ErrorReason::MessageStalled,
        "takes half a minute; the tests of the layer have a shorter one",
    ),
    (
        ErrorReason::Internal,
        "a fault of the server, which no request should bring about",
    ),
];

fn every_reason() -> BTreeSet<i32> {
    (0..1_000)
        .filter(|number| ErrorReason::try_from(*number).is_ok())
        .collect()
}

/// The requests of the tables hold connections, which need a runtime although they are not sent.
#[tokio::test]
async fn every_reason_is_shown_or_excused() {
    let shown = [
        as_of::SHOWS,
        audit::SHOWS,
        authority::SHOWS,
        bad_input::SHOWS,
        damaged_folds::SHOWS,
        clock::SHOWS,
        consequences::SHOWS,
        corrections::SHOWS,
        order_corrections::SHOWS,
        emv::SHOWS,
        engagement::SHOWS,
        faults::SHOWS,
        folds::SHOWS,
        followers::SHOWS,
        health::SHOWS,
        identity::SHOWS,
        ingest::SHOWS,
        insights::SHOWS,
        messages::SHOWS,
        proofs::SHOWS,
        queries::SHOWS,
        reads::SHOWS,
        retries::SHOWS,
        slow::SHOWS,
        subscriptions::SHOWS,
        timers::SHOWS,
        waiting::SHOWS,
    ]
    .concat();
    let shown = shown.into_iter().chain(refusals::shown());
    let shown: BTreeSet<i32> = shown.map(|reason| reason as i32).collect();
    let excused: BTreeMap<i32, &str> = NOT_SHOWN
        .iter()
        .map(|(reason, why)| (*reason as i32, *why))
        .collect();
    for number in every_reason() {
        let reason = ErrorReason::try_from(number).unwrap();
        let is_excused = excused.contains_key(&number);
        assert!(
            shown.contains(&number) != is_excused,
            "{reason:?} is shown or excused, not both"
        );
    }
}

#[test]
fn every_reason_is_documented_with_its_code() {
    for number in every_reason() {
        let reason = ErrorReason::try_from(number).unwrap();
        let codes = documented_codes(reason);
        assert_eq!(
            codes.is_empty(),
            reason == ErrorReason::Unspecified,
            "{reason:?}: {codes:?}"
        );
    }
}
