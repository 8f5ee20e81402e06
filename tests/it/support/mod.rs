//! What several tests need.

pub mod arbitrary;
pub mod faulty_log;
pub mod golden;
pub mod log_backend;
pub mod records;
pub mod server;
