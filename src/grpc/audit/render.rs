//! Proofs, checkpoints and keys.

use crate::domain::Timestamp;
use crate::grpc::calls::proofs::hash;
use crate::proofs::{LogKeys, Signed};
use crate::wire::proto::api;

/// Renders a checkpoint.
pub fn checkpoint(signed: &Signed) -> api::GetCheckpointResponse {
    api::GetCheckpointResponse {
        checkpoint: signed.note.to_string(),
        tree_size: signed.checkpoint.size,
        root_hash: hash(&signed.checkpoint.root),
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
