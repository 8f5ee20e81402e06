//! The commit journal: where a block becomes durable, before sled has it.
//!
//! A commit in sled alone takes twice as long as the disk needs, and four times the processor time.
//! So a block is written and synced here, and gets into sled later, with many others. The journal
//! holds the last few mebibytes of the log and always its last block. A block that sled lacks is
//! never overwritten.
//!
//! ```text
//! | header | segment                     | segment                     |
//!          | frame | frame | frame | …   | frame | frame | …           |   all at multiples of 4 KiB
//! ```
//!
//! The file is written with zeros and synced when it is made, and never changes its size, so a sync
//! writes only data. Frames are appended to one segment. When a frame does not fit, the other
//! segment is begun; all of its old blocks must be durable in sled by then.
//!
//! - A frame begins with the journal's id and the block's length. The id is random, so that no
//!   record can look like a frame. The block's own hash protects the rest.
//! - Frames share no sector, so that writing one cannot damage another.
//! - The content of a frame decides how it is used, not its place: of all frames in the file, those
//!   beyond sled's end must continue it without a gap. Stale frames are in sled by then, and torn
//!   frames do not decode. Only one append is under way at a time, so a torn frame is the last one.
//! - A last frame that was damaged later looks like a torn one. Its loss is not detected until sled
//!   has the block, about 100 ms later. From then on sled has more than the journal, which is
//!   refused.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use bytes::Bytes;

use crate::files;
use crate::log::block::MAX_BLOCK_BYTES;
use crate::log::chain::Stored;
use crate::log::paths::{exists, io_error};
use crate::log::{Block, Hash, Head, OpenError, Position};
use crate::metrics::Histogram;

/// The file's name, in the log's directory.
pub(super) const NAME: &str = "journal";

/// Default bytes of a segment, 8 MiB: about 70 of the largest blocks or 2,048 small ones for each
/// sync of sled.
pub(super) const SEGMENT_BYTES: u32 = 8 * 1024 * 1024;
/// The blocks of one segment are moved into sled while the other is written.
const SEGMENTS: usize = 2;
/// Bytes that disks write entirely or not at all, and that systems keep in memory as one page.
const SECTOR: usize = 4096;
/// Least bytes of a segment: any block fits.
pub(super) const MIN_SEGMENT_BYTES: u32 = padded(FRAME_HEADER + MAX_BLOCK_BYTES) as u32;

const MAGIC: [u8; 4] = *b"CLJL";
const VERSION: u32 = 1;
/// Magic, version, bytes in a segment, id.
const HEADER: usize = 4 + 4 + 4 + size_of::<Id>();
/// The journal's id and the block's length.
const FRAME_HEADER: usize = size_of::<Id>() + 4;

type Id = [u8; 16];

/// Returns the bytes of whole sectors that `len` bytes take.
const fn padded(len: usize) -> usize {
    len.next_multiple_of(SECTOR)
}

/// The journal's file, and where the next frame goes.
pub(super) struct Journal {
    file: File,
    layout: Layout,
    current: usize,
    /// Where the next frame goes in the current segment.
    offset: usize,
    /// The first position of the last block in each segment; the start in an unused segment.
    last: [Position; SEGMENTS],
    frame: Vec<u8>,
    /// How long syncs take.
    syncs: Option<Histogram>,
}

/// The content of the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Layout {
    segment_bytes: u32,
    id: Id,
}

/// A block found in the journal.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    segment: usize,
    offset: usize,
    pub first_position: Position,
    pub head: Head,
    pub encoded: Bytes,
}

impl Journal {
    /// Returns whether there is a journal in `dir`.
    pub fn is_in(dir: &Path) -> Result<bool, OpenError> {
        exists(&dir.join(NAME))
    }

    /// Renames the journal in `dir`, if there is one, and returns its new path.
    pub fn set_aside(dir: &Path) -> Result<Option<PathBuf>, OpenError> {
        let path = dir.join(NAME);
        if !Self::is_in(dir)? {
            return Ok(None);
        }
        let aside = files::set_aside(&path);
        let aside = aside.map_err(|source| io_error("renamed", &path, source))?;
        Ok(Some(aside))
    }

