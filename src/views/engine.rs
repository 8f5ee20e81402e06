//! The engine: one thread folds durable blocks into the view store; readers share it.
//!
//! Blocks come hot from the writer, or are read from the log when the thread is behind: the channel
//! is bounded and a full one is no loss, for the log has everything.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread::{self, JoinHandle};

use parking_lot::RwLock;
use tokio::sync::watch;

use super::{SCHEMA, apply};
use crate::causes::with_causes;
use crate::domain::{EvolveError, Position, Record};
use crate::ledger::Committed;
use crate::log::codec::{self, DecodeError};
use crate::log::{Block, Log, ReadError};
use crate::store::{self, Checkpointer, Opened, Options, Pace, Store};

/// Blocks that may wait for the views before they turn to the log: a few megabytes.
const HOT_BLOCKS: usize = 64;

/// Why views could not be folded or read.
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
    #[error("the view store: {0}")]
    Store(#[from] store::Error),
    /// The thread could not be started.
    #[error("the view thread could not be started")]
    Thread(#[from] io::Error),
    /// Folding failed before; the reason was logged then.
    #[error("the views have stopped: {0}")]
    Stopped(Arc<str>),
}

/// How far the views are.
#[derive(Clone, Debug)]
enum Progress {
    At(Position),
    Stopped(Arc<str>),
}

/// The views, to be read. Cheap to clone.
#[derive(Clone)]
pub struct Views {
    store: Arc<RwLock<Store>>,
    progress: watch::Receiver<Progress>,
}

impl Views {
    /// Reads rows at one position; no event is applied meanwhile, so be quick.
    ///
    /// # Errors
    /// `Stopped` when the views could not be folded.
    pub fn read<T>(&self, read: impl FnOnce(&Store) -> T) -> Result<T, ViewError> {
        if let Progress::Stopped(reason) = &*self.progress.borrow() {
            return Err(ViewError::Stopped(Arc::clone(reason)));
        }
        Ok(read(&self.store.read()))
    }

    /// Returns the position the views reflect.
    pub fn position(&self) -> Position {
        match &*self.progress.borrow() {
            Progress::At(position) => *position,
            Progress::Stopped(_) => Position::START,
        }
    }

    /// Waits until the views reflect a position. Cancel it to stop waiting.
    ///
    /// # Errors
    /// `Stopped` when they never will.
    pub async fn reach(&self, wanted: Position) -> Result<(), ViewError> {
        let mut progress = self.progress.clone();
        let is_there = |progress: &Progress| match progress {
            Progress::At(position) => *position >= wanted,
            Progress::Stopped(_) => true,
        };
        match progress.wait_for(is_there).await.as_deref() {
            Ok(Progress::At(_)) => Ok(()),
            Ok(Progress::Stopped(reason)) => Err(ViewError::Stopped(Arc::clone(reason))),
            Err(_) => Err(ViewError::Stopped("the server is going down".into())),
        }
    }

    /// Waits until the views have stopped, and tells why. Cancel it to stop waiting.
    pub async fn stopped(&self) -> Arc<str> {
        let mut progress = self.progress.clone();
        let has_stopped = |progress: &Progress| matches!(progress, Progress::Stopped(_));
        match progress.wait_for(has_stopped).await.as_deref() {
            Ok(Progress::Stopped(reason)) => Arc::clone(reason),
            Ok(Progress::At(_)) | Err(_) => LOST.into(),
        }
    }

    /// Digests all rows: equal digests are equal views.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn digest(&self) -> Result<(Position, [u8; 32]), ViewError> {
        let snapshot = self.store.read().snapshot();
        Ok((snapshot.position(), snapshot.digest(0..=u8::MAX)?))
    }
}

/// The way hot blocks take to the views.
pub struct Publisher {
    hot: SyncSender<Arc<Committed>>,
}

impl Publisher {
    /// Hands a durable block on; never blocks. A full channel is no loss: the thread reads the log.
    pub fn publish(&self, committed: Arc<Committed>) {
        let _ = self.hot.try_send(committed);
    }
}

/// The thread that folds. Drop the [`Publisher`], then [`Follower::join`].
pub struct Follower {
    thread: JoinHandle<Option<Arc<str>>>,
}

