//! The directory that an embedded ledger works in.
//!
//! Owns the directory's marker, its lock and the names of what lies in it, so that no two processes
//! ever work in the same one, no foreign files are touched, and no older program misreads a newer
//! one's files. Does not know what is inside `log/` and `views`.
//!
//! ```text
//! <data>/FORMAT        what this is; written last of all when a ledger is created
//! <data>/LOCK          held by the process that works here; its content means nothing
//! <data>/log/          the log: the truth
//! <data>/views         what the log adds up to: disposable
//! <data>/tree          the hashes that proofs are made of: disposable
//! <data>/signing-key   what checkpoints are signed with: back this up, and keep it secret
//! <data>/checkpoint    the last one that was signed
//! <data>/cosignatures  what witnesses signed
//! <data>/subscriptions how far named consumers have come
//! ```

mod marker;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::OpenError;
use marker::Marker;

pub use marker::FORMAT_VERSION;

const MARKER: &str = "FORMAT";
/// The marker until it is whole: a crash while it is written leaves no half a marker.
const MARKER_BEING_WRITTEN: &str = "FORMAT.new";
const LOCK: &str = "LOCK";
const LOG: &str = "log";
const VIEWS: &str = "views";
const SUBSCRIPTIONS: &str = "subscriptions";
const TREE: &str = "tree";
const SIGNING_KEY: &str = "signing-key";
const CHECKPOINT: &str = "checkpoint";
const COSIGNATURES: &str = "cosignatures";

/// What may lie in a directory that a ledger is created in, beside an empty `log/`: what a crash
/// during an earlier creation leaves, a key that was made before, and what a fresh file system has at
/// its root.
const MAY_EXIST_BEFORE: [&str; 4] = [LOCK, MARKER_BEING_WRITTEN, SIGNING_KEY, "lost+found"];

/// The partition of a ledger that has only one.
pub const ONLY_PARTITION: u32 = 0;

/// Where the signing key of the ledger at `root` is, unless its settings say otherwise.
pub fn signing_key_path(root: &Path) -> PathBuf {
    root.join(SIGNING_KEY)
}

/// Where the last checkpoint that the ledger at `root` signed is kept. May be missing.
pub fn checkpoint_path(root: &Path) -> PathBuf {
    root.join(CHECKPOINT)
}

/// A ledger's directory, locked: while the value lives, no other process can have one like it.
#[derive(Debug)]
pub struct DataDirectory {
    root: PathBuf,
    marker: Marker,
    /// The lock goes with the descriptor, whatever way the process ends.
    _lock: File,
}

impl DataDirectory {
    /// Opens the ledger at `root` and never creates one: for tools that work on what is there.
    ///
    /// # Errors
    ///
    /// [`OpenError::NotFound`] when there is none, else as [`DataDirectory::open_or_create`].
    pub fn open(root: &Path) -> Result<Self, OpenError> {
        if !exists(&root.join(MARKER))? {
            refuse_foreign(root)?;
            return Err(OpenError::NotFound {
                path: root.to_owned(),
            });
        }
        let lock = lock(root)?;
        let marker = Marker::read(&root.join(MARKER))?;
        Self::with(root, marker, lock)
    }

    /// Opens the ledger at `root`, or creates one if the directory is missing or empty.
    ///
    /// A created one survives a power cut from the moment this returns. One of an older format is
    /// marked as of this program's format, so that no older program misreads what is written now.
    ///
    /// # Errors
    ///
    /// - [`OpenError::InUse`]: another process, or another value in this one, works there.
    /// - [`OpenError::Foreign`]: there are files, but not a ledger's.
    /// - [`OpenError::Newer`], [`OpenError::Marker`]: a ledger's, but not for this program.
    /// - [`OpenError::Io`]: the operating system refused.
    pub fn open_or_create(root: &Path) -> Result<Self, OpenError> {
        if !exists(&root.join(MARKER))? {
            refuse_foreign(root)?;
            create_directory(root)?;
        }
        let lock = lock(root)?;
        // Looked for again: until the lock was taken another process may have been creating it.
        let marker = if exists(&root.join(MARKER))? {
            Marker::read(&root.join(MARKER))?
        } else {
            create(root)?
        };
        let mut directory = Self::with(root, marker, lock)?;
        if directory.marker.format < FORMAT_VERSION {
            directory.marker.format = FORMAT_VERSION;
            write(root, &directory.marker)?;
        }
        Ok(directory)
    }

    fn with(root: &Path, marker: Marker, lock: File) -> Result<Self, OpenError> {
        let directory = Self {
            root: root.to_owned(),
            marker,
            _lock: lock,
        };
        // Created before the marker was, so it never goes missing by itself. A new log in its place
        // would hide the loss.
        if exists(&directory.log_path())? {
            Ok(directory)
        } else {
            Err(OpenError::Damaged {
                path: directory.log_path(),
                reason: "the directory is gone".to_owned(),
            })
        }
    }

    /// Makes a place for the log `log_id` at `root`, which must be missing or empty. It becomes a
    /// ledger's with [`Restoring::finish`]; until then nothing opens it, whatever ends this process.
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
        refuse_foreign(root)?;
        create_directory(root)?;
        let lock = lock(root)?;
        if exists(&root.join(MARKER))? {
            return Err(occupied());
        }
        create_directory(&root.join(LOG))?;
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

