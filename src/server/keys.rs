//! The keys of personal data at a start: made for an empty log, opened for any other.
//!
//! ```text
//! log and FORMAT ─▶ master key ─▶ keyring ─▶ views, writer, first event
//! ```
//! Each is durable before the next one. A log without events gets what it lacks, so a start that was cut
//! short is finished by the next one. A log with events never gets new keys: they would open nothing.
//!
//! Owns when keys are made and which are used. Does not know what is sealed with them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Error;
use crate::config::Config;
use crate::domain::{CreatorRef, DataSubject};
use crate::keyring::{self, FileKeyring, Keyring, Label, MasterKey, WithoutKeys, resume};
use crate::log::directory::{DataDirectory, master_key_path};

/// Finds where the master key of the ledger at `root` is.
pub fn master_key_of(config: &Config, root: &Path) -> PathBuf {
    match config.master_key.as_os_str().is_empty() {
        true => master_key_path(root),
        false => config.master_key.clone(),
    }
}

/// Opens the keys that a server works with, or makes them if its log is empty.
///
/// # Errors
/// [`Error::Keys`] when they can't be used, [`Error::NoKeysYet`] when a log would begin without them.
pub(super) fn open_keys(
    config: &Config,
    directory: &DataDirectory,
    log_is_empty: bool,
) -> Result<Arc<dyn Keyring>, Error> {
    if config.without_keys {
        if log_is_empty && !directory.keyring_path().exists() {
            return Err(Error::NoKeysYet);
        }
        tracing::warn!("without keys: personal data is neither shown nor written");
        return Ok(Arc::new(WithoutKeys));
    }
    if log_is_empty {
        make_missing(config, directory)?;
    }
    Ok(Arc::new(existing_keys(config, directory)?))
}

/// Opens the keys of a log that has some. Finishes a change of the master key that was cut short.
///
/// # Errors
/// See [`keyring::Error`].
pub fn existing_keys(
    config: &Config,
    directory: &DataDirectory,
) -> Result<FileKeyring, keyring::Error> {
    let keyring = directory.keyring_path();
    let (log, master) = (directory.log_id(), master_key_of(config, directory.root()));
    // The keyring first: the master key of a wrong one does not help, and is not looked for.
    let found = Label::read(&keyring)?.log;
    if found != log {
        let path = keyring;
        return Err(keyring::Error::OtherLog { path, found, log });
    }
    resume(&keyring, &master)?;
    let opened = FileKeyring::open(&keyring, log, MasterKey::open(&master)?)?;
    tell_mended(&opened, &keyring);
    Ok(opened)
}

/// Destroys the keys of everybody who was erased. Most of them are gone; a cut of the power or a copy of
/// an older keyring may have left some.
///
/// # Errors
/// When the keyring can't be written.
pub(super) fn destroy_again(
    keyring: &dyn Keyring,
    erased: Vec<CreatorRef>,
) -> Result<(), keyring::Error> {
    if !keyring.makes_keys() {
        return Ok(());
    }
    let erased: Vec<_> = erased.into_iter().map(DataSubject::Creator).collect();
    keyring.destroy(&erased)
}

/// Makes the keys that an empty log lacks. A keyring without its master key is left alone.
fn make_missing(config: &Config, directory: &DataDirectory) -> Result<(), keyring::Error> {
    let keyring = directory.keyring_path();
    if !is_missing(&keyring)? {
        return Ok(());
    }
    let path = master_key_of(config, directory.root());
    let master = match MasterKey::open(&path) {
        Err(keyring::Error::Missing { .. }) => {
            let master = MasterKey::create(&path)?;
            let (id, path) = (master.id(), path.display());
            tracing::info!(%id, %path, "made a master key; back it up, apart from the rest");
            master
        }
        found => found?,
    };
    FileKeyring::create(&keyring, directory.log_id(), master)?;
    tracing::info!(path = %keyring.display(), "made a keyring; back it up with `keys backup`");
    Ok(())
}

fn is_missing(path: &Path) -> Result<bool, keyring::Error> {
    match path.try_exists() {
        Ok(exists) => Ok(!exists),
        Err(source) => Err(keyring::Error::Io {
            path: path.to_owned(),
            source,
        }),
    }
}

fn tell_mended(opened: &FileKeyring, path: &Path) {
    let healed = opened.healed();
    let path = path.display();
    if healed.copies > 0 {
        tracing::warn!(%path, copies = healed.copies, "mended copies from their other copies");
    }
    for key in &healed.torn {
        tracing::warn!(
            %path, %key,
            "the making of a key was cut short: no event needs it, unless the disk fails"
        );
    }
}
