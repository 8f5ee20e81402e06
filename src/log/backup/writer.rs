//! Writes backups.

use std::io::{self, Write};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use thiserror::Error;
use uuid::Uuid;
use zstd::stream::write::Encoder;

use super::{Contents, MAGIC, VERSION};
use crate::log::{Block, Head, Log, Position, ReadError};

/// Blocks are compressed one by one already; this takes out what they share.
const LEVEL: i32 = 3;

/// Why a backup could not be taken.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The log could not be read; nothing of it is backed up that is not good.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The backup could not be written.
    #[error("the backup could not be written")]
    Write(#[from] io::Error),
}

/// What is to be backed up.
#[derive(Clone, Copy, Debug)]
pub struct Extent<'a> {
    /// The blocks that hold the records after this position.
    pub after: Position,
    /// Up to this one, a head that the log has or had.
    pub end: Head,
    /// The signed checkpoint that goes with them; may be empty.
    pub checkpoint: &'a str,
}

/// Writes a backup; the log may grow meanwhile.
///
/// `on_position` is told of each block's last position, for progress.
///
/// # Errors
/// When the log can't be read, or `out` not be written; `out` holds no good backup then.
pub fn write<W: Write>(
    log: &dyn Log,
    log_id: Uuid,
    extent: &Extent<'_>,
    mut out: W,
    mut on_position: impl FnMut(Position),
) -> Result<Contents, WriteError> {
    let end = extent.end;
    let mut blocks = log.read(extent.after)?.take_while(move |block| {
        let goes_on = |block: &Arc<Block>| block.number() <= end.block;
        block.as_ref().map_or(true, goes_on)
    });
    let first = blocks.next().transpose()?;
    let contents = Contents {
        log_id,
        partition: log.partition(),
        start: first.as_ref().map_or(end, |block| block.before()),
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
    for block in first.map(Ok).into_iter().chain(blocks) {
        let block = block?;
        write_sized(&mut out, block.encoded())?;
        on_position(block.last_position());
    }
    write_sized(&mut out, b"")?;
    write_sized(&mut out, extent.checkpoint.as_bytes())?;
    let hash = out.hash.finalize();
    out.inner.write_all(&hash)?;
    out.inner.finish()?.flush()?;
    Ok(contents)
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

/// Hashes what passes.
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
