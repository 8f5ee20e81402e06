//! A new master key: all keys are wrapped again, and the old master key is destroyed. Older copies
//! of the keyring are worthless from then on.
//!
//! ```text
//! master-key.new ── keyring.new ── rename keyring ── zeros over master-key ── rename master-key
//! ```
//! Each step is durable before the next one. The header of the keyring says which master key it
//! needs, so [`resume`] knows after a crash whether to go on or to go back.

use std::fs::File;
use std::path::Path;

use uuid::Uuid;

use super::draft::Draft;
use super::error::Error;
use super::file::{FileKeyring, missing_or};
use super::load::{Mends, read_header};
use super::master::{MasterKey, zero};
use super::master_id::MasterKeyId;
use crate::files;

/// What has been done of a rotation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Step {
    NewMaster,
    NewKeyring,
    KeyringInPlace,
    OldMasterZeroed,
    MasterInPlace,
}

/// Puts a new master key in place of the one that wraps a keyring, and destroys the old one.
/// Returns the id of the new one. Only while no server uses the keyring.
///
/// # Errors
/// As [`FileKeyring::open`]. What was begun is finished or undone by the next [`resume`].
pub fn rotate(keyring: &Path, master: &Path, log: Uuid) -> Result<MasterKeyId, Error> {
    rotate_in_steps(keyring, master, log, &mut |_| Ok(()))
}

/// Rotates, and stops after a step when `after` says so.
pub(super) fn rotate_in_steps(
    keyring: &Path,
    master: &Path,
    log: Uuid,
    after: &mut dyn FnMut(Step) -> Result<(), Error>,
) -> Result<MasterKeyId, Error> {
    resume(keyring, master)?;
    let old = FileKeyring::open(keyring, log, MasterKey::open(master)?)?;
    let new = MasterKey::generate()?;
    new.write_draft(master)?;
    after(Step::NewMaster)?;
    let mut draft = Draft::begin(keyring)?;
    old.rewrapped(&new, &mut |record| draft.put(record))?;
    draft.finish(log, new.id())?;
    drop(old);
    after(Step::NewKeyring)?;
    files::put_in_place(&files::draft_of(keyring), keyring).map_err(Error::io(keyring))?;
    after(Step::KeyringInPlace)?;
    zero(master).map_err(Error::io(master))?;
    after(Step::OldMasterZeroed)?;
    files::put_in_place(&files::draft_of(master), master).map_err(Error::io(master))?;
    after(Step::MasterInPlace)?;
    Ok(new.id())
}

/// Finishes or undoes a rotation that was cut short. Does nothing when there was none. Every start
/// calls it before it opens the master key.
///
/// # Errors
/// [`Error::Damaged`] when the keyring is; [`Error::Io`] when the system refuses.
pub fn resume(keyring: &Path, master: &Path) -> Result<(), Error> {
    let draft = files::draft_of(master);
    if !draft.try_exists().map_err(Error::io(&draft))? {
        return Ok(());
    }
    let Some(needed) = needed_by(keyring)? else {
        return Ok(());
    };
    let is_needed = |path: &Path| MasterKey::open(path).is_ok_and(|key| key.id() == needed);
    if is_needed(master) {
        // The keyring is still the old one. What the new master key wraps is of no use.
        zero(&draft).map_err(Error::io(&draft))?;
        files::remove(&draft).map_err(Error::io(&draft))?;
        return files::remove(&files::draft_of(keyring)).map_err(Error::io(keyring));
    }
    if !is_needed(&draft) {
        // Neither is: whoever opens the master key says so.
        return Ok(());
    }
    if master.try_exists().map_err(Error::io(master))? {
        zero(master).map_err(Error::io(master))?;
    }
    files::put_in_place(&draft, master).map_err(Error::io(master))
}

/// Returns which master key a keyring needs; `None` when there is no keyring.
fn needed_by(keyring: &Path) -> Result<Option<MasterKeyId>, Error> {
    let file = match File::open(keyring).map_err(|source| missing_or(keyring, source)) {
        Ok(file) => file,
        Err(Error::Missing { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let header = read_header(&file, keyring, &mut Mends::default())?;
    Ok(Some(header.master))
}
