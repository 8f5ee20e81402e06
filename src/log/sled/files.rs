//! sled's files: how they are opened, synced and let go.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use rustix::fs::{FallocateFlags, fallocate};
use rustix::io::Errno;
use sled::{Db, Tree};

use super::guard::guarded;
use crate::causes::with_causes;
use crate::files;
use crate::log::OpenError;
use crate::log::block::MAX_BLOCK_BYTES;
use crate::log::chain::StorageError;
use crate::log::paths::{exists, io_error, names_in, sync_directory};

/// Numbers and positions, big-endian, so that keys sort as they do.
pub(super) type Key = [u8; 8];

/// sled's unit of allocation, 8 MiB. Part of the format: sled opens with no other.
const SEGMENT_BYTES: usize = 8 * 1024 * 1024;

/// What one value of sled's may have before it goes to a file that is never synced: a quarter of a
/// segment, less the headers of a segment and of a message.
const MAX_VALUE_BYTES: usize = SEGMENT_BYTES / 4 - 20 - 32;
/// A page is one value. It is split when it is next visited with more than 16 blocks.
const MAX_BLOCKS_IN_PAGE: usize = 17;
/// A page's own fields; and a block's key, its length and the block's length.
const PAGE_OVERHEAD: usize = 40;
const BLOCK_OVERHEAD: usize = 13;
const _: () = assert!(
    MAX_BLOCKS_IN_PAGE * (MAX_BLOCK_BYTES + BLOCK_OVERHEAD) + PAGE_OVERHEAD <= MAX_VALUE_BYTES,
    "a page of the largest blocks would not be synced"
);

/// What sled keeps of its pages in memory: appends need the last page only, reads pass each once.
const CACHE_BYTES: u64 = 32 * 1024 * 1024;

/// For how many bytes of blocks their page is accessed once more, so that the cache counts it: what
/// it has not counted yet is then at most 256 × 64 × this, 32 MiB.
const BYTES_PER_ACCESS: usize = 2 * 1024;

/// How often sled's own thread reclaims space, for at most half of that time. Without it the file
/// grows for ever. It isn't what makes blocks durable.
const RECLAIM_EVERY_MS: u64 = 500;

/// Room on the disk that sled's file must have behind its end before blocks are put into it: for all
/// that the journal may be ahead of it, and a batch more. sled serves no reads of what it could not
/// write; so a full disk stops writes, and reads go on.
const NEEDED_BYTES: u64 = (2 * SEGMENT_BYTES + 1024 * 1024) as u64;
/// What is taken when there is less than that, so that it is taken once for many batches.
const RESERVED_BYTES: u64 = 3 * SEGMENT_BYTES as u64;

/// How long a dropped log waits for sled's threads to let go of the file, some 2 seconds in all:
/// they need milliseconds, and nothing is lost when they get no more time.
const RELEASE_TRIES: u32 = 1000;
const RELEASE_PAUSE: Duration = Duration::from_millis(2);

/// The tree with the blocks.
const BLOCKS: &str = "blocks";
/// The tree with the positions that some of them start at.
const POSITIONS: &str = "positions";

/// The file with all the pages.
pub(super) const PAGES: &str = "db";
/// What the names of the files with a list of all pages begin with.
const SNAPSHOT: &str = "snap.";
/// The file with the settings.
const SETTINGS: &str = "conf";
/// Lines in it: segment size, compression and version, in this order.
const SETTINGS_LINES: usize = 3;
/// The directory for values that are too large for the pages.
const SPILLED: &str = "blobs";

/// sled, open, and our own descriptor of its file.
pub(super) struct Files {
    dir: PathBuf,
    /// There until dropped.
    sled: Option<Opened>,
    pages: File,
    /// Up to where there is room on the disk.
    reserved: AtomicU64,
    /// Whether sled opened only after files were set aside that it had damaged.
    is_mended: bool,
}

struct Opened {
    db: Db,
    blocks: Tree,
    positions: Tree,
}

impl Opened {
    fn with(config: &sled::Config) -> sled::Result<Self> {
        let db = config.open()?;
        Ok(Self {
            blocks: db.open_tree(BLOCKS)?,
            positions: db.open_tree(POSITIONS)?,
            db,
        })
    }
}

impl Files {
    /// Whether there is a log in `dir`.
    pub fn exist(dir: &Path) -> Result<bool, OpenError> {
        exists(&dir.join(PAGES))
    }

    pub fn open_existing(dir: &Path) -> Result<Self, OpenError> {
        if Self::exist(dir)? {
            Self::open_or_create(dir)
        } else {
            Err(OpenError::NotFound {
                path: dir.to_owned(),
            })
        }
    }

