//! Mending: rows whose file was found damaged are folded anew from the log, while the ledger runs.
//!
//! Nobody reads rows meanwhile: what is in memory may be right, but it is not all.

use std::sync::Arc;

use super::engine::{Live, ViewError, fold_while};
use crate::causes::with_causes;
use crate::log::Log;
use crate::store::Store;

impl Live {
    /// Folds the rows anew, all of which must be durable, as long as `go_on` says so. Tells whether
    /// they are whole; if not, nobody may read them, but a checkpoint keeps them for the next start.
    ///
    /// # Errors
    /// When the log or the new file cannot be used; readers are refused from then on.
    pub fn mend(&self, log: &dyn Log, go_on: impl Fn() -> bool) -> Result<bool, ViewError> {
        self.tell.send_modify(|progress| progress.is_mending = true);
        let mended = self.fold_anew(log, go_on);
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

    fn fold_anew(&self, log: &dyn Log, go_on: impl Fn() -> bool) -> Result<bool, ViewError> {
        let aside = self.rows().aside().map(|path| path.display().to_string());
        tracing::warn!(
            aside,
            "the file of the views is damaged: they are folded anew, calls are refused"
        );
        // Lets go of the damaged file, and of the memory.
        *self.rows() = Store::in_memory()?;
        let (mut store, _) = Store::open(&self.path, &self.options)?;
        fold_while(&mut store, log, |_| go_on())?;
        let is_whole = store.position() == log.head().position;
        *self.rows() = store;
        Ok(is_whole)
    }
}
