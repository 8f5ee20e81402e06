//! The admin server, asked over HTTP while a real server runs.

mod docs;
mod exposition;
pub mod http;
pub mod metrics;
mod pages;
mod ports;
