//! The engine: one store of rows that the writer folds and that queries read.
//!
//! The writer folds an event before it is durable, since the next command of its group must see it.
//! So a reader may see rows that are not durable yet. It holds its answer until they are: see
//! [`Views::durable`]. If a write fails, the rows go back to the durable position: see
//! [`Live::rewind`].

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::{Notify, watch};

use super::{Fold, LastRecorded, SCHEMA};
use crate::causes::with_causes;
use crate::domain::{EvolveError, Position, Record};
use crate::log::codec::{self, DecodeError};
use crate::log::{Log, ReadError};
use crate::store::{self, Checkpointer, Opened, Options, Pace, Snapshot, Store};

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
    /// The rows could not be read or written.
    #[error("the rows of the views could not be read or written")]
    Store(#[from] store::Error),
    /// The checkpoint thread could not be started.
    #[error("the checkpoint thread could not be started")]
    Thread(#[from] io::Error),
    /// The file is ahead of the log: blocks are missing at the end of the log.
    #[error(
        "the views are at position {views}, beyond the log's head {log}: the log lost its end; \
         restore it from a backup, or, to give up the events in between, start once with \
         `serve --accept-loss`"
    )]
    Ahead {
        /// Position of the rows.
        views: Position,
        /// Position of the log.
        log: Position,
    },
    /// An earlier fold failed; its reason was logged.
    #[error("the views have stopped: {0}")]
    Stopped(Arc<str>),
    /// Their file was damaged, and they are being rebuilt.
    #[error("the views are being rebuilt, because their file was damaged")]
    Mending,
}

impl ViewError {
    /// Returns whether the log is damaged.
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
            | Self::Stopped(_)
            | Self::Mending => false,
        }
    }

    /// Returns whether the rows may be the cause, so that rebuilding them may help.
    fn is_of_rows(&self) -> bool {
        match self {
            Self::Store(error) | Self::Evolve(EvolveError::Rows(error)) => {
                matches!(error, store::Error::Corrupt { .. })
            }
            Self::Evolve(EvolveError::Dangling { .. }) => true,
            Self::Read(_)
            | Self::Decode(_)
            | Self::Thread(_)
            | Self::Ahead { .. }
            | Self::Stopped(_)
            | Self::Mending => false,
        }
    }
}

/// The durable position of the rows, and whether they can be read.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress {
    durable: Position,
    /// The position from which a start after a kill folds.
    kept: Position,
    /// Why no later position will be durable.
    pub(super) ended: Option<Arc<str>>,
    /// Why the rows cannot be read even at `durable`.
    pub(super) broken: Option<Arc<str>>,
    /// Whether they are being rebuilt.
    pub(super) is_mending: bool,
}

impl Progress {
    /// Returns why the rows cannot be read, if they cannot.
    fn refusal(&self) -> Option<ViewError> {
        if let Some(reason) = &self.broken {
            return Some(ViewError::Stopped(Arc::clone(reason)));
        }
        self.is_mending.then_some(ViewError::Mending)
    }
}

/// A handle for reading the rows. Cheap to clone.
#[derive(Clone)]
pub struct Views {
    store: Arc<Mutex<Store>>,
    progress: watch::Receiver<Progress>,
    /// Notified when a reader finds damage.
    damage: Arc<Notify>,
}

impl Views {
    /// Reads rows at one position, which may not be durable yet. Events are applied meanwhile, so a
    /// read may be long, but its thread may wait for the disk.
    ///
    /// # Errors
    /// `Stopped` when the rows could not be folded.
    pub fn read<T>(&self, read: impl FnOnce(&Snapshot) -> T) -> Result<T, ViewError> {
        let rows = self.snapshot()?;
        let found = read(&rows);
        if rows.is_damaged() {
            self.damage.notify_one();
        }
        Ok(found)
    }

    /// Waits until a reader finds damage in the file of the rows.
    pub async fn damaged(&self) {
        self.damage.notified().await;
    }

    /// Returns the rows at one position, which may not be durable yet. Waits for the group that is
    /// being decided, but at most for one turn of it.
    ///
    /// # Errors
    /// `Stopped` when the rows could not be folded, `Mending` while they are being rebuilt.
    pub fn snapshot(&self) -> Result<Snapshot, ViewError> {
        let mut store = self.store.lock();
        if let Some(refusal) = self.progress.borrow().refusal() {
            return Err(refusal);
        }
        Ok(store.snapshot())
    }

