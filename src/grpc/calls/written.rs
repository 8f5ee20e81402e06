//! A write that happened, and how its answer shows what it was about.

use crate::domain::Position;
use crate::domain::state::Resource;
use crate::wire::proto::api;

/// A write that happened.
pub struct Written {
    /// Where it stands in the log.
    pub receipt: api::Receipt,
    /// Its first event; when only validated, where it would have stood.
    pub first: Position,
    /// What it was about, after it.
    pub resource: Resource,
}

/// A message that shows what a write was about. Each service implements it for its own.
pub trait Shown: Sized {
    /// Renders the resource; `None` where it is of another kind.
    fn of(resource: &Resource) -> Option<Self>;
}

impl Written {
    /// Renders what the write was about, as the field of an answer needs it.
    pub fn shown<T: Shown>(&self) -> Option<T> {
        T::of(&self.resource)
    }
}
