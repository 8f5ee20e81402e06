//! The tree of a running ledger: folded behind the log, asked by whoever wants a proof.
//!
//! What is durable is folded some moments later, many blocks at once, unless somebody waits for it:
//! so a write costs the hash of its records and hardly a switch of threads. Checkpoints are made
//! when they are asked for, of any size: a signature is quick, and the same each time.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use tokio::sync::{Notify, watch};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::note::{Note, VerifierKey};
use super::remembered::{remember, remembered};
use super::tiles::{self, SCHEMA, TreeError};
use super::tree::{self, Nodes, leaf_hash};
use super::{AddError, Checkpoint, Cosigned, Error, LogKeys};
use crate::causes::with_causes;
use crate::domain::Position;
use crate::log::{Hash, Log};
use crate::store::{self, Opened, Options, Store};

/// How long what is durable may wait to be folded while nobody asks for it.
const LINGER: Duration = Duration::from_millis(50);
/// Most records between checkpoints of the store: what a start after a kill folds again.
const STORE_POSITIONS: u64 = 100_000;
/// Memory for tiles, and as much again for pages of their file: proofs ask for a handful.
const CACHE_BYTES: usize = 4 << 20;

/// Where the proofs of a ledger keep what they need, and whom they trust.
#[derive(Clone, Debug)]
pub struct Settings {
    /// File of the tiles: disposable.
    pub tree: PathBuf,
    /// File of the last checkpoint that was signed.
    pub checkpoint: PathBuf,
    /// File of the signatures of witnesses.
    pub cosignatures: PathBuf,
    /// Names the log the tree is folded from.
    pub log_id: String,
    /// The keys the log signs with.
    pub keys: LogKeys,
    /// Whose cosignatures are taken.
    pub witnesses: Vec<VerifierKey>,
    /// Longest that what is folded may be in memory alone.
    pub interval: Duration,
}

/// How far the tree is folded.
#[derive(Clone, Debug, Default)]
struct Progress {
    size: Position,
    /// How far the last checkpoint goes that was signed and kept since the start.
    kept: Position,
    /// Why it gets no further.
    ended: Option<Arc<str>>,
}

/// The tree, to be asked. Cheap to clone.
#[derive(Clone)]
pub struct Proofs {
    shared: Arc<Shared>,
    progress: watch::Receiver<Progress>,
}

struct Shared {
    rows: RwLock<Store>,
    cosigned: Mutex<Cosigned>,
    settings: Settings,
    /// Told when somebody waits for what is durable and not folded.
    wanted: Notify,
    /// Told when a reader met damage in the file of the tiles.
    damage: Notify,
}

/// A checkpoint with the signatures on it.
#[derive(Clone, Debug)]
pub struct Signed {
    /// What is signed.
    pub checkpoint: Checkpoint,
    /// With the log's signature, and after it those of witnesses.
    pub note: Note,
}

impl Proofs {
    /// How many records the tree has.
    pub fn size(&self) -> Position {
        self.progress.borrow().size
    }

    /// The keys the log signs with.
    pub fn keys(&self) -> &LogKeys {
        &self.shared.settings.keys
    }

    /// Whose cosignatures are taken.
    pub fn witnesses(&self) -> &[VerifierKey] {
        &self.shared.settings.witnesses
    }

    /// Waits until the tree has so many records, which must be durable or become so. Cancel it to
    /// stop waiting.
    ///
    /// # Errors
    /// `Stopped` when it never will.
    pub async fn reach(&self, size: Position) -> Result<(), Error> {
        let mut progress = self.progress.clone();
        let decided = |now: &Progress| now.size >= size || now.ended.is_some();
        if !decided(&progress.borrow()) {
            self.shared.wanted.notify_one();
        }
        let now = progress.wait_for(decided).await;
        match now.as_deref() {
            Ok(now) if now.size >= size => Ok(()),
            Ok(Progress {
                ended: Some(reason),
                ..
            }) => Err(Error::Stopped(Arc::clone(reason))),
            Ok(_) | Err(_) => Err(Error::Stopped("the server is going down".into())),
        }
    }

