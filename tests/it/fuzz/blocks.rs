//! Random and damaged blocks.

use bytes::Bytes;
use campaign_ledger::log::block::{DecodeError, MAX_BLOCK_BYTES, MAX_PLAIN_BYTES, record_cost};
use campaign_ledger::log::{Block, Hash, Head, Position};
use proptest::collection::vec;
use proptest::prelude::*;

use super::damage::{damaged, damages};
use super::tries;

/// Offsets of the sizes in the header: record count, plain and stored length.
const SIZES: [usize; 3] = [12, 64, 68];

fn record() -> impl Strategy<Value = Bytes> {
    prop_oneof![
        vec(any::<u8>(), 0..200),
        // Compressible records.
        (any::<u8>(), 0..3_000_usize).prop_map(|(byte, len)| vec![byte; len]),
    ]
    .prop_map(Bytes::from)
}

fn block() -> impl Strategy<Value = Block> {
    let head = (any::<u64>(), any::<u64>(), any::<[u8; 32]>());
    (any::<u32>(), head, vec(record(), 1..30)).prop_map(|(partition, head, records)| {
        let head = Head {
            block: head.0 >> 1,
            position: Position::new(head.1 >> 1),
            hash: Hash::from_bytes(head.2),
        };
        Block::seal(partition, &head, records).unwrap()
    })
}

fn decode(bytes: &[u8]) -> Result<Block, DecodeError> {
    Block::decode(Bytes::copy_from_slice(bytes))
}

/// Appends the correct hash to changed bytes, as only a faulty writer would.
fn rehashed(mut bytes: Vec<u8>) -> Bytes {
    bytes.truncate(bytes.len().saturating_sub(Hash::LEN));
    let hash = Hash::of(&bytes);
    bytes.extend_from_slice(hash.as_bytes());
    bytes.into()
}

#[test]
fn arbitrary_bytes_are_no_block() {
    let bytes = (any::<bool>(), vec(any::<u8>(), 0..2_000));
    tries().run(bytes, |(begins_well, mut bytes)| {
        if begins_well {
            bytes.splice(0..bytes.len().min(6), *b"CLBK\0\x01");
        }
        prop_assert!(decode(&bytes).is_err());
        Ok(())
    });
}

#[test]
fn more_bytes_than_a_block_has_are_not_looked_at() {
    let longer = MAX_BLOCK_BYTES + 1..MAX_BLOCK_BYTES * 2;
    tries().one_in(16).run((block(), longer), |(block, len)| {
        let mut bytes = block.encoded().to_vec();
        bytes.resize(len, 0);
        let found = len;
        prop_assert_eq!(
            Block::decode(rehashed(bytes)),
            Err(DecodeError::TooLarge { found })
        );
        Ok(())
    });
}

#[test]
fn changed_block_is_never_accepted() {
    tries().run((block(), damages()), |(block, damages)| {
        let bytes = damaged(block.encoded(), &damages);
        match decode(&bytes) {
            Ok(same) => prop_assert_eq!(same, block),
            Err(_) => prop_assert_ne!(&bytes, block.encoded()),
        }
        Ok(())
    });
}

#[test]
fn two_blocks_make_no_third() {
    let cuts = (any::<prop::sample::Index>(), any::<prop::sample::Index>());
    tries().run((block(), block(), cuts), |(one, other, (upto, from))| {
        let (one, other) = (one.encoded(), other.encoded());
        let (upto, from) = (upto.index(one.len()), from.index(other.len()));
        let spliced = [&one[..upto], &other[from..]].concat();
        if spliced != *one && spliced != *other {
            prop_assert!(decode(&spliced).is_err());
        }
        Ok(())
    });
}

/// A correct hash proves no meaning: an accepted block is complete and within its limits.
#[test]
fn what_reads_back_is_whole_and_within_bounds() {
    let size = prop_oneof![
        any::<u32>(),
        prop::sample::select(vec![
            0,
            1,
            u32::MAX,
            MAX_PLAIN_BYTES as u32,
            MAX_PLAIN_BYTES as u32 + 1
        ]),
    ];
    let sizes = vec((prop::sample::select(SIZES.to_vec()), size), 0..3);
    tries().run((block(), sizes, damages()), |(block, sizes, damages)| {
        let mut bytes = block.encoded().to_vec();
        for (at, size) in &sizes {
            bytes[*at..at + 4].copy_from_slice(&size.to_be_bytes());
        }
        let bytes = if sizes.is_empty() {
            damaged(&bytes, &damages)
        } else {
            bytes
        };
        let bytes = rehashed(bytes);
        let Ok(read) = Block::decode(bytes.clone()) else {
            return Ok(());
        };
        prop_assert_eq!(read.encoded(), &bytes);
        prop_assert!(!read.records().is_empty());
        let plain: usize = read
            .records()
            .iter()
            .map(|one| record_cost(one.len()))
            .sum();
        prop_assert!(plain <= MAX_PLAIN_BYTES);
        let before = Head {
            block: read.number() - 1,
            position: Position::new(read.first_position().get() - 1),
            hash: read.previous_hash(),
        };
        prop_assert_eq!(read.follows(read.partition(), &before), Ok(()));
        let sealed = Block::seal(read.partition(), &before, read.records().to_vec()).unwrap();
        prop_assert_eq!(sealed.records(), read.records());
        prop_assert_eq!(sealed.last_position(), read.last_position());
        Ok(())
    });
}
