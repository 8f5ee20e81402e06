//! Stored records: the decoder reads what the encoder writes, and what old versions wrote, and
//! never panics.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::{env, fs};

use campaign_ledger::domain::{AgreementEvent, Event, Position, Record, Timestamp};
use campaign_ledger::log::codec::json::{self, JsonError, to_json};
use campaign_ledger::log::codec::{DecodeError, decode, encode, peek};
use campaign_ledger::wire::proto;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use prost::Message;
use prost_reflect::DynamicMessage;

use crate::support::arbitrary::{self, events};
use crate::support::{event_types, golden};

/// `write` writes the golden bytes of new events. Existing ones are never overwritten.
const GOLDEN_ENV: &str = "GOLDEN";
/// Enough to reach every optional field of an event.
const CASES_PER_EVENT: u32 = 24;

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

#[test]
fn every_event_round_trips() {
    let mut seen = BTreeSet::new();
    for event in events::each() {
        let mut runner = TestRunner::new(config(CASES_PER_EVENT));
        let record = arbitrary::record(event);
        let outcome = runner.run(&record, |record| {
            let bytes = encode(&record);
            let read = decode(&bytes).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(&read, &record);
            prop_assert_eq!(encode(&read), bytes);
            Ok(())
        });
        outcome.unwrap();
        let tree = record.new_tree(&mut runner).unwrap();
        seen.insert(event_types::name(&tree.current()));
    }
    assert_eq!(seen, event_types::all());
}

#[test]
fn golden_bytes_decode_for_ever() {
    for record in golden::records() {
        let name = event_types::name(&record);
        let path = golden_path(&name);
        if env::var(GOLDEN_ENV).is_ok_and(|value| value == "write") && !path.exists() {
            fs::write(&path, encode(&record)).unwrap();
        }
        let bytes = fs::read(&path)
            .unwrap_or_else(|error| panic!("{}: {error}; see {GOLDEN_ENV}", path.display()));
        assert_eq!(decode(&bytes).unwrap(), record, "{name}");
        assert_eq!(encode(&record), bytes, "{name}");
    }
}

#[test]
fn every_event_has_golden_bytes() {
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(golden_dir()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        files.insert(name.strip_suffix(".bin").unwrap().to_owned());
    }
    assert_eq!(files, event_types::all());
    let records: BTreeSet<_> = golden::records().iter().map(event_types::name).collect();
    assert_eq!(records, event_types::all());
}

fn golden_dir() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "golden", "events-v2"]
        .iter()
        .collect()
}

fn golden_path(name: &str) -> PathBuf {
    golden_dir().join(name).with_extension("bin")
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        let _ = decode(&bytes);
        let _ = peek(&bytes);
        let _ = to_json(&bytes);
    }

    #[test]
    fn damaged_records_never_panic(
        record in arbitrary::record(events::event()),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        kept in any::<prop::sample::Index>(),
    ) {
        let mut bytes = encode(&record).to_vec();
        for (index, byte) in damage {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        let _ = decode(&bytes);
        let _ = peek(&bytes);
        let _ = to_json(&bytes);
        let _ = decode(&bytes[..kept.index(bytes.len())]);
    }

    #[test]
    fn peek_agrees_with_decode(record in arbitrary::record(events::event())) {
        let bytes = encode(&record);
        let header = peek(&bytes).unwrap();
        prop_assert_eq!(header.position, record.position);
        prop_assert_eq!(header.brand_id, record.brand.as_str());
        let subject = record.subject;
        prop_assert_eq!(header.campaign_id, text(subject.campaign));
        prop_assert_eq!(header.collaboration_id, text(subject.collaboration));
        prop_assert_eq!(header.creator_id, text(subject.creator));
        let request = record.request.as_ref();
        let request_id = request.map_or("", |stamp| stamp.id.as_str());
        let digest: &[u8] = request.map_or(&[], |stamp| &stamp.digest);
        prop_assert_eq!(header.request_id, request_id);
        prop_assert_eq!(header.request_digest, digest);
        prop_assert_eq!(header.recorded_at, record.recorded_at);
        let stored = proto::event::Record::decode(bytes.clone()).unwrap();
        let message = format!("{:?}", stored.event.unwrap());
        let field = json::record_descriptor().get_field(header.event.unwrap()).unwrap();
        let kind = field.kind();
        prop_assert!(message.starts_with(kind.as_message().unwrap().name()));
    }

    #[test]
    fn json_is_one_line_and_leads_back(record in arbitrary::record(events::event())) {
        let bytes = encode(&record);
        let line = to_json(&bytes).unwrap();
        prop_assert!(!line.contains('\n'));
        prop_assert!(!line.contains("\"decimal\""), "the log has minor units only: {line}");
        let mut json = serde_json::Deserializer::from_str(&line);
        let message = DynamicMessage::deserialize(json::record_descriptor(), &mut json).unwrap();
        prop_assert_eq!(decode(&message.encode_to_vec()).unwrap(), record);
    }
}

