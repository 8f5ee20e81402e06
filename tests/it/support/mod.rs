//! Shared by several tests.

pub mod arbitrary;
pub mod batch;
pub mod event_types;
pub mod faulty_log;
pub mod figures;
pub mod gated_log;
pub mod golden;
pub mod histories;
pub mod keys;
pub mod ledger;
pub mod log_backend;
pub mod records;
pub mod requests;
pub mod server;
pub mod tries;
