//! The directory that an embedded ledger works in.
//!
//! Owns the directory's marker, its lock and the names of its files. So two processes never work in
//! the same directory, foreign files are never touched, and an older program never misreads the
//! files of a newer one. Does not know what is inside `log/` and `views`.
//!
//! A ledger is created in steps. If the process ends at any step, the files show which steps are
//! done:
//!
//! ```text
//! LOCK ─▶ log.new/ with a log in it ─▶ FORMAT.new ─▶ log.new to log ─▶ FORMAT.new to FORMAT
//!         └──── unfinished: removed by the next attempt ─────┘└ finished by the next open ───┘
//! ```
//!
//! So a `FORMAT` without a log means that the log was lost, and a log without `FORMAT` is not ours.
//! Keys are made later than both, and before the first event. So a keyring without `FORMAT` belongs to a
//! log that is yet to be restored there.
//!
//! ```text
//! <data>/FORMAT        what this is; written last of all when a ledger is created
//! <data>/LOCK          held by the process that works here; its content means nothing
//! <data>/log/          the log: the truth
//! <data>/views         what the log adds up to: disposable
//! <data>/tree          the hashes that proofs are made of: disposable
//! <data>/keyring       the keys of personal data, wrapped: has its own backups
//! <data>/master-key    what wraps them, unless it is kept elsewhere: keep it secret
//! <data>/signing-key   what checkpoints are signed with: back this up, and keep it secret
//! <data>/checkpoint    the last one that was signed
//! <data>/cosignatures  what witnesses signed
//! <data>/subscriptions how far named consumers have come
//! ```

mod kinds;
mod lock;
mod marker;
mod places;
mod private;

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::OpenError;
use super::paths::{create_directory, exists, io_error, names_in, sync_directory};
use super::sled::SledLog;
use crate::files;
use lock::{Lock, lock};
use marker::{Formats, Marker};

pub use marker::FORMAT_VERSION;
pub use places::{checkpoint_path, keyring_path, log_id_of, master_key_path, signing_key_path};

const MARKER: &str = "FORMAT";
/// Names of the marker and of the log until both are complete.
const UNFINISHED_MARKER: &str = "FORMAT.new";
const UNFINISHED_LOG: &str = "log.new";
const LOCK: &str = "LOCK";
const LOG: &str = "log";
const VIEWS: &str = "views";
const SUBSCRIPTIONS: &str = "subscriptions";
const LAST_BACKUP: &str = "last-backup";
const TREE: &str = "tree";
const SIGNING_KEY: &str = "signing-key";
const CHECKPOINT: &str = "checkpoint";
const COSIGNATURES: &str = "cosignatures";
const KEYRING: &str = "keyring";
const MASTER_KEY: &str = "master-key";

/// Files that may be in a directory in which a ledger is created, beside an empty `log/`: the
/// remains of a crash during an earlier creation, a key that was made before, and the files that a
/// new file system has at its root.
const MAY_EXIST_BEFORE: [&str; 8] = [
    LOCK,
    UNFINISHED_MARKER,
    UNFINISHED_LOG,
    SIGNING_KEY,
    "signing-key.new",
    MASTER_KEY,
    "master-key.new",
    "lost+found",
];

/// Files that may be there too when a log is restored: the keys that open it.
const MAY_AWAIT_A_LOG: [&str; 2] = [KEYRING, "keyring.new"];

/// The partition of a ledger that has only one.
pub const ONLY_PARTITION: u32 = 0;

/// The locked directory of a ledger: while the value lives, no other process can open it.
#[derive(Debug)]
pub struct DataDirectory {
    root: PathBuf,
    marker: Marker,
    _lock: Lock,
}

impl DataDirectory {
    /// Opens the ledger at `root` and never creates one: for tools that work on an existing ledger.
    ///
    /// # Errors
    ///
    /// [`OpenError::NotFound`] if there is none; otherwise as [`DataDirectory::open_or_create`].
    pub fn open(root: &Path) -> Result<Self, OpenError> {
        if !exists(&root.join(MARKER))? && !is_almost_made(root)? {
            refuse_foreign(root)?;
            return Err(OpenError::NotFound {
                path: root.to_owned(),
            });
        }
        kinds::check(root)?;
        let lock = lock(root)?;
        let marker = match read_marker(root, Formats::KNOWN)? {
            Some(marker) => marker,
            None => {
                return Err(OpenError::NotFound {
                    path: root.to_owned(),
                });
            }
        };
        Self::with(root, marker, lock)
    }

