//! Pasts that were not folded.

use tonic::{Code, Status};

use crate::domain::{Position, Violation};
use crate::grpc::calls::NotFolded;
use crate::grpc::calls::pool::FOLDERS;
use crate::grpc::edge::status::{
    internal, invalid, precondition, read, status, too_many, view, write,
};
use crate::ledger::WriteError;
use crate::views::AsOfError;
use crate::wire::proto::api::ErrorReason;

/// Reports a past state that cannot be folded.
pub fn as_of(error: AsOfError) -> Status {
    match error {
        AsOfError::Read(error) => read(error),
        AsOfError::Views(error) => view(error),
        AsOfError::Decode(_)
        | AsOfError::Evolve(_)
        | AsOfError::Missing(_)
        | AsOfError::Store(_) => internal(&error),
        AsOfError::TooMany { limit } => past(NotFolded::TooMany(limit)),
        AsOfError::TooLarge { limit } => past(NotFolded::TooLarge(limit)),
        AsOfError::Crowded => past(NotFolded::Busy),
        // A caller that still waits sees the server end.
        AsOfError::Abandoned => write(WriteError::Draining),
    }
}

/// Reports a question about the past that was not folded.
pub fn past(error: NotFolded) -> Status {
    match too_much(error) {
        Ok(much) => {
            let rule = format!("must be of a narrower question: {much}");
            invalid(vec![Violation::new("as_of", rule)])
        }
        Err(refused) => refused,
    }
}

/// Reports a report whose campaign was not folded.
pub fn report(error: NotFolded) -> Status {
    match too_much(error) {
        Ok(much) => {
            let message = format!("the report is made of {much}");
            precondition(ErrorReason::PastTooLarge, message, Vec::new())
        }
        Err(refused) => refused,
    }
}

/// Reports a repeated write whose first answer was not folded: the write stands at these positions.
pub fn repeated(error: NotFolded, first: Position, last: Position) -> Status {
    match too_much(error) {
        Ok(much) => {
            let message = format!(
                "the write was recorded at {first} to {last}; its first answer is made of {much}"
            );
            let metadata = vec![
                ("first_position", first.to_string()),
                ("last_position", last.to_string()),
            ];
            status(
                Code::AlreadyExists,
                ErrorReason::AnswerGone,
                message,
                metadata,
            )
        }
        Err(refused) => refused,
    }
}

/// Says which limit a past exceeds, or why else it was not folded.
fn too_much(error: NotFolded) -> Result<String, Status> {
    match error {
        NotFolded::TooMany(limit) => Ok(format!("more than {limit} events")),
        NotFolded::TooLarge(limit) => Ok(format!("rows of more than {} MiB", limit >> 20)),
        NotFolded::Busy => {
            let message = format!("{FOLDERS} pasts are folded already");
            Err(too_many(ErrorReason::TooManyFolds, "folds", message))
        }
        NotFolded::Failed(failed) => Err(*failed),
    }
}
