//! Creators over gRPC.

mod export;
pub mod parse;
mod reads;
pub mod render;
mod service;

pub use service::Creators;
