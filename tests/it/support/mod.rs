//! What several tests need.

pub mod faulty_log;
pub mod log_backend;
pub mod records;
