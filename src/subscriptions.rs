//! Subscriptions: how far consumers with a name have come, kept for them.
//!
//! Owns one small file beside the log. It is no fold: what a consumer has acknowledged is in no
//! event, for events are facts about campaigns, and a consumer that wrote one for each event it has
//! read would never come to an end. So the file is not rebuilt, and losing it loses where consumers
//! stood, nothing else. Does not know what is followed: that is kept as the bytes it came in.

use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use serde::{Deserialize, Serialize};

use crate::domain::{Position, SubscriptionId, Timestamp};

/// Most subscriptions: a list of them fits one answer.
pub const MAX_SUBSCRIPTIONS: usize = 1_000;
/// Memory for pages of the file: it has a few.
const CACHE_BYTES: usize = 1 << 20;

/// The number is the layout's version.
const TABLE: TableDefinition<&str, &[u8]> = TableDefinition::new("subscriptions.1");

/// Why the file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The storage failed.
    #[error("the file of subscriptions")]
    Storage(#[from] Box<redb::Error>),
    /// What is kept cannot be read.
    #[error("the file of subscriptions holds what is none")]
    Malformed(#[from] postcard::Error),
}

/// A named consumer of events.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Subscription {
    /// What is followed, encoded.
    pub followed: Vec<u8>,
    /// Everything up to here was taken in.
    pub acknowledged: Position,
    /// When it was made.
    pub created_at: Timestamp,
    /// When something was last acknowledged.
    pub acknowledged_at: Option<Timestamp>,
}

/// What became of making a subscription.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Made {
    /// It was made, or is there and follows the same.
    Stands(Subscription),
    /// It is there and follows something else.
    Differs,
    /// There are as many as there may be.
    Full,
}

/// The file of subscriptions. What is changed is durable when the call returns. Cheap to clone.
#[derive(Clone)]
pub struct Subscriptions(Arc<Mutex<Database>>);

impl Subscriptions {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let mut builder = Database::builder();
        builder.set_cache_size(CACHE_BYTES);
        let database = builder.create(path).map_err(storage)?;
        Self::with(database)
    }

    /// Begins without a file, to be forgotten.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn in_memory() -> Result<Self, Error> {
        let memory = redb::backends::InMemoryBackend::new();
        let database = Database::builder().create_with_backend(memory);
        Self::with(database.map_err(storage)?)
    }

    fn with(database: Database) -> Result<Self, Error> {
        let transaction = database.begin_write().map_err(storage)?;
        transaction.open_table(TABLE).map_err(storage)?;
        transaction.commit().map_err(storage)?;
        Ok(Self(Arc::new(Mutex::new(database))))
    }

    /// Makes a subscription, or finds the one of that name.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn make(&self, name: &SubscriptionId, made: Subscription) -> Result<Made, Error> {
        self.change(|table| {
            if let Some(there) = read(table, name.as_str())? {
                let is_same = there.followed == made.followed;
                return Ok((
                    if is_same {
                        Made::Stands(there)
                    } else {
                        Made::Differs
                    },
                    None,
                ));
            }
            let count = table.iter().map_err(storage)?.count();
            if count >= MAX_SUBSCRIPTIONS {
                return Ok((Made::Full, None));
            }
            Ok((Made::Stands(made.clone()), Some((name.as_str(), made))))
        })
    }

    /// Notes that everything up to a position was taken in; never goes back. `None` when there is no
    /// such subscription.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn acknowledge(
        &self,
        name: &SubscriptionId,
        position: Position,
        now: Timestamp,
    ) -> Result<Option<Position>, Error> {
        self.change(|table| {
            let Some(mut there) = read(table, name.as_str())? else {
                return Ok((None, None));
            };
            if position <= there.acknowledged {
                return Ok((Some(there.acknowledged), None));
            }
            there.acknowledged = position;
            there.acknowledged_at = Some(now);
            Ok((Some(position), Some((name.as_str(), there))))
        })
    }

    /// Finds a subscription.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn find(&self, name: &SubscriptionId) -> Result<Option<Subscription>, Error> {
        let mut all = self.list()?.into_iter();
        Ok(all
            .find(|(one, _)| one == name.as_str())
            .map(|(_, found)| found))
    }

    /// Lists all, by name.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn list(&self) -> Result<Vec<(String, Subscription)>, Error> {
        let transaction = self.0.lock().begin_read().map_err(storage)?;
        let table = transaction.open_table(TABLE).map_err(storage)?;
        let mut all = Vec::new();
        for entry in table.iter().map_err(storage)? {
            let (name, bytes) = entry.map_err(storage)?;
            let subscription = postcard::from_bytes(bytes.value())?;
            all.push((name.value().to_owned(), subscription));
        }
        Ok(all)
    }

    /// Forgets a subscription; tells whether there was one.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn delete(&self, name: &SubscriptionId) -> Result<bool, Error> {
        let database = self.0.lock();
        let transaction = database.begin_write().map_err(storage)?;
        let was_there = {
            let mut table = transaction.open_table(TABLE).map_err(storage)?;
            let removed = table.remove(name.as_str()).map_err(storage)?;
            removed.is_some()
        };
        transaction.commit().map_err(storage)?;
        Ok(was_there)
    }

    /// Looks at the table and changes one entry of it, in one durable transaction.
    fn change<'n, T>(
        &self,
        look: impl FnOnce(&Table<'_>) -> Result<(T, Option<(&'n str, Subscription)>), Error>,
    ) -> Result<T, Error> {
        let database = self.0.lock();
        let transaction = database.begin_write().map_err(storage)?;
        let (answer, is_changed) = {
            let mut table = transaction.open_table(TABLE).map_err(storage)?;
            let (answer, change) = look(&table)?;
            let is_changed = change.is_some();
            if let Some((name, subscription)) = change {
                let bytes = postcard::to_stdvec(&subscription)?;
                table.insert(name, bytes.as_slice()).map_err(storage)?;
            }
            (answer, is_changed)
        };
        // What changes nothing costs no disk.
        if is_changed {
            transaction.commit().map_err(storage)?;
        } else {
            transaction.abort().map_err(storage)?;
        }
        Ok(answer)
    }
}

type Table<'a> = redb::Table<'a, &'static str, &'static [u8]>;

fn read(table: &Table<'_>, name: &str) -> Result<Option<Subscription>, Error> {
    let found = table.get(name).map_err(storage)?;
    let read = |bytes: redb::AccessGuard<'_, &[u8]>| postcard::from_bytes(bytes.value());
    Ok(found.map(read).transpose()?)
}

fn storage(error: impl Into<redb::Error>) -> Error {
    Error::Storage(Box::new(error.into()))
}
