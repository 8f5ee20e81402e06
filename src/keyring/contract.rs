//! What a keyring promises, whichever it is.

use std::fmt::Debug;

use super::error::Error;
use super::key::{Key, KeyFor, NewKey};
use crate::domain::{DataSubject, KeyNumber};

/// What a keyring has for a number or for somebody.
#[derive(Clone, Debug)]
pub enum Slot {
    /// A key.
    Key(Key),
    /// There was a key, and it is destroyed for ever.
    Destroyed,
    /// There never was a key, as far as this keyring knows.
    Unknown,
}

/// Holds the keys of a log.
///
/// One writer changes a keyring; many threads read it. Reading never waits for the disk.
pub trait Keyring: Send + Sync + Debug {
    /// Returns what there is for somebody.
    fn find(&self, of: &KeyFor) -> Slot;

    /// Returns what there is under a number.
    fn key(&self, number: KeyNumber) -> Slot;

    /// Stores new keys. When this returns, they are durable. Their numbers go on from
    /// [`Keyring::next`] without gaps, and nobody among their holders has a slot yet.
    ///
    /// # Errors
    /// [`Error::Conflict`] and [`Error::Full`] change nothing. After [`Error::Unsure`] the keys may
    /// be stored or not, and the keyring takes no more changes ([`Error::Stopped`]).
    fn make(&self, new: &[NewKey]) -> Result<(), Error>;

    /// Destroys the keys of these people. When this returns, no part of the keyring has them. Who
    /// has no key, or had it destroyed before, is passed over. A key that somebody still holds in
    /// memory is zeroed when they let go of it.
    ///
    /// # Errors
    /// [`Error::Unsure`] or [`Error::Stopped`]: readers find the keys destroyed, but the disk may
    /// still have them. Destroy them again after the next start.
    fn destroy(&self, subjects: &[DataSubject]) -> Result<(), Error>;

    /// Returns whether new keys can be made at all.
    fn makes_keys(&self) -> bool {
        true
    }

    /// Returns the number of the next new key.
    fn next(&self) -> KeyNumber;
}
