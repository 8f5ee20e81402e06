//! Errors as statuses: the only place that makes a `tonic::Status`.
//!
//! Every error carries `ErrorInfo{reason, domain, metadata}`; the reasons are the enum
//! `ErrorReason` of `errors.proto`, without its prefix.

#![expect(
    clippy::disallowed_methods,
    reason = "this is where statuses are made, each with its reason"
)]

mod complete;
mod edge;
mod identity;
mod refusal;

use std::collections::HashMap;
use std::time::Duration;

use complete::DOMAIN;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, PreconditionViolation, QuotaViolation, StatusExt};

pub use complete::{code_of, complete, reason_of, trailers};
pub use edge::*;
pub use identity::{actor_not_bound, no_caller, not_allowed};

use super::seldom::Seldom;
use crate::causes::with_causes;
use crate::domain::{Position, Violation};
use crate::ledger::WriteError;
use crate::log::ReadError;
use crate::proofs;
use crate::store;
use crate::views::ViewError;
use crate::wire::proto::api::{self, ErrorReason, ItemError};

/// Time until a retry after a full queue: a few groups.
const RETRY_AFTER: Duration = Duration::from_millis(50);
/// Time until a retry while views or tree are rebuilt, at about 10,000 events a second.
const MENDING_RETRY: Duration = Duration::from_secs(1);
/// Most field violations reported at once: errors travel in trailers, which must stay small.
const MAX_VIOLATIONS: usize = 20;

/// Lines about faults of the server in ten seconds: a client that repeats a request for unreadable
/// data must not fill the disk.
static FAULTS: Seldom = Seldom::new(20);

/// What a reason is about, by name.
pub type Metadata = Vec<(&'static str, String)>;

/// Returns the name of a reason, as errors carry it.
pub fn name(reason: ErrorReason) -> &'static str {
    reason.as_str_name().trim_start_matches("ERROR_REASON_")
}

/// Returns whether a reason says that a write expected another state than it met.
pub fn is_conflict(reason: ErrorReason) -> bool {
    name(reason).starts_with("STALE_")
}

fn reason_named(name: &str) -> ErrorReason {
    let reason = ErrorReason::from_str_name(&format!("ERROR_REASON_{name}"));
    reason.unwrap_or(ErrorReason::Internal)
}

fn details(reason: ErrorReason, metadata: Metadata) -> ErrorDetails {
    let metadata: HashMap<String, String> = metadata
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect();
    ErrorDetails::with_error_info(name(reason), DOMAIN, metadata)
}

/// A status of this code and reason.
pub fn status(
    code: Code,
    reason: ErrorReason,
    message: impl Into<String>,
    metadata: Metadata,
) -> Status {
    Status::with_error_details(code, message, details(reason, metadata))
}

/// Reports every field that breaks a rule, at once.
pub fn invalid(violations: Vec<Violation>) -> Status {
    let first = violations
        .first()
        .map(ToString::to_string)
        .unwrap_or_default();
    let message = match violations.len() {
        0 | 1 => first,
        more => format!("{first} (and {} more)", more - 1),
    };
    let mut details = details(ErrorReason::InvalidField, Vec::new());
    let reported = violations.into_iter().take(MAX_VIOLATIONS);
    details.set_bad_request(
        reported
            .map(|violation| FieldViolation::new(violation.field, violation.rule))
            .collect::<Vec<_>>(),
    );
    Status::with_error_details(Code::InvalidArgument, message, details)
}

/// Reports one field that breaks a rule, with a reason of its own.
pub fn bad_field(reason: ErrorReason, field: &str, message: String) -> Status {
    let mut details = details(reason, Vec::new());
    details.set_bad_request(vec![FieldViolation::new(field, &message)]);
    Status::with_error_details(Code::InvalidArgument, message, details)
}

