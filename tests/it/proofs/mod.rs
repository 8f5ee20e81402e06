//! Proofs, checked against RFC 6962 and C2SP by independent means: known answers, the recursive
//! definition, and another implementation that verifies.

mod keys;
mod live;
mod notes;
mod tree;

use campaign_ledger::log::Hash;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use sha2::Sha256;

use crate::support::tries::Tries;

/// The same number of cases as for other hostile input.
fn tries() -> Tries {
    Tries::of("FUZZ", 200)
}

fn root_of(root: &[u8], size: u64) -> RootHash<Sha256> {
    RootHash::new(*sha2::digest::Output::<Sha256>::from_slice(root), size)
}

/// Returns whether the other implementation accepts a record at the place of a proof.
pub fn includes(root: &[u8], size: u64, position: u64, record: &[u8], hashes: &[Vec<u8>]) -> bool {
    let proof = InclusionProof::from_bytes(hashes.concat());
    let root = root_of(root, size);
    root.verify_inclusion(&record, position - 1, &proof).is_ok()
}

/// Returns whether the other implementation accepts one tree as the beginning of another.
pub fn extends((old, from): (&[u8], u64), (new, to): (&[u8], u64), hashes: &[Vec<u8>]) -> bool {
    let Ok(proof) = ConsistencyProof::try_from_bytes(hashes.concat()) else {
        return false;
    };
    root_of(new, to)
        .verify_consistency(&root_of(old, from), &proof)
        .is_ok()
}

fn bytes(hashes: &[Hash]) -> Vec<Vec<u8>> {
    hashes.iter().map(|hash| hash.as_bytes().to_vec()).collect()
}
