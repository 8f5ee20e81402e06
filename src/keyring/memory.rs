//! Keyrings without a file: one for tests, and one for a copy that is served without keys.

use parking_lot::RwLock;

use super::contract::{Keyring, Slot};
use super::error::Error;
use super::index::Index;
use super::key::{KeyFor, NewKey};
use crate::domain::{DataSubject, KeyNumber};

/// A keyring that is gone with the process. For tests.
#[derive(Debug, Default)]
pub struct MemoryKeyring {
    index: RwLock<Index>,
}

impl Keyring for MemoryKeyring {
    fn find(&self, of: &KeyFor) -> Slot {
        self.index.read().find(of)
    }

    fn key(&self, number: KeyNumber) -> Slot {
        self.index.read().key(number)
    }

    fn make(&self, new: &[NewKey]) -> Result<(), Error> {
        let mut index = self.index.write();
        index.check(new)?;
        index.add(new);
        Ok(())
    }

    fn destroy(&self, subjects: &[DataSubject]) -> Result<(), Error> {
        self.index.write().destroy(subjects);
        Ok(())
    }

    fn next(&self) -> KeyNumber {
        self.index.read().next()
    }
}

/// No keyring: every sealed text is hidden, and no new key can be made.
#[derive(Clone, Copy, Debug, Default)]
pub struct WithoutKeys;

impl Keyring for WithoutKeys {
    fn find(&self, _: &KeyFor) -> Slot {
        Slot::Unknown
    }

    fn key(&self, _: KeyNumber) -> Slot {
        Slot::Unknown
    }

    fn make(&self, new: &[NewKey]) -> Result<(), Error> {
        if new.is_empty() {
            return Ok(());
        }
        Err(Error::WithoutKeys)
    }

    fn destroy(&self, subjects: &[DataSubject]) -> Result<(), Error> {
        if subjects.is_empty() {
            return Ok(());
        }
        Err(Error::WithoutKeys)
    }

    fn makes_keys(&self) -> bool {
        false
    }

    fn next(&self) -> KeyNumber {
        KeyNumber::new(1)
    }
}
