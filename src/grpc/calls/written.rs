//! A write that happened, and how its answer shows its resource.

use crate::domain::Position;
use crate::domain::state::Resource;
use crate::keyring::NewKey;
use crate::wire::proto::api;

/// A write that happened.
pub struct Written {
    /// Its place in the log.
    pub receipt: api::Receipt,
    /// Its first event; when only validated, the position that it would have had.
    pub first: Position,
    /// Its resource after the write.
    pub resource: Resource,
    /// Keys of what was only validated.
    pub trial_keys: Vec<NewKey>,
}

/// A message that shows the resource of a write. Each service implements it for its own messages.
pub trait Shown: Sized {
    /// Renders the resource; `None` if it is of another kind.
    fn of(resource: &Resource) -> Option<Self>;
}

impl Written {
    /// Renders the resource as the field of an answer needs it.
    pub fn shown<T: Shown>(&self) -> Option<T> {
        T::of(&self.resource)
    }
}
