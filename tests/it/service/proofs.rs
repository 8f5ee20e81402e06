//! Proofs as an auditor gets them: another implementation verifies them over the bytes that are
//! read.

use std::fs;

use bytes::Bytes;
use campaign_ledger::proofs::note::{Algorithm, Note, SigningKey, VerifierKey};
use campaign_ledger::proofs::{Checkpoint, LogKeys};
use campaign_ledger::verify::kept;
use campaign_ledger::wire::proto::api::audit_service_client::AuditServiceClient;
use campaign_ledger::wire::proto::api::*;
use tonic::Code;

use super::audit::all;
use crate::proofs::{extends, includes};
use crate::support::server::{Client, Server, Story, by_brand, idr, rehearsal, terms};

/// Reasons that the tests of this file expect, among others.
pub const SHOWS: &[ErrorReason] = &[
    ErrorReason::NotCosigned,
    ErrorReason::UnknownWitness,
    ErrorReason::CosignatureInvalid,
];

/// Returns the stored bytes of all events, as they are read.
async fn records(client: &Client) -> Vec<Bytes> {
    let request = ReadEventsRequest {
        scope: all(),
        ..ReadEventsRequest::default()
    };
    let mut audit = AuditServiceClient::new(client.channel());
    let mut messages = audit.read_events(request).await.unwrap().into_inner();
    let mut records = Vec::new();
    while let Some(message) = messages.message().await.unwrap() {
        let batch = message.batch.unwrap();
        records.extend(batch.records().map(Bytes::copy_from_slice));
    }
    records
}

async fn keys(client: &Client) -> Vec<VerifierKey> {
    let keys = client.call(ListKeysRequest {}).await.unwrap().keys;
    keys.iter()
        .map(|key| key.verifier_key.parse().unwrap())
        .collect()
}

fn checkpoint_at(size: u64) -> GetCheckpointRequest {
    GetCheckpointRequest {
        tree_size: Some(size),
        min_cosignatures: 0,
    }
}

/// Returns the checkpoint of a size, with a verified signature.
async fn checkpoint(client: &Client, size: u64) -> Checkpoint {
    let answer = client.call(checkpoint_at(size)).await.unwrap();
    let checkpoint = kept(&answer.checkpoint, &keys(client).await).unwrap();
    assert_eq!((checkpoint.size, answer.tree_size), (size, size));
    assert_eq!(checkpoint.root.as_bytes().as_slice(), answer.root_hash);
    checkpoint
}

fn owned(hashes: &[Bytes]) -> Vec<Vec<u8>> {
    hashes.iter().map(|hash| hash.to_vec()).collect()
}

/// Makes a server with witnesses, and returns their keys.
async fn witnessed(names: &[&str]) -> (Server, Vec<SigningKey>) {
    let named = |name: &&str| {
        SigningKey::of_seed(name, Algorithm::CosignatureV1, &[name.len() as u8; 32]).unwrap()
    };
    let witnesses: Vec<_> = names.iter().map(named).collect();
    let server = Server::with(|config| {
        let keys = witnesses.iter().map(|key| format!("{}\n", key.public()));
        config.witnesses = config.data_dir.with_extension("witnesses");
        fs::write(&config.witnesses, keys.collect::<String>()).unwrap();
    });
    (server.await, witnesses)
}

#[tokio::test]
async fn every_event_is_in_every_tree_and_every_tree_begins_every_later_one() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    for who in ["ayu", "budi", "citra"] {
        story.accepted(who, terms(idr(1_000))).await;
    }
    let records = records(&server).await;
    let head = server.head().await;
    assert_eq!(records.len() as u64, head);
    assert!(head > 8, "some shapes of trees");
    let mut trees = Vec::new();
    for size in 0..=head {
        trees.push(checkpoint(&server, size).await);
    }
    for size in 1..=head {
        let root = trees[size as usize].root;
        for position in 1..=size {
            let request = GetInclusionProofRequest {
                position,
                tree_size: Some(size),
            };
            let answer = server.call(request).await.unwrap();
            let proof = answer.proof.unwrap();
            assert_eq!((proof.position, proof.tree_size), (position, size));
            let (record, hashes) = (&records[position as usize - 1], owned(&proof.hashes));
            assert!(includes(root.as_bytes(), size, position, record, &hashes));
            let mut edited = record.to_vec();
            edited[0] ^= 1;
            assert!(!includes(root.as_bytes(), size, position, &edited, &hashes));
            assert!(answer.checkpoint.starts_with(trees[size as usize].text()));
        }
        for from in 1..=size {
            let request = GetConsistencyProofRequest {
                from_size: from,
                to_size: Some(size),
            };
            let answer = server.call(request).await.unwrap();
            let old = trees[from as usize].root;
            let hashes = owned(&answer.hashes);
            let (old, new) = (
                (old.as_bytes().as_slice(), from),
                (root.as_bytes().as_slice(), size),
            );
            assert!(extends(old, new, &hashes), "{from} to {size}");
        }
    }
}

