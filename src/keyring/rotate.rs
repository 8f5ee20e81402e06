//! A new master key: all keys are wrapped again, and the old master key is destroyed. Older copies
//! of the keyring are worthless from then on.
//!
//! ```text
//! master-key.new ── keyring.new ── rename keyring ── zeros over master-key ── rename master-key
//! ```
//! Each step is durable before the next one. The header of the keyring says which master key it
//! needs, so [`resume`] knows after a crash whether to go on or to go back.

use std::path::Path;

use uuid::Uuid;

use super::draft::Draft;
use super::error::Error;
use super::file::FileKeyring;
use super::inspect::Label;
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
    rewrap(&old, &new, keyring, log)?;
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
        // Of a rotation into another file: no key may be left in it when people are erased.
        return match keyring.try_exists().map_err(Error::io(keyring))? {
            true => files::remove(&files::draft_of(keyring)).map_err(Error::io(keyring)),
            false => Ok(()),
        };
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

/// Puts a new master key into a file of its own, and destroys the one that wraps a keyring, with its
/// file. Returns the id of the new one. Only while no server uses the keyring.
///
/// Until the keyring is in place it needs the old master key, and from then on the new one; both are
/// whole at that time. Cut short between that and its end, the old file has to be destroyed by hand:
/// the next attempt says so, because nothing proves by then whose it is.
///
/// # Errors
/// As [`FileKeyring::open`]; [`Error::Exists`] when there is a new file already; [`Error::Changed`].
pub fn rotate_into(
    keyring: &Path,
    old_master: &Path,
    new_master: &Path,
    log: Uuid,
) -> Result<MasterKeyId, Error> {
    rotate_into_in_steps(keyring, old_master, new_master, log, &mut |_| Ok(()))
}

/// Rotates into another file, and stops after a step when `after` says so.
pub(super) fn rotate_into_in_steps(
    keyring: &Path,
    old_master: &Path,
    new_master: &Path,
    log: Uuid,
    after: &mut dyn FnMut(Step) -> Result<(), Error>,
) -> Result<MasterKeyId, Error> {
    resume(keyring, old_master)?;
    if new_master.try_exists().map_err(Error::io(new_master))? {
        return Err(in_the_way(keyring, old_master, new_master));
    }
    let old = FileKeyring::open(keyring, log, MasterKey::open(old_master)?)?;
    let new = MasterKey::create(new_master)?;
    after(Step::NewMaster)?;
    rewrap(&old, &new, keyring, log)?;
    drop(old);
    after(Step::NewKeyring)?;
    files::put_in_place(&files::draft_of(keyring), keyring).map_err(Error::io(keyring))?;
    after(Step::KeyringInPlace)?;
    zero(old_master).map_err(Error::io(old_master))?;
    after(Step::OldMasterZeroed)?;
    files::remove(old_master).map_err(Error::io(old_master))?;
    Ok(new.id())
}

/// Says why a new master key can't be made where a file is.
fn in_the_way(keyring: &Path, old_master: &Path, new_master: &Path) -> Error {
    let needs = |master: &Path| {
        let label = Label::read(keyring).ok()?;
        let key = MasterKey::open(master).ok()?;
        Some(label.master == key.id())
    };
    if needs(new_master) == Some(true) && needs(old_master) != Some(true) {
        return Error::Changed {
            new: new_master.to_owned(),
            old: old_master.to_owned(),
        };
    }
    Error::Exists {
        path: new_master.to_owned(),
    }
}

/// Writes the keyring under its unfinished name, its keys wrapped by a new master key.
fn rewrap(old: &FileKeyring, new: &MasterKey, keyring: &Path, log: Uuid) -> Result<(), Error> {
    let mut draft = Draft::begin(keyring)?;
    old.rewrapped(new, &mut |record| draft.put(record))?;
    draft.finish(log, new.id())
}

/// Returns which master key a keyring needs; `None` when there is no keyring.
fn needed_by(keyring: &Path) -> Result<Option<MasterKeyId>, Error> {
    match Label::read(keyring) {
        Ok(label) => Ok(Some(label.master)),
        Err(Error::Missing { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
