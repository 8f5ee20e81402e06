//! Why the server does not know who calls.
//!
//! The text helps the owner of a credential and tells nobody else which principals or keys exist.

/// Why a call has no caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It presents nothing.
    #[error("the call presents no identity: no client certificate, no token and no API key")]
    Missing,
    /// What it presents cannot be read.
    #[error(
        "the identity cannot be read: there must be one header `authorization: Bearer …` with a \
         token or an API key"
    )]
    Malformed,
    /// What it presents was valid before.
    #[error("the token or the certificate has expired")]
    Expired,
    /// What it presents will be valid later.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// The signature says nothing to this server.
    #[error("the token is not signed by a key of the issuer, or not with RS256, ES256 or EdDSA")]
    Untrusted,
    /// The same, and a key of this name may have been published since.
    #[error("the token is not signed by a key of the issuer, or not with RS256, ES256 or EdDSA")]
    UnknownKey,
    /// The token is from another issuer or for another audience.
    #[error("the token is from another issuer, or not for this audience")]
    ForOthers,
    /// No principal of the policy is recognised by it.
    #[error("the policy knows no principal of this identity")]
    Unknown,
    /// Two identities that are not of one principal.
    #[error("the call presents several identities, and they are not of one principal")]
    Differ,
    /// The policy changed while the call was answered.
    #[error("the policy no longer grants what this call began with")]
    Revoked,
    /// The keys of the issuer could not be had so far.
    #[error("the keys of the issuer of tokens could not be had yet")]
    NoKeys,
}
