//! Random and damaged records.

use campaign_ledger::log::codec::json::to_json;
use campaign_ledger::log::codec::{decode, encode, peek};
use proptest::collection::vec;
use proptest::prelude::*;

use super::damage::{damaged, damages};
use super::{shapes, tries};
use crate::support::arbitrary::{self, events};

/// Whatever is accepted as a record is one: encoding and decoding give the same record, and reading
/// only the header gives the same header.
fn is_a_record_or_not(bytes: &[u8]) -> Result<(), TestCaseError> {
    let header = peek(bytes);
    let _ = to_json(bytes);
    let Ok(record) = decode(bytes) else {
        return Ok(());
    };
    let written = encode(&record);
    let again = decode(&written).map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert_eq!(&again, &record);
    prop_assert_eq!(encode(&again), &written);
    prop_assert!(to_json(&written).is_ok());
    let header = header.map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert_eq!(header.position, record.position);
    prop_assert_eq!(header.brand_id, record.brand.as_str());
    prop_assert!(header.event.is_some());
    prop_assert_eq!(peek(&written).unwrap().position, record.position);
    Ok(())
}

#[test]
fn arbitrary_bytes_are_a_record_or_not() {
    tries().run(vec(any::<u8>(), 0..400), |bytes| is_a_record_or_not(&bytes));
}

#[test]
fn any_fields_are_a_record_or_not() {
    tries().run(shapes::message(), |bytes| is_a_record_or_not(&bytes));
}

#[test]
fn damaged_records_are_a_record_or_not() {
    let record = arbitrary::record(events::event());
    tries().run((record, damages()), |(record, damages)| {
        is_a_record_or_not(&damaged(&encode(&record), &damages))
    });
}

#[test]
fn records_with_more_fields_are_a_record_or_not() {
    let record = arbitrary::record(events::event());
    tries().run((record, shapes::message()), |(record, more)| {
        is_a_record_or_not(&[&encode(&record)[..], &more].concat())
    });
}

#[test]
fn two_records_run_together_are_a_record_or_not() {
    let record = || arbitrary::record(events::event());
    tries().run((record(), record()), |(one, other)| {
        is_a_record_or_not(&[encode(&one), encode(&other)].concat())
    });
}
