//! Calls by name: a client that knows the API only from its descriptors, as grpcurl does.

use bytes::{Buf, BufMut, Bytes};
use http::uri::PathAndQuery;
use prost::Message;
use prost_reflect::{DynamicMessage, MessageDescriptor, MethodDescriptor, SerializeOptions};
use serde::Serializer;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::{Status, Streaming};

use super::remote::{self, Connection, refused};
use crate::log::codec::json::pool;

/// The package of all services of the API.
pub const PACKAGE: &str = "campaign.ledger.v1";

/// Finds a method by its name, such as `CampaignService/ListCampaigns`.
pub fn method(name: &str) -> Option<MethodDescriptor> {
    let (service, method) = name.split_once('/')?;
    let service = pool().get_service_by_name(&format!("{PACKAGE}.{service}"))?;
    service.methods().find(|known| known.name() == method)
}

/// Writes a message as the JSON of the API.
///
/// # Errors
/// A value has no JSON form, such as a time out of range.
pub fn spell<S: Serializer>(message: &DynamicMessage, to: S) -> Result<S::Ok, S::Error> {
    message.serialize_with_options(to, &SerializeOptions::new())
}

/// Sends a request and waits for the answer.
///
/// # Errors
/// See [`remote::Error`]; its messages name the address.
pub async fn call(
    channel: Connection,
    address: &str,
    method: &MethodDescriptor,
    request: &DynamicMessage,
) -> Result<DynamicMessage, remote::Error> {
    let mut client = ready(channel, address).await?;
    let request = tonic::Request::new(Bytes::from(request.encode_to_vec()));
    let answer = client.unary(request, path(method), Raw).await;
    let bytes = answer.map_err(refused(address))?.into_inner();
    decoded(method.output(), bytes, address)
}

/// Sends requests, and returns answers as they come: for methods of any kind.
///
/// # Errors
/// See [`remote::Error`]; its messages name the address.
pub async fn stream<'a>(
    channel: Connection,
    address: &'a str,
    method: &MethodDescriptor,
    requests: &[DynamicMessage],
) -> Result<Answers<'a>, remote::Error> {
    let mut client = ready(channel, address).await?;
    let encoded: Vec<_> = requests
        .iter()
        .map(|request| Bytes::from(request.encode_to_vec()))
        .collect();
    let requests = tonic::Request::new(tokio_stream::iter(encoded));
    let answers = client.streaming(requests, path(method), Raw).await;
    Ok(Answers {
        answers: answers.map_err(refused(address))?.into_inner(),
        kind: method.output(),
        address,
    })
}

/// The answers to a call, as they come.
#[derive(Debug)]
pub struct Answers<'a> {
    answers: Streaming<Bytes>,
    kind: MessageDescriptor,
    address: &'a str,
}

impl Answers<'_> {
    /// Waits for the next one; there is none after the last.
    ///
    /// # Errors
    /// See [`remote::Error`].
    pub async fn next(&mut self) -> Result<Option<DynamicMessage>, remote::Error> {
        let answer = self
            .answers
            .message()
            .await
            .map_err(refused(self.address))?;
        answer
            .map(|bytes| decoded(self.kind.clone(), bytes, self.address))
            .transpose()
    }
}

async fn ready(
    channel: Connection,
    address: &str,
) -> Result<tonic::client::Grpc<Connection>, remote::Error> {
    let mut client = tonic::client::Grpc::new(channel);
    let ready = client.ready().await;
    ready.map_err(|source| remote::Error::Connect {
        address: address.to_owned(),
        source,
    })?;
    Ok(client)
}

fn path(method: &MethodDescriptor) -> PathAndQuery {
    let service = method.parent_service().full_name();
    let path = format!("/{service}/{}", method.name());
    path.parse().expect("names of the API are fit for a path")
}

fn decoded(
    kind: MessageDescriptor,
    bytes: Bytes,
    address: &str,
) -> Result<DynamicMessage, remote::Error> {
    DynamicMessage::decode(kind, bytes).map_err(|source| remote::Error::Unreadable {
        address: address.to_owned(),
        source,
    })
}

/// Sends encoded messages, and returns encoded answers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}
