//! Collaborations over gRPC: agreements, deliverables, shipments, holds.

pub mod parse;
pub mod reads;
pub mod render;
mod rights;
mod service;

pub use service::Collaborations;
