//! The bytes of blocks: they are read back, they stay readable, and no other bytes are accepted.

use std::fs;
use std::sync::LazyLock;

use bytes::Bytes;
use campaign_ledger::log::block::{
    ALWAYS_FITS_BYTES, DecodeError, MAX_BLOCK_BYTES, MAX_PLAIN_BYTES, SealError, record_cost,
};
use campaign_ledger::log::{Block, Hash, Head, Position};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::records::{elsewhere, noise};

/// Blocks as the first release of this format wrote them. They must stay readable forever: never
/// rewrite them. `GOLDEN=write` writes only those that are missing.
static GOLDEN_PLAIN: LazyLock<Vec<u8>> =
    LazyLock::new(|| golden("block-v2.bin", golden_plain_records));
static GOLDEN_ZSTD: LazyLock<Vec<u8>> =
    LazyLock::new(|| golden("block-v2-zstd.bin", golden_zstd_records));

fn golden(name: &str, records: fn() -> Vec<Bytes>) -> Vec<u8> {
    let path = format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var("GOLDEN").is_ok_and(|golden| golden == "write") && !fs::exists(&path).unwrap()
    {
        let block = Block::seal(3, &golden_head(), records()).unwrap();
        fs::write(&path, block.encoded()).unwrap();
    }
    fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}; see GOLDEN"))
}

const ENCODING_OFFSET: usize = 6;
const PLAIN: u8 = 0;
const ZSTD: u8 = 1;
const HEADER_BYTES: usize = 72;

fn golden_head() -> Head {
    Head {
        block: 6,
        position: Position::new(41),
        hash: Hash::of(b"block 6"),
    }
}

/// Returns records that are hashes, which do not compress, so that their block is plain with any
/// version of zstd.
fn golden_plain_records() -> Vec<Bytes> {
    let hash = |text: &str| Hash::of(text.as_bytes()).as_bytes().to_vec();
    vec![
        hash("record 42").into(),
        Bytes::new(),
        [hash("record 44"), hash("record 44, continued")]
            .concat()
            .into(),
    ]
}

fn golden_zstd_records() -> Vec<Bytes> {
    (42..=141)
        .map(|position| format!("record {position} of a campaign, much like the others").into())
        .collect()
}

/// Appends the correct hash to changed bytes, as only a faulty writer would.
fn rehashed(mut changed: Vec<u8>) -> Bytes {
    let at = changed.len() - Hash::LEN;
    let hash = Hash::of(&changed[..at]);
    changed[at..].copy_from_slice(hash.as_bytes());
    changed.into()
}

fn decode(bytes: &[u8]) -> Result<Block, DecodeError> {
    Block::decode(Bytes::copy_from_slice(bytes))
}

#[test]
fn golden_plain_block_decodes_and_is_sealed_alike() {
    let block = decode(&GOLDEN_PLAIN).unwrap();
    assert_eq!(block.partition(), 3);
    assert_eq!(block.number(), 7);
    assert_eq!(block.first_position(), Position::new(42));
    assert_eq!(block.last_position(), Position::new(44));
    assert_eq!(block.previous_hash(), Hash::of(b"block 6"));
    assert_eq!(block.records(), golden_plain_records());
    assert_eq!(
        block.hash().to_string(),
        "9923a5d67f2ea2af55ac5f3c12883745ec488ad5f4f0b53825318dfae0a994c9"
    );

    let sealed = Block::seal(3, &golden_head(), golden_plain_records()).unwrap();
    assert_eq!(sealed.encoded()[..], GOLDEN_PLAIN[..]);
    assert_eq!(sealed, block);
    assert_eq!(sealed.encoded()[ENCODING_OFFSET], PLAIN);
}

#[test]
fn golden_compressed_block_decodes() {
    let block = decode(&GOLDEN_ZSTD).unwrap();
    assert_eq!(GOLDEN_ZSTD[ENCODING_OFFSET], ZSTD);
    assert_eq!(block.number(), 7);
    assert_eq!(block.last_position(), Position::new(141));
    assert_eq!(block.records(), golden_zstd_records());
}

