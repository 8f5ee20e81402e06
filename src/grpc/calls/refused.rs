//! Statuses of calls that get no answer: pasts that are not folded, streams that end, queries, pages.

mod past;
mod streams;

use tonic::Status;

use super::page_token;
use super::pool::Refused;
use crate::grpc::edge::status::{bad_field, internal, too_many};
use crate::wire::proto::api::ErrorReason;

pub use past::{as_of, past, repeated, report};
pub use streams::{idle_ingest, lost_stream, no_place, unread};

/// Reports a page token that is not of this query.
pub fn page_token(error: page_token::Error) -> Status {
    let reason = match error {
        page_token::Error::Malformed => ErrorReason::PageTokenInvalid,
        page_token::Error::OtherQuery => ErrorReason::PageTokenMismatch,
    };
    bad_field(reason, "page_token", error.to_string())
}

/// Says why a query over many rows was not answered.
pub fn query(refused: Refused) -> Status {
    match refused {
        Refused::Full => too_many(ErrorReason::TooManyQueries, "queries", refused.to_string()),
        Refused::Lost => internal(&refused),
    }
}
