//! Rebuild: folds the whole log into new views and replaces the old ones.

use std::io;
use std::path::Path;

use super::SCHEMA;
use super::engine::{ViewError, catch_up};
use crate::domain::Position;
use crate::files;
use crate::log::Log;
use crate::store::{self, Options, Store};

/// Why a rebuild failed. The old views are unchanged.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The log could not be folded.
    #[error(transparent)]
    Fold(#[from] ViewError),
    /// The rows could not be written.
    #[error("the rows of the new views could not be written: {0}")]
    Store(#[from] store::Error),
    /// The new file could not replace the old one.
    #[error("the new views could not replace the old ones")]
    Swap(#[from] io::Error),
}

/// The result of a rebuild.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rebuilt {
    /// Position that the views reflect.
    pub position: Position,
    /// Digest of the new views.
    pub digest: [u8; 32],
    /// Digest of the old views, if they had the same position and could be read.
    pub old_digest: Option<[u8; 32]>,
}

/// Folds the whole log into new views and replaces the old ones. No server may run on the
/// directory.
///
/// # Errors
/// See [`RebuildError`].
pub fn rebuild(
    path: &Path,
    options: &Options,
    log: &dyn Log,
    progress: impl FnMut(Position),
) -> Result<Rebuilt, RebuildError> {
    let options = Options {
        schema: SCHEMA,
        ..options.clone()
    };
    let beside = path.with_extension("rebuild");
    files::remove(&beside)?;
    let (mut store, _) = Store::open(&beside, &options)?;
    catch_up(&mut store, log, progress)?;
    store.checkpoint()?;
    let position = store.position();
    let digest = store.digest(0..=u8::MAX)?;
    drop(store);
    let old_digest = old_digest(path, &options, position)?;
    files::put_in_place(&beside, path)?;
    Ok(Rebuilt {
        position,
        digest,
        old_digest,
    })
}

/// Digests the old views, if they have the same position and can be read.
fn old_digest(
    path: &Path,
    options: &Options,
    position: Position,
) -> Result<Option<[u8; 32]>, RebuildError> {
    let old = match Store::look(path, options)? {
        Some(Ok(old)) if old.position() == position => old,
        Some(Ok(_) | Err(_)) | None => return Ok(None),
    };
    match old.digest(0..=u8::MAX) {
        Ok(digest) => Ok(Some(digest)),
        Err(store::Error::Corrupt { .. }) => Ok(None),
        Err(other) => Err(other.into()),
    }
}
