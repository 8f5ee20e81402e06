//! The commit: seals a group into a block, makes it durable, notifies readers and answers callers.
//!
//! While one group is on its way to the disk, the writer decides the next. Never more than one
//! group is on its way, so a crash loses at most one block.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use parking_lot::Mutex;

use super::group::Group;
use crate::causes::with_causes;
use crate::keyring::{self, Keyring};
use crate::log::block::SealError;
use crate::log::{AppendError, Block, Head, Log};
use crate::metrics::Writer as Metrics;
use crate::views::Durable;

/// Why a writer or a committer stopped that did not live to say why itself.
pub(super) const LOST: &str = "the writer ended in a panic";

/// Why a group did not become durable.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error("seal")]
    Seal(#[from] SealError),
    #[error("append")]
    Append(#[from] AppendError),
    #[error("keys")]
    Keys(#[from] keyring::Error),
}

/// Appends groups to the log.
struct Commit {
    log: Arc<dyn Log>,
    keyring: Arc<dyn Keyring>,
    head: Head,
    durable: Durable,
    metrics: Arc<Metrics>,
}

impl Commit {
    /// Makes a group durable and answers its callers. If the group may not be durable, its callers
    /// get the error too.
    fn commit(&mut self, mut group: Group) -> Result<(), Arc<str>> {
        match self.append(&mut group) {
            Ok(()) => {
                self.durable.reached(self.head.position);
                group.answer();
                Ok(())
            }
            Err(failed) => {
                let reason: Arc<str> = with_causes(&failed).into();
                group.fail(&reason);
                Err(reason)
            }
        }
    }

    fn append(&mut self, group: &mut Group) -> Result<(), Failed> {
        if group.records.is_empty() {
            return Ok(());
        }
        let records = std::mem::take(&mut group.records);
        let begun = Instant::now();
        let block = Block::seal(self.log.partition(), &self.head, records)?;
        self.metrics.seal.took(begun.elapsed());
        // A key is durable before an event that needs it, and goes after the event that says so: the
        // next start destroys again what a crash in between has left.
        if !group.new_keys.is_empty() {
            self.keyring.make(&group.new_keys)?;
        }
        let begun = Instant::now();
        self.head = self.log.append(&self.head, &block)?;
        self.metrics.append.took(begun.elapsed());
        self.metrics.group_commands.counted(group.requests);
        if !group.erased.is_empty() {
            self.keyring.destroy(&group.erased)?;
        }
        Ok(())
    }
}

/// The outcome of a commit.
type Done = Result<(), Arc<str>>;

/// Commits groups one at a time, on the calling thread or on its own thread.
pub(super) struct Committer {
    commit: Arc<Mutex<Commit>>,
    work: Option<SyncSender<Group>>,
    done: Receiver<Done>,
    under_way: bool,
    thread: Option<JoinHandle<()>>,
}

impl Committer {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system refuses to start a thread.
    pub(super) fn start(
        log: Arc<dyn Log>,
        keyring: Arc<dyn Keyring>,
        durable: Durable,
        metrics: Arc<Metrics>,
    ) -> io::Result<Self> {
        let head = log.head();
        let commit = Arc::new(Mutex::new(Commit {
            log,
            keyring,
            head,
            durable,
            metrics,
        }));
        let (work, groups) = sync_channel::<Group>(1);
        let (results, done) = sync_channel(1);
        let there = Arc::clone(&commit);
        let run = move || {
            for group in groups {
                if results.send(there.lock().commit(group)).is_err() {
                    return;
                }
            }
        };
        let thread = thread::Builder::new()
            .name("committer".to_owned())
            .spawn(run)?;
        Ok(Self {
            commit,
            work: Some(work),
            done,
            under_way: false,
            thread: Some(thread),
        })
    }

    /// Returns whether a group is on its way.
    pub(super) fn is_under_way(&self) -> bool {
        self.under_way
    }

    /// Waits until no group is on its way.
    ///
    /// # Errors
    /// Why the last one may not be durable.
    pub(super) fn settle(&mut self) -> Done {
        if !std::mem::take(&mut self.under_way) {
            return Ok(());
        }
        self.done.recv().unwrap_or_else(|_| Err(LOST.into()))
    }

    /// Commits a group before it returns. It is for a caller without other work: a switch of
    /// threads costs about as much as the disk.
    ///
    /// # Errors
    /// Why it may not be durable.
    pub(super) fn commit_here(&mut self, group: Group) -> Done {
        debug_assert!(!self.under_way, "one group at a time");
        self.commit.lock().commit(group)
    }

    /// Commits a group while others are decided. Call [`Committer::settle`] first.
    pub(super) fn commit_behind(&mut self, group: Group) {
        debug_assert!(!self.under_way, "one group at a time");
        if let Some(work) = &self.work {
            // If the thread has ended, `settle` reports that, and the callers have lost their
            // answers.
            self.under_way = true;
            let _ = work.send(group);
        }
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        self.work = None;
        if let Some(thread) = self.thread.take() {
            // The panic hook and `settle` have reported a panic of the thread.
            let _ = thread.join();
        }
    }
}
