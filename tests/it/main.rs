//! Integration tests: contracts of storage, parsing of requests, and the real server over gRPC on
//! its own port.
#![allow(clippy::unwrap_used)]
#![allow(
    clippy::disallowed_methods,
    reason = "tests may use chance, and make statuses to compare with"
)]
#![allow(
    clippy::too_many_lines,
    reason = "a story or a table of cases is told in one piece"
)]

mod architecture;
mod bounds;
mod cli;
mod codec;
mod crash;
mod demo;
mod domain;
mod edges;
mod fingerprint;
mod formulas;
mod fuzz;
mod log_backup;
mod log_block;
mod log_conformance;
mod log_directory;
mod log_journal;
mod log_sled;
mod model;
mod parse;
mod personal;
mod proofs;
mod service;
mod store;
mod support;
mod verify;
mod views;
mod words;
mod writer;
