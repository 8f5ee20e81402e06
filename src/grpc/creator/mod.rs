//! Creators over gRPC.

pub mod parse;
mod reads;
pub mod render;
mod service;

pub use service::Creators;