#[test]
fn compression_is_used_where_it_is_smaller() {
    let alike = Block::seal(0, &Head::EMPTY, vec![Bytes::from(vec![7; 5_000])]).unwrap();
    assert_eq!(alike.encoded()[ENCODING_OFFSET], ZSTD);
    assert!(alike.encoded().len() < 500);

    let unlike = Block::seal(0, &Head::EMPTY, vec![noise(1, 5_000).into()]).unwrap();
    assert_eq!(unlike.encoded()[ENCODING_OFFSET], PLAIN);
}

#[test]
fn nothing_is_no_block() {
    assert_eq!(Block::seal(0, &Head::EMPTY, vec![]), Err(SealError::Empty));
}

#[test]
fn what_always_fits_fits_and_one_byte_more_does_not() {
    let head = Head::EMPTY;
    let fitting = ALWAYS_FITS_BYTES - record_cost(0);
    let block = Block::seal(0, &head, vec![noise(1, fitting).into()]).unwrap();
    assert_eq!(block.encoded().len(), MAX_BLOCK_BYTES);
    assert_eq!(Block::decode(block.encoded().clone()).unwrap(), block);

    assert_eq!(
        Block::seal(0, &head, vec![noise(1, fitting + 1).into()]),
        Err(SealError::TooLarge {
            bytes: MAX_BLOCK_BYTES + 1,
            limit: MAX_BLOCK_BYTES
        })
    );
}

#[test]
fn plain_size_is_limited_however_well_it_compresses() {
    let head = Head::EMPTY;
    let fitting = MAX_PLAIN_BYTES - record_cost(0);
    let block = Block::seal(0, &head, vec![vec![0; fitting].into()]).unwrap();
    assert_eq!(Block::decode(block.encoded().clone()).unwrap(), block);

    assert_eq!(
        Block::seal(0, &head, vec![vec![0; fitting + 1].into()]),
        Err(SealError::TooLarge {
            bytes: MAX_PLAIN_BYTES + 1,
            limit: MAX_PLAIN_BYTES
        })
    );
}

#[test]
fn numbers_run_out_without_wrapping() {
    let record = || vec![Bytes::from_static(b"record")];
    for head in [
        elsewhere(u64::MAX, 1),
        elsewhere(1, u64::MAX),
        elsewhere(1, u64::MAX - 1),
    ] {
        assert_eq!(Block::seal(0, &head, record()), Err(SealError::Exhausted));
    }
    let last = Block::seal(0, &elsewhere(u64::MAX - 1, u64::MAX - 2), record()).unwrap();
    assert_eq!(last.last_position(), Position::new(u64::MAX - 1));
    assert_eq!(decode(last.encoded()).unwrap(), last);
}

#[test]
fn decoded_records_share_one_buffer() {
    let records: Vec<Bytes> = (0..50).map(|seed| noise(seed, 40).into()).collect();
    let encoded = Block::seal(0, &Head::EMPTY, records)
        .unwrap()
        .encoded()
        .clone();
    let within = encoded.as_ptr_range();
    let block = Block::decode(encoded.clone()).unwrap();
    for record in block.records() {
        assert!(within.contains(&record.as_ptr()));
    }
}

#[test]
fn other_formats_are_distinguished_from_damage() {
    let mut other = GOLDEN_PLAIN.to_vec();
    other[5] = 3;
    assert_eq!(decode(&other), Err(DecodeError::Version { found: 3 }));
    other[5] = 1;
    assert_eq!(decode(&other), Err(DecodeError::Older { found: 1 }));
}

#[test]
fn frame_that_claims_to_be_large_is_bounded() {
    // 512 KiB of zeros in a zstd frame that claims 4 KiB.
    let bomb = Block::seal(
        0,
        &Head::EMPTY,
        vec![vec![0; MAX_PLAIN_BYTES - record_cost(0)].into()],
    )
    .unwrap();
    let mut bytes = bomb.encoded().to_vec();
    bytes[64..68].copy_from_slice(&4096_u32.to_be_bytes());
    assert_eq!(
        Block::decode(rehashed(bytes)),
        Err(DecodeError::Body { expected: 4096 })
    );
}

