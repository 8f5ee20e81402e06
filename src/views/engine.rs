//! The engine: one store of rows that the writer folds and that queries read.
//!
//! The writer folds an event before it is durable, since the next command of its group must see it.
//! A reader may therefore see what is not durable yet, and waits with its answer until it is: see
//! [`Views::durable`]. When a write fails, rows go back to what is durable: [`Live::rewind`].

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use std::time::Instant;

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
    /// The rows could not be read or kept.
    #[error("the view store")]
    Store(#[from] store::Error),
    /// The thread of the checkpoints could not be started.
    #[error("the checkpoint thread could not be started")]
    Thread(#[from] io::Error),
    /// The file is ahead of the log: blocks are missing at the end of the log.
    #[error(
        "the views stand at position {views}, beyond the log's head {log}: the log lost its end; \
         restore it from a backup, or, to give up the events in between, start once with \
         `serve --accept-loss`"
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
    /// Their file was damaged, and they are being folded anew.
    #[error("the views are being folded anew, because their file was damaged")]
    Mending,
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
            | Self::Stopped(_)
            | Self::Mending => false,
        }
    }

    /// Tells whether the rows may be to blame: folded anew they may be good.
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

/// How far the rows are durable.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress {
    durable: Position,
    /// The position that a start after a kill folds from.
    kept: Position,
    /// Why nothing more will be durable.
    pub(super) ended: Option<Arc<str>>,
    /// Why the rows are not even those at `durable`.
    pub(super) broken: Option<Arc<str>>,
    /// Whether they are being folded anew.
    pub(super) is_mending: bool,
}

impl Progress {
    /// Tells why nobody may read the rows.
    fn refusal(&self) -> Option<ViewError> {
        if let Some(reason) = &self.broken {
            return Some(ViewError::Stopped(Arc::clone(reason)));
        }
        self.is_mending.then_some(ViewError::Mending)
    }
}

/// The rows, to be read. Cheap to clone.
#[derive(Clone)]
pub struct Views {
    store: Arc<Mutex<Store>>,
    progress: watch::Receiver<Progress>,
    /// Told when a reader met damage.
    damage: Arc<Notify>,
}

impl Views {
    /// Reads rows at one position, which may not be durable yet. Events are applied meanwhile: take
    /// your time, but on a thread that may wait for the disk.
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

    /// Waits until a reader meets damage in the file of the rows: then they are to be mended.
    pub async fn damaged(&self) {
        self.damage.notified().await;
    }

    /// Takes the rows as they are at one position, which may not be durable yet. Waits for the
    /// group that is being decided, a turn of it at the most.
    ///
    /// # Errors
    /// `Stopped` when the rows could not be folded, `Mending` while they are being folded anew.
    pub fn snapshot(&self) -> Result<Snapshot, ViewError> {
        let mut store = self.store.lock();
        if let Some(refusal) = self.progress.borrow().refusal() {
            return Err(refusal);
        }
        Ok(store.snapshot())
    }

