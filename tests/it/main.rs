//! The log's backends held to their contract, and the real server on a port of its own, spoken to
//! over gRPC.
#![allow(clippy::unwrap_used)]

mod edges;
mod log_block;
mod log_conformance;
mod log_directory;
mod log_sled;
mod support;