    /// Makes the journal in `dir`. It survives a power cut as soon as this returns.
    ///
    /// `last` is the last block of a log that had no journal before.
    #[expect(
        clippy::disallowed_methods,
        reason = "a journal knows its own frames by a chance id"
    )]
    pub fn create(dir: &Path, segment_bytes: u32, last: Option<&Block>) -> Result<(), OpenError> {
        let whole = dir.join(NAME);
        let path = files::draft_of(&whole);
        let failed = |source| io_error("written", &path, source);
        let mut id = Id::default();
        getrandom::fill(&mut id).map_err(|error| failed(io::Error::other(error)))?;
        let segment_bytes = segment_bytes.max(MIN_SEGMENT_BYTES);
        let layout = Layout {
            segment_bytes: padded(segment_bytes as usize) as u32,
            id,
        };
        files::create(&path)
            .and_then(|file| {
                layout.write_whole(&file)?;
                if let Some(block) = last {
                    let mut frame = Vec::new();
                    layout.render(block.encoded(), &mut frame);
                    file.write_all_at(&frame, layout.start_of(0))?;
                }
                file.sync_all()
            })
            .map_err(failed)?;
        files::put_in_place(&path, &whole).map_err(|source| io_error("created", &whole, source))
    }

    /// Opens the journal in `dir` and returns all its frames, ordered by block. Returns `None` if
    /// there is no journal. Writes nothing.
    pub fn open(dir: &Path) -> Result<Option<(Self, Vec<Frame>)>, OpenError> {
        if !Self::is_in(dir)? {
            return Ok(None);
        }
        let path = dir.join(NAME);
        let failed = |source| io_error("read", &path, source);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&path)
            .map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        let mut header = [0; HEADER + Hash::LEN];
        let layout = match file.read_exact_at(&mut header, 0) {
            Ok(()) => Layout::parse(&header),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => None,
            Err(error) => return Err(failed(error)),
        };
        let layout = layout
            .filter(|layout| layout.start_of(SEGMENTS) == size)
            .ok_or_else(|| OpenError::Journal {
                path: dir.to_owned(),
                reason: "is damaged",
            })?;
        let mut frames = Vec::new();
        for segment in 0..SEGMENTS {
            let mut bytes = vec![0; layout.segment_bytes as usize];
            file.read_exact_at(&mut bytes, layout.start_of(segment))
                .map_err(failed)?;
            layout.collect(segment, &bytes, &mut frames);
        }
        frames.sort_by_key(|frame| frame.head.block);
        let newest = frames.last().map_or(1, |frame| frame.segment);
        let journal = Self {
            file,
            layout,
            // The segment of the last block is not written next, so that this block stays until
            // another is durable.
            current: (newest + 1) % SEGMENTS,
            offset: 0,
            last: [Position::START; SEGMENTS],
            frame: Vec::new(),
            syncs: None,
        };
        Ok(Some((journal, frames)))
    }

    /// Writes found frames again in their places and syncs them. After a failed sync they may be in
    /// memory only, and another sync does not write them.
    pub fn write_again(&mut self, frames: &[Frame]) -> io::Result<()> {
        for found in frames {
            self.layout.render(&found.encoded, &mut self.frame);
            let at = self.layout.start_of(found.segment) + found.offset as u64;
            self.file.write_all_at(&self.frame, at)?;
        }
        self.file.sync_data()
    }

    /// Returns the position up to which blocks must be durable in sled before `block` can be
    /// written.
    pub fn written_over_by(&self, block: &Block) -> Position {
        if self.fits(block) {
            Position::START
        } else {
            self.last[self.other()]
        }
    }

    /// Has the syncs of blocks measured.
    pub fn measure_syncs(&mut self, syncs: Histogram) {
        self.syncs = Some(syncs);
    }

    /// Writes `block`. It is durable when this returns `Ok`, and may be durable earlier.
    ///
    /// Returns the last block of the previous segment, if this block begins a new one.
    pub fn write(&mut self, block: &Block) -> io::Result<Option<Position>> {
        let mut complete = None;
        if !self.fits(block) {
            complete = Some(self.last[self.current]);
            self.current = self.other();
            self.offset = 0;
        }
        self.layout.render(block.encoded(), &mut self.frame);
        let at = self.layout.start_of(self.current) + self.offset as u64;
        self.file.write_all_at(&self.frame, at)?;
        let begun = Instant::now();
        self.file.sync_data()?;
        if let Some(syncs) = &self.syncs {
            syncs.took(begun.elapsed());
        }
        self.offset += self.frame.len();
        self.last[self.current] = block.first_position();
        Ok(complete)
    }

    fn fits(&self, block: &Block) -> bool {
        let len = padded(FRAME_HEADER + block.encoded().len());
        self.offset + len <= self.layout.segment_bytes as usize
    }

    const fn other(&self) -> usize {
        (self.current + 1) % SEGMENTS
    }

    /// Replaces the journal's file, so that tests can make it fail.
    #[cfg(test)]
    pub fn replace_file(&mut self, file: File) -> File {
        std::mem::replace(&mut self.file, file)
    }
}

