//! Subscriptions: the positions up to which named consumers have processed events.
//!
//! Owns one small file beside the log. The file is not a fold, because acknowledgements are not
//! events: events are facts about campaigns, and a consumer that wrote an event for each event that
//! it reads would never end. So the file cannot be rebuilt. If it is lost, only the positions of
//! consumers are lost. Does not know what a consumer follows: that is stored as the bytes that the
//! caller passes.
//!
//! All rows are in memory too, and each has a checksum in the file. Damage of the file is found
//! when it is opened. The file is then renamed and an empty one is made. Consumers get the error
//! that their name is unknown, so they begin again: a wrong position would make them miss events.

use std::collections::BTreeMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use redb::backends::{FileBackend, InMemoryBackend};
use redb::{Builder, Database, ReadableDatabase, ReadableTable, TableDefinition};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::domain::{Position, SubscriptionId, Timestamp};
use crate::files;

/// Most subscriptions: a list of them fits one answer.
pub const MAX_SUBSCRIPTIONS: usize = 1_000;
/// Most subscriptions of one group, such as a brand: ten groups must use all of theirs before
/// another group finds no room.
pub const MAX_SUBSCRIPTIONS_OF_GROUP: usize = 100;
/// Memory for pages of the file, which has only a few.
const CACHE_BYTES: usize = 1 << 20;

/// The number is the version of the layout. A value is a checksum followed by the row.
const TABLE: TableDefinition<&str, &[u8]> = TableDefinition::new("subscriptions.2");

/// Length of a row's checksum: random damage stays undetected once in 2^64 cases.
const CHECKSUM_BYTES: usize = 8;

/// Why the file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system refused.
    #[error("the subscriptions file {} could not be read or written", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        #[source]
        source: io::Error,
    },
    /// The file is damaged; the next start renames it.
    #[error("the subscriptions file {} is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// A named consumer of events.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Subscription {
    /// What the consumer follows, encoded.
    pub followed: Vec<u8>,
    /// The consumer has processed everything up to this position.
    pub acknowledged: Position,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the position last moved.
    pub acknowledged_at: Option<Timestamp>,
}

/// The result of making a subscription.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Made {
    /// It was made, or it exists and follows the same.
    Stands(Subscription),
    /// It exists and follows something else.
    Differs,
    /// There are [`MAX_SUBSCRIPTIONS`] already.
    Full,
    /// Its group has [`MAX_SUBSCRIPTIONS_OF_GROUP`] already.
    GroupFull,
}

/// The file of subscriptions. A change is durable when its call returns. Cheap to clone.
#[derive(Clone)]
pub struct Subscriptions(Arc<Mutex<State>>);

struct State {
    path: PathBuf,
    database: Database,
    rows: BTreeMap<String, Subscription>,
}

