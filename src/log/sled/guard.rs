//! Turns sled's panics into errors.
//!
//! sled asserts what it believes of its files and unwraps what it reads from them, so damaged files
//! make it panic. A panic here ends the read or the append that met it: nothing is asked of the
//! same iterator again, and the handle takes no appends any more.

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::Once;

use crate::log::OpenError;
use crate::log::chain::StorageError;
use crate::log::paths::io_error;

thread_local! {
    /// Whether this thread is inside sled, so that a panic is about to become an error.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Asks sled for something.
///
/// A panic prints nothing: whoever gets the error says it once, in words.
pub(super) fn guarded<T>(ask: impl FnOnce() -> sled::Result<T>) -> Result<T, StorageError> {
    quieten_panics_inside();
    INSIDE.set(true);
    let answer = panic::catch_unwind(AssertUnwindSafe(ask));
    INSIDE.set(false);
    match answer {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(sled::Error::Io(error))) => Err(StorageError::Io(error)),
        Ok(Err(sled::Error::Corruption { at, .. })) => Err(StorageError::Damaged(match at {
            Some(at) => format!("sled found corrupted data at {at}"),
            None => "sled found corrupted data".to_owned(),
        })),
        Ok(Err(error)) => Err(StorageError::Damaged(error.to_string())),
        Err(panic) => Err(StorageError::Damaged(words(&*panic))),
    }
}

/// Says what sled said to whoever wants to open the log.
pub(super) fn refused(dir: &Path, error: StorageError) -> OpenError {
    match error {
        StorageError::Io(source) => io_error("written", dir, source),
        StorageError::Damaged(reason) => OpenError::Damaged {
            path: dir.to_owned(),
            reason,
        },
    }
}

/// Wraps the panic hook, once; panics elsewhere go to the hook that was there before.
fn quieten_panics_inside() {
    static WRAPPED: Once = Once::new();
    WRAPPED.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !INSIDE.get() {
                before(panic);
            }
        }));
    });
}

fn words(panic: &(dyn Any + Send)) -> String {
    if let Some(message) = panic.downcast_ref::<String>() {
        message.clone()
    } else if let Some(message) = panic.downcast_ref::<&str>() {
        (*message).to_owned()
    } else {
        "sled panicked without a message".to_owned()
    }
}
