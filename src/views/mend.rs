//! Mending: rebuilds rows from the log after their file was found damaged, while the ledger runs.
//!
//! Readers are refused meanwhile: rows in memory may be right, but they are incomplete.

use std::sync::Arc;

use super::engine::{Live, ViewError, fold_while};
use crate::causes::with_causes;
use crate::log::Log;
use crate::store::Store;

impl Live {
    /// Rebuilds the rows from the durable log while `go_on` returns true. Returns whether they are
    /// complete. Incomplete rows cannot be read, but a checkpoint keeps them for the next start.
    ///
    /// # Errors
    /// When the log or the new file cannot be used; readers are refused from then on.
    pub fn mend(&self, log: &dyn Log, go_on: impl Fn() -> bool) -> Result<bool, ViewError> {
        self.tell.send_modify(|progress| progress.is_mending = true);
        let mended = self.rebuild_rows(log, go_on);
        self.tell.send_modify(|progress| match &mended {
            Ok(is_whole) => progress.is_mending = !is_whole,
            Err(error) => {
                let reason: Arc<str> = with_causes(error).into();
                progress.ended = Some(Arc::clone(&reason));
                progress.broken = Some(reason);
            }
        });
        mended
    }

    fn rebuild_rows(&self, log: &dyn Log, go_on: impl Fn() -> bool) -> Result<bool, ViewError> {
        let aside = self.rows().aside().map(|path| path.display().to_string());
        tracing::warn!(
            aside,
            "the file of the views is damaged: the views are rebuilt, and calls are refused meanwhile"
        );
        // This closes the damaged file and frees its memory.
        *self.rows() = Store::in_memory()?;
        let (mut store, _) = Store::open(&self.path, &self.options)?;
        fold_while(&mut store, log, |_| go_on())?;
        let is_whole = store.position() == log.head().position;
        *self.rows() = store;
        Ok(is_whole)
    }
}
