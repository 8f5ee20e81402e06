//! How records are spelled in bytes.

pub mod events;
pub mod json;
mod peek;
mod record;

pub use peek::{Peek, peek};
pub use record::{DecodeError, decode, encode};
