//! Reports over gRPC: what a campaign came to, and who must act next.

mod finals;
mod insights;
pub mod parse;
mod partnerships;
mod reads;
pub mod render;
mod service;
mod statement;
mod worklist;

pub use service::Reports;