impl Subscriptions {
    /// Opens the file or creates it. A damaged file is renamed and a new one is created.
    ///
    /// # Errors
    /// [`Error::Io`] when the system refuses, or another process has the file open.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let io = |source| io_error(path, source);
        if !path.try_exists().map_err(io)? {
            create(path, &BTreeMap::new())?;
        }
        let state = match open(path) {
            Err(Error::Damaged { reason, .. }) => {
                warn_set_aside(path, &reason, "named consumers must begin again")?;
                create(path, &BTreeMap::new())?;
                open(path)?
            }
            opened => opened?,
        };
        Ok(Self(Arc::new(Mutex::new(state))))
    }

    /// Creates subscriptions without a file, for tests and tools.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn in_memory() -> Result<Self, Error> {
        let path = Path::new("in memory");
        let memory = InMemoryBackend::new();
        let database = Builder::new().create_with_backend(memory);
        let database = database.map_err(|error| refused(path, error))?;
        write(path, &database, &|_| Ok(()))?;
        Ok(Self(Arc::new(Mutex::new(State {
            path: path.to_owned(),
            database,
            rows: BTreeMap::new(),
        }))))
    }

    /// Makes a subscription, or finds the one with that name. `group_of` returns the group of a
    /// subscription: each group may have [`MAX_SUBSCRIPTIONS_OF_GROUP`].
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn make<G: PartialEq>(
        &self,
        name: &SubscriptionId,
        made: Subscription,
        group_of: impl Fn(&Subscription) -> G,
    ) -> Result<Made, Error> {
        let mut state = self.0.lock();
        if let Some(there) = state.rows.get(name.as_str()) {
            return Ok(match there.followed == made.followed {
                true => Made::Stands(there.clone()),
                false => Made::Differs,
            });
        }
        let group = group_of(&made);
        let is_of_group = |one: &&Subscription| group_of(one) == group;
        if state.rows.values().filter(is_of_group).count() >= MAX_SUBSCRIPTIONS_OF_GROUP {
            return Ok(Made::GroupFull);
        }
        if state.rows.len() >= MAX_SUBSCRIPTIONS {
            return Ok(Made::Full);
        }
        state.keep(name, made.clone())?;
        Ok(Made::Stands(made))
    }

    /// Records that the consumer has processed everything up to a position. The position never
    /// decreases. Returns `None` if there is no such subscription.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn acknowledge(
        &self,
        name: &SubscriptionId,
        position: Position,
        now: Timestamp,
    ) -> Result<Option<Position>, Error> {
        let mut state = self.0.lock();
        let Some(there) = state.rows.get(name.as_str()) else {
            return Ok(None);
        };
        // Without a change, nothing is written.
        if position <= there.acknowledged {
            return Ok(Some(there.acknowledged));
        }
        let acknowledged = Subscription {
            acknowledged: position,
            acknowledged_at: Some(now),
            ..there.clone()
        };
        state.keep(name, acknowledged)?;
        Ok(Some(position))
    }

    /// Finds a subscription.
    pub fn find(&self, name: &SubscriptionId) -> Option<Subscription> {
        self.0.lock().rows.get(name.as_str()).cloned()
    }

    /// Lists all subscriptions, by name.
    pub fn list(&self) -> Vec<(String, Subscription)> {
        let state = self.0.lock();
        let rows = state.rows.iter();
        rows.map(|(name, one)| (name.clone(), one.clone()))
            .collect()
    }

    /// Deletes a subscription. Returns whether there was one.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn delete(&self, name: &SubscriptionId) -> Result<bool, Error> {
        let mut state = self.0.lock();
        if !state.rows.contains_key(name.as_str()) {
            return Ok(false);
        }
        state.write(|table| table.remove(name.as_str()).map(|_| ()))?;
        state.rows.remove(name.as_str());
        Ok(true)
    }
}

impl State {
    /// Makes a row durable, and then visible.
    fn keep(&mut self, name: &SubscriptionId, row: Subscription) -> Result<(), Error> {
        let name = name.as_str();
        let value = encode(&self.path, name, &row)?;
        self.write(|table| table.insert(name, value.as_slice()).map(|_| ()))?;
        self.rows.insert(name.to_owned(), row);
        Ok(())
    }

