//! Campaigns over gRPC.

pub mod parse;
pub mod reads;
pub mod render;
mod service;

pub use service::Campaigns;
