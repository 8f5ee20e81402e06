//! The engine: one store of rows that the writer folds and that queries read.
//!
//! The writer folds an event before it is durable, since the next command of its group must see it.
//! A reader may therefore see what is not durable yet, and waits with its answer until it is: see
//! [`Views::durable`]. When a write fails, rows go back to what is durable: [`Live::rewind`].

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use parking_lot::{RwLock, RwLockWriteGuard};
use tokio::sync::watch;

use super::{Fold, SCHEMA};
use crate::causes::with_causes;
use crate::domain::{EvolveError, Position, Record};
use crate::log::codec::{self, DecodeError};
use crate::log::{Log, ReadError};
use crate::store::{self, Checkpointer, Opened, Options, Pace, Store};

/// Why rows could not be folded or read.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A record could not be decoded.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// An event does not fit the rows.
    #[error(transparent)]
    Evolve(#[from] EvolveError<store::Error>),
    /// The rows could not be read or kept.
    #[error("the view store")]
    Store(#[from] store::Error),
    /// The thread of the checkpoints could not be started.
    #[error("the checkpoint thread could not be started")]
    Thread(#[from] io::Error),
    /// The file is ahead of the log: blocks are missing at the end of the log.
    #[error(
        "the views stand at position {views}, beyond the log's head {log}: \
         the log lost its end; restore it from a backup"
    )]
    Ahead {
        /// Position of the rows.
        views: Position,
        /// Position of the log.
        log: Position,
    },
    /// Folding failed before; the reason was logged then.
    #[error("the views have stopped: {0}")]
    Stopped(Arc<str>),
}

impl ViewError {
    /// Tells whether the log is damaged.
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Read(ReadError::Corrupt { .. })
            | Self::Decode(_)
            | Self::Evolve(EvolveError::Dangling { .. })
            | Self::Ahead { .. } => true,
            Self::Read(ReadError::Io { .. })
            | Self::Evolve(EvolveError::Rows(_))
            | Self::Store(_)
            | Self::Thread(_)
            | Self::Stopped(_) => false,
        }
    }
}

/// How far the rows are durable.
#[derive(Clone, Debug, Default)]
struct Progress {
    durable: Position,
    /// Why nothing more will be durable.
    ended: Option<Arc<str>>,
    /// Why the rows are not even those at `durable`.
    broken: Option<Arc<str>>,
}

/// The rows, to be read. Cheap to clone.
#[derive(Clone)]
pub struct Views {
    store: Arc<RwLock<Store>>,
    progress: watch::Receiver<Progress>,
}

impl Views {
    /// Reads rows at one position, which may not be durable yet; no event is applied meanwhile, so
    /// be quick.
    ///
    /// # Errors
    /// `Stopped` when the rows could not be folded.
    pub fn read<T>(&self, read: impl FnOnce(&Store) -> T) -> Result<T, ViewError> {
        let store = self.store.read();
        if let Some(reason) = &self.progress.borrow().broken {
            return Err(ViewError::Stopped(Arc::clone(reason)));
        }
        Ok(read(&store))
    }

    /// Returns the position up to which everything is durable; the rows reflect it or more.
    pub fn position(&self) -> Position {
        self.progress.borrow().durable
    }

    /// Waits until everything up to a position is durable and in the rows. Cancel it to stop
    /// waiting.
    ///
    /// # Errors
    /// `Stopped` when it never will be.
    pub async fn durable(&self, wanted: Position) -> Result<(), ViewError> {
        let mut progress = self.progress.clone();
        let decided = |now: &Progress| now.durable >= wanted || now.ended.is_some();
        let now = progress.wait_for(decided).await;
        match now.as_deref() {
            Ok(now) if now.durable >= wanted => Ok(()),
            Ok(Progress {
                ended: Some(reason),
                ..
            }) => Err(ViewError::Stopped(Arc::clone(reason))),
            Ok(_) | Err(_) => Err(ViewError::Stopped("the server is going down".into())),
        }
    }

    /// Digests all rows: equal digests are equal rows. Rows that are not durable are waited for by
    /// whoever shows the digest.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn digest(&self) -> Result<(Position, [u8; 32]), ViewError> {
        let snapshot = self.store.read().snapshot();
        Ok((snapshot.position(), snapshot.digest(0..=u8::MAX)?))
    }
}

/// Tells readers what is durable.
pub struct Durable(watch::Sender<Progress>);

impl Durable {
    /// Tells that everything up to a position is durable.
    pub fn reached(&self, at: Position) {
        self.0.send_modify(|progress| progress.durable = at);
    }
}

/// The rows as their one writer has them.
pub struct Live {
    store: Arc<RwLock<Store>>,
    tell: watch::Sender<Progress>,
    checkpointer: Checkpointer,
}

