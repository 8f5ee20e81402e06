//! Records, blocks, and logs of them.

use bytes::Bytes;
use campaign_ledger::log::{Block, Hash, Head, Log, Position};

/// Returns the record at `position` in the tests' logs: it has any length up to 199 bytes and
/// differs from all others.
pub fn record(position: u64) -> Bytes {
    let mut bytes = position.to_be_bytes().to_vec();
    bytes.extend(noise(position, (position * 31 % 192) as usize));
    bytes.into()
}

/// Bytes that don't compress.
pub fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x2545_F491_4F6C_DD1D;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

/// Returns the block with the next `count` records after `head`.
pub fn next_block(log: &dyn Log, head: &Head, count: u64) -> Block {
    let first = head.position.next().get();
    let records = (first..first + count).map(record).collect();
    Block::seal(log.partition(), head, records).unwrap()
}

/// Appends blocks with these record counts; returns the heads after them.
pub fn append(log: &dyn Log, counts: &[u64]) -> Vec<Head> {
    counts
        .iter()
        .map(|count| {
            let head = log.head();
            log.append(&head, &next_block(log, &head, *count)).unwrap()
        })
        .collect()
}

/// Reads everything and checks that it is the tests' records, in order; returns the last position.
pub fn read_all(log: &dyn Log) -> Position {
    let mut last = Position::START;
    for block in log.read(Position::START).unwrap() {
        let block = block.unwrap();
        for (position, found) in block.records_after(Position::START) {
            assert_eq!(position, last.next());
            assert_eq!(*found, record(position.get()));
            last = position;
        }
    }
    last
}

/// Returns a head that no log has.
pub fn elsewhere(block: u64, position: u64) -> Head {
    Head {
        block,
        position: Position::new(position),
        hash: Hash::of(b"elsewhere"),
    }
}