#[tokio::test]
async fn a_write_answers_with_proof_when_it_is_asked_to() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let without = server.write(story.profile("ayu", 20_000)).await;
    assert_eq!(without.receipt.unwrap().proof, None);

    let mut invite = story.invite("ayu", terms(idr(1)));
    invite.context = by_brand("r-1");
    invite.context.as_mut().unwrap().prove = true;
    let answer = server.write(invite.clone()).await;
    let receipt = answer.receipt.unwrap();
    let proof = receipt.proof.expect("it was asked for");
    let signed = kept(&proof.checkpoint, &keys(&server).await).unwrap();
    assert!(signed.size >= receipt.last_position);
    let records = records(&server).await;
    let positions: Vec<_> = proof.events.iter().map(|event| event.position).collect();
    let all: Vec<_> = (receipt.first_position..=receipt.last_position).collect();
    assert_eq!(positions, all);
    for event in &proof.events {
        assert_eq!(event.tree_size, signed.size);
        let record = &records[event.position as usize - 1];
        let hashes = owned(&event.hashes);
        assert!(includes(
            signed.root.as_bytes(),
            signed.size,
            event.position,
            record,
            &hashes
        ));
    }

    // The same request again without `prove`: it gets the first answer.
    invite.context = by_brand("r-1");
    let again = server.write(invite.clone()).await.receipt.unwrap();
    assert_eq!(again.proof, None);
    assert_eq!(again.last_position, receipt.last_position);
    // And with `prove`, some events later.
    server.write(story.accept("ayu")).await;
    invite.context.as_mut().unwrap().prove = true;
    let later = server.write(invite).await.receipt.unwrap().proof.unwrap();
    let signed = kept(&later.checkpoint, &keys(&server).await).unwrap();
    assert_eq!(later.events[0].position, receipt.first_position);
    assert!(signed.size >= receipt.last_position);

    let mut rehearsed = story.invite("budi", terms(idr(1)));
    server.write(story.profile("budi", 20_000)).await;
    rehearsed.context = rehearsal(by_brand(""));
    rehearsed.context.as_mut().unwrap().prove = true;
    assert_eq!(server.write(rehearsed).await.receipt.unwrap().proof, None);
}

#[tokio::test]
async fn many_writes_are_not_proven_in_one_answer() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let mut context = by_brand("");
    context.as_mut().unwrap().prove = true;
    let batch = BatchRecordCreatorProfilesRequest {
        brand_id: story.brand.clone(),
        context,
        ..BatchRecordCreatorProfilesRequest::default()
    };
    let refusal = server.refused(batch).await;
    let refusal = refusal.is(Code::InvalidArgument, ErrorReason::InvalidField);
    assert!(
        refusal.field_names().contains(&"context.prove"),
        "{refusal}"
    );
}

#[tokio::test]
async fn the_same_tree_has_the_same_checkpoint_after_a_restart_and_a_rebuild() {
    let server = Server::start().await;
    Story::open(&server, "launch").await;
    let first = server.call(GetCheckpointRequest::default()).await.unwrap();
    assert_eq!(first.tree_size, 2);
    let server = server.restart().await;
    let second = server.call(GetCheckpointRequest::default()).await.unwrap();
    assert_eq!(second, first);
    let resting = server.stop().await;
    fs::remove_file(resting.directory().join("tree")).unwrap();
    let server = resting.start().await;
    let third = server.call(GetCheckpointRequest::default()).await.unwrap();
    assert_eq!(third, first);
}

#[tokio::test]
async fn what_an_older_key_signed_stays_good() {
    let server = Server::start().await;
    Story::open(&server, "launch").await;
    let before = server.call(GetCheckpointRequest::default()).await.unwrap();
    let resting = server.stop().await;
    LogKeys::rotate(&resting.directory().join("signing-key"), 1_700_000_000).unwrap();
    let server = resting.start().await;
    let listed = server.call(ListKeysRequest {}).await.unwrap().keys;
    let [old, new] = listed.as_slice() else {
        panic!("two keys: {listed:?}");
    };
    assert_eq!(old.retired_at.unwrap().seconds, 1_700_000_000);
    assert_eq!((new.retired_at, new.succession.as_str()), (None, ""));
    let (old_key, new_key): (VerifierKey, VerifierKey) = (
        old.verifier_key.parse().unwrap(),
        new.verifier_key.parse().unwrap(),
    );
    let succession: Note = old.succession.parse().unwrap();
    assert!(succession.verify(std::slice::from_ref(&old_key)).is_ok());
    assert!(succession.text.contains(&new.verifier_key));

    let after = server.call(GetCheckpointRequest::default()).await.unwrap();
    assert_ne!(after.checkpoint, before.checkpoint);
    assert_eq!(after.root_hash, before.root_hash);
    let (new_keys, old_keys) = ([new_key], [old_key]);
    assert!(kept(&after.checkpoint, &new_keys).is_ok());
    assert!(kept(&after.checkpoint, &old_keys).is_err());
    assert!(kept(&before.checkpoint, &keys(&server).await).is_ok());
}

