//! Proofs as parts of answers: a checkpoint of the log, and that the events of a write are in it.

use bytes::Bytes;
use tonic::Status;

use super::{Calls, blocking};
use crate::domain::Position;
use crate::grpc::edge::deadline::Deadline;
use crate::grpc::edge::status;
use crate::log::Hash;
use crate::proofs::Signed;
use crate::wire::proto::api;

/// Most proofs of one write: a write with more events is rare, and its answer would be long.
const MAX_PROVEN: u64 = 64;

/// Signs the log at the size in a field of the call, or at its current size.
///
/// # Errors
/// As [`Calls::tree_of`].
pub async fn signed(
    calls: &Calls,
    field: &'static str,
    size: Option<Position>,
    deadline: Option<Deadline>,
) -> Result<Signed, Status> {
    let size = calls.tree_of(field, size, deadline).await?;
    let proofs = calls.proofs.clone();
    blocking(move || proofs.checkpoint(size).map_err(status::proof)).await
}

/// Proves the events of a write. Returns `None` when that takes too long or fails: the write
/// happened in any case.
pub async fn of_write(calls: &Calls, first: Position, last: Position) -> Option<api::WriteProof> {
    let size = calls.tree_of("tree_size", Some(last), None).await.ok()?;
    let proofs = calls.proofs.clone();
    let proven = blocking(move || {
        let until = last.get().min(first.get().saturating_add(MAX_PROVEN - 1));
        let events = (first.get()..=until).map(|position| {
            let position = Position::new(position);
            let path = proofs.inclusion(position, size).map_err(status::proof)?;
            Ok(inclusion(position, size, &path))
        });
        Ok(api::WriteProof {
            events: events.collect::<Result<_, Status>>()?,
            checkpoint: proofs
                .checkpoint(size)
                .map_err(status::proof)?
                .note
                .to_string(),
        })
    });
    proven.await.ok()
}

/// Renders the path from an event to the root of a tree.
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

/// Renders hashes, one by one.
pub fn hashes(hashes: &[Hash]) -> Vec<Bytes> {
    hashes.iter().map(hash).collect()
}

/// Renders a hash.
pub fn hash(hash: &Hash) -> Bytes {
    Bytes::copy_from_slice(hash.as_bytes())
}