    /// Waits until the checkpoint that is kept has so many records. Cancel it to stop waiting.
    ///
    /// # Errors
    /// `Stopped` when nobody keeps the tree any more.
    pub async fn kept(&self, size: Position) -> Result<(), Error> {
        let mut progress = self.progress.clone();
        let now = progress.wait_for(|now| now.kept >= size).await;
        now.map(|_| ())
            .map_err(|_| Error::Stopped("the server is going down".into()))
    }

    /// Signs the checkpoint of the first `size` records, which the tree must have; witnesses'
    /// signatures over it come with it.
    ///
    /// # Errors
    /// When the tree cannot be read.
    pub fn checkpoint(&self, size: Position) -> Result<Signed, Error> {
        let checkpoint = self.shared.checkpoint(size)?;
        let mut signed = self.shared.sign(checkpoint);
        let cosigned = self.shared.cosigned.lock();
        let witnesses = cosigned.of(&signed.checkpoint).iter().cloned();
        signed.note.signatures.extend(witnesses);
        drop(cosigned);
        Ok(signed)
    }

    /// The largest size that so many witnesses signed.
    pub fn latest_cosigned(&self, at_least: usize) -> Option<Position> {
        let latest = self.shared.cosigned.lock().latest(at_least);
        latest.map(Position::new)
    }

    /// Takes a witness's signature over the checkpoint of the first `size` records, which the tree
    /// must have, and keeps it.
    ///
    /// # Errors
    /// See [`AddError`].
    pub fn add_cosignature(&self, size: Position, line: &str) -> Result<Signed, AddError> {
        let checkpoint = self.shared.checkpoint(size)?;
        let mut cosigned = self.shared.cosigned.lock();
        cosigned.add(self.witnesses(), &checkpoint, line)?;
        drop(cosigned);
        Ok(self.checkpoint(size)?)
    }

    /// Lists the hashes that lead from the record at `position` to the root of the tree of the
    /// first `size` records, which the tree must have; its leaf hash comes with them.
    ///
    /// # Errors
    /// When the tree cannot be read.
    pub fn inclusion(
        &self,
        position: Position,
        size: Position,
    ) -> Result<(Hash, Vec<Hash>), Error> {
        let index = position.get().saturating_sub(1);
        self.shared.read(|nodes| {
            let leaf = nodes(0, index)?;
            Ok((leaf, tree::inclusion(nodes, index, size.get())?))
        })
    }

    /// Lists the hashes that show the first `from` records to be the beginning of the first `to`,
    /// which the tree must have.
    ///
    /// # Errors
    /// When the tree cannot be read.
    pub fn consistency(&self, from: Position, to: Position) -> Result<Vec<Hash>, Error> {
        self.shared
            .read(|nodes| tree::consistency(nodes, from.get(), to.get()))
    }
}

impl Shared {
    /// Reads the tree; damage is passed on to whoever folds it.
    fn read<T>(
        &self,
        read: impl FnOnce(Nodes<'_, TreeError<store::Error>>) -> Result<T, TreeError<store::Error>>,
    ) -> Result<T, Error> {
        let rows = self.rows.read();
        let found = read(&|level, index| tiles::node(&*rows, level, index));
        found.map_err(|error| {
            let error = Error::from(error);
            if error.is_of_tree() {
                self.damage.notify_one();
            }
            error
        })
    }

    fn root(&self, size: Position) -> Result<Hash, Error> {
        self.read(|nodes| tree::root(nodes, size.get()))
    }

    fn checkpoint(&self, size: Position) -> Result<Checkpoint, Error> {
        let origin = self.settings.keys.current().public().name();
        Ok(Checkpoint::new(origin, size.get(), self.root(size)?))
    }

    fn sign(&self, checkpoint: Checkpoint) -> Signed {
        let text = checkpoint.text().to_owned();
        // A log's signature says no time.
        let signatures = vec![self.settings.keys.current().sign(&text, 0)];
        let note = Note { text, signatures };
        Signed { checkpoint, note }
    }
}

/// The tree as its one writer has it.
pub struct Live {
    shared: Arc<Shared>,
    tell: watch::Sender<Progress>,
    /// When it was last kept, or could not be.
    kept_at: Instant,
    /// Whether it could be.
    is_kept: bool,
    /// What was signed last. A tree that is folded anew signs nothing shorter.
    signed: Option<Checkpoint>,
    /// Whether the tree was compared with what was signed before this start; until then it signs nothing.
    is_held: bool,
    /// Whether all of the tree was folded from the log since this start.
    is_new: bool,
}

impl Live {
    /// Opens the tree, folds what the log has beyond it, and holds it to what was signed before.
    ///
    /// # Errors
    /// See [`Error`]; `Ahead` and `Rewritten` when the log is not the one that was signed.
    pub fn open(settings: Settings, log: &dyn Log) -> Result<(Self, Proofs), Error> {
        let (rows, is_new) = open_rows(&settings)?;
        let head = log.head().position;
        if rows.position() > head {
            return Err(Error::Ahead {
                reached: rows.position(),
                log: head,
            });
        }
        let (tell, told) = watch::channel(Progress::default());
        let cosigned = Cosigned::open(&settings.cosignatures)?;
        let signed = remembered(&settings.checkpoint)?;
        let mut live = Self {
            shared: Arc::new(Shared {
                rows: RwLock::new(rows),
                cosigned: Mutex::new(cosigned),
                settings,
                wanted: Notify::new(),
                damage: Notify::new(),
            }),
            tell,
            kept_at: Instant::now(),
            is_kept: true,
            signed: signed.map(|(_, checkpoint)| checkpoint),
            is_held: false,
            is_new,
        };
        live.catch_up(log)?;
        live.hold_to_what_was_signed(log)?;
        live.is_held = true;
        let proofs = Proofs {
            shared: Arc::clone(&live.shared),
            progress: told,
        };
        Ok((live, proofs))
    }

