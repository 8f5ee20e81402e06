//! Campaign Ledger: an event-sourced system of record for creator campaigns.
//!
//! Modules in reading order: what is recorded, where it is kept, how it is written, how it is read,
//! how it is spoken to.
//!
//! No other crate builds on this one. What is `pub` is the seam for the binary, the tests and the
//! benches, which reach in here; everything else is private or `pub(crate)`.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod causes;
pub mod clock;
pub mod domain;
mod files;
pub mod log;
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

pub mod grpc;
pub mod server;

pub mod cli;
pub mod config;
mod telemetry;
pub mod text;
