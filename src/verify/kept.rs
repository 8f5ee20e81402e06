//! Checkpoints that were kept elsewhere, with which a log is compared.

use crate::proofs::note::{Malformed, Note, Unverified, VerifierKey};
use crate::proofs::{self, Checkpoint};

/// Why a checkpoint proves nothing.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeptError {
    /// It is not a signed note.
    #[error(transparent)]
    Note(#[from] Malformed),
    /// The note does not contain a checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] proofs::Malformed),
    /// No trusted key signed it.
    #[error("the checkpoint is signed by another key, not by a given one")]
    OtherKey,
    /// It was changed after it was signed.
    #[error("the checkpoint was edited: its signature does not match its text")]
    BadSignature,
    /// It is a checkpoint of another log than that of the key.
    #[error("the checkpoint belongs to the log {origin}, but the key belongs to another log")]
    OtherLog {
        /// The name of the log.
        origin: String,
    },
}

/// Reads a checkpoint without verifying its signatures.
///
/// # Errors
/// When the note does not contain a checkpoint.
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
