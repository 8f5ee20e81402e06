//! `campaign.ledger.v1.EventBatch` by hand: its records stay the bytes that are stored.
//!
//! On the wire an embedded message and bytes are the same, so other clients see what the descriptor
//! says, `repeated Record`, while the server neither decodes nor encodes what it passes on.

use bytes::Bytes;

/// Events in log order.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct EventBatch {
    /// The events, each the encoded `campaign.ledger.event.v1.Record` as stored.
    #[prost(bytes = "bytes", repeated, tag = "1")]
    pub records: Vec<Bytes>,
}