impl Live {
    /// Opens the rows and folds what the log has beyond them.
    ///
    /// `progress` is told each position reached.
    ///
    /// # Errors
    /// See [`ViewError`].
    pub fn open(
        path: &Path,
        options: &Options,
        pace: Pace,
        log: &dyn Log,
        progress: impl FnMut(Position),
    ) -> Result<(Self, Views), ViewError> {
        let options = Options {
            schema: SCHEMA,
            ..options.clone()
        };
        let (mut store, opened) = Store::open(path, &options)?;
        if let Opened::Discarded { reason } = opened {
            tracing::warn!(%reason, "views discarded, folding them anew");
        }
        let (views, head) = (store.position(), log.head().position);
        if views > head {
            return Err(ViewError::Ahead { views, log: head });
        }
        catch_up(&mut store, log, progress)?;
        let (tell, told) = watch::channel(Progress {
            durable: head,
            ..Progress::default()
        });
        let store = Arc::new(RwLock::new(store));
        let views = Views {
            store: Arc::clone(&store),
            progress: told,
        };
        let live = Self {
            store,
            tell,
            checkpointer: Checkpointer::start("checkpoint", pace)?,
        };
        Ok((live, views))
    }

    /// Opens the rows for a change; readers wait meanwhile.
    pub fn rows(&self) -> RwLockWriteGuard<'_, Store> {
        self.store.write()
    }

    /// Returns the way to tell readers what is durable.
    pub fn teller(&self) -> Durable {
        Durable(self.tell.clone())
    }

    /// Tells whether [`Live::checkpoint`] has something to do.
    pub fn is_checkpoint_due(&self) -> bool {
        self.checkpointer.is_due(&self.store.read())
    }

    /// Starts a checkpoint when one is due, or takes in a finished one. All that was folded must be
    /// durable.
    pub fn checkpoint(&mut self) {
        let dirty_bytes = self.store.read().dirty_bytes();
        self.checkpointer.make_room(dirty_bytes);
        let mut store = self.store.write();
        let written = self.checkpointer.step(&mut store);
        // What was written is dropped without the lock.
        drop(store);
        if let Err(error) = written {
            let error = with_causes(&error);
            tracing::warn!(error, "views not checkpointed, trying again later");
        }
    }

    /// Takes back what was folded and did not become durable; readers go on with what is.
    pub fn rewind(&self, log: &dyn Log, reason: &Arc<str>) {
        let mut store = self.store.write();
        store.reset();
        let rewound = catch_up(&mut store, log, |_| ());
        self.tell.send_modify(|progress| {
            progress.ended = Some(Arc::clone(reason));
            if let Err(error) = &rewound {
                let error = with_causes(error);
                tracing::error!(error, "the views have stopped");
                progress.broken = Some(error.into());
            }
        });
    }

    /// Takes a last checkpoint.
    pub fn finish(self) {
        let mut store = self.store.write();
        if let Err(error) = self.checkpointer.finish(&mut store) {
            let error = with_causes(&error);
            tracing::warn!(error, "views not checkpointed, the next start folds more");
        }
    }
}

/// Folds what the log has beyond the rows.
///
/// Blocks are read and decoded on a thread of their own, which takes about as long as folding them.
pub(super) fn catch_up(
    store: &mut Store,
    log: &dyn Log,
    mut progress: impl FnMut(Position),
) -> Result<(), ViewError> {
    let after = store.position();
    if after >= log.head().position {
        return Ok(());
    }
    let (send, decoded) = sync_channel(BLOCKS_AHEAD);
    thread::scope(|scope| {
        scope.spawn(move || decode_all(log, after, &send));
        let mut fold = Fold::default();
        for block in decoded {
            let (records, last) = block?;
            for record in &records {
                fold.apply(store, record)?;
            }
            fold.settle(store)?;
            store.advance(last);
            progress(last);
            if store.dirty_bytes() > REPLAY_DIRTY_BYTES {
                store.checkpoint()?;
            }
        }
        Ok(())
    })
}

/// Records of a block, and the last position in it.
type Decoded = Result<(Vec<Record>, Position), ViewError>;

/// Sends the records of block after block, until one is bad or nobody takes them.
fn decode_all(log: &dyn Log, after: Position, send: &SyncSender<Decoded>) {
    let blocks = match log.read(after) {
        Ok(blocks) => blocks,
        Err(error) => return drop(send.send(Err(error.into()))),
    };
    for block in blocks {
        let decoded = block.map_err(ViewError::from).and_then(|block| {
            let mut records = Vec::with_capacity(block.records().len());
            for (_, bytes) in block.records_after(after) {
                records.push(codec::decode(bytes)?);
            }
            Ok((records, block.last_position()))
        });
        let is_bad = decoded.is_err();
        if send.send(decoded).is_err() || is_bad {
            return;
        }
    }
}

/// Blocks decoded before they are folded: some megabytes.
const BLOCKS_AHEAD: usize = 8;

/// Most changed rows held while replaying, so that a long replay stays within its memory.
const REPLAY_DIRTY_BYTES: usize = 64 << 20;
