//! Wires, supervises and drains the server.

pub mod drain;
pub mod transport;
