//! The file: every row as of the last checkpoint, in redb.
//!
//! Owns the tables in it, its identity, the one snapshot reads go through, and getting over an I/O
//! error. Does not know the layers above, or types of rows beyond decoding them.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::{Mutex, RwLock};
use redb::{
    AccessGuard, Database, Durability, Range, ReadOnlyTable, ReadTransaction, ReadableDatabase,
    TableDefinition,
};

use crate::domain::Position;
use crate::domain::rows::{AnyRow, Key, Row, Span, decode};

use super::failure::{Failure, guarded, refused};
use super::layers::{Frozen, Held};
use super::{Error, Opened, Options};

/// Rows by key. The number is the layout's version: a file without this table is of another one.
const ROWS: TableDefinition<&[u8], &[u8]> = TableDefinition::new("rows.1");

/// Whose rows they are, and at which position.
const META: TableDefinition<&str, &[u8]> = TableDefinition::new("meta.1");
const SCHEMA: &str = "schema";
const LOG_ID: &str = "log_id";
const POSITION: &str = "position";

type RowsTable = ReadOnlyTable<&'static [u8], &'static [u8]>;

/// Why a file could not serve.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Its rows are of other types.
    #[error("its rows are of schema {found}")]
    OtherSchema {
        /// The schema it has.
        found: u32,
    },
    /// Its rows are folded from another log.
    #[error("its rows are of log {found:?}")]
    OtherLog {
        /// The log it names.
        found: String,
    },
    /// It is damaged, of another layout, or no store file at all.
    #[error("it is unreadable: {reason}")]
    Unreadable {
        /// What stands against reading it.
        reason: String,
    },
}

/// The rows of one checkpoint, as they were when it was made.
#[derive(Clone)]
pub(super) struct Table(Arc<RowsTable>);

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Table")
    }
}

/// A checkpoint in the file.
pub(super) struct Committed {
    pub(super) table: Table,
    /// The length of each row as written, zero for a removal, in key order.
    pub(super) encoded_bytes: Vec<usize>,
}

/// One open file.
pub(super) struct Disk {
    path: PathBuf,
    options: Options,
    /// `None` while the file could not be opened again after a failure. Held for the whole of a
    /// commit.
    database: Mutex<Option<Database>>,
    /// The snapshot reads go through. Holding it costs a checkpoint's worth of space in the file,
    /// and saves each read the opening of a transaction and a table.
    table: RwLock<Table>,
    /// The position the file is known to have reached.
    durable: AtomicU64,
    /// Set once damage was found and the file removed.
    condemned: AtomicBool,
}

