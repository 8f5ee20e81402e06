//! The checkpoint that a log signed last, kept in a file: what guards against a log that is cut or
//! rewritten.

use std::path::Path;

use super::note::{Note, Unverified};
use super::{Checkpoint, Error, Settings};
use crate::files;

/// What starting without the last checkpoint gives up.
pub const GUARD: &str = "what tells at a start that the log lost its end or was rewritten";

/// Reads the checkpoint that was signed last, and verifies it where a key of the log is named by it.
/// Another key may have signed it: the file of the keys may have been lost since.
///
/// # Errors
/// As [`remembered`]; `Damaged` too when the key that is named did not sign it.
pub(super) fn signed_last(settings: &Settings) -> Result<Option<(Note, Checkpoint)>, Error> {
    let signed = remembered(&settings.checkpoint)?;
    if let Some((note, _)) = &signed
        && let Err(edited @ Unverified::BadSignature) = note.verify(&settings.keys.public())
    {
        return Err(Error::Damaged {
            path: settings.checkpoint.clone(),
            reason: edited.to_string(),
            given_up: GUARD,
        });
    }
    Ok(signed)
}

/// Reads the checkpoint that was signed last; `None` where none was.
///
/// # Errors
/// `File` when the system refuses; `Damaged` when the file holds something else. Nobody looks at who
/// signed it.
pub fn remembered(path: &Path) -> Result<Option<(Note, Checkpoint)>, Error> {
    let text = files::read_text(path).map_err(|source| Error::File {
        path: path.to_owned(),
        source,
    })?;
    let Some(text) = text else { return Ok(None) };
    let damaged = |reason: String| Error::Damaged {
        path: path.to_owned(),
        reason,
        given_up: GUARD,
    };
    let note: Note = text
        .parse()
        .map_err(|error: super::note::Malformed| damaged(error.to_string()))?;
    let checkpoint = note.text.parse();
    let checkpoint = checkpoint.map_err(|error: super::Malformed| damaged(error.to_string()))?;
    Ok(Some((note, checkpoint)))
}
