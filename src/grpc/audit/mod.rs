//! Audit over gRPC: the log itself, read, followed, proven, backed up, explained.

mod backup;
pub mod events;
mod explain;
mod follow;
pub mod parse;
pub mod proofs;
mod read;
pub mod render;
mod service;
mod subscriptions;

pub use service::Audits;
