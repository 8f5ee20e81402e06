//! Shared by both benches: server processes, latencies, the description of the machine, tables.

#![allow(dead_code, reason = "each of the two benches uses its part")]

pub mod files;
pub mod head;
pub mod machine;
pub mod measured;
pub mod process;
pub mod replay;
pub mod report;
pub mod zipf;
