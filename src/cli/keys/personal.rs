//! The keys of personal data: backed up, restored, and wrapped by a new master key.

use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};

use super::super::{Offline, say};
use super::Error;
use crate::keyring::{self, Backup};
use crate::log::directory::{DataDirectory, keyring_path, log_id_of};
use crate::server::master_key_of;

pub(super) const BACKUP_EXAMPLES: &str = "\
Examples:
  campaign-ledger keys backup keys.clkb
  campaign-ledger keys backup monday.clkb --data-dir /var/lib/campaign-ledger";

pub(super) const RESTORE_EXAMPLES: &str = "\
Examples:
  campaign-ledger keys restore monday.clkb --data-dir /var/lib/campaign-ledger";

pub(super) const ROTATE_EXAMPLES: &str = "\
Examples:
  campaign-ledger keys rotate-master --data-dir /var/lib/campaign-ledger
  campaign-ledger keys rotate-master --new-master-key master-key.next";

/// What `keys backup` takes.
#[derive(Debug, Args)]
pub struct BackupKeys {
    /// Where to write it; nothing is written over
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Which ledger.
    #[command(flatten)]
    pub data: Offline,
}

/// What `keys restore` takes.
#[derive(Debug, Args)]
pub struct RestoreKeys {
    /// The backup of keys
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Which ledger.
    #[command(flatten)]
    pub data: Offline,
}

/// What `keys rotate-master` takes.
#[derive(Debug, Args)]
pub struct RotateMaster {
    /// Which ledger.
    #[command(flatten)]
    pub data: Offline,
    /// File of the master key in use [default: as the server finds it]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub master_key: Option<String>,
    /// Where to make the new master key; the file of the old one is removed [default: in its place]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub new_master_key: Option<PathBuf>,
}

pub(super) fn backup(arguments: &BackupKeys) -> Result<(), Error> {
    let root = arguments.data.settings()?.config.data_dir;
    let file = &arguments.file;
    // No lock: every slot is on disk twice, so a server may go on to write.
    let made = Backup::write(&keyring_path(&root), log_id_of(&root)?, file)?;
    Ok(say(format_args!(
        "{}: {} slots of keys, wrapped by the master key {}",
        file.display(),
        made.slots,
        made.master
    ))?)
}

pub(super) fn restore(arguments: &RestoreKeys) -> Result<(), Error> {
    let root = arguments.data.settings()?.config.data_dir;
    let directory = DataDirectory::open(&root)?;
    let keyring = directory.keyring_path();
    let made = Backup::restore(&arguments.file, &keyring, directory.log_id())?;
    Ok(say(format_args!(
        "restored to {}: {} keys, and {} destroyed; it needs the master key {}",
        keyring.display(),
        made.keys,
        made.destroyed,
        made.backup.master
    ))?)
}

pub(super) fn rotate_master(arguments: &RotateMaster) -> Result<(), Error> {
    let settings = arguments
        .data
        .settings_with(arguments.master_key.as_deref())?;
    let config = settings.config;
    let directory = DataDirectory::open(&config.data_dir)?;
    let master = master_key_of(&config, directory.root());
    let (keyring, log) = (directory.keyring_path(), directory.log_id());
    let (id, path): (_, &Path) = match &arguments.new_master_key {
        None => (keyring::rotate(&keyring, &master, log)?, &master),
        Some(new) => (keyring::rotate_into(&keyring, &master, new, log)?, new),
    };
    Ok(say(format_args!(
        "{} is wrapped by the new master key {id}, in {}: back up both, and destroy every copy of the \
         old master key",
        keyring.display(),
        path.display()
    ))?)
}
