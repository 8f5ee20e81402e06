//! The real server on a port of its own, spoken to over gRPC.
#![allow(clippy::unwrap_used)]

mod edges;