    /// Opens the ledger at `root`, or creates one if the directory is missing or empty.
    ///
    /// A created ledger survives a power cut as soon as this returns. A ledger of an older format
    /// that this program reads gets the marker of this program's format, so that no older program
    /// misreads it later. Other users of the machine lose all access to the files.
    ///
    /// # Errors
    ///
    /// - [`OpenError::InUse`]: another process, or another value in this one, works there.
    /// - [`OpenError::Foreign`]: there are files, but not a ledger's.
    /// - [`OpenError::Newer`], [`OpenError::Older`], [`OpenError::Marker`]: a ledger's, but not for
    ///   this program.
    /// - [`OpenError::Gone`]: a ledger's, but its log was lost.
    /// - [`OpenError::OnlyKeys`]: a keyring, and its log is not there yet.
    /// - [`OpenError::Io`]: the operating system refused.
    pub fn open_or_create(root: &Path) -> Result<Self, OpenError> {
        Self::open_or_create_for(root, Formats::KNOWN)
    }

    /// Opens the ledger at `root` as a program of these formats does.
    fn open_or_create_for(root: &Path, known: Formats) -> Result<Self, OpenError> {
        if !exists(&root.join(MARKER))? && !is_almost_made(root)? {
            refuse_foreign(root)?;
            create_directory(root)?;
        }
        kinds::check(root)?;
        let lock = lock(root)?;
        let marker = match read_marker(root, known)? {
            Some(marker) => marker,
            None if exists(&root.join(KEYRING))? => {
                return Err(OpenError::OnlyKeys {
                    path: root.to_owned(),
                });
            }
            None => create(root)?,
        };
        private::make(root);
        let mut directory = Self::with(root, marker, lock)?;
        if directory.marker.format < known.newest {
            directory.marker.format = known.newest;
            write(root, &directory.marker)?;
        }
        Ok(directory)
    }

    fn with(root: &Path, marker: Marker, lock: Lock) -> Result<Self, OpenError> {
        let directory = Self {
            root: root.to_owned(),
            marker,
            _lock: lock,
        };
        // The log is made before the marker, so a missing log was lost. A new log in its place
        // would hide the loss.
        let log = directory.log_path();
        if !exists(&log)? || !SledLog::is_in(&log)? && was_served(root)? {
            return Err(OpenError::Gone { path: log });
        }
        Ok(directory)
    }

    /// Puts an empty log in place of the lost one at `root`. The rest of the lost log is renamed;
    /// returns its new path.
    ///
    /// # Errors
    ///
    /// [`OpenError::InUse`], [`OpenError::Io`]: as [`DataDirectory::open_or_create`].
    pub fn begin_again(root: &Path) -> Result<Option<PathBuf>, OpenError> {
        let _lock = lock(root)?;
        let log = root.join(LOG);
        let aside = match exists(&log)? {
            true => {
                let aside = files::set_aside(&log);
                Some(aside.map_err(|source| io_error("renamed", &log, source))?)
            }
            false => None,
        };
        make_log(root)?;
        put_in_place(root, UNFINISHED_LOG, LOG)?;
        Ok(aside)
    }

    /// Creates a place for the log `log_id` at `root`, which must be missing or empty.
    /// [`Restoring::finish`] makes it a ledger. Until then nothing opens it, even if this process
    /// is killed, and another attempt starts again.
    ///
    /// # Errors
    ///
    /// - [`OpenError::Occupied`]: there is a ledger.
    /// - Else as [`DataDirectory::open_or_create`].
    pub fn restore(root: &Path, log_id: Uuid) -> Result<Restoring, OpenError> {
        let occupied = || OpenError::Occupied {
            path: root.to_owned(),
        };
        if exists(&root.join(MARKER))? {
            return Err(occupied());
        }
        if !is_almost_made(root)? {
            refuse_foreign(root)?;
        }
        create_directory(root)?;
        let lock = lock(root)?;
        if exists(&root.join(MARKER))? {
            return Err(occupied());
        }
        if is_almost_made(root)? {
            // No process has opened it yet. With the unfinished names back in place, the ledger
            // does not exist.
            put_in_place(root, LOG, UNFINISHED_LOG)?;
        }
        begin_log(root)?;
        Ok(Restoring {
            root: root.to_owned(),
            marker: Marker::of(log_id),
            lock,
        })
    }

