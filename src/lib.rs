//! Campaign Ledger: an event-sourced system of record for creator campaigns.
//!
//! Modules in reading order: what is recorded, where it is stored, how it is written, how it is
//! read, and how clients talk to it.
//!
//! No other crate depends on this one. `pub` items are for the binary, the tests and the benches;
//! everything else is private or `pub(crate)`.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod causes;
pub mod clock;
pub mod domain;
mod files;
pub mod identity;
pub mod keyring;
pub mod log;
pub mod metrics;
pub mod store;
pub mod subscriptions;
pub mod wire;

pub mod explain;
pub mod ledger;
pub mod proofs;
pub mod report;
pub mod statement;
pub mod verify;
pub mod views;

pub mod admin;
pub mod grpc;
pub mod server;

pub mod cli;
pub mod config;
mod telemetry;
pub mod text;
