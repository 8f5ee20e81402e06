//! A client that knows the protos only by their descriptors, as grpcurl does.

use std::time::Duration;

use bytes::{Buf, BufMut};
use campaign_ledger::log::codec::json::pool;
use prost::Message;
use prost_reflect::{DynamicMessage, MethodDescriptor, SerializeOptions};
use serde_json::Value;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::Channel;
use tonic::{Request, Status};
use tonic_types::StatusExt;

/// How long an answer that waits for the ledger may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Calls methods by name, with JSON.
pub struct Dynamic {
    channel: Channel,
}

impl Dynamic {
    pub fn new(channel: Channel) -> Self {
        Self { channel }
    }

    /// Calls `Service/Method`; an error is its reason.
    pub async fn call(&self, method: &str, request: &Value) -> Result<Value, String> {
        let (service, name) = method.split_once('/').unwrap();
        let descriptor = method_of(service, name);
        let message = DynamicMessage::deserialize(descriptor.input(), request).unwrap();
        let mut client = tonic::client::Grpc::new(self.channel.clone());
        client.ready().await.unwrap();
        let path = format!("/campaign.ledger.v1.{service}/{name}")
            .parse()
            .unwrap();
        let mut request = Request::new(message);
        request.set_timeout(PATIENCE);
        let answer = client.unary(request, path, Json(descriptor)).await;
        match answer {
            Ok(answer) => Ok(json_of(&answer.into_inner())),
            Err(status) => Err(reason_of(&status)),
        }
    }
}

fn method_of(service: &str, name: &str) -> MethodDescriptor {
    let service = pool()
        .get_service_by_name(&format!("campaign.ledger.v1.{service}"))
        .unwrap();
    service
        .methods()
        .find(|method| method.name() == name)
        .unwrap()
}

fn json_of(message: &DynamicMessage) -> Value {
    let options = SerializeOptions::new();
    message
        .serialize_with_options(serde_json::value::Serializer, &options)
        .unwrap()
}

fn reason_of(status: &Status) -> String {
    status
        .get_details_error_info()
        .map(|info| info.reason)
        .unwrap_or_else(|| status.to_string())
}

struct Json(MethodDescriptor);

impl Codec for Json {
    type Encode = DynamicMessage;
    type Decode = DynamicMessage;
    type Encoder = Bytes;
    type Decoder = Answer;

    fn encoder(&mut self) -> Bytes {
        Bytes
    }

    fn decoder(&mut self) -> Answer {
        Answer(self.0.clone())
    }
}

struct Bytes;

impl Encoder for Bytes {
    type Item = DynamicMessage;
    type Error = Status;

    fn encode(&mut self, item: DynamicMessage, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put_slice(&item.encode_to_vec());
        Ok(())
    }
}

struct Answer(MethodDescriptor);

impl Decoder for Answer {
    type Item = DynamicMessage;
    type Error = Status;

    fn decode(&mut self, bytes: &mut DecodeBuf<'_>) -> Result<Option<DynamicMessage>, Status> {
        let whole = bytes.copy_to_bytes(bytes.remaining());
        Ok(Some(
            DynamicMessage::decode(self.0.output(), whole).unwrap(),
        ))
    }
}
