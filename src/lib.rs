//! Campaign Ledger: an event-sourced system of record for creator campaigns.
//!
//! Modules in reading order: what is recorded, where it is kept, how it is written, how it is read,
//! how it is spoken to.

pub mod clock;
pub mod domain;
pub mod grpc;
pub mod ledger;
pub mod log;
pub mod proto;
pub mod store;
pub mod views;