    /// Compares the tree with what was signed. Before the log is said to be rewritten, the tree is
    /// folded from it.
    fn hold_to_what_was_signed(&mut self, log: &dyn Log) -> Result<(), Error> {
        let Some(signed) = self.signed.clone() else {
            return Ok(());
        };
        let reached = Position::new(signed.size);
        let end = self.shared.rows.read().position();
        if reached > end {
            return Err(Error::Ahead { reached, log: end });
        }
        let is_same = match self.shared.root(reached) {
            Ok(root) => root == signed.root,
            Err(error) if error.is_of_tree() => false,
            Err(other) => return Err(other),
        };
        match (is_same, self.is_new) {
            (true, _) => Ok(()),
            (false, true) => Err(Error::Rewritten { size: signed.size }),
            (false, false) => {
                self.begin_anew("its root is not the one that was signed")?;
                self.catch_up(log)?;
                self.hold_to_what_was_signed(log)
            }
        }
    }

    /// Gives up the tree's file and begins another one.
    fn begin_anew(&mut self, reason: &str) -> Result<(), Error> {
        let mut rows = self.shared.rows.write();
        rows.condemn(reason);
        let aside = rows.aside().map(|path| path.display().to_string());
        tracing::warn!(reason, aside, "the tree is damaged, folding it anew");
        // Lets go of the file before another one is made.
        *rows = Store::in_memory()?;
        let (anew, _) = open_rows(&self.shared.settings)?;
        *rows = anew;
        drop(rows);
        self.is_new = true;
        self.tell
            .send_modify(|progress| progress.size = Position::START);
        Ok(())
    }

    /// Folds what becomes durable until it is told to end, then keeps what it has.
    pub async fn run(mut self, log: Arc<dyn Log>, ending: CancellationToken) {
        let shared = Arc::clone(&self.shared);
        let mut tail = log.tail();
        // What came since the tree was opened.
        tail.mark_changed();
        loop {
            let due = self.due_at();
            tokio::select! {
                () = ending.cancelled() => break,
                () = shared.damage.notified() => {}
                changed = tail.changed() => if changed.is_err() { break },
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {}
            }
            tokio::select! {
                () = ending.cancelled() => {}
                () = shared.wanted.notified() => {}
                () = sleep(LINGER) => {}
            }
            tail.mark_unchanged();
            let log = Arc::clone(&log);
            let folded = spawn_blocking(move || {
                let folded = self.catch_up(log.as_ref());
                (self, folded)
            });
            let Ok((live, folded)) = folded.await else {
                // Its panic was told by the hook; who waits is told by the channel's end.
                return;
            };
            self = live;
            if let Err(error) = folded {
                let error = with_causes(&error);
                tracing::error!(error, "the tree has stopped: there are no new proofs");
                let ended = Some(error.into());
                return self.tell.send_modify(|progress| progress.ended = ended);
            }
        }
        let kept = spawn_blocking(move || self.keep());
        if let Ok(Err(error)) = kept.await {
            let error = with_causes(&error);
            tracing::warn!(error, "the tree was not kept, the next start folds more");
        }
    }

