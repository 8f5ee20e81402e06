//! Writes backups.

use std::io::{self, Write};

use sha2::{Digest as _, Sha256};
use thiserror::Error;
use uuid::Uuid;
use zstd::stream::write::Encoder;

use super::{Contents, MAGIC, VERSION};
use crate::log::{Block, Head, Log, Position, ReadError};

/// Each block is already compressed; this removes repetitions between blocks.
const LEVEL: i32 = 3;

/// Why a backup could not be written.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The log could not be read. A bad block is never backed up.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The backup could not be written.
    #[error("the backup could not be written")]
    Write(#[from] io::Error),
}

/// The part of a log to back up.
#[derive(Clone, Copy, Debug)]
pub struct Extent<'a> {
    /// The backup begins with the block that holds the record after this position.
    pub after: Position,
    /// The backup ends with this block, which is or was the head of the log.
    pub end: Head,
    /// The signed checkpoint of `end`; may be empty.
    pub checkpoint: &'a str,
}

/// Writes a backup. The log may grow meanwhile.
///
/// `on_position` is called with the last position of each block, for progress.
///
/// # Errors
/// When the log cannot be read or `out` cannot be written. `out` then does not hold a good backup.
pub fn write<W: Write>(
    log: &dyn Log,
    log_id: Uuid,
    extent: &Extent<'_>,
    out: W,
    mut on_position: impl FnMut(Position),
) -> Result<Contents, WriteError> {
    let mut writer = Writer::begin(log, log_id, extent.after, extent.end, out)?;
    let goes_on = |block: &Block, _: &W| {
        on_position(block.last_position());
        true
    };
    writer.write_blocks(log, goes_on)?;
    let (contents, mut out) = writer.finish(extent.checkpoint)?;
    out.flush()?;
    Ok(contents)
}

/// A backup that is written in parts.
pub struct Writer<W: Write> {
    out: Hashing<Encoder<'static, W>>,
    contents: Contents,
    /// All blocks up to this position are written.
    reached: Position,
}

impl<W: Write> Writer<W> {
    /// Begins a backup: from the block that holds the record after a position, up to a head that
    /// the log has or had.
    ///
    /// # Errors
    /// When the log cannot be read or `out` cannot be written.
    pub fn begin(
        log: &dyn Log,
        log_id: Uuid,
        after: Position,
        end: Head,
        mut out: W,
    ) -> Result<Self, WriteError> {
        let first = log.read(after)?.next().transpose()?;
        let first = first.filter(|block| block.number() <= end.block);
        let contents = Contents {
            log_id,
            partition: log.partition(),
            start: first.map_or(end, |block| block.before()),
            end,
        };
        out.write_all(&MAGIC)?;
        out.write_all(&VERSION.to_be_bytes())?;
        let mut encoder = Encoder::new(out, LEVEL)?;
        encoder.include_checksum(true)?;
        let mut out = Hashing {
            inner: encoder,
            hash: Sha256::new(),
        };
        out.write_all(contents.log_id.as_bytes())?;
        out.write_all(&contents.partition.to_be_bytes())?;
        write_head(&mut out, &contents.start)?;
        write_head(&mut out, &contents.end)?;
        Ok(Self {
            out,
            contents,
            reached: after,
        })
    }

    /// Writes the next blocks until `goes_on` returns false after one. Returns whether all are
    /// written.
    ///
    /// # Errors
    /// When the log cannot be read or `out` cannot be written.
    pub fn write_blocks(
        &mut self,
        log: &dyn Log,
        mut goes_on: impl FnMut(&Block, &W) -> bool,
    ) -> Result<bool, WriteError> {
        for block in log.read(self.reached)? {
            let block = block?;
            if block.number() > self.contents.end.block {
                break;
            }
            write_sized(&mut self.out, block.encoded())?;
            self.reached = block.last_position();
            if !goes_on(&block, self.out.inner.get_ref()) {
                return Ok(self.reached >= self.contents.end.position);
            }
        }
        Ok(true)
    }

    /// Returns the output of the backup.
    pub fn out(&mut self) -> &mut W {
        self.out.inner.get_mut()
    }

    /// Ends the backup with a signed checkpoint, which may be empty.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn finish(mut self, checkpoint: &str) -> Result<(Contents, W), WriteError> {
        write_sized(&mut self.out, b"")?;
        write_sized(&mut self.out, checkpoint.as_bytes())?;
        let hash = self.out.hash.finalize();
        self.out.inner.write_all(&hash)?;
        Ok((self.contents, self.out.inner.finish()?))
    }
}

fn write_head(out: &mut impl Write, head: &Head) -> io::Result<()> {
    out.write_all(&head.block.to_be_bytes())?;
    out.write_all(&head.position.get().to_be_bytes())?;
    out.write_all(head.hash.as_bytes())
}

fn write_sized(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    let len = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    out.write_all(&len.to_be_bytes())?;
    out.write_all(bytes)
}

/// Hashes all bytes that are written.
struct Hashing<W> {
    inner: W,
    hash: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
