//! What a log without a journal, as earlier versions kept it, noted beside sled's files: how far it
//! had got.
//!
//! Where the note is and the journal is not, the log is one of those, and gets a journal. Nothing
//! else tells it from a log whose journal was lost. So an empty note in place of a lost journal
//! says to go on with what sled has.

use std::fs;
use std::io;
use std::path::Path;

use crate::files;
use crate::log::paths::{io_error, sync_directory};
use crate::log::{Hash, Head, OpenError, Position};

const NAME: &str = "reached";
/// Block number, position and hash, and the hash of these three: a torn note is no note.
const NOTE_BYTES: usize = 8 + 8 + 2 * Hash::LEN;

/// Tells what was noted last in `dir`: [`Head::EMPTY`] when it can't be read, `None` when there is
/// no note.
pub(super) fn noted_in(dir: &Path) -> Result<Option<Head>, OpenError> {
    let path = dir.join(NAME);
    match fs::read(&path) {
        Ok(note) => Ok(Some(
            note.first_chunk().and_then(parse).unwrap_or(Head::EMPTY),
        )),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(io_error("read", &path, source)),
    }
}

/// Leaves an empty note: who opens the log goes on with what sled has.
pub(super) fn note_nothing(dir: &Path) -> Result<(), OpenError> {
    let path = dir.join(NAME);
    files::replace(&path, &[]).map_err(|source| io_error("written", &path, source))
}

/// Removes the note, if there is one.
pub(super) fn remove(dir: &Path) -> Result<(), OpenError> {
    let path = dir.join(NAME);
    match fs::remove_file(&path) {
        Ok(()) => sync_directory(dir),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(io_error("removed", &path, source)),
    }
}

fn parse(note: &[u8; NOTE_BYTES]) -> Option<Head> {
    let (content, check) = note.split_last_chunk::<{ Hash::LEN }>()?;
    if Hash::of(content) != Hash::from_bytes(*check) {
        return None;
    }
    let (block, content) = content.split_first_chunk()?;
    let (position, content) = content.split_first_chunk()?;
    let (hash, _) = content.split_first_chunk()?;
    Some(Head {
        block: u64::from_be_bytes(*block),
        position: Position::new(u64::from_be_bytes(*position)),
        hash: Hash::from_bytes(*hash),
    })
}
