//! The last signed checkpoint, in its own file: it shows at a start that the log lost
//! its end or was rewritten.

use std::path::Path;

use super::note::{Note, Unverified, VerifierKey};
use super::{Checkpoint, Error};
use crate::files;

/// What a start without the last checkpoint loses.
pub const GUARD: &str = "the check at a start that the log is complete and unchanged";

/// Stores a signed checkpoint in place of the previous one.
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

/// Reads the last signed checkpoint, and verifies it if it names one of `keys`. Another
/// key may have signed it: the file of the keys may have been lost since.
///
/// # Errors
/// As [`remembered`]; `Damaged` too when the key that it names did not sign it.
pub(super) fn signed_last(
    path: &Path,
    keys: &[VerifierKey],
) -> Result<Option<(Note, Checkpoint)>, Error> {
    let signed = remembered(path)?;
    if let Some((note, _)) = &signed
        && let Err(edited @ Unverified::BadSignature) = note.verify(keys)
    {
        return Err(Error::Damaged {
            path: path.to_owned(),
            reason: edited.to_string(),
            given_up: GUARD,
        });
    }
    Ok(signed)
}

/// Reads the last signed checkpoint; `None` if there is none. Does not check who signed it.
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