    /// Where the log is: the only part that can't be rebuilt.
    pub fn log_path(&self) -> PathBuf {
        self.root.join(LOG)
    }

    /// Where views are kept. May be missing.
    pub fn views_path(&self) -> PathBuf {
        self.root.join(VIEWS)
    }

    /// Where it is kept how far named consumers have come. May be missing.
    pub fn subscriptions_path(&self) -> PathBuf {
        self.root.join(SUBSCRIPTIONS)
    }

    /// Where the hashes of the tree are kept. May be missing.
    pub fn tree_path(&self) -> PathBuf {
        self.root.join(TREE)
    }

    /// Where the last checkpoint that was signed is kept. May be missing.
    pub fn checkpoint_path(&self) -> PathBuf {
        checkpoint_path(&self.root)
    }

    /// Where what witnesses signed is kept. May be missing.
    pub fn cosignatures_path(&self) -> PathBuf {
        self.root.join(COSIGNATURES)
    }

    /// The name that this log got when it was created: what is folded from one log must not be
    /// continued with another.
    pub fn log_id(&self) -> Uuid {
        self.marker.log_id
    }

    /// The partitions that the directory holds; today always [`ONLY_PARTITION`] alone.
    pub fn partitions(&self) -> &[u32] {
        &self.marker.partitions
    }
}

/// A directory that a log is being put into, locked. It has no marker yet.
#[derive(Debug)]
pub struct Restoring {
    root: PathBuf,
    marker: Marker,
    lock: File,
}

impl Restoring {
    /// Where the log goes.
    pub fn log_path(&self) -> PathBuf {
        self.root.join(LOG)
    }

    /// Removes what was put into it: it is empty again.
    ///
    /// # Errors
    ///
    /// [`OpenError::Io`]: the operating system refused.
    pub fn abandon(self) -> Result<(), OpenError> {
        let log = self.log_path();
        fs::remove_dir_all(&log).map_err(|source| io_error("removed", &log, source))
    }

    /// Makes it a ledger's: the log is whole.
    ///
    /// # Errors
    ///
    /// [`OpenError::Io`]: the operating system refused.
    pub fn finish(self) -> Result<DataDirectory, OpenError> {
        write(&self.root, &self.marker)?;
        DataDirectory::with(&self.root, self.marker, self.lock)
    }
}

fn create(root: &Path) -> Result<Marker, OpenError> {
    create_directory(&root.join(LOG))?;
    let marker = Marker::of(Uuid::now_v7());
    write(root, &marker)?;
    Ok(marker)
}

/// Writes the marker, in one step, so that it survives a power cut.
fn write(root: &Path, marker: &Marker) -> Result<(), OpenError> {
    let being_written = root.join(MARKER_BEING_WRITTEN);
    fs::write(&being_written, marker.to_string())
        .and_then(|()| File::open(&being_written)?.sync_all())
        .map_err(|source| io_error("written", &being_written, source))?;
    let whole = root.join(MARKER);
    fs::rename(&being_written, &whole).map_err(|source| io_error("created", &whole, source))?;
    sync_directory(root)
}

/// Creates a directory and what is missing above it, so that all of it survives a power cut.
pub(super) fn create_directory(path: &Path) -> Result<(), OpenError> {
    let above = parent(path);
    if !exists(&above)? {
        create_directory(&above)?;
    }
    match fs::create_dir(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(io_error("created", path, error))
        }
        // Synced even if it was there: an earlier attempt may have ended before it got that far.
        Ok(()) | Err(_) => sync_directory(&above),
    }
}

fn lock(root: &Path) -> Result<File, OpenError> {
    let path = root.join(LOCK);
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|source| io_error("opened", &path, source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse {
            path: root.to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(io_error("locked", &path, source)),
    }
}

/// Refuses a directory that has something in it which isn't a ledger's.
fn refuse_foreign(root: &Path) -> Result<(), OpenError> {
    for name in names_in(root)? {
        let harmless = MAY_EXIST_BEFORE.contains(&name.as_str())
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

/// Lists a directory; a missing one has nothing in it.
pub(super) fn names_in(path: &Path) -> Result<Vec<String>, OpenError> {
    let failed = |source| io_error("listed", path, source);
    let entries = match fs::read_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    entries
        .map(|entry| Ok(entry.map_err(failed)?.file_name()))
        .map(|name| Ok(name?.to_string_lossy().into_owned()))
        .collect()
}

/// Syncs a directory, so that the names in it survive a power cut.
pub(super) fn sync_directory(path: &Path) -> Result<(), OpenError> {
    File::open(path)
        .and_then(|directory| directory.sync_all())
        .map_err(|source| io_error("synced", path, source))
}

/// The directory that `path` is named in.
pub(super) fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) => parent.to_owned(),
        None => path.to_owned(),
    }
}

/// Whether something exists at `path`; not being able to tell is an error, not a no.
pub(super) fn exists(path: &Path) -> Result<bool, OpenError> {
    path.try_exists()
        .map_err(|source| io_error("looked for", path, source))
}

pub(super) fn io_error(action: &'static str, path: &Path, source: io::Error) -> OpenError {
    OpenError::Io {
        action,
        path: path.to_owned(),
        source,
    }
}
