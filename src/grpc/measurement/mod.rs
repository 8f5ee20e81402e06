//! Measurement over gRPC: engagement, posts, conversions.

mod conversions;
mod engagement;
pub mod ingest;
pub mod parse;
mod publications;
pub mod render;
mod service;

pub use service::Measurements;
