//! Proofs over gRPC: checkpoints, inclusion, consistency, keys.

use tonic::{Request, Response, Status};

use crate::domain::Position;
use crate::grpc::calls::{Calls, blocking, parsed};
use crate::grpc::edge::deadline::Deadline;
use crate::grpc::edge::status;
use crate::grpc::parse::CheckpointQuery;
use crate::grpc::{parse, render};
use crate::proofs::Signed;
use crate::wire::proto::api;

/// Answers a signed checkpoint.
pub async fn get_checkpoint(
    calls: &Calls,
    request: Request<api::GetCheckpointRequest>,
) -> Result<Response<api::GetCheckpointResponse>, Status> {
    let deadline = Deadline::of(&request);
    let size = match parsed(parse::get_checkpoint(request.into_inner()))? {
        CheckpointQuery::Size(size) => size,
        CheckpointQuery::Cosigned(at_least) => {
            let latest = calls.proofs.latest_cosigned(at_least);
            Some(latest.ok_or_else(|| status::not_cosigned(at_least))?)
        }
    };
    let signed = signed(calls, "tree_size", size, deadline).await?;
    Ok(Response::new(render::checkpoint(&signed)))
}

/// Signs the log at a size, which a field of the call names, or as it is now.
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

/// Proves that an event is in the log.
pub async fn get_inclusion_proof(
    calls: &Calls,
    request: Request<api::GetInclusionProofRequest>,
) -> Result<Response<api::GetInclusionProofResponse>, Status> {
    let deadline = Deadline::of(&request);
    let query = parsed(parse::get_inclusion_proof(request.into_inner()))?;
    let size = calls.tree_of("tree_size", query.size, deadline).await?;
    if query.position > size {
        return Err(status::ahead("position", query.position, size));
    }
    let proofs = calls.proofs.clone();
    blocking(move || {
        let path = proofs.inclusion(query.position, size);
        let path = path.map_err(status::proof)?;
        let signed = proofs.checkpoint(size).map_err(status::proof)?;
        Ok(Response::new(api::GetInclusionProofResponse {
            proof: Some(render::inclusion(query.position, size, &path)),
            checkpoint: signed.note.to_string(),
        }))
    })
    .await
}

/// Proves that the log only grew.
pub async fn get_consistency_proof(
    calls: &Calls,
    request: Request<api::GetConsistencyProofRequest>,
) -> Result<Response<api::GetConsistencyProofResponse>, Status> {
    let deadline = Deadline::of(&request);
    let query = parsed(parse::get_consistency_proof(request.into_inner()))?;
    let to = calls.tree_of("to_size", query.to, deadline).await?;
    if query.from > to {
        return Err(status::ahead("from_size", query.from, to));
    }
    let proofs = calls.proofs.clone();
    blocking(move || {
        let hashes = proofs.consistency(query.from, to).map_err(status::proof)?;
        let signed = proofs.checkpoint(to).map_err(status::proof)?;
        Ok(Response::new(api::GetConsistencyProofResponse {
            from_size: query.from.get(),
            to_size: to.get(),
            hashes: render::hashes(&hashes),
            checkpoint: signed.note.to_string(),
        }))
    })
    .await
}

/// Takes the signature of a witness.
pub async fn add_cosignature(
    calls: &Calls,
    request: Request<api::AddCosignatureRequest>,
) -> Result<Response<api::AddCosignatureResponse>, Status> {
    let deadline = Deadline::of(&request);
    let new = parsed(parse::add_cosignature(request.into_inner()))?;
    let size = calls.tree_of("tree_size", Some(new.size), deadline).await?;
    let proofs = calls.proofs.clone();
    blocking(move || {
        let signed = proofs.add_cosignature(size, &new.line);
        let signed = signed.map_err(status::cosignature)?;
        Ok(Response::new(api::AddCosignatureResponse {
            checkpoint: signed.note.to_string(),
        }))
    })
    .await
}

/// Lists the keys of the log and of its witnesses.
pub fn list_keys(calls: &Calls) -> Response<api::ListKeysResponse> {
    let witnesses = calls.proofs.witnesses().iter();
    Response::new(api::ListKeysResponse {
        keys: render::keys(calls.proofs.keys()),
        witness_keys: witnesses.map(ToString::to_string).collect(),
    })
}

/// Proofs of one write at the most: a write with more events is rare, and its answer would be long.
const MAX_PROVEN: u64 = 64;

/// Proves the events of a write; `None` when that takes too long, or cannot be done: the write
/// happened all the same.
pub async fn of_write(calls: &Calls, first: Position, last: Position) -> Option<api::WriteProof> {
    let size = calls.tree_of("tree_size", Some(last), None).await.ok()?;
    let proofs = calls.proofs.clone();
    let proven = blocking(move || {
        let until = last.get().min(first.get().saturating_add(MAX_PROVEN - 1));
        let events = (first.get()..=until).map(|position| {
            let position = Position::new(position);
            let path = proofs.inclusion(position, size).map_err(status::proof)?;
            Ok(render::inclusion(position, size, &path))
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