    /// The directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The directory of the log: the only part that cannot be rebuilt.
    pub fn log_path(&self) -> PathBuf {
        self.root.join(LOG)
    }

    /// The file of the views. May be missing.
    pub fn views_path(&self) -> PathBuf {
        self.root.join(VIEWS)
    }

    /// The file with the positions of named consumers. May be missing.
    pub fn subscriptions_path(&self) -> PathBuf {
        self.root.join(SUBSCRIPTIONS)
    }

    /// The file with the time of the last backup. May be missing.
    pub fn last_backup_path(&self) -> PathBuf {
        self.root.join(LAST_BACKUP)
    }

    /// The file with the keys of personal data. May be missing.
    pub fn keyring_path(&self) -> PathBuf {
        keyring_path(&self.root)
    }

    /// The file with the hashes of the tree. May be missing.
    pub fn tree_path(&self) -> PathBuf {
        self.root.join(TREE)
    }

    /// The file with the last signed checkpoint. May be missing.
    pub fn checkpoint_path(&self) -> PathBuf {
        checkpoint_path(&self.root)
    }

    /// The file with the signatures of witnesses. May be missing.
    pub fn cosignatures_path(&self) -> PathBuf {
        self.root.join(COSIGNATURES)
    }

    /// The id that this log got when it was created: a fold of one log must not be continued with
    /// another.
    pub fn log_id(&self) -> Uuid {
        self.marker.log_id
    }

    /// The partitions that the directory holds; today always [`ONLY_PARTITION`] alone.
    pub fn partitions(&self) -> &[u32] {
        &self.marker.partitions
    }
}

/// A locked directory into which a log is restored. It has no marker yet.
#[derive(Debug)]
pub struct Restoring {
    root: PathBuf,
    marker: Marker,
    lock: Lock,
}

impl Restoring {
    /// Where the log goes.
    pub fn log_path(&self) -> PathBuf {
        self.root.join(UNFINISHED_LOG)
    }

    /// Removes the restored files: the directory is empty again.
    ///
    /// # Errors
    ///
    /// [`OpenError::Io`]: the operating system refused.
    pub fn abandon(self) -> Result<(), OpenError> {
        let log = self.log_path();
        fs::remove_dir_all(&log).map_err(|source| io_error("removed", &log, source))
    }

    /// Makes the directory a ledger. The log must be complete and closed.
    ///
    /// # Errors
    ///
    /// [`OpenError::Io`]: the operating system refused.
    pub fn finish(self) -> Result<DataDirectory, OpenError> {
        finish(&self.root, &self.marker)?;
        DataDirectory::with(&self.root, self.marker, self.lock)
    }
}

#[expect(clippy::disallowed_methods, reason = "a log needs a name of its own")]
fn create(root: &Path) -> Result<Marker, OpenError> {
    make_log(root)?;
    let marker = Marker::of(Uuid::now_v7());
    finish(root, &marker)?;
    Ok(marker)
}

/// Makes an empty log under its unfinished name.
fn make_log(root: &Path) -> Result<(), OpenError> {
    begin_log(root)?;
    SledLog::create(&root.join(UNFINISHED_LOG))
}

/// Creates the directory of an unfinished log, after removing an earlier one.
fn begin_log(root: &Path) -> Result<(), OpenError> {
    let log = root.join(UNFINISHED_LOG);
    match fs::remove_dir_all(&log) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(io_error("removed", &log, error));
        }
        Ok(()) | Err(_) => {}
    }
    create_directory(&log)
}

/// Renames log and marker to their final names. Once the log has its name, the ledger exists: if
/// the process ends before the second rename, the next open does it.
fn finish(root: &Path, marker: &Marker) -> Result<(), OpenError> {
    let unfinished = root.join(UNFINISHED_MARKER);
    let written = files::create(&unfinished).and_then(|mut file| {
        file.write_all(marker.to_string().as_bytes())?;
        file.sync_all()
    });
    written.map_err(|source| io_error("written", &unfinished, source))?;
    sync_directory(root)?;
    put_in_place(root, UNFINISHED_LOG, LOG)?;
    put_in_place(root, UNFINISHED_MARKER, MARKER)
}