    /// Changes the table in one durable transaction.
    fn write(
        &mut self,
        change: impl Fn(&mut Table<'_>) -> Result<(), redb::StorageError>,
    ) -> Result<(), Error> {
        match write(&self.path, &self.database, &change) {
            // All rows are in memory, so a new file is written from them.
            Err(Error::Damaged { reason, .. }) => {
                warn_set_aside(&self.path, &reason, "a new one is written")?;
                create(&self.path, &self.rows)?;
                self.database = open_database(&self.path)?;
                write(&self.path, &self.database, &change)
            }
            Err(failed) => {
                // redb refuses writes after a failed one, so the file is reopened for the next
                // write.
                if let Ok(again) = open_database(&self.path) {
                    self.database = again;
                }
                Err(failed)
            }
            Ok(()) => Ok(()),
        }
    }
}

type Table<'a> = redb::Table<'a, &'static str, &'static [u8]>;

fn write(
    path: &Path,
    database: &Database,
    change: &dyn Fn(&mut Table<'_>) -> Result<(), redb::StorageError>,
) -> Result<(), Error> {
    guarded(path, || {
        let transaction = database.begin_write().map_err(|e| refused(path, e))?;
        let mut table = transaction
            .open_table(TABLE)
            .map_err(|e| refused(path, e))?;
        change(&mut table).map_err(|e| refused(path, e))?;
        drop(table);
        transaction.commit().map_err(|e| refused(path, e))
    })
}

fn warn_set_aside(path: &Path, reason: &str, what_now: &str) -> Result<(), Error> {
    let aside = files::set_aside(path).map_err(|source| io_error(path, source))?;
    let (path, aside) = (path.display(), aside.display());
    tracing::warn!(%path, %aside, reason, "the subscriptions file is damaged and was renamed: {what_now}");
    Ok(())
}

/// Writes these rows to a file under a temporary name, and renames it once it is complete.
fn create(path: &Path, rows: &BTreeMap<String, Subscription>) -> Result<(), Error> {
    let io = |source| io_error(path, source);
    let draft = files::draft_of(path);
    let file = files::create(&draft).map_err(io)?;
    let backend = FileBackend::new(file).map_err(|e| refused(path, e))?;
    let database = builder().create_with_backend(backend);
    let database = database.map_err(|e| refused(path, e))?;
    let values = rows
        .iter()
        .map(|(name, row)| Ok((name.as_str(), encode(path, name, row)?)));
    let values = values.collect::<Result<Vec<_>, Error>>()?;
    write(path, &database, &|table| {
        for (name, value) in &values {
            table.insert(*name, value.as_slice())?;
        }
        Ok(())
    })?;
    drop(database);
    files::put_in_place(&draft, path).map_err(io)
}

fn open(path: &Path) -> Result<State, Error> {
    let database = open_database(path)?;
    let rows = guarded(path, || rows_in(path, &database))?;
    Ok(State {
        path: path.to_owned(),
        database,
        rows,
    })
}

fn open_database(path: &Path) -> Result<Database, Error> {
    guarded(path, || builder().open(path).map_err(|e| refused(path, e)))
}

fn builder() -> Builder {
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE_BYTES);
    builder
}

fn rows_in(path: &Path, database: &Database) -> Result<BTreeMap<String, Subscription>, Error> {
    let transaction = database.begin_read().map_err(|e| refused(path, e))?;
    let table = transaction.open_table(TABLE);
    let table = table.map_err(|e| refused(path, e))?;
    let mut rows = BTreeMap::new();
    for entry in table.iter().map_err(|e| refused(path, e))? {
        let (name, value) = entry.map_err(|e| refused(path, e))?;
        let row = decode(path, name.value(), value.value())?;
        rows.insert(name.value().to_owned(), row);
    }
    Ok(rows)
}

fn encode(path: &Path, name: &str, row: &Subscription) -> Result<Vec<u8>, Error> {
    let bytes = postcard::to_stdvec(row).map_err(|error| damaged(path, error))?;
    let mut value = checksum(name, &bytes).to_vec();
    value.extend_from_slice(&bytes);
    Ok(value)
}

fn decode(path: &Path, name: &str, value: &[u8]) -> Result<Subscription, Error> {
    let (stored, bytes) = value
        .split_first_chunk()
        .ok_or_else(|| damaged(path, "a row is too short"))?;
    if *stored != checksum(name, bytes) {
        return Err(damaged(path, format!("row {name:?} has a wrong checksum")));
    }
    postcard::from_bytes(bytes).map_err(|error| damaged(path, error))
}

fn checksum(name: &str, row: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let mut hash = Sha256::new();
    // The length separates the name from the row.
    hash.update((name.len() as u64).to_be_bytes());
    hash.update(name);
    hash.update(row);
    let mut checksum = [0; CHECKSUM_BYTES];
    checksum.copy_from_slice(&hash.finalize()[..CHECKSUM_BYTES]);
    checksum
}

/// Calls into redb, which may panic on a damaged file.
fn guarded<T>(path: &Path, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(damaged(
            path,
            "the storage engine panicked while reading it",
        ))
    })
}

fn refused(path: &Path, error: impl Into<redb::Error>) -> Error {
    let is_damage = |error: &io::Error| {
        let kind = error.kind();
        matches!(
            kind,
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
        )
    };
    match error.into() {
        redb::Error::Io(source) if !is_damage(&source) => io_error(path, source),
        error @ (redb::Error::DatabaseAlreadyOpen
        | redb::Error::DatabaseClosed
        | redb::Error::PreviousIo) => io_error(path, io::Error::other(error)),
        error => damaged(path, error),
    }
}

fn io_error(path: &Path, source: io::Error) -> Error {
    Error::Io {
        path: path.to_owned(),
        source,
    }
}

fn damaged(path: &Path, reason: impl std::fmt::Display) -> Error {
    Error::Damaged {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}

#[cfg(test)]
mod tests;