impl Frame {
    pub fn into_stored(self) -> Stored {
        (self.first_position, self.encoded)
    }
}

impl Layout {
    /// Returns the offset of a segment in the file. The offset after the last segment is the end of
    /// the file.
    const fn start_of(&self, segment: usize) -> u64 {
        SECTOR as u64 + segment as u64 * self.segment_bytes as u64
    }

    fn write_whole(&self, file: &File) -> io::Result<()> {
        let mut header = Vec::with_capacity(SECTOR);
        header.extend_from_slice(&MAGIC);
        header.extend_from_slice(&VERSION.to_be_bytes());
        header.extend_from_slice(&self.segment_bytes.to_be_bytes());
        header.extend_from_slice(&self.id);
        header.extend_from_slice(Hash::of(&header).as_bytes());
        header.resize(SECTOR, 0);
        file.write_all_at(&header, 0)?;
        let zeros = vec![0; self.segment_bytes as usize];
        (0..SEGMENTS).try_for_each(|segment| file.write_all_at(&zeros, self.start_of(segment)))
    }

    fn parse(header: &[u8; HEADER + Hash::LEN]) -> Option<Self> {
        let (content, hash) = header.split_last_chunk()?;
        if Hash::of(content) != Hash::from_bytes(*hash) {
            return None;
        }
        let (magic, content) = content.split_first_chunk()?;
        let (version, content) = content.split_first_chunk()?;
        let (segment_bytes, content) = content.split_first_chunk()?;
        let (id, _) = content.split_first_chunk()?;
        (*magic == MAGIC && u32::from_be_bytes(*version) == VERSION).then_some(Self {
            segment_bytes: u32::from_be_bytes(*segment_bytes),
            id: *id,
        })
    }

    fn render(&self, encoded: &[u8], frame: &mut Vec<u8>) {
        frame.clear();
        frame.extend_from_slice(&self.id);
        frame.extend_from_slice(&(encoded.len() as u32).to_be_bytes());
        frame.extend_from_slice(encoded);
        frame.resize(padded(frame.len()), 0);
    }

    fn collect(&self, segment: usize, bytes: &[u8], frames: &mut Vec<Frame>) {
        let mut offset = 0;
        while offset < bytes.len() {
            let found = self.block_at(&bytes[offset..]);
            let len = found.as_ref().map_or(1, |block| block.encoded().len());
            frames.extend(found.map(|block| Frame {
                segment,
                offset,
                first_position: block.first_position(),
                head: block.head(),
                encoded: block.encoded().clone(),
            }));
            offset += padded(FRAME_HEADER + len);
        }
    }

    fn block_at(&self, bytes: &[u8]) -> Option<Block> {
        let (len, rest) = bytes.strip_prefix(&self.id)?.split_first_chunk()?;
        let encoded = rest.get(..u32::from_be_bytes(*len) as usize)?;
        if encoded.len() > MAX_BLOCK_BYTES {
            return None;
        }
        Block::decode(Bytes::copy_from_slice(encoded)).ok()
    }
}

#[cfg(test)]
mod tests;
