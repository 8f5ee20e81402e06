//! Offline verification: intact logs, and a hundred tampered ones, each with its verdict.

mod command;
mod tampered;

use bytes::Bytes;
use campaign_ledger::log::{Block, Head, codec};
use campaign_ledger::proofs::note::{Algorithm, Note, SigningKey};
use campaign_ledger::proofs::{Checkpoint, Frontier, tree};
use campaign_ledger::store::Options;
use campaign_ledger::verify::{self, Against, Error, Verified};
use campaign_ledger::views::{SCHEMA, Trial};

use crate::support::histories;
use crate::support::ledger::Ledger;

/// Records of each block.
const BLOCK: usize = 3;

/// Returns the stored records of a random history, by block; the last block is as large as the
/// others.
fn history() -> Vec<Vec<Bytes>> {
    let mut ledger = Ledger::sealing();
    for step in histories::from_seed(7, 200) {
        // A refused request records nothing.
        let _ = ledger.ask(&step.request, step.at);
    }
    let records: Vec<Bytes> = ledger.records.iter().map(codec::encode).collect();
    let blocks = records.chunks_exact(BLOCK).take(20).map(<[Bytes]>::to_vec);
    let blocks: Vec<_> = blocks.collect();
    assert_eq!(blocks.len(), 20, "long enough");
    blocks
}

/// Seals blocks, one after the other.
fn sealed(blocks: &[Vec<Bytes>]) -> Vec<Block> {
    let mut head = Head::EMPTY;
    let seal = |records: &Vec<Bytes>| {
        let block = Block::seal(0, &head, records.clone()).unwrap();
        head = block.head();
        block
    };
    blocks.iter().map(seal).collect()
}

fn encoded(blocks: &[Block]) -> Vec<Bytes> {
    blocks.iter().map(|block| block.encoded().clone()).collect()
}

/// Returns the checkpoint of the records of these blocks.
fn checkpoint(blocks: &[Vec<Bytes>]) -> Checkpoint {
    let mut frontier = Frontier::default();
    let records = blocks.iter().flatten();
    records.for_each(|record| frontier.push(tree::leaf_hash(record)));
    Checkpoint::new(LOG, frontier.size(), frontier.root())
}

const LOG: &str = "example.org/log";

fn key(seed: u8) -> SigningKey {
    SigningKey::of_seed(LOG, Algorithm::Ed25519, &[seed; 32]).unwrap()
}

fn signed(checkpoint: &Checkpoint, key: &SigningKey) -> String {
    let text = checkpoint.text().to_owned();
    let signatures = vec![key.sign(&text, 0)];
    Note { text, signatures }.to_string()
}

/// Verifies the bytes of blocks as an export has them, with their events.
fn verified(blocks: &[Bytes], checkpoints: &[Checkpoint]) -> Result<Verified, Error> {
    let directory = tempfile::tempdir().unwrap();
    let options = Options {
        cache_bytes: 1 << 20,
        redb_cache_bytes: 1 << 20,
        schema: SCHEMA,
        log_id: "an-export".to_owned(),
    };
    let mut trial = Trial::begin(&directory.path().join("trial"), &options).unwrap();
    let against = Against {
        checkpoints,
        tree: None,
    };
    let found = verify::decoded(blocks.iter().cloned().map(Ok));
    verify::verify(found, 0, Some(&mut trial), &against, |_| ())
}
