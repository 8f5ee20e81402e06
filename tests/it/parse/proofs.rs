//! Requests about proofs.

use campaign_ledger::domain::Position;
use campaign_ledger::grpc::audit::parse::*;
use campaign_ledger::grpc::measurement::parse::*;
use campaign_ledger::wire::proto::api;

use super::each_is_refused;

#[test]
fn sizes_are_optional_and_hang_together() {
    let latest = get_checkpoint(api::GetCheckpointRequest::default());
    assert_eq!(latest, Ok(CheckpointQuery::Size(None)));
    let empty = api::GetCheckpointRequest {
        tree_size: Some(0),
        min_cosignatures: 0,
    };
    let of_nothing = CheckpointQuery::Size(Some(Position::START));
    assert_eq!(get_checkpoint(empty), Ok(of_nothing));
    each_is_refused(
        &empty,
        get_checkpoint,
        &[(
            |r| r.min_cosignatures = 1,
            "min_cosignatures must be 0 with tree_size",
        )],
    );
    let inclusion = api::GetInclusionProofRequest {
        position: 3,
        tree_size: Some(3),
    };
    each_is_refused(
        &inclusion,
        get_inclusion_proof,
        &[
            (|r| r.position = 0, "position must be 1 or more"),
            (
                |r| r.tree_size = Some(2),
                "tree_size must be position or more",
            ),
        ],
    );
    let consistency = api::GetConsistencyProofRequest {
        from_size: 3,
        to_size: Some(3),
    };
    each_is_refused(
        &consistency,
        get_consistency_proof,
        &[(|r| r.to_size = Some(2), "to_size must be from_size or more")],
    );
    let cosignature = api::AddCosignatureRequest {
        tree_size: 0,
        cosignature: "— a b".to_owned(),
    };
    each_is_refused(
        &cosignature,
        add_cosignature,
        &[
            (
                |r| r.cosignature.clear(),
                "cosignature must be 1 to 1,024 bytes",
            ),
            (
                |r| r.cosignature = "a".repeat(1_025),
                "cosignature must be 1 to 1,024 bytes",
            ),
        ],
    );
}

#[test]
fn a_stream_is_not_proven() {
    let opening = |prove| api::IngestEngagementRequest {
        message: Some(api::ingest_engagement_request::Message::Opening(
            api::EngagementOpening {
                brand_id: "kulit".to_owned(),
                context: super::context().map(|context| api::WriteContext { prove, ..context }),
            },
        )),
    };
    assert!(ingest_opening(opening(false), super::now()).is_ok());
    let Err(refused) = ingest_opening(opening(true), super::now()) else {
        panic!("a stream has no answer to carry it");
    };
    let rule = "must not be set for many writes: GetInclusionProof proves each";
    assert_eq!(
        super::texts(refused),
        [format!("opening.context.prove {rule}")]
    );
}