    /// Returns the position up to which everything is durable. The rows reflect this position or a
    /// later one.
    pub fn position(&self) -> Position {
        self.progress.borrow().durable
    }

    /// Returns whether rows at this position were dropped, because they did not become durable: the
    /// rows can be read again without them.
    pub fn have_lost(&self, position: Position) -> bool {
        let now = self.progress.borrow();
        now.ended.is_some() && now.refusal().is_none() && now.durable < position
    }

    /// Returns the position of the rows that queries get now, durable or not. `None` while they cannot be
    /// read.
    pub fn readable(&self) -> Option<Position> {
        let store = self.store.lock();
        let is_readable = self.progress.borrow().refusal().is_none();
        is_readable.then(|| store.position())
    }

    /// Waits until a checkpoint holds everything up to a position. Cancel it to stop waiting.
    ///
    /// # Errors
    /// `Stopped` when the rows have no writer any more.
    pub async fn kept(&self, wanted: Position) -> Result<(), ViewError> {
        let mut progress = self.progress.clone();
        let now = progress.wait_for(|now| now.kept >= wanted).await;
        now.map(|_| ())
            .map_err(|_| ViewError::Stopped("the server is going down".into()))
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
            Ok(_) | Err(_) => Err(ViewError::Stopped("the server is stopping".into())),
        }
    }

    /// Digests all rows: equal digests mean equal rows. The rows may not be durable yet, so the
    /// caller waits for their position before it shows the digest.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn digest(&self) -> Result<(Position, [u8; 32]), ViewError> {
        let snapshot = self.snapshot()?;
        Ok((snapshot.position(), snapshot.digest(0..=u8::MAX)?))
    }
}

/// Notifies readers of the durable position.
pub struct Durable(watch::Sender<Progress>);

impl Durable {
    /// Notifies readers that everything up to a position is durable.
    pub fn reached(&self, at: Position) {
        self.0.send_modify(|progress| progress.durable = at);
    }
}

/// The rows, for their only writer.
pub struct Live {
    store: Arc<Mutex<Store>>,
    pub(super) tell: watch::Sender<Progress>,
    checkpointer: Checkpointer,
    /// The file of the rows.
    pub(super) path: PathBuf,
    pub(super) options: Options,
}

impl Live {
    /// Opens the rows and folds what the log has beyond them.
    ///
    /// `progress` is called with each reached position.
    ///
    /// # Errors
    /// See [`ViewError`].
    pub fn open(
        path: &Path,
        options: &Options,
        pace: Pace,
        log: &dyn Log,
        mut progress: impl FnMut(Position),
    ) -> Result<(Self, Views), ViewError> {
        let options = Options {
            schema: SCHEMA,
            ..options.clone()
        };
        let store = match folded(path, &options, log, &mut progress) {
            Err(error) if error.is_of_rows() => {
                let error = with_causes(&error);
                tracing::warn!(error, path = %path.display(), "the views are damaged and are rebuilt");
                folded(path, &options, log, &mut progress)?
            }
            folded => folded?,
        };
        let head = store.position();
        let (tell, watched) = watch::channel(Progress {
            durable: head,
            kept: store.checkpoint_position(),
            ..Progress::default()
        });
        let store = Arc::new(Mutex::new(store));
        let views = Views {
            store: Arc::clone(&store),
            progress: watched,
            damage: Arc::default(),
        };
        let live = Self {
            store,
            tell,
            checkpointer: Checkpointer::start("checkpoint", pace)?,
            path: path.to_owned(),
            options,
        };
        Ok((live, views))
    }