impl Follower {
    /// Opens the views, folds what the log has beyond them and goes on with what is published.
    ///
    /// Returns the views, the way to publish blocks to them, and the thread.
    ///
    /// # Errors
    /// See [`ViewError`].
    pub fn start(
        path: &Path,
        options: &Options,
        pace: Pace,
        log: Arc<dyn Log>,
        mut progress: impl FnMut(Position),
    ) -> Result<(Views, Publisher, Follower), ViewError> {
        let store = open(path, options, log.as_ref())?;
        let (tell, told) = watch::channel(Progress::At(store.position()));
        let (hot, blocks): (SyncSender<Arc<Committed>>, _) = sync_channel(HOT_BLOCKS);
        let mut folding = Folding {
            log,
            store: Arc::new(RwLock::new(store)),
            tell,
            checkpointer: Checkpointer::start("views-checkpoint", pace)?,
        };
        folding.catch_up(&mut progress)?;
        let views = Views {
            store: Arc::clone(&folding.store),
            progress: told,
        };
        let thread = thread::Builder::new()
            .name("views".to_owned())
            .spawn(move || folding.run(&blocks))?;
        Ok((views, Publisher { hot }, Follower { thread }))
    }

    /// Waits until everything published is folded and checkpointed.
    ///
    /// Tells why the views had stopped before that, if they had.
    pub fn join(self) -> Option<Arc<str>> {
        match self.thread.join() {
            Ok(stopped) => stopped,
            // The panic hook has said what it was.
            Err(_) => Some(LOST.into()),
        }
    }
}

/// Why views stopped whose thread did not live to say why itself.
const LOST: &str = "the view thread ended in a panic";

/// Opens the view store; one that is ahead of the log is folded anew.
fn open(path: &Path, options: &Options, log: &dyn Log) -> Result<Store, ViewError> {
    let options = Options {
        schema: SCHEMA,
        ..options.clone()
    };
    let (store, opened) = Store::open(path, &options)?;
    if let Opened::Discarded { reason } = opened {
        tracing::warn!(%reason, "views discarded, folding them anew");
    }
    if store.position() <= log.head().position {
        return Ok(store);
    }
    tracing::warn!(position = %store.position(), "views are ahead of the log, folding them anew");
    drop(store);
    std::fs::remove_file(path)?;
    Ok(Store::open(path, &options)?.0)
}

struct Folding {
    log: Arc<dyn Log>,
    store: Arc<RwLock<Store>>,
    tell: watch::Sender<Progress>,
    checkpointer: Checkpointer,
}

impl Folding {
    /// Folds until no more blocks are published; tells why it had to stop before.
    fn run(mut self, blocks: &Receiver<Arc<Committed>>) -> Option<Arc<str>> {
        if let Err(error) = self.follow(blocks) {
            let reason: Arc<str> = with_causes(&error).into();
            tracing::error!(%reason, "the views have stopped");
            self.tell
                .send_replace(Progress::Stopped(Arc::clone(&reason)));
            return Some(reason);
        }
        let Self {
            store,
            checkpointer,
            ..
        } = self;
        let mut store = store.write();
        if let Err(error) = checkpointer.finish(&mut store) {
            let error = with_causes(&error);
            tracing::warn!(error, "views not checkpointed, the next start folds more");
        }
        None
    }

    fn follow(&mut self, blocks: &Receiver<Arc<Committed>>) -> Result<(), ViewError> {
        loop {
            let next = match blocks.try_recv() {
                Ok(committed) => committed,
                Err(TryRecvError::Empty) => {
                    // Blocks may have been dropped while the channel was full.
                    self.catch_up(&mut |_| ())?;
                    match blocks.recv() {
                        Ok(committed) => committed,
                        Err(_) => return Ok(()),
                    }
                }
                Err(TryRecvError::Disconnected) => return self.catch_up(&mut |_| ()),
            };
            let at = self.store.read().position();
            if next.block.first_position() == at.next() {
                self.fold(&next.block, &next.records)?;
            } else if next.block.last_position() > at {
                self.catch_up(&mut |_| ())?;
            }
        }
    }

    fn catch_up(&mut self, progress: &mut dyn FnMut(Position)) -> Result<(), ViewError> {
        let after = self.store.read().position();
        if after >= self.log.head().position {
            return Ok(());
        }
        let log = Arc::clone(&self.log);
        for block in log.read(after)? {
            let block = block?;
            let records = block
                .records_after(after)
                .map(|(_, bytes)| codec::decode(bytes))
                .collect::<Result<Vec<_>, _>>()?;
            self.fold(&block, &records)?;
            progress(block.last_position());
        }
        Ok(())
    }

    fn fold(&mut self, block: &Block, records: &[Record]) -> Result<(), ViewError> {
        let mut store = self.store.write();
        for record in records {
            apply(&mut *store, record)?;
        }
        store.advance(block.last_position());
        let written = if self.checkpointer.is_due(store.dirty_bytes()) {
            self.checkpointer.step(&mut store)
        } else {
            Ok(None)
        };
        drop(store);
        if let Err(error) = written {
            let error = with_causes(&error);
            tracing::warn!(error, "views not checkpointed, trying again later");
        }
        self.tell.send_replace(Progress::At(block.last_position()));
        Ok(())
    }
}
