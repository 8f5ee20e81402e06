//! What a keyring says of itself. Reading it needs no master key and changes nothing.

use std::fs::File;
use std::path::Path;

use uuid::Uuid;

use super::error::Error;
use super::file::{belongs, missing_or};
use super::load::{Mends, read_header, read_slots};
use super::master_id::MasterKeyId;
use super::slot::Content;

/// Which log a keyring belongs to, and which master key it needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Label {
    /// The log.
    pub log: Uuid,
    /// The master key that its keys are wrapped by.
    pub master: MasterKeyId,
}

impl Label {
    /// Reads the label of a keyring.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Damaged`], or [`Error::Io`] when the system refuses.
    pub fn read(keyring: &Path) -> Result<Self, Error> {
        let file = File::open(keyring).map_err(|source| missing_or(keyring, source))?;
        let header = read_header(&file, keyring, &mut Mends::default())?;
        Ok(Self {
            log: header.log,
            master: header.master,
        })
    }
}

/// What a keyring has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Inspected {
    /// The master key that its keys are wrapped by.
    pub master: MasterKeyId,
    /// Keys.
    pub keys: u32,
    /// Tombstones.
    pub destroyed: u32,
}

/// Reads the keyring of a log to its last slot. What a start would mend is no damage.
///
/// # Errors
/// [`Error::Missing`], [`Error::Damaged`], [`Error::OtherLog`], or [`Error::Io`] when the system
/// refuses.
pub fn inspect(keyring: &Path, log: Uuid) -> Result<Inspected, Error> {
    let file = File::open(keyring).map_err(|source| missing_or(keyring, source))?;
    let mut mends = Mends::default();
    let header = read_header(&file, keyring, &mut mends)?;
    belongs(keyring, &header, log)?;
    let mut inspected = Inspected {
        master: header.master,
        keys: 0,
        destroyed: 0,
    };
    read_slots(&file, keyring, &header, &mut mends, &mut |record| {
        match record.content {
            Content::Key { .. } => inspected.keys += 1,
            Content::Tombstone { .. } => inspected.destroyed += 1,
            Content::Void => {}
        }
        Ok(())
    })?;
    Ok(inspected)
}
