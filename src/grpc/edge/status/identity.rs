//! Refusals of calls whose caller is not known. Each says what its owner can do about it.

use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::{details, status};
use crate::identity::Refusal;
use crate::wire::proto::api::ErrorReason;

/// Time until a retry while the keys of the issuer cannot be had.
const KEYS_RETRY: Duration = Duration::from_secs(5);

/// Refuses or ends a call without a caller.
pub fn no_caller(refusal: Refusal) -> Status {
    let reason = match refusal {
        Refusal::Missing => ErrorReason::IdentityMissing,
        Refusal::Malformed => ErrorReason::IdentityMalformed,
        Refusal::Expired => ErrorReason::IdentityExpired,
        Refusal::NotYetValid => ErrorReason::IdentityNotYetValid,
        Refusal::Untrusted | Refusal::UnknownKey => ErrorReason::IdentityUntrusted,
        Refusal::ForOthers => ErrorReason::IdentityForOthers,
        Refusal::Unknown => ErrorReason::IdentityUnknown,
        Refusal::Differ => ErrorReason::IdentitiesDiffer,
        Refusal::Revoked => ErrorReason::IdentityRevoked,
        Refusal::NoKeys => {
            let mut details = details(ErrorReason::IssuerKeysMissing, Vec::new());
            details.set_retry_info(Some(KEYS_RETRY));
            let message = refusal.to_string();
            return Status::with_error_details(Code::Unavailable, message, details);
        }
    };
    status(
        Code::Unauthenticated,
        reason,
        refusal.to_string(),
        Vec::new(),
    )
}

/// Refuses a call that the caller may not make, whatever there is.
pub fn not_allowed(method: &'static str) -> Status {
    let method = method.strip_suffix("Request").unwrap_or(method);
    let message = format!("the caller may not call {method} for that brand or that creator");
    let metadata = vec![("method", method.to_owned())];
    status(
        Code::PermissionDenied,
        ErrorReason::NotAllowed,
        message,
        metadata,
    )
}

/// Refuses a write by somebody who may not speak for its actor.
pub fn actor_not_bound(kind: &'static str) -> Status {
    let message = format!("the caller may not speak for this {kind}, or not on that behalf");
    let metadata = vec![("kind", kind.to_owned())];
    status(
        Code::PermissionDenied,
        ErrorReason::ActorNotBound,
        message,
        metadata,
    )
}
