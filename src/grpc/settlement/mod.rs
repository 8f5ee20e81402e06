//! Settlement over gRPC: costs, balances, disputes.

mod balances;
mod costs;
mod disputes;
pub mod parse;
pub mod render;
mod service;

pub use service::Settlements;
