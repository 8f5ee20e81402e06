//! The begin of the file, and where its slots are.
//!
//! ```text
//! header (4 KiB) · header again · chunk 0, first copy · chunk 0, second copy · chunk 1 …
//! ```
//! A chunk has 1,024 slots. It is written full of zeros and synced before a header counts it, so a
//! file that is shorter than its header says was truncated.

use uuid::Uuid;

use super::master_id::MasterKeyId;
use super::slot::{CHECK_BYTES, SLOT_BYTES, checksum};

/// Length of one copy of the header: a page, so that no two copies are in one page.
pub(super) const HEADER_BYTES: usize = 4096;
/// Slots of a chunk. At 512 KiB for both copies, a file grows seldom and never by much.
pub(super) const CHUNK_SLOTS: u32 = 1024;
/// Length of one copy of a chunk.
pub(super) const CHUNK_BYTES: usize = CHUNK_SLOTS as usize * SLOT_BYTES;
/// Most chunks: 16.8 million keys in 8 GiB, far more than the creators of one ledger.
pub(super) const MAX_CHUNKS: u32 = 16_384;

const MAGIC: [u8; 4] = *b"CLKR";
const VERSION: u32 = 1;
const USED: usize = 40;

/// What the header says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Header {
    pub log: Uuid,
    pub master: MasterKeyId,
    /// Chunks that are complete.
    pub chunks: u32,
}

/// Why a copy of a header can't be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unusable {
    Unreadable,
    Newer,
}

impl Header {
    pub(super) fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..4].copy_from_slice(&MAGIC);
        bytes[4..8].copy_from_slice(&VERSION.to_be_bytes());
        bytes[8..24].copy_from_slice(self.log.as_bytes());
        bytes[24..32].copy_from_slice(&self.master.to_bytes());
        bytes[32..36].copy_from_slice(&CHUNK_SLOTS.to_be_bytes());
        bytes[36..40].copy_from_slice(&self.chunks.to_be_bytes());
        let check = checksum(&bytes[..USED]);
        bytes[USED..USED + CHECK_BYTES].copy_from_slice(&check);
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Unusable> {
        let used = bytes.first_chunk::<USED>().ok_or(Unusable::Unreadable)?;
        let check = bytes.get(USED..USED + CHECK_BYTES);
        if used[..4] != MAGIC || check != Some(&checksum(used)) {
            return Err(Unusable::Unreadable);
        }
        let number = |at: usize| {
            let bytes = used[at..at + 4].try_into();
            u32::from_be_bytes(bytes.expect("the range has four bytes"))
        };
        if number(4) > VERSION {
            return Err(Unusable::Newer);
        }
        let chunks = number(36);
        if number(4) != VERSION || number(32) != CHUNK_SLOTS || chunks > MAX_CHUNKS {
            return Err(Unusable::Unreadable);
        }
        let log = used[8..24].try_into().map(Uuid::from_bytes);
        let master = used[24..32].try_into().map(MasterKeyId::from_bytes);
        Ok(Self {
            log: log.expect("the range has 16 bytes"),
            master: master.expect("the range has 8 bytes"),
            chunks,
        })
    }

    /// Returns how long the file is at least.
    pub(super) fn file_bytes(&self) -> u64 {
        chunk_at(self.chunks)
    }
}

/// Returns where a copy of the header is.
pub(super) fn header_at(copy: usize) -> u64 {
    (copy * HEADER_BYTES) as u64
}

/// Returns where a chunk begins.
pub(super) fn chunk_at(chunk: u32) -> u64 {
    (2 * HEADER_BYTES) as u64 + u64::from(chunk) * (2 * CHUNK_BYTES) as u64
}

/// Returns where the two copies of the slot of a number are. Numbers begin with 1.
pub(super) fn slot_at(number: u32) -> [u64; 2] {
    let index = number - 1;
    let first = chunk_at(index / CHUNK_SLOTS) + u64::from(index % CHUNK_SLOTS) * SLOT_BYTES as u64;
    [first, first + CHUNK_BYTES as u64]
}