fn text(id: Option<impl ToString>) -> String {
    id.map(|id| id.to_string()).unwrap_or_default()
}

fn golden_record(name: &str) -> Record {
    let mut records = golden::records().into_iter();
    records
        .find(|record| event_types::name(record) == name)
        .unwrap()
}

fn stored(name: &str) -> proto::event::Record {
    proto::event::Record::decode(encode(&golden_record(name))).unwrap()
}

fn violations(message: &proto::event::Record) -> Vec<String> {
    match decode(&message.encode_to_vec()) {
        Err(DecodeError::Invalid { violations, .. }) => {
            violations.iter().map(ToString::to_string).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn json_is_canonical() {
    let line = to_json(&encode(&golden_record("campaign_paused"))).unwrap();
    let json: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(json["position"], "3");
    assert_eq!(json["brandId"], "kulit-sehat");
    assert_eq!(json["actor"]["kind"], "ACTOR_KIND_BRAND");
    assert_eq!(json["recordedAt"], "2025-10-09T09:11:00.123456789Z");
    assert_eq!(json["campaignPaused"]["reason"], "stock is low");
}

#[test]
fn unknown_event_is_named() {
    // The header of a record at position 9, then a field 2000 holding an empty message.
    let mut bytes = vec![0x08, 9];
    bytes.extend([0x82, 0x7d, 0]);
    let error = decode(&bytes).unwrap_err();
    let DecodeError::UnknownEvent { position, number } = error else {
        panic!("{error:?}");
    };
    assert_eq!(position, Some(Position::new(9)));
    assert_eq!(number, 2_000);
    assert!(matches!(
        to_json(&bytes),
        Err(JsonError::UnknownEvent(2_000))
    ));
}

#[test]
fn missing_event_is_named() {
    let mut message = stored("campaign_opened");
    message.event = None;
    assert_eq!(violations(&message), ["event is required"]);
}

#[test]
fn malformed_bytes_name_the_position_when_they_can() {
    let mut bytes = encode(&golden_record("campaign_opened")).to_vec();
    // Field 20, an event, which ends in the middle of a field.
    bytes.extend([0xa2, 0x01, 1, 0x0a]);
    let error = decode(&bytes).unwrap_err();
    let DecodeError::Malformed { position, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(position, Some(Position::new(2)));
}

#[test]
fn broken_header_names_every_field() {
    let mut message = stored("campaign_opened");
    message.position = 0;
    message.brand_id = "Kulit".to_owned();
    message.request_digest = vec![1, 2].into();
    message.recorded_at = None;
    message.actor.as_mut().unwrap().kind = 99;
    assert_eq!(
        violations(&message),
        [
            "position must be 1 or more",
            "brand_id must be 1 to 64 characters of a-z 0-9 - _",
            "request_digest must be 16 bytes",
            "actor.kind must be one of BRAND, CREATOR, SYSTEM",
            "recorded_at is required",
        ]
    );
}

#[test]
fn broken_payload_names_field_and_rule() {
    let mut message = stored("campaign_created");
    let Some(proto::event::record::Event::CampaignCreated(created)) = &mut message.event else {
        panic!("another event");
    };
    let plan = created.plan.as_mut().unwrap();
    plan.formats.push(plan.formats[0]);
    plan.end_at = plan.start_at;
    plan.budget_cap.as_mut().unwrap().currency_code = "USD".to_owned();
    assert_eq!(
        violations(&message),
        [
            "event.plan.formats[3] must be unique",
            "event.plan.budget_cap.currency_code must be IDR",
            "event.plan.end_at must be after start_at",
        ]
    );
}

#[test]
fn limits_of_today_do_not_bind_the_past() {
    let mut record = golden_record("creator_invited");
    let Event::Agreement(AgreementEvent::CreatorInvited { offer, .. }) = &mut record.event else {
        panic!("another event");
    };
    offer.terms.max_revisions = 1_000;
    offer.terms.attribution.link = Some("x".repeat(10_000).into());
    record.on_behalf_of.as_mut().unwrap().reason = "".into();
    assert_eq!(decode(&encode(&record)).unwrap(), record);
}

#[test]
fn waiting_refund_has_no_effect() {
    let mut message = stored("refund_recorded");
    let Some(proto::event::record::Event::RefundRecorded(refund)) = &mut message.event else {
        panic!("another event");
    };
    assert!(refund.waiting);
    refund.reporting_minor = Some(1);
    assert_eq!(
        violations(&message),
        ["event.waiting must be false where credits, timing or reporting_minor are given"]
    );
}

#[test]
fn times_keep_their_nanoseconds() {
    let record = Record {
        recorded_at: Timestamp::from_nanos(i64::MAX),
        ..golden_record("campaign_opened")
    };
    assert_eq!(decode(&encode(&record)).unwrap(), record);
}
