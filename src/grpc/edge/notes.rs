//! What a call turns out to be about, noted by whoever learns it, for the line that says how it ended.
//!
//! The edge sees bytes; the handler learns the brand, and who checks identities learns the principal. Both
//! note it while they work on the call, and need no handle for that. Nothing is kept where nobody
//! wants to read it.

use std::sync::{Arc, OnceLock};

use smol_str::SmolStr;

use crate::domain::BrandId;

tokio::task_local! {
    static NOTES: Notes;
}

/// The notes of one call. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Notes(Arc<Noted>);

#[derive(Debug, Default)]
struct Noted {
    brand: OnceLock<BrandId>,
    principal: OnceLock<SmolStr>,
}

impl Notes {
    /// Runs a part of the call; what it notes is noted here.
    pub(super) fn in_scope<T>(&self, part: impl FnOnce() -> T) -> T {
        NOTES.sync_scope(self.clone(), part)
    }

    pub(super) fn brand(&self) -> &str {
        self.0.brand.get().map_or("", BrandId::as_str)
    }

    pub(super) fn principal(&self) -> &str {
        self.0.principal.get().map_or("", SmolStr::as_str)
    }
}

/// Notes the brand that the call is about. The first one stays.
pub fn brand(brand: &BrandId) {
    let _ = NOTES.try_with(|notes| notes.0.brand.set(brand.clone()));
}

/// Notes who calls: the name of the policy. The first one stays.
pub fn principal(name: &str) {
    let _ = NOTES.try_with(|notes| notes.0.principal.set(name.into()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_of_the_call_in_scope() {
        let id = |text| BrandId::parse(text).unwrap();
        brand(&id("nobody"));
        let notes = Notes::default();
        notes.in_scope(|| {
            brand(&id("kopi"));
            brand(&id("teh"));
            principal("desk");
        });
        brand(&id("nobody"));
        assert_eq!((notes.brand(), notes.principal()), ("kopi", "desk"));
    }
}
