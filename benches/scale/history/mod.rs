//! A history of many campaigns, the same for the same seed, made as it is sent.
//!
//! The work is that of [`DESKS`] desks. A desk belongs to a brand, has campaigns and creators of
//! its own and does one thing after the other, so whatever it asks for is allowed, in whatever
//! order the calls of different desks reach the log. Brands have as many desks as a zipf law gives
//! them; campaigns, posts and creators are zipf-sized in turn.
//!
//! Nothing is remembered of what was sent: a [`plan`] is a function of seed, desk and number, and
//! is made again when an old campaign is visited. A desk takes less than a kilobyte, however long
//! the history.

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

/// Desks, and so calls in flight; fixed, since the history depends on it.
pub const DESKS: u32 = 128;

/// A call to be sent.
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
