//! How values and records are spelled in bytes.
//!
//! Owns the conversions between generated messages and domain values, both ways, and the one parser
//! that stored records and calls share. Does not know what a block is, nor what a call may ask.

pub mod dispute;
pub mod events;
pub mod fields;
pub mod json;
pub mod observation;
mod peek;
pub mod plan;
mod record;
pub mod selection;
pub mod terms;
pub mod values;
pub mod vocabulary;

pub use peek::{Peek, peek};
pub use record::{DecodeError, decode, encode};
