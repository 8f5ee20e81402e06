//! The limits of each method: how large a message may be, how many there may be, and their shape.
//!
//! Derived from the compiled descriptors, so that a new method has its limits without a second
//! table.

use std::collections::HashMap;

use prost::Message as _;
use prost_types::{FileDescriptorSet, MethodDescriptorProto};

use super::shapes::{Broken, Shapes};

/// Largest message of a method that takes one command or question: twice a block, which is the most
/// that a command may write.
pub(super) const SINGLE_BYTES: usize = 256 << 10;

/// How the name of a method that takes many items begins.
const BATCH: &str = "Batch";

/// The limits of one method.
#[derive(Debug, Clone, Copy)]
pub(super) struct Method {
    /// Largest message, decompressed.
    pub max_bytes: usize,
    /// Whether its client sends a stream.
    pub is_stream: bool,
    request: Option<usize>,
}

/// The methods of the server, by path.
#[derive(Debug)]
pub(super) struct Methods {
    ours: HashMap<String, Method>,
    shapes: Shapes,
}

/// Methods that are not ours: health, reflection, and those that do not exist. The services behind
/// them have smaller limits of their own.
const OTHER: Method = Method {
    max_bytes: SINGLE_BYTES,
    is_stream: true,
    request: None,
};

impl Methods {
    /// Reads an encoded `FileDescriptorSet`; batches and streams may send `many_bytes` at once.
    pub fn new(descriptors: &[u8], many_bytes: usize) -> Self {
        let set = FileDescriptorSet::decode(descriptors)
            .expect("the build wrote the descriptors that it compiled");
        let (shapes, names) = Shapes::of(&set.file);
        let mut ours = HashMap::new();
        for file in &set.file {
            for service in &file.service {
                for method in &service.method {
                    let path = format!("/{}.{}/{}", file.package(), service.name(), method.name());
                    let max_bytes = match takes_many(method) {
                        true => many_bytes,
                        false => SINGLE_BYTES.min(many_bytes),
                    };
                    let method = Method {
                        max_bytes,
                        is_stream: method.client_streaming(),
                        request: names.get(method.input_type()).copied(),
                    };
                    ours.insert(path, method);
                }
            }
        }
        Self { ours, shapes }
    }

    /// Finds a method by the path of its requests.
    pub fn find(&self, path: &str) -> Method {
        self.ours.get(path).copied().unwrap_or(OTHER)
    }

    /// Counts the elements of a message that `method` takes.
    ///
    /// # Errors
    /// It has too many, or is not a message.
    pub fn count(&self, method: Method, message: &[u8]) -> Result<usize, Broken> {
        match method.request {
            Some(shape) => self.shapes.count(message, shape),
            None => Ok(0),
        }
    }
}

