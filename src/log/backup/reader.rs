//! Reads backups and checks every byte.

use std::cmp::Ordering;
use std::io::{self, BufReader, Read};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use zstd::stream::read::Decoder;

use super::{BackupError, Contents, MAGIC, MAX_CHECKPOINT_BYTES, VERSION};
use crate::log::block::MAX_BLOCK_BYTES;
use crate::log::{Block, Fault, Hash, Head, Position};

/// A backup that is being read: its blocks in order, then its checkpoint.
///
/// As an iterator it returns each block after two checks: its own hash, and that it follows the
/// previous block. It ends after the first error. If there is none, the whole backup is good.
pub struct Backup<R: Read> {
    contents: Contents,
    from: Hashing<Decoder<'static, BufReader<R>>>,
    /// The last good block.
    reached: Head,
    checkpoint: Option<String>,
    ended: bool,
}

impl<R: Read> Backup<R> {
    /// Opens a backup and reads its description.
    ///
    /// # Errors
    /// [`BackupError::Foreign`], [`BackupError::Older`], [`BackupError::Newer`]; [`BackupError::Cut`] also when `from`
    /// cannot be read.
    pub fn open(mut from: R) -> Result<Self, BackupError> {
        let cut = |source| BackupError::Cut {
            after: Position::START,
            source,
        };
        let (mut magic, mut version) = ([0; 4], [0; 2]);
        match from.read_exact(&mut magic) {
            Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(cut(error)),
            Ok(()) if magic == MAGIC => {}
            Ok(()) | Err(_) => return Err(BackupError::Foreign),
        }
        from.read_exact(&mut version).map_err(cut)?;
        let found = u16::from_be_bytes(version);
        match found.cmp(&VERSION) {
            Ordering::Less => return Err(BackupError::Older { found }),
            Ordering::Greater => return Err(BackupError::Newer { found }),
            Ordering::Equal => {}
        }
        let mut from = Hashing {
            inner: Decoder::new(from).map_err(cut)?,
            hash: Sha256::new(),
        };
        let contents = read_contents(&mut from).map_err(cut)?;
        Ok(Self {
            contents,
            from,
            reached: contents.start,
            checkpoint: None,
            ended: false,
        })
    }

    /// Returns its description.
    pub const fn contents(&self) -> &Contents {
        &self.contents
    }

    /// Returns the signed checkpoint of its end, if it has one. It is known once all blocks were
    /// read.
    pub fn checkpoint(&self) -> Option<&str> {
        self.checkpoint.as_deref()
    }

    fn advance(&mut self) -> Result<Option<Arc<Block>>, BackupError> {
        let bytes = self.read_sized(MAX_BLOCK_BYTES)?;
        if bytes.is_empty() {
            self.read_end()?;
            return Ok(None);
        }
        let block = Block::decode(bytes.into()).map_err(|error| self.bad(error.into()))?;
        let follows = block.follows(self.contents.partition, &self.reached);
        follows.map_err(|misfit| self.bad(misfit.into()))?;
        self.reached = block.head();
        Ok(Some(Arc::new(block)))
    }

    fn read_end(&mut self) -> Result<(), BackupError> {
        if self.reached != self.contents.end {
            return Err(BackupError::End {
                found: self.reached,
                stated: self.contents.end,
            });
        }
        let checkpoint = self.read_sized(MAX_CHECKPOINT_BYTES)?;
        let computed = Hash::from_bytes(self.from.hash.clone().finalize().into());
        let mut stored = [0; Hash::LEN];
        self.read(&mut stored)?;
        let stored = Hash::from_bytes(stored);
        if stored != computed {
            return Err(BackupError::Checksum { computed, stored });
        }
        let after = self.reached.position;
        let cut = |source| BackupError::Cut { after, source };
        let checkpoint = String::from_utf8(checkpoint).map_err(|e| cut(io::Error::other(e)))?;
        self.checkpoint = Some(checkpoint).filter(|text| !text.is_empty());
        // One more read makes the decompressor check the end of its stream.
        match self.from.read(&mut [0]) {
            Ok(0) => Ok(()),
            Ok(_) => Err(BackupError::Longer),
            Err(source) => Err(cut(source)),
        }
    }

    fn read_sized(&mut self, most: usize) -> Result<Vec<u8>, BackupError> {
        let mut len = [0; 4];
        self.read(&mut len)?;
        let len = usize::try_from(u32::from_be_bytes(len)).unwrap_or(usize::MAX);
        if len > most {
            return Err(self.cut(io::Error::other(format!(
                "a length of {len} bytes, more than {most}"
            ))));
        }
        let mut bytes = vec![0; len];
        self.read(&mut bytes)?;
        Ok(bytes)
    }

    fn read(&mut self, bytes: &mut [u8]) -> Result<(), BackupError> {
        let read = self.from.read_exact(bytes);
        read.map_err(|source| self.cut(source))
    }

    fn cut(&self, source: io::Error) -> BackupError {
        BackupError::Cut {
            after: self.reached.position,
            source,
        }
    }

    fn bad(&self, reason: Fault) -> BackupError {
        BackupError::Block {
            block: self.reached.block.saturating_add(1),
            position: self.reached.position.next(),
            reason,
        }
    }
}

impl<R: Read> Iterator for Backup<R> {
    type Item = Result<Arc<Block>, BackupError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.advance().transpose();
        self.ended = !matches!(next, Some(Ok(_)));
        next
    }
}

fn read_contents(from: &mut impl Read) -> io::Result<Contents> {
    let mut id = [0; 16];
    let mut partition = [0; 4];
    from.read_exact(&mut id)?;
    from.read_exact(&mut partition)?;
    Ok(Contents {
        log_id: Uuid::from_bytes(id),
        partition: u32::from_be_bytes(partition),
        start: read_head(from)?,
        end: read_head(from)?,
    })
}

fn read_head(from: &mut impl Read) -> io::Result<Head> {
    let (mut block, mut position, mut hash) = ([0; 8], [0; 8], [0; Hash::LEN]);
    from.read_exact(&mut block)?;
    from.read_exact(&mut position)?;
    from.read_exact(&mut hash)?;
    Ok(Head {
        block: u64::from_be_bytes(block),
        position: Position::new(u64::from_be_bytes(position)),
        hash: Hash::from_bytes(hash),
    })
}

/// Hashes all bytes that are read.
struct Hashing<R> {
    inner: R,
    hash: Sha256,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(bytes)?;
        self.hash.update(&bytes[..read]);
        Ok(read)
    }
}
