//! `keys`: the keys that checkpoints are signed with, those of personal data (`personal`), and those of
//! callers (`api`).

mod api;
mod personal;

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::offline::Error;
use super::{EXIT_CODES, Offline, say};
use crate::clock::SystemClock;
use crate::domain::Timestamp;
use crate::log::directory::checkpoint_path;
use crate::proofs::LogKeys;
use crate::server::signing_key_of;
use crate::text::Plain;

pub use api::ApiKeys;

/// What can be done with keys.
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Make the first key of a ledger and print its public part.
    #[command(after_help = format!("{NEW_EXAMPLES}\n\n{EXIT_CODES}"))]
    New(New),
    /// Replace the key in use with a new one, for which the old one signs.
    ///
    /// Checkpoints signed by older keys stay valid: `keys show` and ListKeys have all public keys.
    /// A running server signs with the key it started with; restart it.
    #[command(after_help = format!("{ROTATE_EXAMPLES}\n\n{EXIT_CODES}"))]
    Rotate(Offline),
    /// Print all public keys, the oldest first; the last one is in use.
    #[command(after_help = format!("{SHOW_EXAMPLES}\n\n{EXIT_CODES}"))]
    Show(Offline),
    /// Write a backup of the keys of personal data, wrapped as they are, to a new file.
    ///
    /// Needs no master key, and the server may run. No backup of the log has these keys, so keep both,
    /// apart. Keep only the latest: an older one has the keys of who was erased since.
    #[command(after_help = format!("{}\n\n{EXIT_CODES}", personal::BACKUP_EXAMPLES))]
    Backup(personal::BackupKeys),
    /// Make the keyring of a ledger that has lost it from a backup of keys.
    ///
    /// Never writes over a keyring: today's is always the right one. Texts about people whose key was
    /// made after the backup stay closed. Erase again who was erased after it, unless the log says so:
    /// then the next start does.
    #[command(after_help = format!("{}\n\n{EXIT_CODES}", personal::RESTORE_EXAMPLES))]
    Restore(personal::RestoreKeys),
    /// Wrap the keys of personal data by a new master key, and destroy the old one.
    ///
    /// Older copies of the keyring are worthless from then on, so make a new backup of the keys and of
    /// the master key. If it is interrupted, the next start finishes it or goes back. The server must
    /// not be running on the directory.
    #[command(after_help = format!("{}\n\n{EXIT_CODES}", personal::ROTATE_EXAMPLES))]
    RotateMaster(personal::RotateMaster),
    /// Make API keys, by which callers are recognised.
    #[command(subcommand, after_help = format!("{}\n\n{EXIT_CODES}", api::EXAMPLES))]
    Api(ApiKeys),
}

/// What `keys new` takes.
#[derive(Debug, Args)]
pub struct New {
    /// Which ledger.
    #[command(flatten)]
    pub data: Offline,
    /// Name of the log in checkpoints, such as example.org/ledger: no spaces, no plus. Stays the same
    /// for ever [default: campaign-ledger/ and a UUID]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
}

const NEW_EXAMPLES: &str = "\
Examples:
  campaign-ledger keys new --name example.org/ledger
  campaign-ledger keys new --data-dir /var/lib/campaign-ledger > ledger.vkey";

const ROTATE_EXAMPLES: &str = "\
Examples:
  campaign-ledger keys rotate --data-dir /var/lib/campaign-ledger";

const SHOW_EXAMPLES: &str = "\
Examples:
  campaign-ledger keys show
  campaign-ledger keys show | tail -n 1";

/// Does what was asked, and says what was done. Of signing keys prints the public parts, one a line.
///
/// # Errors
/// See [`Error`].
pub fn run(keys: &Keys) -> Result<(), Error> {
    match keys {
        Keys::New(new) => show(&make(new)?),
        Keys::Rotate(data) => show(&LogKeys::rotate(
            &path_of(data)?,
            seconds(SystemClock.now()),
        )?),
        Keys::Show(data) => show(&LogKeys::open(&path_of(data)?)?),
        Keys::Backup(backup) => personal::backup(backup),
        Keys::Restore(restore) => personal::restore(restore),
        Keys::Api(command) => api::run(command),
        Keys::RotateMaster(rotate) => personal::rotate_master(rotate),
    }
}

#[expect(clippy::disallowed_methods, reason = "a key needs a name of its own")]
fn make(new: &New) -> Result<LogKeys, Error> {
    let path = path_of(&new.data)?;
    warn_of_checkpoint(&new.data)?;
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let made = || format!("campaign-ledger/{}", uuid::Uuid::now_v7());
    let name = new.name.clone().unwrap_or_else(made);
    Ok(LogKeys::create(&path, &name)?)
}

fn show(keys: &LogKeys) -> Result<(), Error> {
    for key in keys.public() {
        say(key)?;
    }
    Ok(())
}

/// Warns if the existing checkpoint was signed by a key that is lost.
fn warn_of_checkpoint(data: &Offline) -> Result<(), Error> {
    let checkpoint = checkpoint_path(&data.settings()?.config.data_dir);
    if checkpoint.exists() {
        // The key is made even if the warning cannot be written.
        let _ = writeln!(
            Plain::to(io::stderr()),
            "warning: {} was signed by another key: whoever verifies checkpoints must be given the \
             new public key too",
            checkpoint.display()
        );
    }
    Ok(())
}

fn path_of(data: &Offline) -> Result<PathBuf, Error> {
    let config = data.settings()?.config;
    Ok(signing_key_of(&config, &config.data_dir))
}

fn seconds(at: Timestamp) -> u64 {
    u64::try_from(at.parts().0).unwrap_or_default()
}
