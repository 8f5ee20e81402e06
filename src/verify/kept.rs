//! Checkpoints that were kept elsewhere: what may be held against a log.

use crate::proofs::note::{Malformed, Note, Unverified, VerifierKey};
use crate::proofs::{self, Checkpoint};

/// Why a checkpoint proves nothing.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeptError {
    /// It is no signed note.
    #[error(transparent)]
    Note(#[from] Malformed),
    /// The note is of no checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] proofs::Malformed),
    /// No key that is trusted signed it.
    #[error("the checkpoint is signed by another key than those given")]
    OtherKey,
    /// It was changed after it was signed.
    #[error("the checkpoint was edited: its signature is not over what it says")]
    BadSignature,
    /// It is of another log than the key's.
    #[error("the checkpoint is of the log {origin}, the key is of another")]
    OtherLog {
        /// The name of the log.
        origin: String,
    },
}

/// Reads what a checkpoint says, whoever signed it.
///
/// # Errors
/// When it is none.
pub fn stated(note: &str) -> Result<Checkpoint, KeptError> {
    let note: Note = note.parse()?;
    Ok(note.text.parse()?)
}

/// Reads a checkpoint that one of these keys signed.
///
/// # Errors
/// See [`KeptError`].
pub fn kept(note: &str, keys: &[VerifierKey]) -> Result<Checkpoint, KeptError> {
    let note: Note = note.parse()?;
    let checkpoint: Checkpoint = note.text.parse()?;
    let key = note.verify(keys).map_err(|error| match error {
        Unverified::OtherKey => KeptError::OtherKey,
        Unverified::BadSignature => KeptError::BadSignature,
    })?;
    match key.name() == checkpoint.origin() {
        true => Ok(checkpoint),
        false => Err(KeptError::OtherLog {
            origin: checkpoint.origin().to_owned(),
        }),
    }
}
