//! Proofs, checkpoints and keys.

use bytes::Bytes;

use crate::domain::{Position, Timestamp};
use crate::log::Hash;
use crate::proofs::{LogKeys, Signed};
use crate::wire::proto::api;

/// Renders hashes, one by one.
pub fn hashes(hashes: &[Hash]) -> Vec<Bytes> {
    hashes.iter().map(hash).collect()
}

fn hash(hash: &Hash) -> Bytes {
    Bytes::copy_from_slice(hash.as_bytes())
}

/// Renders a checkpoint.
pub fn checkpoint(signed: &Signed) -> api::GetCheckpointResponse {
    api::GetCheckpointResponse {
        checkpoint: signed.note.to_string(),
        tree_size: signed.checkpoint.size,
        root_hash: hash(&signed.checkpoint.root),
    }
}

/// Renders the way of an event to the root of a tree.
pub fn inclusion(
    position: Position,
    size: Position,
    (leaf, path): &(Hash, Vec<Hash>),
) -> api::InclusionProof {
    api::InclusionProof {
        position: position.get(),
        tree_size: size.get(),
        leaf_hash: hash(leaf),
        hashes: hashes(path),
    }
}

/// Renders the public keys of a log, the oldest first.
pub fn keys(keys: &LogKeys) -> Vec<api::LogKey> {
    let older = keys.successions().iter().map(|one| api::LogKey {
        verifier_key: one.from.to_string(),
        retired_at: i64::try_from(one.at)
            .ok()
            .and_then(|seconds| Timestamp::new(seconds, 0))
            .map(Into::into),
        succession: one.note.to_string(),
    });
    let current = api::LogKey {
        verifier_key: keys.current().public().to_string(),
        retired_at: None,
        succession: String::new(),
    };
    older.chain([current]).collect()
}