    /// Locks the rows for a change. Readers that want a snapshot wait meanwhile.
    pub fn rows(&self) -> MutexGuard<'_, Store> {
        let mut store = self.store.lock();
        store.take_back();
        store
    }

    /// Returns the handle that notifies readers of the durable position.
    pub fn teller(&self) -> Durable {
        Durable(self.tell.clone())
    }

    /// Returns whether damage was found in the file of the rows.
    pub fn is_damaged(&self) -> bool {
        self.store.lock().is_damaged()
    }

    /// Returns whether the rows can be read but not checkpointed, because the disk is full.
    pub fn is_read_only(&self) -> bool {
        self.store.lock().is_read_only()
    }

    /// Returns whether [`Live::checkpoint`] has work.
    pub fn is_checkpoint_due(&self) -> bool {
        self.checkpointer.is_due(&self.store.lock())
    }

    /// Returns when [`Live::checkpoint`] may have work even if nothing more is folded. `None` if
    /// all rows are checkpointed.
    pub fn checkpoint_due_at(&self) -> Option<Instant> {
        self.checkpointer.due_at(&self.store.lock())
    }

    /// Starts a checkpoint when one is due, or applies a finished one. All folded events must be
    /// durable.
    ///
    /// Returns how long the finished one took to write.
    ///
    /// # Errors
    /// Why a checkpoint failed, once changed rows take all the memory that they may take. Before
    /// that, a failed checkpoint is tried again.
    pub fn checkpoint(&mut self) -> Result<Option<Duration>, Arc<str>> {
        let dirty_bytes = self.store.lock().dirty_bytes();
        self.checkpointer.make_room(dirty_bytes);
        let mut store = self.store.lock();
        let written = self.checkpointer.step(&mut store);
        let kept = store.checkpoint_position();
        drop(store);
        let error = match written {
            Ok(None) => return Ok(None),
            // What was written is dropped here, without the lock.
            Ok(Some(written)) => {
                self.tell.send_modify(|progress| progress.kept = kept);
                return Ok(Some(written.took()));
            }
            Err(error) => with_causes(&error),
        };
        if self.checkpointer.is_full(dirty_bytes) {
            return Err(format!("the views cannot be checkpointed: {error}").into());
        }
        tracing::warn!(
            error,
            "the views were not checkpointed and will be tried again"
        );
        Ok(None)
    }

    /// Drops the folded events that did not become durable. Readers go on with the durable rows.
    pub fn rewind(&self, log: &dyn Log, reason: &Arc<str>) {
        let mut store = self.store.lock();
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

    /// Writes a last checkpoint.
    pub fn finish(self) {
        let mut store = self.store.lock();
        if let Err(error) = self.checkpointer.finish(&mut store) {
            let error = with_causes(&error);
            tracing::warn!(
                error,
                "the views were not checkpointed; the next start folds more events"
            );
        }
    }
}

/// Opens the rows in a file and folds what the log has beyond them. If an event does not fit the
/// rows, the file is marked as damaged and the next attempt folds all events.
fn folded(
    path: &Path,
    options: &Options,
    log: &dyn Log,
    progress: &mut dyn FnMut(Position),
) -> Result<Store, ViewError> {
    let (mut store, opened) = Store::open(path, options)?;
    if let Opened::Discarded { reason, aside } = &opened {
        let aside = aside.as_ref().map(|path| path.display().to_string());
        tracing::warn!(%reason, aside, "the views cannot be used and are rebuilt");
    }
    let (views, head) = (store.position(), log.head().position);
    if views > head {
        return Err(ViewError::Ahead { views, log: head });
    }
    let caught_up = catch_up(&mut store, log, progress);
    if let (Err(error), Opened::Resumed) = (&caught_up, opened)
        && error.is_of_rows()
    {
        store.condemn(&error.to_string());
    }
    caught_up?;
    // The writer needs this row at once. Reading it here shows damage while it can still be
    // repaired.
    LastRecorded::of(&store)?;
    Ok(store)
}

/// Folds what the log has beyond the rows.
pub(super) fn catch_up(
    store: &mut Store,
    log: &dyn Log,
    mut progress: impl FnMut(Position),
) -> Result<(), ViewError> {
    fold_while(store, log, |at| {
        progress(at);
        true
    })
}

/// Folds what the log has beyond the rows, block after block, while `go_on` returns true.
///
/// A second thread reads and decodes the blocks, which takes about as long as folding them.
pub(super) fn fold_while(
    store: &mut Store,
    log: &dyn Log,
    mut go_on: impl FnMut(Position) -> bool,
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
            if store.dirty_bytes() > REPLAY_DIRTY_BYTES {
                store.checkpoint()?;
            }
            if !go_on(last) {
                break;
            }
        }
        Ok(())
    })
}

/// Records of a block, and the last position in it.
type Decoded = Result<(Vec<Record>, Position), ViewError>;

/// Sends the records of block after block, until a block is bad or the receiver is gone.
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

/// Blocks decoded ahead of the fold: some megabytes.
const BLOCKS_AHEAD: usize = 8;

/// Most bytes of changed rows during a replay, so that a long replay stays within its memory.
const REPLAY_DIRTY_BYTES: usize = 64 << 20;