fn takes_many(method: &MethodDescriptorProto) -> bool {
    method.name().starts_with(BATCH) || method.client_streaming()
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::super::shapes::{MAX_PER_FIELD, UNDECODED_ABOVE};
    use super::*;
    use crate::wire::proto::{DESCRIPTORS, api};

    const MANY: usize = 4 << 20;
    const BATCH_CALL: &str = "/campaign.ledger.v1.MeasurementService/BatchRecordEngagement";
    const INGEST: &str = "/campaign.ledger.v1.MeasurementService/IngestEngagement";
    const SINGLE: &str = "/campaign.ledger.v1.SettlementService/OpenDispute";

    fn methods() -> Methods {
        Methods::new(DESCRIPTORS, MANY)
    }

    /// Methods that answer item by item take many items, and no others do.
    #[test]
    fn the_methods_that_take_many_are_those_that_answer_each_item() {
        let set = FileDescriptorSet::decode(DESCRIPTORS).unwrap();
        let messages: Vec<_> = set
            .file
            .iter()
            .flat_map(|file| &file.message_type)
            .collect();
        let answers_each = |method: &MethodDescriptorProto| {
            let name = method.output_type().rsplit('.').next().unwrap();
            let answer = messages
                .iter()
                .find(|message| message.name() == name)
                .unwrap();
            let is_of_items = |field: &prost_types::FieldDescriptorProto| {
                ["results", "refused"].contains(&field.name())
            };
            answer.field.iter().any(is_of_items)
        };
        let services = set.file.iter().flat_map(|file| &file.service);
        let mut many = 0;
        for method in services.flat_map(|service| &service.method) {
            assert_eq!(
                takes_many(method),
                answers_each(method),
                "{}",
                method.name()
            );
            many += usize::from(takes_many(method));
        }
        assert!(many > 5);
    }

    #[test]
    fn methods_are_found_by_path() {
        let methods = methods();
        assert_eq!(methods.find(BATCH_CALL).max_bytes, MANY);
        assert!(!methods.find(BATCH_CALL).is_stream);
        assert!(methods.find(INGEST).is_stream);
        assert_eq!(methods.find(SINGLE).max_bytes, SINGLE_BYTES);
        assert_eq!(methods.find("/no.such/Method").max_bytes, SINGLE_BYTES);
    }

    fn engagement(observations: usize) -> Vec<u8> {
        let observations = vec![api::EngagementItem::default(); observations];
        let request = api::BatchRecordEngagementRequest {
            observations,
            ..Default::default()
        };
        request.encode_to_vec()
    }

    #[test]
    fn elements_are_counted_on_the_bytes() {
        let methods = methods();
        let method = methods.find(BATCH_CALL);
        let most = engagement(UNDECODED_ABOVE);
        assert_eq!(methods.count(method, &most), Ok(UNDECODED_ABOVE));
        let broken = methods.count(method, &engagement(UNDECODED_ABOVE + 1));
        assert_eq!(broken, too_many("observations"));
    }

    fn too_many(field: &str) -> Result<usize, Broken> {
        Err(Broken::TooMany {
            field: field.to_owned(),
            limit: MAX_PER_FIELD,
        })
    }

    #[test]
    fn elements_within_messages_are_counted() {
        let methods = methods();
        let chunk = api::ingest_engagement_request::Message::Chunk(api::EngagementChunk {
            observations: vec![api::EngagementItem::default(); UNDECODED_ABOVE + 1],
            ..Default::default()
        });
        let request = api::IngestEngagementRequest {
            message: Some(chunk),
        };
        let broken = methods.count(methods.find(INGEST), &request.encode_to_vec());
        assert_eq!(broken, too_many("chunk.observations"));
    }

    #[test]
    fn texts_are_elements_too() {
        let methods = methods();
        let request = api::OpenDisputeRequest {
            evidence: vec![String::new(); UNDECODED_ABOVE + 1],
            ..Default::default()
        };
        let broken = methods.count(methods.find(SINGLE), &request.encode_to_vec());
        assert_eq!(broken, too_many("evidence"));
    }

    /// The same field many times costs time, although the decoder keeps only the last one.
    #[test]
    fn fields_are_counted_too() {
        let methods = methods();
        let limit_of = |path: &str, field: &str, bytes: &[u8]| {
            let counted = methods.count(methods.find(path), &bytes.repeat(200_000));
            match counted {
                Err(Broken::TooManyFields { field: at, limit }) => {
                    assert_eq!(at, field);
                    assert!(limit < 100, "{limit}");
                }
                other => panic!("{bytes:?}: {other:?}"),
            }
        };
        limit_of(BATCH_CALL, "context", &[0x12, 0]);
        limit_of(BATCH_CALL, "brand_id", &[0x0a, 0]);
        limit_of(BATCH_CALL, "36", &[0xa2, 2, 0]);
        limit_of(BATCH_CALL, "36", &[0xa0, 2, 0]);
        limit_of(SINGLE, "100", &[0xa2, 6, 0]);
        let inner = [&[0x12, 0xff, 1][..], &[0xa0, 2, 0].repeat(85)].concat();
        let counted = methods.count(methods.find(BATCH_CALL), &inner);
        let Err(Broken::TooManyFields { field, .. }) = counted else {
            panic!("{counted:?}");
        };
        assert_eq!(field, "context.36");
    }

    #[test]
    fn fields_of_all_messages_are_counted_together() {
        let methods = methods();
        let item = [&[0x1a, 180][..], &[1], &[0xa0, 2, 0].repeat(60)].concat();
        let counted = methods.count(methods.find(BATCH_CALL), &item.repeat(1_000));
        assert_eq!(counted, Ok(1_000));
        let wide = [&[0x1a, 192][..], &[1], &[0xa0, 2, 0].repeat(64)].concat();
        let counted = methods.count(methods.find(BATCH_CALL), &wide.repeat(2_000));
        assert!(matches!(counted, Err(Broken::TooManyFields { .. })));
    }

    /// A client that gives every field it knows is far from the limits.
    #[test]
    fn the_largest_honest_messages_have_few_fields() {
        let files = FileDescriptorSet::decode(DESCRIPTORS).unwrap().file;
        let messages = files.iter().flat_map(|file| &file.message_type);
        let most = messages.map(|message| message.field.len()).max().unwrap();
        assert!(most * MAX_PER_FIELD <= 128_000, "{most}");
    }

    #[test]
    fn what_the_decoder_takes_is_counted_to_its_end_or_refused() {
        let methods = methods();
        let method = methods.find(BATCH_CALL);
        let message = engagement(3);
        for length in 0..message.len() {
            if api::BatchRecordEngagementRequest::decode(&message[..length]).is_ok() {
                assert!(methods.count(method, &message[..length]).is_ok());
            }
        }
        // A group of an unknown field, which the decoder skips.
        assert_eq!(
            methods.count(method, &[0xfb, 0x01, 0xfc, 0x01]),
            Err(Broken::Malformed)
        );
    }

    #[test]
    fn damaged_messages_are_not_counted_short() {
        let methods = methods();
        let method = methods.find(BATCH_CALL);
        let request = api::BatchRecordEngagementRequest {
            brand_id: "aa".to_owned(),
            observations: vec![api::EngagementItem::default(); 40],
            ..Default::default()
        };
        let whole = request.encode_to_vec();
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut damaged = whole.clone();
                damaged[at] ^= 1 << bit;
                let decoded = api::BatchRecordEngagementRequest::decode(&damaged[..]);
                if let (Ok(decoded), Ok(counted)) = (decoded, methods.count(method, &damaged)) {
                    assert!(counted >= decoded.observations.len());
                }
            }
        }
    }
}
