//! The limits of streams: places, and how long a client may neither read nor write.
//!
//! [`shares`] hands out places, so that no connection and no brand has all of them. [`outlet`] holds
//! messages that a client has not taken yet. Does not know what is streamed.

pub mod followers;
pub mod outlet;
pub mod refused;
pub mod shares;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;
use tonic::Status;

use crate::config::Config;
use followers::Followers;
use outlet::{Limits, Outlet};
use shares::{Kind, Shares, Who};

/// Messages read ahead of what clients have asked for, of all streams together. A message of events has
/// some 64 KiB, so they hold 32 MiB.
const MESSAGES_AHEAD: usize = 512;

/// How long a client that took nothing has to take the end of its stream, before its connection
/// ends.
pub const LINGER: Duration = Duration::from_secs(60);

/// Streams that may wait for that, some 128 KiB each in the transport. If there are more,
/// connections end at once.
const MOST_LINGERING: usize = 256;

/// How long a client may read nothing of an answer that is kept in memory for it.
const STALLED: Duration = Duration::from_secs(30);

/// The limits of the streams of a server. Clones share them.
#[derive(Clone)]
pub struct Streams {
    /// Places to read the log, also for followers that have something to read.
    pub reads: Shares,
    /// Places to follow it.
    pub follows: Shares,
    /// Places to send observations.
    pub ingests: Shares,
    /// Places to take a backup.
    pub backups: Shares,
    /// How far followers have come.
    pub followers: Followers,
    /// How long a stream of observations may be silent.
    pub idle_timeout: Duration,
    unread_timeout: Duration,
    room: Arc<Semaphore>,
    /// Places of ended streams whose clients have not taken the end yet.
    lingering: Arc<Semaphore>,
}

impl Streams {
    /// Takes the limits of the configuration.
    pub fn of(config: &Config) -> Self {
        let give_way = Duration::from_millis(config.stream_give_way_ms);
        let shares = |kind, most| Shares::new(kind, most, give_way);
        Self {
            reads: shares(Kind::Reads, config.max_readers),
            follows: shares(Kind::Follows, config.max_followers),
            ingests: shares(Kind::Ingests, config.max_ingests),
            backups: shares(Kind::Backups, config.max_backups),
            followers: Followers::default(),
            idle_timeout: Duration::from_millis(config.stream_idle_timeout_ms),
            unread_timeout: Duration::from_millis(config.stream_unread_timeout_ms),
            room: Arc::new(Semaphore::new(MESSAGES_AHEAD)),
            lingering: Arc::new(Semaphore::new(MOST_LINGERING)),
        }
    }

    /// The limits of a stream of which at most this many messages are read ahead.
    pub fn outlet(&self, ahead: usize) -> Limits {
        Limits {
            ahead,
            room: Arc::clone(&self.room),
            patience: self.unread_timeout,
        }
    }

    /// Ends a stream whose client takes nothing, with the status for the client's position.
    ///
    /// The transport holds a part of the stream until the client takes it. So a client that does
    /// not take the end either loses its connection, after a while or when there are many such
    /// clients.
    pub async fn end_unread<T>(
        &self,
        who: &Who,
        out: &Outlet<T>,
        status: impl FnOnce(u64) -> Status,
    ) {
        out.cut(status);
        let lingers = Arc::clone(&self.lingering).try_acquire_owned();
        let is_taken = lingers.is_ok() && timeout(LINGER, out.gone()).await.is_ok();
        if !is_taken && !out.is_gone() {
            who.end_connection();
        }
    }
}

/// Sends a message. Returns whether it was taken in time.
pub async fn sent<T>(to: &mpsc::Sender<T>, message: T) -> bool {
    let sent = timeout(STALLED, to.send(message)).await;
    sent.is_ok_and(|sent| sent.is_ok())
}
