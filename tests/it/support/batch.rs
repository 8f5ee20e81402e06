//! Events as a client in any language gets them.

use campaign_ledger::wire::proto::api::EventBatch;
use campaign_ledger::wire::proto::event::Record;
use prost::Message as _;

/// Decodes the records of a batch, which the server passes on as they are stored.
pub fn decoded(batch: &EventBatch) -> Vec<Record> {
    let records = batch.records();
    records
        .map(|bytes| Record::decode(bytes).unwrap())
        .collect()
}
