//! A disk whose power can be cut at any write or sync.

use std::io;
use std::sync::Arc;

use parking_lot::Mutex;

use super::super::disk::Disk;

/// What is on disk of a write that was not synced.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tear {
    Nothing,
    All,
    /// Only so many bytes from its begin.
    Prefix(usize),
    /// Only what is after so many bytes.
    Suffix(usize),
    /// All, but one of its sectors has other bytes.
    Noise(u64),
}

/// Shares its bytes with its copies.
#[derive(Clone, Debug)]
pub struct CutDisk(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    synced: Vec<u8>,
    current: Vec<u8>,
    unsynced: Vec<(u64, Vec<u8>)>,
    /// How many writes and syncs are left before the power is cut.
    left: Option<usize>,
    done: usize,
    cut: bool,
}

fn put(bytes: &mut Vec<u8>, at: u64, part: &[u8]) {
    let at = usize::try_from(at).unwrap();
    let end = at + part.len();
    bytes.resize(bytes.len().max(end), 0);
    bytes[at..end].copy_from_slice(part);
}

impl CutDisk {
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Arc::new(Mutex::new(State {
            synced: bytes.clone(),
            current: bytes,
            unsynced: Vec::new(),
            left: None,
            done: 0,
            cut: false,
        })))
    }

    /// Cuts the power at the write or sync after so many.
    pub fn cut_after(&self, steps: usize) {
        self.0.lock().left = Some(steps);
    }

    /// Returns how many writes and syncs there were.
    pub fn done(&self) -> usize {
        self.0.lock().done
    }

    /// Returns how many writes were not synced.
    pub fn unsynced(&self) -> usize {
        self.0.lock().unsynced.len()
    }

    /// Returns the bytes after the cut, with one tear for each write that was not synced.
    pub fn after_cut(&self, tears: impl IntoIterator<Item = Tear>) -> Vec<u8> {
        let state = self.0.lock();
        let mut bytes = state.synced.clone();
        for ((at, part), tear) in state.unsynced.iter().zip(tears) {
            let length = part.len();
            match tear {
                Tear::Nothing => {}
                Tear::All => put(&mut bytes, *at, part),
                Tear::Prefix(end) => put(&mut bytes, *at, &part[..end.min(length)]),
                Tear::Suffix(begin) => {
                    let begin = begin.min(length);
                    put(&mut bytes, at + begin as u64, &part[begin..]);
                }
                Tear::Noise(seed) => {
                    let mut chance = fastrand::Rng::with_seed(seed);
                    let mut part = part.clone();
                    let begin = chance.usize(..length);
                    let end = length.min(begin + 512);
                    chance.fill(&mut part[begin..end]);
                    put(&mut bytes, *at, &part);
                }
            }
        }
        bytes
    }
}

impl State {
    fn step(&mut self) -> io::Result<()> {
        self.done += 1;
        match &mut self.left {
            Some(0) => {
                self.cut = true;
                Err(io::Error::other("the power is cut"))
            }
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl Disk for CutDisk {
    fn read_at(&self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        let at = usize::try_from(at).unwrap();
        let state = self.0.lock();
        let part = state.current.get(at..at + bytes.len());
        bytes.copy_from_slice(part.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_at(&self, at: u64, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.0.lock();
        // The write during which the power is cut may be on disk, too.
        if !state.cut {
            state.unsynced.push((at, bytes.to_vec()));
            put(&mut state.current, at, bytes);
        }
        state.step()
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.0.lock();
        state.step()?;
        let state = &mut *state;
        state.synced = state.current.clone();
        state.unsynced.clear();
        Ok(())
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.0.lock().current.len() as u64)
    }
}