/// Reports something that does not exist.
pub fn not_found(reason: ErrorReason, kind: &str, id: &str) -> Status {
    let mut details = details(reason, vec![("id", id.to_owned())]);
    details.set_resource_info(kind, id, "", "");
    Status::with_error_details(Code::NotFound, format!("no {kind} named {id}"), details)
}

/// Reports a write that failed.
pub fn write(error: WriteError) -> Status {
    let message = error.to_string();
    match error {
        WriteError::Refused(refusal) => refusal::refused(refusal),
        WriteError::RequestIdReused { first, id } => precondition(
            ErrorReason::RequestIdReused,
            message,
            vec![
                ("position", first.to_string()),
                ("request_id", id.as_str().to_owned()),
            ],
        ),
        WriteError::TooLarge { bytes, limit } => precondition(
            ErrorReason::CommandTooLarge,
            message,
            vec![("bytes", bytes.to_string()), ("limit", limit.to_string())],
        ),
        WriteError::QueueFull => {
            let mut details = details(ErrorReason::QueueFull, Vec::new());
            details.set_retry_info(Some(RETRY_AFTER));
            details.set_quota_failure(vec![QuotaViolation::new("write_queue", &message)]);
            Status::with_error_details(Code::ResourceExhausted, message, details)
        }
        WriteError::Draining => status(
            Code::Unavailable,
            ErrorReason::Draining,
            message,
            Vec::new(),
        ),
        WriteError::Mending => mending(ErrorReason::ViewsRebuilding, message),
        WriteError::Clock(doubt) => {
            let metadata = vec![
                ("seconds_ahead", doubt.seconds_ahead().to_string()),
                ("clock", doubt.shown.to_string()),
                ("expected", doubt.expected.to_string()),
                ("since", doubt.since.to_string()),
            ];
            let reason = ErrorReason::ClockJumped;
            status(Code::Unavailable, reason, message, metadata)
        }
        WriteError::Unsealed {
            without_keys: true, ..
        } => no_keyring(),
        WriteError::Unsealed { .. } => status(
            Code::Unavailable,
            ErrorReason::KeyringFailed,
            message,
            Vec::new(),
        ),
        WriteError::Stopped { .. } => status(
            Code::Unavailable,
            ErrorReason::WritesStopped,
            message,
            Vec::new(),
        ),
    }
}

/// Says that this copy of the ledger is served without keys.
pub fn no_keyring() -> Status {
    let message = "this copy of the ledger is served without keys: personal data can be neither \
                   written nor searched";
    precondition(ErrorReason::NoKeyring, message.to_owned(), Vec::new())
}

/// Refuses what the state does not allow.
pub fn precondition(reason: ErrorReason, message: String, metadata: Metadata) -> Status {
    let mut details = details(reason, metadata);
    let violation = PreconditionViolation::new(name(reason), "", &message);
    details.set_precondition_failure(vec![violation]);
    Status::with_error_details(Code::FailedPrecondition, message, details)
}

fn lost_race(
    reason: ErrorReason,
    message: String,
    expected: impl ToString,
    actual: impl ToString,
) -> Status {
    let metadata = vec![
        ("expected", expected.to_string()),
        ("actual", actual.to_string()),
    ];
    status(Code::Aborted, reason, message, metadata)
}

fn taken(reason: ErrorReason, message: String, kind: &str, id: &str) -> Status {
    let mut details = details(reason, vec![("id", id.to_owned())]);
    details.set_resource_info(kind, id, "", &message);
    Status::with_error_details(Code::AlreadyExists, message, details)
}

/// Reports views that cannot be read.
pub fn view(error: ViewError) -> Status {
    match error {
        ViewError::Read(error) => read(error),
        ViewError::Stopped(reason) => write(WriteError::Stopped { reason }),
        ViewError::Mending => write(WriteError::Mending),
        ViewError::Decode(_)
        | ViewError::Evolve(_)
        | ViewError::Store(_)
        | ViewError::Thread(_)
        | ViewError::Ahead { .. } => internal(&error),
    }
}