    /// Returns the position up to which everything is durable; the rows reflect it or more.
    pub fn position(&self) -> Position {
        self.progress.borrow().durable
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
            Ok(_) | Err(_) => Err(ViewError::Stopped("the server is going down".into())),
        }
    }

    /// Digests all rows: equal digests are equal rows. Rows that are not durable are waited for by
    /// whoever shows the digest.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn digest(&self) -> Result<(Position, [u8; 32]), ViewError> {
        let snapshot = self.snapshot()?;
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
    store: Arc<Mutex<Store>>,
    pub(super) tell: watch::Sender<Progress>,
    checkpointer: Checkpointer,
    /// Where the rows are kept, and how.
    pub(super) path: PathBuf,
    pub(super) options: Options,
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
        mut progress: impl FnMut(Position),
    ) -> Result<(Self, Views), ViewError> {
        let options = Options {
            schema: SCHEMA,
            ..options.clone()
        };
        let store = match folded(path, &options, log, &mut progress) {
            Err(error) if error.is_of_rows() => {
                let error = with_causes(&error);
                tracing::warn!(error, path = %path.display(), "views damaged, folding them anew");
                folded(path, &options, log, &mut progress)?
            }
            folded => folded?,
        };
        let head = store.position();
        let (tell, told) = watch::channel(Progress {
            durable: head,
            kept: store.checkpoint_position(),
            ..Progress::default()
        });
        let store = Arc::new(Mutex::new(store));
        let views = Views {
            store: Arc::clone(&store),
            progress: told,
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

    /// Opens the rows for a change; who wants a snapshot waits meanwhile.
    pub fn rows(&self) -> MutexGuard<'_, Store> {
        let mut store = self.store.lock();
        store.take_back();
        store
    }

    /// Returns the way to tell readers what is durable.
    pub fn teller(&self) -> Durable {
        Durable(self.tell.clone())
    }

    /// Tells whether damage was found in the file of the rows.
    pub fn is_damaged(&self) -> bool {
        self.store.lock().is_damaged()
    }

    /// Tells whether the rows can be read and not kept, because the disk is full.
    pub fn is_read_only(&self) -> bool {
        self.store.lock().is_read_only()
    }

    /// Tells whether [`Live::checkpoint`] has something to do.
    pub fn is_checkpoint_due(&self) -> bool {
        self.checkpointer.is_due(&self.store.lock())
    }

    /// Tells when [`Live::checkpoint`] may have something to do though nothing more is folded; `None`
    /// when all that was folded is kept.
    pub fn checkpoint_due_at(&self) -> Option<Instant> {
        self.checkpointer.due_at(&self.store.lock())
    }

    /// Starts a checkpoint when one is due, or takes in a finished one. All that was folded must be
    /// durable.
    ///
    /// # Errors
    /// Why a checkpoint failed, once as many changed rows are in memory as may be. Until then it is tried
    /// again.
    pub fn checkpoint(&mut self) -> Result<(), Arc<str>> {
        let dirty_bytes = self.store.lock().dirty_bytes();
        self.checkpointer.make_room(dirty_bytes);
        let mut store = self.store.lock();
        let written = self.checkpointer.step(&mut store);
        let kept = store.checkpoint_position();
        drop(store);
        let error = match written {
            Ok(None) => return Ok(()),
            // What was written is dropped here, without the lock.
            Ok(Some(_written)) => {
                self.tell.send_modify(|progress| progress.kept = kept);
                return Ok(());
            }
            Err(error) => with_causes(&error),
        };
        if self.checkpointer.is_full(dirty_bytes) {
            return Err(format!("the views cannot be kept: {error}").into());
        }
        tracing::warn!(error, "views not checkpointed, trying again later");
        Ok(())
    }

    /// Takes back what was folded and did not become durable; readers go on with what is.
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

    /// Takes a last checkpoint.
    pub fn finish(self) {
        let mut store = self.store.lock();
        if let Err(error) = self.checkpointer.finish(&mut store) {
            let error = with_causes(&error);
            tracing::warn!(error, "views not checkpointed, the next start folds more");
        }
    }
}

/// Opens the rows in a file and folds what the log has beyond them. A file whose rows an event does
/// not fit is given up: the next try folds all of them.
fn folded(
    path: &Path,
    options: &Options,
    log: &dyn Log,
    progress: &mut dyn FnMut(Position),
) -> Result<Store, ViewError> {
    let (mut store, opened) = Store::open(path, options)?;
    if let Opened::Discarded { reason, aside } = &opened {
        let aside = aside.as_ref().map(|path| path.display().to_string());
        tracing::warn!(%reason, aside, "views discarded, folding them anew");
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
    // The writer needs it at once, and damage is mended here.
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

/// Folds what the log has beyond the rows, block after block, as long as `go_on` says so.
///
/// Blocks are read and decoded on a thread of their own, which takes about as long as folding them.
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
