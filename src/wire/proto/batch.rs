//! `campaign.ledger.v1.EventBatch` by hand: its records stay the bytes that are stored.
//!
//! On the wire an embedded message and bytes are the same, so other clients see what the descriptor
//! says, `repeated Record`, while the server neither decodes nor encodes what it passes on. They lie
//! in one piece, as they are sent: a record by itself would keep the whole block in memory that it
//! was read from.

use bytes::{Buf, BufMut};
use prost::DecodeError;
use prost::encoding::{self, DecodeContext, WireType, decode_varint, encode_varint, skip_field};

/// Number of `EventBatch.records`.
const RECORDS: u32 = 1;
/// How each record begins on the wire: its field and that it is bytes.
const RECORDS_KEY: u8 = (RECORDS << 3) as u8 | WireType::LengthDelimited as u8;

/// Events in log order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct EventBatch {
    /// Each record with its key and its length before it.
    framed: Vec<u8>,
}

impl EventBatch {
    /// Adds an encoded `campaign.ledger.event.v1.Record`, as stored.
    pub fn push(&mut self, record: &[u8]) {
        self.framed.push(RECORDS_KEY);
        encode_varint(record.len() as u64, &mut self.framed);
        self.framed.extend_from_slice(record);
    }

    /// Returns whether there are no records.
    pub fn is_empty(&self) -> bool {
        self.framed.is_empty()
    }

    /// Counts the bytes of all records as they are sent.
    pub fn bytes(&self) -> usize {
        self.framed.len()
    }

    /// Gives the records, each encoded as it is stored.
    pub fn records(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = self.framed.as_slice();
        std::iter::from_fn(move || {
            rest = rest.get(1..)?;
            let len = usize::try_from(decode_varint(&mut rest).ok()?).ok()?;
            let (record, after) = rest.split_at_checked(len)?;
            rest = after;
            Some(record)
        })
    }
}

impl prost::Message for EventBatch {
    fn encode_raw(&self, buf: &mut impl BufMut) {
        buf.put_slice(&self.framed);
    }

    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        ctx: DecodeContext,
    ) -> Result<(), DecodeError> {
        if tag != RECORDS {
            return skip_field(wire_type, tag, buf, ctx);
        }
        let mut record = Vec::new();
        encoding::bytes::merge(wire_type, &mut record, buf, ctx)?;
        self.push(&record);
        Ok(())
    }

    fn encoded_len(&self) -> usize {
        self.framed.len()
    }

    fn clear(&mut self) {
        self.framed.clear();
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use prost::Message as _;

    use super::*;

    /// What a build of the descriptor makes of it.
    #[derive(Clone, PartialEq, prost::Message)]
    struct Described {
        #[prost(bytes = "bytes", repeated, tag = "1")]
        records: Vec<Bytes>,
    }

    #[test]
    fn it_is_on_the_wire_what_the_descriptor_says() {
        let records = [0, 1, 127, 128, 300, 70_000].map(|len| vec![7; len]);
        let described = Described {
            records: records.iter().cloned().map(Bytes::from).collect(),
        };
        let mut batch = EventBatch::default();
        records.iter().for_each(|record| batch.push(record));
        assert_eq!(batch.encode_to_vec(), described.encode_to_vec());
        let decoded = EventBatch::decode(described.encode_to_vec().as_slice()).unwrap();
        assert_eq!(decoded, batch);
        assert!(decoded.records().eq(&records));
    }
}
