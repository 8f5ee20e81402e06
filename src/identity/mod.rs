//! Who calls: what a connection and a call present, compared with the policy file.
//!
//! ```text
//! certificate of the connection ─┐
//! API key or token of the call ──┴─▶ Identity::identify ─▶ Caller, or a Refusal
//!                                        │
//!            policy file ────────────────┘ swapped whole when it changes
//! ```
//!
//! Owns the policy file, API keys, tokens, certificates, and what a [`Caller`] is. Does not know which method needs which
//! role, nor how a refusal is sent.

mod api_key;
mod caller;
mod certificate;
mod guard;
mod leases;
mod policy;
mod refusal;
mod role;
pub mod tls;
pub mod tokens;

pub use api_key::{ApiKey, KEY_PREFIX, KeyHash};
pub use caller::{Brands, Caller, Grant, Proof};
pub use certificate::Certificate;
pub use guard::{Identity, OpenError, Presented, Settings};
pub use leases::Lease;
pub use policy::{Policy, PolicyError};
pub use refusal::Refusal;
pub use role::{Role, Roles};
pub use tls::Tls;