#[tokio::test]
async fn what_witnesses_sign_is_served_with_the_checkpoint() {
    let (server, witnesses) = witnessed(&["w.example", "second.example"]).await;
    Story::open(&server, "launch").await;
    let at_least = |min_cosignatures| GetCheckpointRequest {
        tree_size: None,
        min_cosignatures,
    };
    let refusal = server.refused(at_least(1)).await;
    refusal.is(Code::NotFound, ErrorReason::NotCosigned);

    let tree = checkpoint(&server, 1).await;
    let sign = |witness: &SigningKey, text: &str| AddCosignatureRequest {
        tree_size: 1,
        cosignature: witness.sign(text, 1_700_000_000).to_string(),
    };
    let answer = server.call(sign(&witnesses[0], tree.text())).await.unwrap();
    let note: Note = answer.checkpoint.parse().unwrap();
    assert_eq!(note.signatures.len(), 2);
    assert!(note.verify(&[witnesses[0].public().clone()]).is_ok());
    let latest = server.call(at_least(1)).await.unwrap();
    assert_eq!(
        (latest.tree_size, &latest.checkpoint),
        (1, &answer.checkpoint)
    );
    let refusal = server.refused(at_least(2)).await;
    refusal.is(Code::NotFound, ErrorReason::NotCosigned);

    // A later signature of the same witness replaces the first; that of another witness is added.
    server.call(sign(&witnesses[0], tree.text())).await.unwrap();
    let both = server.call(sign(&witnesses[1], tree.text())).await.unwrap();
    let note: Note = both.checkpoint.parse().unwrap();
    assert_eq!(note.signatures.len(), 3);
    let server = server.restart().await;
    let kept = server.call(at_least(2)).await.unwrap();
    assert_eq!(kept.checkpoint, both.checkpoint);
    let listed = server.call(ListKeysRequest {}).await.unwrap().witness_keys;
    assert_eq!(
        listed,
        [witnesses[0].public(), witnesses[1].public()].map(ToString::to_string)
    );
}

#[tokio::test]
async fn what_no_witness_signed_is_not_taken() {
    let (server, witnesses) = witnessed(&["w.example"]).await;
    Story::open(&server, "launch").await;
    let tree = checkpoint(&server, 2).await;
    let add = |cosignature: String| AddCosignatureRequest {
        tree_size: 2,
        cosignature,
    };
    let stranger = SigningKey::of_seed("s.example", Algorithm::CosignatureV1, &[9; 32]).unwrap();
    let refusal = server
        .refused(add(stranger.sign(tree.text(), 1).to_string()))
        .await;
    refusal.is(Code::FailedPrecondition, ErrorReason::UnknownWitness);
    let invalid = [
        // Over another tree, or of another size.
        witnesses[0]
            .sign(checkpoint(&server, 1).await.text(), 1)
            .to_string(),
        "no line of a note".to_owned(),
        "— w.example AAAA".to_owned(),
    ];
    for line in invalid {
        let refusal = server.refused(add(line)).await;
        let refusal = refusal.is(Code::InvalidArgument, ErrorReason::CosignatureInvalid);
        refusal.names(&["cosignature"]);
    }
    let served = server.call(checkpoint_at(2)).await.unwrap();
    let note: Note = served.checkpoint.parse().unwrap();
    assert_eq!(note.signatures.len(), 1);
}

#[tokio::test]
async fn trees_beyond_the_log_are_refused() {
    let server = Server::start().await;
    Story::open(&server, "launch").await;
    let is_ahead = |refusal: crate::support::server::Refusal, field| {
        let refusal = refusal.is(Code::InvalidArgument, ErrorReason::PositionAhead);
        refusal.names(&[field]);
    };
    is_ahead(server.refused(checkpoint_at(3)).await, "tree_size");
    let inclusion = |position, tree_size| GetInclusionProofRequest {
        position,
        tree_size,
    };
    is_ahead(server.refused(inclusion(1, Some(3))).await, "tree_size");
    is_ahead(server.refused(inclusion(3, None)).await, "position");
    let consistency = |from_size, to_size| GetConsistencyProofRequest { from_size, to_size };
    is_ahead(server.refused(consistency(0, Some(3))).await, "to_size");
    is_ahead(server.refused(consistency(3, None)).await, "from_size");
    let cosignature = AddCosignatureRequest {
        tree_size: 3,
        cosignature: "— a b".to_owned(),
    };
    is_ahead(server.refused(cosignature).await, "tree_size");
    let trivial = server.call(consistency(0, None)).await.unwrap();
    assert_eq!((trivial.to_size, trivial.hashes.len()), (2, 0));
}