fn put_in_place(root: &Path, unfinished: &str, name: &str) -> Result<(), OpenError> {
    let path = root.join(name);
    files::put_in_place(&root.join(unfinished), &path)
        .map_err(|source| io_error("created", &path, source))
}

/// Returns whether a ledger exists there that only lacks the final name of its marker.
fn is_almost_made(root: &Path) -> Result<bool, OpenError> {
    let is_marked = || Marker::read(&root.join(UNFINISHED_MARKER), Formats::KNOWN).is_ok();
    Ok(!exists(&root.join(MARKER))? && SledLog::is_in(&root.join(LOG))? && is_marked())
}

/// Reads the marker. If it only lacks its final name, renames it. Returns `None` if there is no
/// ledger.
fn read_marker(root: &Path, known: Formats) -> Result<Option<Marker>, OpenError> {
    if is_almost_made(root)? {
        put_in_place(root, UNFINISHED_MARKER, MARKER)?;
    }
    let path = root.join(MARKER);
    match exists(&path)? {
        true => Marker::read(&path, known).map(Some),
        false => Ok(None),
    }
}

/// Returns whether a server has ever worked there: then there are more files than a creation makes.
fn was_served(root: &Path) -> Result<bool, OpenError> {
    let by_creation = |name: &String| {
        [MARKER, LOG].contains(&name.as_str()) || MAY_EXIST_BEFORE.contains(&name.as_str())
    };
    Ok(!names_in(root)?.iter().all(by_creation))
}

fn write(root: &Path, marker: &Marker) -> Result<(), OpenError> {
    let path = root.join(MARKER);
    let written = files::replace(&path, marker.to_string().as_bytes());
    written.map_err(|source| io_error("written", &path, source))
}

/// Refuses a directory that has foreign files.
fn refuse_foreign(root: &Path) -> Result<(), OpenError> {
    for name in names_in(root)? {
        let harmless = MAY_EXIST_BEFORE.contains(&name.as_str())
            || MAY_AWAIT_A_LOG.contains(&name.as_str())
            || (name == LOG && names_in(&root.join(LOG))?.is_empty());
        if !harmless {
            return Err(OpenError::Foreign {
                path: root.to_owned(),
                found: name,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// The formats of a made-up later program that reads today's format too.
    const LATER: Formats = Formats {
        oldest: FORMAT_VERSION,
        newest: FORMAT_VERSION + 1,
    };

    #[test]
    fn a_later_program_marks_what_it_opens_as_its_own() {
        let root = tempfile::tempdir().unwrap();
        let id = DataDirectory::open_or_create(root.path()).unwrap().log_id();
        let format = || {
            let marker = read_marker(root.path(), LATER).unwrap().unwrap();
            assert_eq!(marker.log_id, id);
            marker.format
        };
        assert_eq!(format(), FORMAT_VERSION);
        for _ in 0..2 {
            let later = DataDirectory::open_or_create_for(root.path(), LATER).unwrap();
            assert_eq!(later.log_id(), id);
            assert_eq!(format(), FORMAT_VERSION + 1);
        }
        // From now on this program leaves it alone.
        for refused in [
            DataDirectory::open(root.path()),
            DataDirectory::open_or_create(root.path()),
        ] {
            assert!(matches!(refused, Err(OpenError::Newer { .. })));
        }
        assert_eq!(format(), FORMAT_VERSION + 1);
    }

    #[test]
    fn a_program_that_has_dropped_a_format_refuses_it_and_changes_nothing() {
        let dropped = Formats {
            oldest: FORMAT_VERSION + 1,
            newest: FORMAT_VERSION + 2,
        };
        let root = tempfile::tempdir().unwrap();
        drop(DataDirectory::open_or_create(root.path()).unwrap());
        let refused = DataDirectory::open_or_create_for(root.path(), dropped).unwrap_err();
        assert!(matches!(
            refused,
            OpenError::Older {
                found: FORMAT_VERSION,
                ..
            }
        ));
        DataDirectory::open_or_create(root.path()).unwrap();
    }
}
