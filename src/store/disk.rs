//! The open file, as the layers above use it: rows in, rows out, checkpoints.
//!
//! Owns the one snapshot reads go through, and getting over an I/O error or damage. Does not know
//! the layout of the file, or types of rows beyond decoding them.

pub(super) mod range;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use parking_lot::{Mutex, RwLock};
use redb::Database;
use rustix::io::Errno;

use crate::domain::Position;
use crate::domain::rows::{AnyRow, Key, Row, Span, decode};
use crate::files;

use super::failure::{Failure, guarded, refused};
use super::file::{
    Found, Table, Unusable, close, create, create_nowhere, is_missing_or_empty, open_existing,
    write,
};
use super::layers::{Frozen, Held};
use super::{Error, Opened, Options};
use range::{DiskRange, Stored};

/// For reads that take the file wherever it is.
const ANYWHERE: Position = Position::new(u64::MAX);

/// One open file.
pub(super) struct Disk {
    path: PathBuf,
    options: Options,
    /// `None` while the file could not be opened again after a failure. Held for the whole of a
    /// commit.
    database: Mutex<Option<Database>>,
    /// The snapshot reads go through. Held, it saves each read the opening of a transaction and a
    /// table. Replaced after every commit, it keeps from reuse only what the last checkpoint needs.
    table: RwLock<Table>,
    /// The position the file is known to have reached.
    durable: AtomicU64,
    /// Whether the file can be read and not written, since the disk was full when it was opened.
    is_read_only: AtomicBool,
    /// Set once damage was found and the file set aside.
    condemned: AtomicBool,
    /// What the file is called since then.
    aside: OnceLock<PathBuf>,
    /// Whether the file stays where it is when damage is found: it is only looked at.
    stays: bool,
}

impl Disk {
    pub(super) fn open(path: &Path, options: &Options) -> Result<(Self, Position, Opened), Error> {
        let failed = |failure| error_of(path, failure);
        let (found, opened) = if is_missing_or_empty(path)
            .map_err(Failure::Io)
            .map_err(failed)?
        {
            (create(path, options).map_err(failed)?, Opened::Fresh)
        } else {
            match open_existing(path, options).map_err(failed)? {
                Ok(found) => (found, Opened::Resumed),
                Err(reason) => {
                    let aside = discard(path, &reason).map_err(Failure::Io);
                    let aside = aside.map_err(failed)?;
                    let found = create(path, options).map_err(failed)?;
                    (found, Opened::Discarded { reason, aside })
                }
            }
        };
        let position = found.position;
        Ok((Self::of(path, options, found), position, opened))
    }

    /// Opens a file that is there and leaves it alone, whatever is found in it; the inner error tells
    /// why it is of no use.
    pub(super) fn look(
        path: &Path,
        options: &Options,
    ) -> Result<Result<(Self, Position), Unusable>, Error> {
        let found = open_existing(path, options).map_err(|failure| error_of(path, failure))?;
        Ok(found.map(|found| {
            let position = found.position;
            let mut disk = Self::of(path, options, found);
            disk.stays = true;
            (disk, position)
        }))
    }

    /// Begins without a file.
    pub(super) fn nowhere(options: &Options) -> Result<Self, Error> {
        let path = Path::new("");
        let found = create_nowhere(options).map_err(|failure| error_of(path, failure))?;
        Ok(Self::of(path, options, found))
    }

    fn of(path: &Path, options: &Options, found: Found) -> Self {
        Self {
            path: path.to_owned(),
            options: options.clone(),
            database: Mutex::new(Some(found.database)),
            table: RwLock::new(found.table),
            durable: AtomicU64::new(found.position.get()),
            is_read_only: AtomicBool::new(found.is_read_only),
            condemned: AtomicBool::new(false),
            aside: OnceLock::new(),
            stays: false,
        }
    }

    /// Tells whether the file can be read and not written, because the disk is full.
    pub(super) fn is_read_only(&self) -> bool {
        self.is_read_only.load(Ordering::Acquire)
    }

    /// What the damaged file is called now.
    pub(super) fn aside(&self) -> Option<&Path> {
        self.aside.get().map(PathBuf::as_path)
    }

    /// Tells whether damage was found.
    pub(super) fn is_condemned(&self) -> bool {
        self.condemned.load(Ordering::Acquire)
    }

    /// Reads and decodes one row as of the last checkpoint.
    pub(super) fn get<R: Row>(&self, key: &Key) -> Result<Option<Held>, Error> {
        self.get_from::<R>(&self.table(), ANYWHERE, key)
    }

    /// Reads and decodes one row as `table` has it. Should the file have been opened anew, the row
    /// comes from there, unless that is beyond `reach`.
    pub(super) fn get_from<R: Row>(
        &self,
        table: &Table,
        reach: Position,
        key: &Key,
    ) -> Result<Option<Held>, Error> {
        let read = |table: &Table| -> Result<_, Failure> {
            let Some(stored) = table.0.get(key.as_bytes()).map_err(refused)? else {
                return Ok(None);
            };
            let bytes = stored.value();
            let row = decode_as::<R>(key, bytes)?;
            Ok(Some(Held::with_size(AnyRow::of(row), bytes.len())))
        };
        match guarded(|| read(table)) {
            Err(Failure::Closed) => {
                let table = self.reopened(table, reach)?;
                guarded(|| read(&table))
            }
            result => result,
        }
        .map_err(|failure| self.settle(failure))
    }

    /// Decodes a row met on a walk.
    pub(super) fn decode<R: Row>(&self, stored: &Stored) -> Result<R, Error> {
        decode_as(&stored.key, stored.value()).map_err(|failure| self.settle(failure))
    }

