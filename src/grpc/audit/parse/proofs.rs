//! Requests about proofs.

use crate::domain::Position;
use crate::grpc::calls::request::Read;
use crate::wire::fields::{Fields, Origin};
use crate::wire::proto::api;

const POSITION_RULE: &str = "must be 1 or more";
const SIZE_RULE: &str = "must be position or more";
const TO_RULE: &str = "must be from_size or more";
const LATEST_RULE: &str = "must be 0 with tree_size";
const LINE_RULE: &str = "must be 1 to 1,024 bytes";
/// Longest line of a signature.
const MAX_LINE_BYTES: usize = 1_024;

/// Asks for a checkpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CheckpointQuery {
    /// Of the tree of this size; `None` for the latest.
    Size(Option<Position>),
    /// The latest that this many witnesses signed.
    Cosigned(usize),
}

/// Parses `GetCheckpoint`.
///
/// # Errors
/// Every violation.
pub fn get_checkpoint(request: api::GetCheckpointRequest) -> Read<CheckpointQuery> {
    let mut fields = Fields::new(Origin::Call);
    let at_least = request.min_cosignatures as usize;
    let is_latest = request.tree_size.is_none() || at_least == 0;
    fields.check("min_cosignatures", is_latest, LATEST_RULE);
    fields.finish(Ok(match at_least {
        0 => CheckpointQuery::Size(request.tree_size.map(Position::new)),
        at_least => CheckpointQuery::Cosigned(at_least),
    }))
}

/// Asks for the proof that an event is in the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InclusionQuery {
    /// Which event.
    pub position: Position,
    /// In the tree of this size; `None` for the latest.
    pub size: Option<Position>,
}

/// Parses `GetInclusionProof`.
///
/// # Errors
/// Every violation.
pub fn get_inclusion_proof(request: api::GetInclusionProofRequest) -> Read<InclusionQuery> {
    let mut fields = Fields::new(Origin::Call);
    let position = request.position;
    fields.check("position", position > 0, POSITION_RULE);
    let is_in = request.tree_size.is_none_or(|size| size >= position);
    fields.check("tree_size", is_in, SIZE_RULE);
    fields.finish(Ok(InclusionQuery {
        position: Position::new(position),
        size: request.tree_size.map(Position::new),
    }))
}

/// Asks for the proof that the log only grew.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ConsistencyQuery {
    /// From this size.
    pub from: Position,
    /// To this size; `None` for the latest.
    pub to: Option<Position>,
}

/// Parses `GetConsistencyProof`.
///
/// # Errors
/// Every violation.
pub fn get_consistency_proof(request: api::GetConsistencyProofRequest) -> Read<ConsistencyQuery> {
    let mut fields = Fields::new(Origin::Call);
    let is_later = request.to_size.is_none_or(|to| to >= request.from_size);
    fields.check("to_size", is_later, TO_RULE);
    fields.finish(Ok(ConsistencyQuery {
        from: Position::new(request.from_size),
        to: request.to_size.map(Position::new),
    }))
}

/// Brings the signature of a witness.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewCosignature {
    /// Size of the tree.
    pub size: Position,
    /// The line; its content is not checked here.
    pub line: String,
}

/// Parses `AddCosignature`.
///
/// # Errors
/// Every violation.
pub fn add_cosignature(request: api::AddCosignatureRequest) -> Read<NewCosignature> {
    let mut fields = Fields::new(Origin::Call);
    let line = request.cosignature;
    let is_line = (1..=MAX_LINE_BYTES).contains(&line.len());
    fields.check("cosignature", is_line, LINE_RULE);
    fields.finish(Ok(NewCosignature {
        size: Position::new(request.tree_size),
        line,
    }))
}