#[test]
fn every_truncation_and_extension_is_refused() {
    for golden in [&GOLDEN_PLAIN[..], &GOLDEN_ZSTD[..]] {
        for len in 0..golden.len() {
            decode(&golden[..len]).unwrap_err();
            if len >= Hash::LEN {
                Block::decode(rehashed(golden[..len].to_vec())).unwrap_err();
            }
        }
        decode(&[golden, &[0]].concat()).unwrap_err();
    }
    assert!(matches!(
        decode(&vec![0; MAX_BLOCK_BYTES + 1]),
        Err(DecodeError::TooLarge { .. })
    ));
}

#[test]
fn every_flipped_bit_is_refused() {
    for golden in [&GOLDEN_PLAIN[..], &GOLDEN_ZSTD[..]] {
        for bit in 0..golden.len() * 8 {
            let mut flipped = golden.to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            decode(&flipped).unwrap_err();
        }
    }
}

proptest! {
    #[test]
    fn what_is_sealed_reads_back(
        partition: u32,
        block in 0..u64::MAX,
        position in 0..u64::MAX / 2,
        hash: [u8; 32],
        records in vec(vec(any::<u8>(), 0..400), 1..60),
    ) {
        let head = Head { block, position: Position::new(position), hash: Hash::from_bytes(hash) };
        let records: Vec<_> = records.into_iter().map(Bytes::from).collect();
        let sealed = Block::seal(partition, &head, records.clone()).unwrap();
        let decoded = Block::decode(sealed.encoded().clone()).unwrap();
        prop_assert_eq!(&decoded, &sealed);
        prop_assert_eq!(decoded.records(), &records);
        prop_assert_eq!(decoded.first_position(), head.position.next());
        prop_assert_eq!(decoded.head().position.get(), position + records.len() as u64);
        prop_assert_eq!(decoded.follows(partition, &head), Ok(()));
    }

    #[test]
    fn records_after_a_position_are_those_beyond_it(after in 0..40_u64, count in 1..20_u64) {
        let head = elsewhere(3, 10);
        let records = (0..count).map(|_| Bytes::from_static(b"record")).collect();
        let block = Block::seal(0, &head, records).unwrap();
        let found: Vec<_> = block.records_after(Position::new(after)).map(|(p, _)| p.get()).collect();
        let wanted: Vec<_> = (11..11 + count).filter(|p| *p > after).collect();
        prop_assert_eq!(found, wanted);
    }

    #[test]
    fn random_bytes_do_not_panic(bytes in vec(any::<u8>(), 0..600)) {
        prop_assert!(decode(&bytes).is_err());
    }

    #[test]
    fn random_bytes_behind_a_good_start_do_not_panic(
        bytes in vec(any::<u8>(), Hash::LEN..600),
    ) {
        let bytes = [&GOLDEN_PLAIN[..ENCODING_OFFSET], &bytes].concat();
        let _ = Block::decode(rehashed(bytes));
    }

    #[test]
    fn changes_with_a_matching_hash_do_not_panic(
        plain: bool,
        changes in vec((any::<prop::sample::Index>(), any::<u8>(), any::<bool>()), 1..4),
    ) {
        let golden = if plain { &GOLDEN_PLAIN } else { &GOLDEN_ZSTD };
        let mut bytes = golden.to_vec();
        for (at, to, in_header) in changes {
            let end = if in_header { HEADER_BYTES } else { bytes.len() };
            bytes[at.index(end)] = to;
        }
        // A block that is read back is consistent in itself.
        if let Ok(block) = Block::decode(rehashed(bytes)) {
            prop_assert!(block.last_position() >= block.first_position());
            prop_assert_eq!(block.records_after(Position::START).count(), block.records().len());
        }
    }
}