    pub fn open_or_create(dir: &Path) -> Result<Self, OpenError> {
        let path = dir.join(PAGES);
        let pages = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(files::PRIVATE_FILE)
            .open(&path)
            .map_err(|source| io_error("opened", &path, source))?;
        refuse_in_use(dir, &pages)?;
        remove_unfinished_snapshots(dir)?;
        remove_torn_settings(dir)?;
        // Opening writes zeros behind the end. Whether there is room for more is asked again later.
        let _ = reserve(&pages, &AtomicU64::default());

        let config = sled::Config::new()
            .path(dir)
            .segment_size(SEGMENT_BYTES)
            .cache_capacity(CACHE_BYTES)
            .flush_every_ms(Some(RECLAIM_EVERY_MS));
        let mut is_mended = false;
        let mut sled = guarded(|| Opened::with(&config));
        match &sled {
            Err(StorageError::Damaged(_)) => {
                is_mended = set_aside_disposable(dir)?;
                if is_mended {
                    sled = guarded(|| Opened::with(&config));
                }
            }
            Err(StorageError::Io(error)) if error.kind() == io::ErrorKind::StorageFull => {
                make_room(dir, &pages)?;
                sled = guarded(|| Opened::with(&config));
            }
            Err(StorageError::Io(_)) | Ok(_) => {}
        }
        let sled = sled.map_err(|error| match error {
            StorageError::Io(source) => io_error("opened", dir, source),
            StorageError::Damaged(reason) => OpenError::Damaged {
                path: dir.to_owned(),
                reason,
            },
        })?;
        Ok(Self {
            dir: dir.to_owned(),
            sled: Some(sled),
            pages,
            reserved: AtomicU64::default(),
            is_mended,
        })
    }

    /// Tells whether files were set aside to open sled: then the log must be read whole before it
    /// is trusted.
    pub fn is_mended(&self) -> bool {
        self.is_mended
    }

    /// All of sled, and the tree that has no name.
    pub fn db(&self) -> &Db {
        &self.opened().db
    }

    pub fn blocks(&self) -> &Tree {
        &self.opened().blocks
    }

    pub fn positions(&self) -> &Tree {
        &self.opened().positions
    }

    fn opened(&self) -> &Opened {
        self.sled.as_ref().expect("only dropping takes it out")
    }

    /// Makes what was flushed to the pages durable, their number too.
    pub fn sync_data(&self) -> Result<(), StorageError> {
        Ok(self.pages.sync_data()?)
    }

    /// Takes room on the disk for what sled will write next.
    pub fn reserve(&self) -> Result<(), StorageError> {
        Ok(reserve(&self.pages, &self.reserved)?)
    }

    /// Makes durable what opening found and wrote, names of new files included.
    pub fn make_durable(&self) -> Result<(), OpenError> {
        for name in [PAGES, SETTINGS] {
            let path = self.dir.join(name);
            File::open(&path)
                .and_then(|file| file.sync_all())
                .map_err(|source| io_error("synced", &path, source))?;
        }
        sync_directory(&self.dir)
    }

    /// Takes another descriptor for our own, so that tests can make it fail.
    #[cfg(test)]
    pub fn replace_pages(&mut self, pages: File) {
        self.pages = pages;
    }

    /// Refuses a log some of which lies in files that sled doesn't sync.
    pub fn refuse_spilled(&self) -> Result<(), OpenError> {
        match names_in(&self.dir.join(SPILLED))?.len() {
            0 => Ok(()),
            found => Err(OpenError::Spilled {
                path: self.dir.clone(),
                found,
            }),
        }
    }
}

/// Makes the cache count pages as blocks of theirs are written or read.
#[derive(Default)]
pub(super) struct CacheBound {
    /// Bytes that were passed since the last access.
    passed: usize,
}

impl CacheBound {
    /// Counts a block of `len` bytes, which is in `tree` under `key`.
    pub fn count(&mut self, tree: &Tree, key: Key, len: usize) -> Result<(), StorageError> {
        self.passed += len;
        for _ in 0..self.passed / BYTES_PER_ACCESS {
            guarded(|| tree.contains_key(key))?;
        }
        self.passed %= BYTES_PER_ACCESS;
        Ok(())
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let sled = self.sled.take();
        let closed = guarded(|| {
            drop(sled);
            Ok(())
        });
        if let Err(error) = closed {
            let error = with_causes(&error);
            tracing::error!(error, "sled did not close in order");
        }
        // sled's threads hold its file, and the lock on it, a little longer than `Db` lives.
        for _ in 0..RELEASE_TRIES {
            if self.pages.try_lock().is_ok() {
                // By name: a process forked meanwhile has a copy of the descriptor until it runs.
                let _ = self.pages.unlock();
                return;
            }
            thread::sleep(RELEASE_PAUSE);
        }
        tracing::warn!("sled still holds its file; opening it again will be refused for a while");
    }
}

