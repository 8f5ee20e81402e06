//! The thread that puts blocks into sled once they are durable in the journal.

use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use super::blocks::Writer;
use super::files::Files;
use super::guard::guarded;
use super::pending::{Pending, Task};
use crate::causes::with_causes;
use crate::log::chain::StorageError;

/// A handle to the thread. When it is dropped, the thread moves all blocks into sled and ends.
pub(super) struct Mover {
    pending: Arc<Pending>,
    thread: Option<JoinHandle<()>>,
}

impl Mover {
    pub fn start(files: Arc<Files>, pending: Arc<Pending>) -> io::Result<Self> {
        let at_work = AtWork(Arc::clone(&pending));
        let thread = thread::Builder::new()
            .name("log-mover".to_owned())
            .spawn(move || {
                let at_work = at_work;
                if let Err(error) = run(&files, &at_work.0) {
                    let cause = with_causes(&error);
                    tracing::error!(error = cause, "blocks cannot be moved into sled any more");
                    at_work.0.fail(Arc::new(error));
                }
            })?;
        Ok(Self {
            pending,
            thread: Some(thread),
        })
    }
}

impl Drop for Mover {
    fn drop(&mut self) {
        self.pending.close();
        if self
            .thread
            .take()
            .map(JoinHandle::join)
            .is_some_and(|end| end.is_err())
        {
            tracing::error!("the thread that moves blocks into sled panicked");
        }
    }
}

/// Held by the thread. When the thread ends for any reason, waiting threads are woken.
struct AtWork(Arc<Pending>);

impl Drop for AtWork {
    fn drop(&mut self) {
        let gone = StorageError::Damaged("blocks are not moved into sled any more".to_owned());
        self.0.fail(Arc::new(gone));
    }
}

fn run(files: &Files, pending: &Pending) -> Result<(), StorageError> {
    let mut writer = Writer::new(files)?;
    loop {
        match pending.next_task() {
            Task::Insert(batch) => {
                files.reserve()?;
                for (_, encoded) in &batch {
                    writer.insert(encoded)?;
                }
                pending.moved(&batch);
            }
            Task::Sync => {
                sync(files)?;
                pending.synced();
            }
            Task::End => return Ok(()),
        }
    }
}

/// Makes the inserted blocks durable.
pub(super) fn sync(files: &Files) -> Result<(), StorageError> {
    guarded(|| files.db().flush())?;
    files.sync_data()
}