/// A file that was opened and belongs to us.
struct Found {
    database: Database,
    table: Table,
    position: Position,
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
                    fs::remove_file(path).map_err(Failure::Io).map_err(failed)?;
                    let found = create(path, options).map_err(failed)?;
                    (found, Opened::Discarded { reason })
                }
            }
        };
        let disk = Self {
            path: path.to_owned(),
            options: options.clone(),
            database: Mutex::new(Some(found.database)),
            table: RwLock::new(found.table),
            durable: AtomicU64::new(found.position.get()),
            condemned: AtomicBool::new(false),
        };
        Ok((disk, found.position, opened))
    }

    /// Reads and decodes one row as of the last thawed checkpoint.
    pub(super) fn get<R: Row>(&self, key: &Key) -> Result<Option<Held>, Error> {
        let read = |table: &Table| -> Result<_, Failure> {
            let Some(stored) = table.0.get(key.as_bytes()).map_err(refused)? else {
                return Ok(None);
            };
            let bytes = stored.value();
            let row = decode_as::<R>(key.as_bytes(), bytes)?;
            Ok(Some(Held::with_size(AnyRow::of(row), bytes.len())))
        };
        let table = self.table();
        match guarded(|| read(&table)) {
            Err(Failure::Closed) => {
                let table = self.reopened(&table)?;
                guarded(|| read(&table))
            }
            result => result,
        }
        .map_err(|failure| self.settle(failure))
    }

    /// Decodes a row met on a walk.
    pub(super) fn decode<R: Row>(&self, key: &[u8], bytes: &[u8]) -> Result<R, Error> {
        decode_as(key, bytes).map_err(|failure| self.settle(failure))
    }

    /// Starts over the stored rows of a span, as of the last thawed checkpoint.
    pub(super) fn range(&self, span: &Span, descending: bool) -> Result<DiskRange<'_>, Error> {
        DiskRange::start(self, self.table(), span, descending, true)
    }

    /// Writes changed rows and their position in one durable transaction.
    ///
    /// Durable at once, because redb reuses the pages of an older checkpoint only after a newer
    /// one is durable, and keeps pages that are not in memory: a later sync would trade one wait
    /// of this thread, which nobody shares, for a file and a memory that grow.
    pub(super) fn commit(&self, frozen: &Frozen) -> Result<Committed, Error> {
        let mut database = self.database.lock();
        let attempt = |database: &Option<Database>| match database {
            _ if self.condemned.load(Ordering::Acquire) => Err(Failure::Closed),
            Some(database) => guarded(|| write(database, frozen)),
            None => Err(Failure::Closed),
        };
        let mut result = attempt(&database);
        if matches!(result, Err(Failure::Closed)) {
            result = self.reopen(&mut database).and_then(|_| attempt(&database));
        }
        if let Err(Failure::Io(_)) = result {
            // redb refuses everything after a failed write. Opened anew, the file serves reads,
            // and if that fails too, whoever needs it next tries again.
            let _ = self.reopen(&mut database);
        }
        let committed = result.map_err(|failure| self.settle(failure))?;
        self.durable.store(frozen.position.get(), Ordering::Release);
        Ok(committed)
    }

    /// Gives the snapshot reads go through.
    pub(super) fn table(&self) -> Table {
        self.table.read().clone()
    }

    /// Sends reads through `table` from now on.
    pub(super) fn publish(&self, table: Table) {
        *self.table.write() = table;
    }

    /// Opens the file anew after reads through `closed` were refused, unless someone else has.
    fn reopened(&self, closed: &Table) -> Result<Table, Error> {
        let mut database = self.database.lock();
        let current = self.table();
        if !Arc::ptr_eq(&current.0, &closed.0) {
            return Ok(current);
        }
        self.reopen(&mut database)
            .map_err(|failure| self.settle(failure))
    }

    fn reopen(&self, database: &mut Option<Database>) -> Result<Table, Failure> {
        if self.condemned.load(Ordering::Acquire) {
            return Err(Failure::Corrupt("damage was found before".to_owned()));
        }
        // The lock on the file goes with the old handle.
        *database = None;
        let found = open_existing(&self.path, &self.options)?
            .map_err(|reason| Failure::Corrupt(reason.to_string()))?;
        if found.position.get() < self.durable.load(Ordering::Acquire) {
            return Err(Failure::Corrupt("it lost a checkpoint".to_owned()));
        }
        *database = Some(found.database);
        self.publish(found.table.clone());
        Ok(found.table)
    }

    /// Turns a failure into an error, removing the file when that is what the next open needs.
    fn settle(&self, failure: Failure) -> Error {
        if matches!(failure, Failure::Corrupt(_)) && !self.condemned.swap(true, Ordering::AcqRel) {
            // Left in place it would be resumed and fail again; gone already is as good.
            let _ = fs::remove_file(&self.path);
        }
        error_of(&self.path, failure)
    }
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disk")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// A stored row: its key and its encoding, where redb has them.
pub(super) struct Stored {
    key: AccessGuard<'static, &'static [u8]>,
    value: AccessGuard<'static, &'static [u8]>,
}

impl Stored {
    pub(super) fn key(&self) -> &[u8] {
        self.key.value()
    }

    pub(super) fn value(&self) -> &[u8] {
        self.value.value()
    }
}

/// The stored rows of a span, one after the other.
pub(super) struct DiskRange<'a> {
    disk: &'a Disk,
    table: Table,
    rest: Span,
    descending: bool,
    /// Whether to go on through a newer handle when the file was opened anew.
    live: bool,
    range: Range<'static, &'static [u8], &'static [u8]>,
}

impl<'a> DiskRange<'a> {
    /// Starts over the rows of one snapshot and no other.
    pub(super) fn pinned(
        disk: &'a Disk,
        table: Table,
        span: &Span,
        descending: bool,
    ) -> Result<Self, Error> {
        Self::start(disk, table, span, descending, false)
    }

    fn start(
        disk: &'a Disk,
        mut table: Table,
        span: &Span,
        descending: bool,
        live: bool,
    ) -> Result<Self, Error> {
        let range = match guarded(|| range_of(&table, span)) {
            Err(Failure::Closed) if live => {
                table = disk.reopened(&table)?;
                guarded(|| range_of(&table, span))
            }
            result => result,
        }
        .map_err(|failure| disk.settle(failure))?;
        Ok(Self {
            disk,
            table,
            rest: span.clone(),
            descending,
            live,
            range,
        })
    }

    pub(super) fn next(&mut self) -> Result<Option<Stored>, Error> {
        let stored = match guarded(|| self.step()) {
            Err(Failure::Closed) if self.live => {
                self.table = self.disk.reopened(&self.table)?;
                guarded(|| {
                    self.range = range_of(&self.table, &self.rest)?;
                    self.step()
                })
            }
            result => result,
        }
        .map_err(|failure| self.disk.settle(failure))?;
        if let (Some(stored), true) = (&stored, self.live) {
            let rest = self.rest.clone();
            self.rest = rest.after(&Key::from_bytes(stored.key()), self.descending);
        }
        Ok(stored)
    }

    fn step(&mut self) -> Result<Option<Stored>, Failure> {
        let next = if self.descending {
            self.range.next_back()
        } else {
            self.range.next()
        };
        let (key, value) = match next {
            Some(entry) => entry.map_err(refused)?,
            None => return Ok(None),
        };
        Ok(Some(Stored { key, value }))
    }
}

fn range_of(
    table: &Table,
    span: &Span,
) -> Result<Range<'static, &'static [u8], &'static [u8]>, Failure> {
    table.0.range::<&[u8]>(span.bounds()).map_err(refused)
}

