//! The checkpoint that was signed last, in a file of its own: what tells at a start that the log lost
//! its end or was rewritten.

use std::path::Path;

use super::note::Note;
use super::{Checkpoint, Error};
use crate::files;

/// What starting without the last checkpoint gives up.
pub const GUARD: &str = "what tells at a start that the log lost its end or was rewritten";

/// Keeps a signed checkpoint in place of the one before it.
///
/// # Errors
/// The file cannot be written.
pub(super) fn remember(path: &Path, signed: &Note) -> Result<(), Error> {
    let kept = files::replace(path, signed.to_string().as_bytes());
    kept.map_err(|source| Error::File {
        path: path.to_owned(),
        source,
    })
}

/// Reads the checkpoint that was signed last; `None` where none was. Does not look at who signed it.
///
/// # Errors
/// The file cannot be read, or holds something else.
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
