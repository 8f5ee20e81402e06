//! A file that is never written: what redb writes to it stays in memory.
//!
//! redb serves no more reads after a write failed, and opening the file again may write before it
//! serves any. On a full disk neither works. Through this overlay, the rows of the last checkpoint
//! can be read until there is room again. No checkpoint may be written to it, because it would not
//! be durable.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;

use parking_lot::RwLock;
use redb::StorageBackend;

/// The unit that is kept in memory: a page of redb.
const BLOCK_BYTES: usize = 4096;

/// A backend whose writes stay in memory.
#[derive(Debug)]
pub(super) struct Overlay<B> {
    below: B,
    state: RwLock<State>,
}

#[derive(Debug)]
struct State {
    len: u64,
    /// Length up to which the file below still counts: bytes that were cut off read as zeros.
    len_below: u64,
    /// The header, once it was written. redb reads and writes it separately.
    header: Option<Vec<u8>>,
    /// Other written blocks, by number.
    blocks: BTreeMap<u64, Box<[u8; BLOCK_BYTES]>>,
}

impl<B: StorageBackend> Overlay<B> {
    pub(super) fn over(below: B) -> io::Result<Self> {
        let len = below.len()?;
        Ok(Self {
            below,
            state: RwLock::new(State {
                len,
                len_below: len,
                header: None,
                blocks: BTreeMap::new(),
            }),
        })
    }

    /// Reads from the file below; bytes beyond its end are zeros.
    fn read_below(&self, state: &State, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let there = state.len_below.saturating_sub(offset);
        let there = usize::try_from(there).map_or(out.len(), |there| there.min(out.len()));
        let (found, missing) = out.split_at_mut(there);
        missing.fill(0);
        match found.is_empty() {
            true => Ok(()),
            false => self.below.read(offset, found),
        }
    }
}

impl<B: StorageBackend> StorageBackend for Overlay<B> {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state.read().len)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.state.read();
        if offset + out.len() as u64 > state.len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if is_header(offset, out.len()) {
            return match &state.header {
                Some(header) if header.len() >= out.len() => {
                    out.copy_from_slice(&header[..out.len()]);
                    Ok(())
                }
                _ => self.below.read(offset, out),
            };
        }
        self.read_below(&state, offset, out)?;
        for (number, within, at) in blocks_of(offset, out.len()) {
            if let Some(block) = state.blocks.get(&number) {
                let len = within.len();
                out[at..at + len].copy_from_slice(&block[within]);
            }
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut state = self.state.write();
        if len < state.len {
            state.len_below = state.len_below.min(len);
            // Bytes of a shortened block beyond its new end must read as zeros.
            let first_gone = len.div_ceil(BLOCK_BYTES as u64);
            state.blocks.split_off(&first_gone);
            let within = (len % BLOCK_BYTES as u64) as usize;
            if let Some(block) = state.blocks.get_mut(&(len / BLOCK_BYTES as u64)) {
                block[within..].fill(0);
            }
        }
        state.len = len;
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.state.write();
        if is_header(offset, data.len()) {
            state.header = Some(data.to_vec());
            return Ok(());
        }
        for (number, within, at) in blocks_of(offset, data.len()) {
            let mut block = match state.blocks.remove(&number) {
                Some(block) => block,
                None => {
                    let mut block = Box::new([0; BLOCK_BYTES]);
                    self.read_below(&state, number * BLOCK_BYTES as u64, &mut block[..])?;
                    block
                }
            };
            let len = within.len();
            block[within].copy_from_slice(&data[at..at + len]);
            state.blocks.insert(number, block);
        }
        Ok(())
    }

    fn close(&self) -> io::Result<()> {
        self.below.close()
    }
}

/// Returns whether only the beginning of the first block is read or written. redb reads and writes
/// all else in whole blocks.
fn is_header(offset: u64, len: usize) -> bool {
    offset == 0 && len < BLOCK_BYTES
}

/// Returns the blocks that `len` bytes from `offset` touch: the number, the range within the block,
/// and where that range begins among the bytes.
fn blocks_of(offset: u64, len: usize) -> impl Iterator<Item = (u64, Range<usize>, usize)> {
    let block_bytes = BLOCK_BYTES as u64;
    let end = offset + len as u64;
    (offset / block_bytes..end.div_ceil(block_bytes)).map(move |number| {
        let start = (number * block_bytes).max(offset);
        let within = (start % block_bytes) as usize;
        let count = (end.min((number + 1) * block_bytes) - start) as usize;
        (number, within..within + count, (start - offset) as usize)
    })
}

#[cfg(test)]
mod tests {
    use redb::backends::InMemoryBackend;

    use super::*;

    #[test]
    fn what_is_written_is_read_and_the_file_stays() {
        let below = InMemoryBackend::new();
        let whole: Vec<u8> = (0..5 * BLOCK_BYTES).map(|number| number as u8).collect();
        below.set_len(whole.len() as u64).unwrap();
        below.write(0, &whole).unwrap();
        let overlay = Overlay::over(below).unwrap();
        let mut header = [0; 320];
        overlay.read(0, &mut header).unwrap();
        assert_eq!(header, whole[..320]);
        overlay.write(0, &[0xdd; 320]).unwrap();
        overlay.read(0, &mut header).unwrap();
        assert_eq!(header, [0xdd; 320]);

        let mut expected = whole.clone();
        for (first, count) in [(1, 1), (3, 2), (2, 2)] {
            let (start, end) = (first * BLOCK_BYTES, (first + count) * BLOCK_BYTES);
            overlay
                .write(start as u64, &vec![0xee; end - start])
                .unwrap();
            expected[start..end].fill(0xee);
            let mut read = vec![0; 4 * BLOCK_BYTES];
            overlay.read(BLOCK_BYTES as u64, &mut read).unwrap();
            assert_eq!(read, expected[BLOCK_BYTES..]);
        }
        // What is cut off reads as zeros when the file grows again.
        let cut = 2 * BLOCK_BYTES as u64;
        overlay.set_len(cut).unwrap();
        overlay.read(cut, &mut [0; BLOCK_BYTES]).unwrap_err();
        overlay.set_len(whole.len() as u64).unwrap();
        let mut read = vec![1; 3 * BLOCK_BYTES];
        overlay.read(cut, &mut read).unwrap();
        assert!(read.iter().all(|byte| *byte == 0));
        let mut below = vec![0; whole.len()];
        overlay.below.read(0, &mut below).unwrap();
        assert_eq!(below, whole);
    }
}