fn is_missing_or_empty(path: &Path) -> io::Result<bool> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(metadata.is_file() && metadata.len() == 0),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

fn create(path: &Path, options: &Options) -> Result<Found, Failure> {
    guarded(|| {
        let database = builder(options).create(path).map_err(refused)?;
        let transaction = database.begin_write().map_err(refused)?;
        {
            transaction.open_table(ROWS).map_err(refused)?;
            let mut meta = transaction.open_table(META).map_err(refused)?;
            let schema = options.schema.to_be_bytes();
            let position = Position::START.get().to_be_bytes();
            for (name, value) in [
                (SCHEMA, schema.as_slice()),
                (LOG_ID, options.log_id.as_bytes()),
                (POSITION, position.as_slice()),
            ] {
                meta.insert(name, value).map_err(refused)?;
            }
        }
        transaction.commit().map_err(refused)?;
        Ok(Found {
            table: rows_of(&begin_read(&database)?)?,
            database,
            position: Position::START,
        })
    })
}

/// Opens a file that is there. The inner error tells why it is of no use.
fn open_existing(path: &Path, options: &Options) -> Result<Result<Found, Unusable>, Failure> {
    let opened = guarded(|| {
        let database = builder(options).open(path).map_err(refused)?;
        let transaction = begin_read(&database)?;
        let (schema, log_id, position) = identity(&transaction)?;
        if schema != options.schema {
            return Ok(Err(Unusable::OtherSchema { found: schema }));
        }
        if log_id != options.log_id {
            return Ok(Err(Unusable::OtherLog { found: log_id }));
        }
        Ok(Ok(Found {
            table: rows_of(&transaction)?,
            database,
            position,
        }))
    });
    match opened {
        Err(Failure::Corrupt(reason)) => Ok(Err(Unusable::Unreadable { reason })),
        opened => opened,
    }
}

fn builder(options: &Options) -> redb::Builder {
    let mut builder = Database::builder();
    builder.set_cache_size(options.redb_cache_bytes);
    builder
}

fn begin_read(database: &Database) -> Result<ReadTransaction, Failure> {
    database.begin_read().map_err(refused)
}

fn rows_of(transaction: &ReadTransaction) -> Result<Table, Failure> {
    let table = transaction.open_table(ROWS).map_err(refused)?;
    Ok(Table(Arc::new(table)))
}

fn identity(transaction: &ReadTransaction) -> Result<(u32, String, Position), Failure> {
    let meta = transaction.open_table(META).map_err(refused)?;
    let read = |name: &str| -> Result<Vec<u8>, Failure> {
        let value = meta.get(name).map_err(refused)?;
        let value = value.ok_or_else(|| Failure::Corrupt(format!("it has no {name}")))?;
        Ok(value.value().to_vec())
    };
    let odd = |name: &str| Failure::Corrupt(format!("its {name} is malformed"));
    let schema = read(SCHEMA)?.try_into().map_err(|_| odd(SCHEMA))?;
    let log_id = String::from_utf8(read(LOG_ID)?).map_err(|_| odd(LOG_ID))?;
    let position = read(POSITION)?.try_into().map_err(|_| odd(POSITION))?;
    Ok((
        u32::from_be_bytes(schema),
        log_id,
        Position::new(u64::from_be_bytes(position)),
    ))
}

fn write(database: &Database, frozen: &Frozen) -> Result<Committed, Failure> {
    let mut transaction = database.begin_write().map_err(refused)?;
    transaction
        .set_durability(Durability::Immediate)
        .map_err(refused)?;
    // Costs each checkpoint a little, and spares a restart after a kill the walk of the whole file.
    transaction.set_quick_repair(true);
    let mut encoded_bytes = Vec::with_capacity(frozen.rows.len());
    {
        let mut rows = transaction.open_table(ROWS).map_err(refused)?;
        let mut buffer = Vec::new();
        for (key, slot) in frozen.rows.iter() {
            buffer.clear();
            match slot {
                Some(held) => {
                    held.encode(&mut buffer)
                        .map_err(|error| Failure::Unencodable {
                            table: key.table(),
                            reason: error.to_string(),
                        })?;
                    rows.insert(key.as_bytes(), buffer.as_slice())
                        .map_err(refused)?;
                }
                None => {
                    rows.remove(key.as_bytes()).map_err(refused)?;
                }
            }
            encoded_bytes.push(buffer.len());
        }
        let position = frozen.position.get().to_be_bytes();
        transaction
            .open_table(META)
            .map_err(refused)?
            .insert(POSITION, position.as_slice())
            .map_err(refused)?;
    }
    transaction.commit().map_err(refused)?;
    let table = rows_of(&begin_read(database)?)?;
    Ok(Committed {
        table,
        encoded_bytes,
    })
}

fn decode_as<R: Row>(key: &[u8], bytes: &[u8]) -> Result<R, Failure> {
    decode(bytes).map_err(|error| {
        Failure::Corrupt(format!(
            "the row at {} does not decode: {error}",
            Key::from_bytes(key).as_bytes().escape_ascii()
        ))
    })
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