/// Reports a tree that cannot be read.
pub fn proof(error: proofs::Error) -> Status {
    if error.is_of_tree() {
        let message = "the tree is being rebuilt, because its file was damaged: try again later";
        return mending(ErrorReason::TreeRebuilding, message.to_owned());
    }
    match error {
        proofs::Error::Read(error) => read(error),
        proofs::Error::Store(_)
        | proofs::Error::Tree(_)
        | proofs::Error::Key(_)
        | proofs::Error::File { .. }
        | proofs::Error::Damaged { .. }
        | proofs::Error::Ahead { .. }
        | proofs::Error::Rewritten { .. }
        | proofs::Error::Stopped(_) => internal(&error),
    }
}

/// Refuses a cosignature.
pub fn cosignature(error: proofs::AddError) -> Status {
    let message = error.to_string();
    match error {
        proofs::AddError::Malformed(_) | proofs::AddError::BadSignature => {
            bad_field(ErrorReason::CosignatureInvalid, "cosignature", message)
        }
        proofs::AddError::UnknownWitness => {
            precondition(ErrorReason::UnknownWitness, message, Vec::new())
        }
        proofs::AddError::Failed(error) => proof(error),
    }
}

/// Reports that no checkpoint has this many signatures of witnesses.
pub fn not_cosigned(at_least: usize) -> Status {
    let message = format!("no checkpoint has the signatures of {at_least} witnesses");
    let metadata = vec![("min_cosignatures", at_least.to_string())];
    status(Code::NotFound, ErrorReason::NotCosigned, message, metadata)
}

/// Reports a log that cannot be read.
pub fn read(error: ReadError) -> Status {
    match &error {
        ReadError::Corrupt { position, .. } => {
            let metadata = vec![("position", position.to_string())];
            if let Some(left_out) = FAULTS.due() {
                let error = with_causes(&error);
                tracing::error!(error, left_out, "the log is damaged");
            }
            status(
                Code::DataLoss,
                ErrorReason::LogCorrupt,
                error.to_string(),
                metadata,
            )
        }
        ReadError::Io { .. } => internal(&error),
    }
}

/// Refuses a call until the damaged rows are rebuilt.
fn mending(reason: ErrorReason, message: String) -> Status {
    let mut details = details(reason, Vec::new());
    details.set_retry_info(Some(MENDING_RETRY));
    Status::with_error_details(Code::Unavailable, message, details)
}

