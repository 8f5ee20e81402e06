//! Strategies for domain values, one per type: every value they make is valid.

pub mod events;
mod facts;
mod plans;
mod values;
mod words;

pub use facts::*;
pub use plans::*;
pub use values::*;
pub use words::*;