    /// Folds what the log has beyond the tree; all of it where the tree is damaged.
    fn catch_up(&mut self, log: &dyn Log) -> Result<(), Error> {
        if self.shared.rows.read().is_damaged() {
            self.begin_anew("its file is not what was written")?;
        }
        match self.extend(log) {
            Err(error) if error.is_of_tree() => {
                self.begin_anew(&with_causes(&error))?;
                self.extend(log)
            }
            extended => extended,
        }
    }

    fn extend(&mut self, log: &dyn Log) -> Result<(), Error> {
        let mut size = self.shared.rows.read().position();
        for block in log.read(size)? {
            let block = block?;
            let records = block.records_after(size);
            let leaves: Vec<Hash> = records.map(|(_, record)| leaf_hash(record)).collect();
            let mut rows = self.shared.rows.write();
            tiles::append(&mut *rows, size.get(), &leaves)?;
            size = block.last_position();
            rows.advance(size);
            drop(rows);
            self.keep_when_due();
        }
        self.keep_when_due();
        self.tell.send_modify(|progress| progress.size = size);
        Ok(())
    }

    /// How many records are folded and not kept.
    fn behind(&self) -> u64 {
        let rows = self.shared.rows.read();
        rows.position().get() - rows.checkpoint_position().get()
    }

    /// When what is folded must be kept though nothing more comes.
    fn due_at(&self) -> Option<Instant> {
        let due = self.kept_at + self.shared.settings.interval;
        (self.behind() > 0).then_some(due)
    }

    /// Keeps what is folded when enough of it is not; what could not be kept is tried again later.
    fn keep_when_due(&mut self) {
        let behind = self.behind();
        let is_much = behind >= STORE_POSITIONS && self.is_kept;
        let is_long = behind > 0 && self.kept_at.elapsed() >= self.shared.settings.interval;
        if !is_much && !is_long {
            return;
        }
        let kept = self.keep();
        self.is_kept = kept.is_ok();
        if let Err(error) = kept {
            let error = with_causes(&error);
            tracing::warn!(error, "the tree was not kept, trying again later");
        }
    }

    /// Makes durable what is folded, and the checkpoint over it. Readers wait only while rows are
    /// passed on, not while they are written.
    fn keep(&mut self) -> Result<(), Error> {
        self.kept_at = Instant::now();
        let checkpoint = self.shared.rows.write().freeze();
        if let Some(checkpoint) = checkpoint {
            let written = checkpoint.write()?;
            self.shared.rows.write().thaw(&written);
        }
        let size = self.shared.rows.read().checkpoint_position();
        let is_longer = |signed: &Checkpoint| signed.size > size.get();
        if !self.is_held || self.signed.as_ref().is_some_and(is_longer) {
            return Ok(());
        }
        let signed = self.shared.sign(self.shared.checkpoint(size)?);
        remember(&self.shared.settings.checkpoint, &signed.note)?;
        self.signed = Some(signed.checkpoint);
        self.tell.send_modify(|progress| progress.kept = size);
        Ok(())
    }
}

/// Opens the rows of the tree; tells whether there were none of use.
fn open_rows(settings: &Settings) -> Result<(Store, bool), Error> {
    let (rows, opened) = Store::open(&settings.tree, &tree_options(&settings.log_id))?;
    if let Opened::Discarded { reason, aside } = &opened {
        let aside = aside.as_ref().map(|path| path.display().to_string());
        tracing::warn!(%reason, aside, "the tree was discarded, folding it anew");
    }
    Ok((rows, opened != Opened::Resumed))
}

/// Says how the store of the tree of a log is opened.
pub fn tree_options(log_id: &str) -> Options {
    Options {
        cache_bytes: CACHE_BYTES,
        redb_cache_bytes: CACHE_BYTES,
        schema: SCHEMA,
        log_id: log_id.to_owned(),
    }
}