    /// Starts over the stored rows of a span, as of the last checkpoint.
    pub(super) fn range(&self, span: &Span, descending: bool) -> Result<DiskRange<'_>, Error> {
        DiskRange::start(self, self.table(), span, descending, ANYWHERE)
    }

    /// Writes changed rows and their position in one durable transaction.
    ///
    /// Durable at once, because redb reuses the pages of an older checkpoint only after a newer
    /// one is durable, and keeps pages that are not in memory: a later sync would trade one wait
    /// of this thread, which nobody shares, for a file and a memory that grow.
    ///
    /// Gives the length of each row as written, zero for a removal, in key order. From here on
    /// reads go to the new checkpoint.
    pub(super) fn commit(&self, frozen: &Frozen) -> Result<Vec<usize>, Error> {
        let mut database = self.database.lock();
        if self.is_read_only() {
            // There may be room by now.
            self.reopen(&mut database)
                .map_err(|failure| self.settle(failure))?;
        }
        let attempt = |database: &Option<Database>| {
            self.unless_condemned()?;
            self.unless_read_only()?;
            let database = database.as_ref().ok_or(Failure::Closed)?;
            guarded(|| write(database, frozen))
        };
        let mut result = attempt(&database);
        if matches!(result, Err(Failure::Closed)) {
            result = self.reopen(&mut database).and_then(|_| attempt(&database));
        }
        if let Err(Failure::Io(_)) = result
            && self.unless_read_only().is_ok()
        {
            // redb refuses everything after a failed write. Opened anew, the file serves reads,
            // and if that fails too, whoever needs it next tries again.
            let _ = self.reopen(&mut database);
        }
        let (table, encoded_bytes) = result.map_err(|failure| self.settle(failure))?;
        self.durable.store(frozen.position.get(), Ordering::Release);
        self.publish(table);
        Ok(encoded_bytes)
    }

    /// Gives the snapshot reads go through.
    pub(super) fn table(&self) -> Table {
        self.table.read().clone()
    }

    /// Sends reads through `table` from now on.
    fn publish(&self, table: Table) {
        *self.table.write() = table;
    }

    /// Opens the file anew after reads through `closed` were refused, unless someone else has; an
    /// error when it is beyond `reach` by now.
    pub(super) fn reopened(&self, closed: &Table, reach: Position) -> Result<Table, Error> {
        let mut database = self.database.lock();
        let current = self.table();
        let table = if Arc::ptr_eq(&current.0, &closed.0) {
            self.reopen(&mut database)
                .map_err(|failure| self.settle(failure))?
        } else {
            current
        };
        if self.durable.load(Ordering::Acquire) > reach.get() {
            return Err(self.settle(Failure::Closed));
        }
        Ok(table)
    }

    fn reopen(&self, database: &mut Option<Database>) -> Result<Table, Failure> {
        self.unless_condemned()?;
        close(database)?;
        let found = open_existing(&self.path, &self.options)?
            .map_err(|reason| Failure::Corrupt(reason.to_string()))?;
        if found.position.get() < self.durable.load(Ordering::Acquire) {
            return Err(Failure::Corrupt("it lost a checkpoint".to_owned()));
        }
        self.is_read_only
            .store(found.is_read_only, Ordering::Release);
        self.durable.store(found.position.get(), Ordering::Release);
        *database = Some(found.database);
        self.publish(found.table.clone());
        Ok(found.table)
    }

    fn unless_read_only(&self) -> Result<(), Failure> {
        match self.is_read_only() {
            true => Err(Failure::Io(Errno::NOSPC.into())),
            false => Ok(()),
        }
    }

    fn unless_condemned(&self) -> Result<(), Failure> {
        if self.is_condemned() {
            return Err(Failure::Corrupt("damage was found before".to_owned()));
        }
        Ok(())
    }

    /// Turns a failure into an error, setting the file aside when that is what the next open needs.
    pub(super) fn settle(&self, failure: Failure) -> Error {
        if matches!(failure, Failure::Corrupt(_))
            && !self.condemned.swap(true, Ordering::AcqRel)
            && !self.stays
        {
            // Left in place it would be resumed and fail again; gone already is as good.
            if let Ok(aside) = files::set_aside(&self.path) {
                let _ = self.aside.set(aside);
            }
        }
        error_of(&self.path, failure)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Nobody is left to tell. What was checkpointed is durable, and a file that cannot even be
        // closed shows its damage to the next open.
        let _ = close(self.database.get_mut());
    }
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disk")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// Makes way for a new file: a damaged one is kept for people to look at.
fn discard(path: &Path, reason: &Unusable) -> io::Result<Option<PathBuf>> {
    match reason {
        Unusable::Unreadable { .. } => files::set_aside(path).map(Some),
        Unusable::OtherSchema { .. } | Unusable::OtherLog { .. } | Unusable::OtherLayout => {
            files::remove(path).map(|()| None)
        }
    }
}

fn decode_as<R: Row>(key: &Key, bytes: &[u8]) -> Result<R, Failure> {
    decode(bytes)
        .map_err(|error| Failure::Corrupt(format!("the row at {key:?} does not decode: {error}")))
}

fn error_of(path: &Path, failure: Failure) -> Error {
    let path = path.to_owned();
    match failure {
        Failure::InUse => Error::InUse { path },
        Failure::Io(source) => Error::Io { path, source },
        Failure::Closed => Error::Io {
            path,
            source: io::Error::other("closed after an earlier failure"),
        },
        Failure::Corrupt(reason) => Error::Corrupt { path, reason },
        Failure::Unencodable { table, reason } => Error::Unencodable { table, reason },
    }
}
