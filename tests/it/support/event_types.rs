//! Event types, as the fields of `Record.event` name and number them.

use std::collections::BTreeSet;

use campaign_ledger::domain::Record;
use campaign_ledger::log::codec::{encode, json, peek};

/// The names of all.
pub fn all() -> BTreeSet<String> {
    let record = json::record_descriptor();
    let event = record.oneofs().find(|oneof| oneof.name() == "event");
    event
        .unwrap()
        .fields()
        .map(|field| field.name().to_owned())
        .collect()
}

/// The number of a record's event.
pub fn number(record: &Record) -> u32 {
    let bytes = encode(record);
    peek(&bytes).unwrap().event.unwrap()
}

/// The name of a record's event.
pub fn name(record: &Record) -> String {
    let field = json::record_descriptor().get_field(number(record));
    field.unwrap().name().to_owned()
}
