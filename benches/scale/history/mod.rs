//! A history of many campaigns, generated while it is sent; the same seed gives the same history.
//!
//! The work is that of [`DESKS`] desks. A desk belongs to a brand, has its own campaigns and
//! creators, and does one thing after the other. Its calls are therefore always allowed, whatever
//! the order in which the calls of different desks reach the log. The number of desks per brand is
//! zipf-distributed, and so are the sizes of campaigns, posts and creators.
//!
//! Nothing that was sent is kept: a [`plan`] is a function of seed, desk and number, and is
//! computed again when a desk returns to an old campaign. A desk takes less than a kilobyte,
//! however long the history is.

mod agreement;
mod content;
mod desk;
mod ids;
mod measurement;
mod plan;
mod settlement;

pub use desk::Desk;
pub use ids::Place;
pub use plan::Plan;

use bytes::Bytes;
use prost::Message;

/// Number of desks, and so of calls in flight. It is fixed, because the history depends on it.
pub const DESKS: u32 = 128;

/// A call to send.
pub struct Call {
    /// Service and method.
    pub path: &'static str,
    /// The encoded request.
    pub message: Bytes,
}

impl Call {
    fn new(path: &'static str, request: &impl Message) -> Self {
        Self {
            path,
            message: request.encode_to_vec().into(),
        }
    }
}
