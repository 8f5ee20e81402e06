//! Statuses of queries that find no thread, and of page tokens that cannot be read.

use tonic::Status;

use super::page_token;
use super::pool::Refused;
use crate::grpc::edge::status::{bad_field, internal, too_many};
use crate::wire::proto::api::ErrorReason;

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
