//! The store's file: its tables, its identity, and the operations on the whole file.
//!
//! Owns the layout inside redb. Does not know how long a file stays open or what follows from a
//! failure.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use redb::backends::InMemoryBackend;
use redb::{
    Database, Durability, ReadOnlyTable, ReadTransaction, ReadableDatabase, TableDefinition,
};

use crate::domain::Position;
use crate::files;

use super::Options;
use super::failure::{Failure, guarded, refused};
use super::layers::Frozen;
use super::overlay::Overlay;
use super::pages::{Pages, Refused};

/// Rows by key. The number is the version of the layout: a file without this table has another
/// layout.
const ROWS: TableDefinition<&[u8], &[u8]> = TableDefinition::new("rows.1");

/// The log and the schema of the rows, and their position.
const META: TableDefinition<&str, &[u8]> = TableDefinition::new("meta.1");
const SCHEMA: &str = "schema";
const LOG_ID: &str = "log_id";
const POSITION: &str = "position";

type RowsTable = ReadOnlyTable<&'static [u8], &'static [u8]>;

/// Why a file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Its rows have other types.
    #[error("its rows are of schema {found:016x}")]
    OtherSchema {
        /// The schema it has.
        found: u64,
    },
    /// Its rows are folded from another log.
    #[error("its rows are of log {found:?}")]
    OtherLog {
        /// The log it names.
        found: String,
    },
    /// Another version of this program wrote it, in another layout.
    #[error("it is of another layout")]
    OtherLayout,
    /// It is damaged or is not a store file.
    #[error("it is unreadable: {reason}")]
    Unreadable {
        /// Why it cannot be read.
        reason: String,
    },
}

impl Unusable {
    /// Returns whether the file is damaged.
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Unreadable { .. } => true,
            Self::OtherSchema { .. } | Self::OtherLog { .. } | Self::OtherLayout => false,
        }
    }
}

/// The rows of one checkpoint.
#[derive(Clone)]
pub(super) struct Table(pub(super) Arc<RowsTable>);

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Table")
    }
}

/// An opened file whose rows belong to this store.
pub(super) struct Found {
    pub(super) database: Database,
    pub(super) table: Table,
    pub(super) position: Position,
    /// Whether it can be read but not written, because the disk is full.
    pub(super) is_read_only: bool,
}

pub(super) fn is_missing_or_empty(path: &Path) -> io::Result<bool> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(metadata.is_file() && metadata.len() == 0),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

/// Creates the file under a temporary name and renames it once it is complete.
pub(super) fn create(path: &Path, options: &Options) -> Result<Found, Failure> {
    let draft = files::draft_of(path);
    let file = files::create(&draft).map_err(Failure::Io)?;
    let pages = Pages::over(file).map_err(|refused| match refused {
        Refused::InUse => Failure::InUse,
        Refused::OtherLayout => Failure::Corrupt("it is not empty".to_owned()),
        Refused::Io(error) => Failure::Io(error),
    })?;
    let found = guarded(|| {
        let database = builder(options).create_with_backend(pages);
        begin(database.map_err(refused)?, options)
    })?;
    drop(found.table);
    close(&mut Some(found.database))?;
    files::put_in_place(&draft, path).map_err(Failure::Io)?;
    open_existing(path, options)?
        .map_err(|reason| Failure::Corrupt(format!("it was just made: {reason}")))
}

/// Creates a database in memory.
pub(super) fn create_nowhere(options: &Options) -> Result<Found, Failure> {
    guarded(|| {
        let database = builder(options).create_with_backend(InMemoryBackend::new());
        begin(database.map_err(refused)?, options)
    })
}

fn begin(database: Database, options: &Options) -> Result<Found, Failure> {
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
        is_read_only: false,
    })
}

/// Opens an existing file. The inner error says why it cannot be used. If the disk has no room for
/// what opening writes, the file is opened for reading only.
pub(super) fn open_existing(
    path: &Path,
    options: &Options,
) -> Result<Result<Found, Unusable>, Failure> {
    let in_file = |pages: Pages| builder(options).create_with_backend(pages).map_err(refused);
    let in_memory = |pages: Pages| {
        let overlay = Overlay::over(pages).map_err(Failure::Io)?;
        let database = builder(options).create_with_backend(overlay);
        database.map_err(refused)
    };
    match open_with(path, options, in_file) {
        Err(Failure::Io(error)) if is_full(&error) => {}
        opened => return opened,
    }
    let opened = open_with(path, options, in_memory)?;
    Ok(opened.map(|found| Found {
        is_read_only: true,
        ..found
    }))
}

/// Returns whether the error means that the disk is full.
fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

fn open_with(
    path: &Path,
    options: &Options,
    open: impl FnOnce(Pages) -> Result<Database, Failure>,
) -> Result<Result<Found, Unusable>, Failure> {
    let opened = OpenOptions::new().read(true).write(true).open(path);
    let pages = match Pages::over(opened.map_err(Failure::Io)?) {
        Ok(pages) => pages,
        Err(Refused::InUse) => return Err(Failure::InUse),
        Err(Refused::OtherLayout) => return Ok(Err(unknown_layout(path)?)),
        Err(Refused::Io(error)) => return Err(Failure::Io(error)),
    };
    let opened = guarded(|| {
        let database = open(pages)?;
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
            is_read_only: false,
        }))
    });
    match opened {
        Err(Failure::Corrupt(reason)) => Ok(Err(Unusable::Unreadable { reason })),
        opened => opened,
    }
}

/// The first bytes of a file of a version without checksums.
const BARE_REDB: &[u8] = b"redb\x1a\x0a";

/// Distinguishes a file of an earlier version from a damaged one.
fn unknown_layout(path: &Path) -> Result<Unusable, Failure> {
    let mut start = Vec::new();
    let file = File::open(path).map_err(Failure::Io)?;
    let read = file.take(BARE_REDB.len() as u64).read_to_end(&mut start);
    read.map_err(Failure::Io)?;
    Ok(match start == BARE_REDB {
        true => Unusable::OtherLayout,
        false => Unusable::Unreadable {
            reason: "it does not begin like one".to_owned(),
        },
    })
}

/// Closes the file and releases its lock. Damage found while closing is a failure.
pub(super) fn close(database: &mut Option<Database>) -> Result<(), Failure> {
    let database = database.take();
    guarded(|| {
        drop(database);
        Ok(())
    })
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

fn identity(transaction: &ReadTransaction) -> Result<(u64, String, Position), Failure> {
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
        u64::from_be_bytes(schema),
        log_id,
        Position::new(u64::from_be_bytes(position)),
    ))
}

pub(super) fn write(database: &Database, frozen: &Frozen) -> Result<(Table, Vec<usize>), Failure> {
    let mut transaction = database.begin_write().map_err(refused)?;
    transaction
        .set_durability(Durability::Immediate)
        .map_err(refused)?;
    // This costs each checkpoint a little, but a restart after a kill need not walk the whole file.
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
    Ok((table, encoded_bytes))
}
