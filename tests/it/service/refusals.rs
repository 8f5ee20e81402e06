//! Commands that a rule forbids in the current state: code, reason and metadata are right, and
//! nothing is written.

mod erasure;
mod negotiation;
mod places;
mod posts;
mod rules;
mod safety;
mod settlement;

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::Evidence;
use tonic::Code;

use super::bad_input::Attempt;
use crate::support::server::{Server, Story};
use places::Places;

/// A refusal and its expected metadata.
struct Row {
    reason: ErrorReason,
    says: &'static [(&'static str, &'static str)],
    attempt: Attempt,
}

fn row(reason: ErrorReason, says: &'static [(&'static str, &'static str)], of: Attempt) -> Row {
    Row {
        reason,
        says,
        attempt: of,
    }
}

/// Reasons that the tests of this file expect.
pub fn shown() -> Vec<ErrorReason> {
    let nowhere = Places::of(Story::unspoken());
    let mut shown: Vec<_> = rules::table(&nowhere)
        .iter()
        .map(|row| row.reason)
        .collect();
    shown.push(ErrorReason::CommandTooLarge);
    shown
}

/// Returns the codes of these reasons according to `errors.proto`.
fn code_of(reason: ErrorReason) -> Code {
    match reason {
        ErrorReason::AlreadyExists
        | ErrorReason::PostAlreadyRecorded
        | ErrorReason::PaymentReferenceUsed => Code::AlreadyExists,
        ErrorReason::StaleOffer
        | ErrorReason::StaleSubmission
        | ErrorReason::StaleReport
        | ErrorReason::StaleAmendment => Code::Aborted,
        _ => Code::FailedPrecondition,
    }
}

#[tokio::test]
async fn every_rule_says_what_is_in_the_way_and_writes_nothing() {
    let server = Server::start().await;
    let places = places::world(&server).await;
    let head = server.head().await;
    for row in rules::table(&places) {
        let shown = row.attempt.shown.clone();
        let refusal = row.attempt.refused(&server).await;
        let is_it = (refusal.code, refusal.reason) == (code_of(row.reason), row.reason);
        assert!(is_it, "{:?}: {refusal}: {shown}", row.reason);
        for (key, value) in row.says {
            let said = refusal.metadata.get(*key).map(String::as_str);
            assert_eq!(said, Some(*value), "{key}: {refusal}: {shown}");
        }
        let broken = refusal.details.precondition_failure();
        let is_precondition = refusal.code == Code::FailedPrecondition;
        assert_eq!(broken.is_some(), is_precondition, "{refusal}");
        let taken = refusal.details.resource_info();
        assert_eq!(
            taken.is_some(),
            refusal.code == Code::AlreadyExists,
            "{refusal}"
        );
    }
    assert_eq!(server.head().await, head);
}

#[tokio::test]
async fn a_command_that_fits_no_block_is_refused_as_a_whole() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    server.write(story.profile("ayu", 20_000)).await;
    // The maximum evidence of a flag, in characters of four bytes.
    let mut raise = story.raise("ayu", "f-1");
    let evidence = Evidence {
        reference: "𝒽".repeat(2_000),
        sha256: Vec::new().into(),
        note: "𝒽".repeat(500),
    };
    raise.evidence = vec![evidence; 20];
    let mut rehearsed = raise.clone();
    rehearsed.context.as_mut().unwrap().validate_only = true;
    for raise in [raise, rehearsed] {
        let refusal = server.refused_for_nothing(raise).await;
        let refusal = refusal.is(Code::FailedPrecondition, ErrorReason::CommandTooLarge);
        let number = |key: &str| refusal.metadata[key].parse::<u64>().unwrap();
        assert!(number("bytes") > number("limit"), "{refusal}");
    }
    // Nothing of it was written, and a smaller one fits.
    server.write(story.raise("ayu", "f-1")).await;
}
