//! A note beside sled's files of how far the log had got.
//!
//! sled can't tell a torn end, which nobody was ever told of, from a damaged block in the middle:
//! at the next start it cuts everything from the first bad byte on, without a word. One flipped bit
//! took 2,961 of 4,200 acknowledged records that way. So after each acknowledged block its head is
//! noted in a small file, over the earlier note, and the next start must find it in the log.
//!
//! The note is not synced, so that no commit waits for it: it is true whenever it gets to the disk,
//! since the block was there first. A power cut may leave an older note, which is true as well.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::log::directory::io_error;
use crate::log::{Hash, Head, OpenError, Position};

const NAME: &str = "reached";
/// Block number, position and hash, and the hash of these three: a torn note is no note.
const NOTE_BYTES: usize = 8 + 8 + 2 * Hash::LEN;

/// The file with the note.
pub(super) struct Witness {
    file: File,
}

impl Witness {
    /// Opens the witness in `dir`, creating it if it is missing.
    pub fn open(dir: &Path) -> Result<Self, OpenError> {
        let path = dir.join(NAME);
        OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map(|file| Self { file })
            .map_err(|source| io_error("opened", &path, source))
    }

    /// Notes that everything up to `head` is durable.
    pub fn note(&self, head: &Head) -> io::Result<()> {
        self.file.write_all_at(&render(head), 0)
    }

    /// Makes the last note durable.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }
}

/// Tells what was noted last in `dir`; [`Head::EMPTY`] when there is no readable note.
pub(super) fn noted_in(dir: &Path) -> Result<Head, OpenError> {
    let path = dir.join(NAME);
    match fs::read(&path) {
        Ok(note) => Ok(note.first_chunk().and_then(parse).unwrap_or(Head::EMPTY)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Head::EMPTY),
        Err(source) => Err(io_error("read", &path, source)),
    }
}

fn render(head: &Head) -> [u8; NOTE_BYTES] {
    let mut note = [0; NOTE_BYTES];
    let (content, check) = note.split_at_mut(NOTE_BYTES - Hash::LEN);
    content[..8].copy_from_slice(&head.block.to_be_bytes());
    content[8..16].copy_from_slice(&head.position.get().to_be_bytes());
    content[16..].copy_from_slice(head.hash.as_bytes());
    check.copy_from_slice(Hash::of(content).as_bytes());
    note
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn head(block: u64) -> Head {
        Head {
            block,
            position: Position::new(block * 10),
            hash: Hash::of(&block.to_be_bytes()),
        }
    }

    #[test]
    fn the_last_note_is_told_after_reopening() {
        let dir = tempfile::tempdir().unwrap();
        let witness = Witness::open(dir.path()).unwrap();
        assert_eq!(noted_in(dir.path()).unwrap(), Head::EMPTY);
        witness.note(&head(1)).unwrap();
        witness.note(&head(2)).unwrap();
        assert_eq!(noted_in(dir.path()).unwrap(), head(2));
    }

    #[test]
    fn any_flipped_bit_makes_it_no_note() {
        for bit in 0..NOTE_BYTES * 8 {
            let mut note = render(&head(3));
            note[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(parse(&note), None);
        }
    }
}