/// Returns whether damage in the file of the views is the cause of an error.
fn is_of_views(error: &(dyn std::error::Error + 'static)) -> bool {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes
        .filter_map(|error| error.downcast_ref::<store::Error>())
        .any(|error| matches!(error, store::Error::Corrupt { .. }))
}

/// Reports a fault of the server; its log has the details. Damage in the file of the views is not
/// reported as a fault, because the views are rebuilt.
pub fn internal(error: &(dyn std::error::Error + 'static)) -> Status {
    if is_of_views(error) {
        return write(WriteError::Mending);
    }
    if let Some(left_out) = FAULTS.due() {
        let error = with_causes(error);
        tracing::error!(
            error,
            left_out,
            "a call failed through a fault of the server"
        );
    }
    let message = "the server failed; its log says why";
    status(Code::Internal, ErrorReason::Internal, message, Vec::new())
}

/// Ends a stream that the server lost.
pub fn lost_stream() -> Status {
    let message = "the server lost this stream; its log says why";
    status(Code::Internal, ErrorReason::Internal, message, Vec::new())
}

/// Ends a call whose client went away. Nobody sees this status.
pub fn client_gone() -> Status {
    Status::cancelled("the client went away")
}

/// Refuses a call before the log is replayed.
pub fn not_ready() -> Status {
    let message = "the server is still replaying the log; its health says when it serves";
    let mut details = details(ErrorReason::NotReady, Vec::new());
    details.set_retry_info(Some(Duration::from_secs(1)));
    Status::with_error_details(Code::Unavailable, message, details)
}

/// Reports a wait for a position that took too long.
pub fn not_reached(wanted: Position, reached: Position) -> Status {
    let message = format!("the views are at position {reached}, not yet at {wanted}");
    let metadata = vec![
        ("wanted", wanted.to_string()),
        ("reached", reached.to_string()),
    ];
    status(
        Code::DeadlineExceeded,
        ErrorReason::PositionNotReached,
        message,
        metadata,
    )
}

/// Reports a position beyond the head of the log.
pub fn ahead(field: &'static str, position: Position, head: Position) -> Status {
    let rule = format!("must not be beyond the head of the log, {head}");
    let message = format!("{field} {rule}");
    let metadata = vec![
        ("position", position.to_string()),
        ("head", head.to_string()),
    ];
    let mut details = details(ErrorReason::PositionAhead, metadata);
    details.set_bad_request(vec![FieldViolation::new(field, rule)]);
    Status::with_error_details(Code::InvalidArgument, message, details)
}

/// Ends a stream because the server is going down; says where to resume.
pub fn draining(resume: Position) -> Status {
    let message = "the server is going down; follow again from resume_position";
    let metadata = vec![("resume_position", resume.to_string())];
    status(Code::Unavailable, ErrorReason::Draining, message, metadata)
}

/// Ends a stream of chunks because the server is going down; says which was acknowledged last.
pub fn draining_after_chunk(acknowledged: u64) -> Status {
    let message = "the server is going down; send the chunks after acknowledged_chunk again";
    let metadata = vec![("acknowledged_chunk", acknowledged.to_string())];
    status(Code::Unavailable, ErrorReason::Draining, message, metadata)
}

/// Adds to an error which chunk of its stream it is about.
pub fn of_chunk(error: &Status, chunk: u64) -> Status {
    let mut details = error.get_error_details();
    if let Some(mut info) = details.error_info().cloned() {
        info.metadata.insert("chunk".to_owned(), chunk.to_string());
        details.set_error_info(info.reason, info.domain, info.metadata);
    }
    let message = format!("chunk {chunk}: {}", error.message());
    Status::with_error_details(error.code(), message, details)
}

/// Most violations that are shown of one item of many: with a thousand items the answer still fits.
const MAX_ITEM_VIOLATIONS: usize = 8;

/// Makes the error of one item of many: what a call with this item alone would say.
pub fn item(error: &Status) -> ItemError {
    let details = error.get_error_details();
    let reason = details.error_info().map(|info| reason_named(&info.reason));
    let violations = details.bad_request().map(|bad| &bad.field_violations);
    let violations = violations.into_iter().flatten();
    ItemError {
        reason: reason.unwrap_or(ErrorReason::Internal).into(),
        message: error.message().to_owned(),
        field_violations: violations
            .take(MAX_ITEM_VIOLATIONS)
            .map(|violation| api::FieldViolation {
                field: violation.field.clone(),
                rule: violation.description.clone(),
            })
            .collect(),
    }
}

/// Refuses a name that follows something else.
pub fn subscription_differs(name: &str) -> Status {
    let message = format!("{name} follows other events; delete it, or take another name");
    let metadata = vec![("name", name.to_owned())];
    precondition(ErrorReason::SubscriptionDiffers, message, metadata)
}

/// Refuses another named consumer.
pub fn too_many_subscriptions(limit: usize, owner: &str) -> Status {
    let message = format!("{owner} has {limit} subscriptions already, the most that it may have");
    too_many(ErrorReason::TooManySubscriptions, "subscriptions", message)
}

/// Refuses one more of what has a limit.
pub fn too_many(reason: ErrorReason, subject: &str, message: String) -> Status {
    let mut details = details(reason, Vec::new());
    details.set_retry_info(Some(Duration::from_secs(1)));
    details.set_quota_failure(vec![QuotaViolation::new(subject, &message)]);
    Status::with_error_details(Code::ResourceExhausted, message, details)
}