/// Takes room behind the end of the file, unless there is enough up to `reserved`.
fn reserve(pages: &File, reserved: &AtomicU64) -> io::Result<()> {
    let end = pages.metadata()?.len();
    if end + NEEDED_BYTES <= reserved.load(Ordering::Relaxed) {
        return Ok(());
    }
    match fallocate(pages, FallocateFlags::KEEP_SIZE, end, RESERVED_BYTES) {
        // Some file systems can't; there sled finds out by itself.
        Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS) => {
            reserved.store(end + RESERVED_BYTES, Ordering::Relaxed);
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

/// Makes room on a full disk for the list of pages that sled writes as it opens: gives up the list
/// before it, and what was reserved but for the segment that is being written.
fn make_room(dir: &Path, pages: &File) -> Result<(), OpenError> {
    let path = dir.join(PAGES);
    let failed = |source| io_error("given room", &path, source);
    remove_snapshots(dir)?;
    let end = pages.metadata().map_err(failed)?.len();
    // Giving a file a size lets go of what lies behind it, if the size is another.
    pages.set_len(end + 1).map_err(failed)?;
    pages.set_len(end).map_err(failed)?;
    let rest = end.next_multiple_of(SEGMENT_BYTES as u64) - end;
    // Where even that is refused, opening says so.
    let _ = fallocate(pages, FallocateFlags::KEEP_SIZE, end, rest.max(1));
    Ok(())
}

fn refuse_in_use(dir: &Path, pages: &File) -> Result<(), OpenError> {
    let failed = |source| io_error("locked", dir, source);
    match pages.try_lock() {
        Ok(()) => pages.unlock().map_err(failed),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse {
            path: dir.to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// Removes settings that a process that was killed while it made the log left half written, or a
/// power cut did: sled would take them for damage of the log.
///
/// Nothing is lost by it. They are the same in every log of this format, and sled writes them anew.
fn remove_torn_settings(dir: &Path) -> Result<(), OpenError> {
    let path = dir.join(SETTINGS);
    match fs::read(&path) {
        Ok(settings) if !is_whole(&settings) => {
            fs::remove_file(&path).map_err(|source| io_error("removed", &path, source))
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(io_error("read", &path, error))
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Whether sled's settings are whole: so many lines, and four bytes of checksum.
fn is_whole(settings: &[u8]) -> bool {
    settings
        .split_last_chunk::<4>()
        .and_then(|(lines, _checksum)| std::str::from_utf8(lines).ok())
        .is_some_and(|lines| lines.ends_with('\n') && lines.matches(": ").count() == SETTINGS_LINES)
}

/// Sets aside what sled may have found damaged and makes anew from its pages: snapshots and settings.
/// Tells whether there was anything.
fn set_aside_disposable(dir: &Path) -> Result<bool, OpenError> {
    let is_one = |name: &String| name.starts_with(SNAPSHOT) || name == SETTINGS;
    let mut found = false;
    for name in names_in(dir)?.into_iter().filter(is_one) {
        let path = dir.join(&name);
        // sled would take a file whose name still begins with `snap.` for a snapshot.
        let like = match name == SETTINGS {
            true => path.clone(),
            false => dir.join("snapshot"),
        };
        let aside = files::set_aside_as(&path, &like);
        let aside = aside.map_err(|source| io_error("set aside", &path, source))?;
        let (path, aside) = (path.display(), aside.display());
        tracing::warn!(%path, %aside, "the log did not open: what can be made anew was set aside");
        found = true;
    }
    Ok(found)
}

/// Removes what a process that was killed while it wrote a snapshot left: sled would read it.
fn remove_unfinished_snapshots(dir: &Path) -> Result<(), OpenError> {
    remove_those(dir, |name| {
        name.starts_with(SNAPSHOT) && name.ends_with(".generating")
    })
}

/// Removes all snapshots: sled makes another from the pages.
pub(super) fn remove_snapshots(dir: &Path) -> Result<(), OpenError> {
    remove_those(dir, |name| name.starts_with(SNAPSHOT))
}

fn remove_those(dir: &Path, is_one: impl Fn(&str) -> bool) -> Result<(), OpenError> {
    for name in names_in(dir)?.into_iter().filter(|name| is_one(name)) {
        let path = dir.join(name);
        fs::remove_file(&path).map_err(|source| io_error("removed", &path, source))?;
    }
    Ok(())
}
