//! Calls by name: a client that knows the API by its descriptors alone, as grpcurl does.

use bytes::{Buf, BufMut, Bytes};
use prost::Message;
use prost_reflect::{DynamicMessage, MethodDescriptor};
use tonic::Status;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::transport::Channel;

use super::remote::{self, refused};
use crate::log::codec::json::pool;

const PACKAGE: &str = "campaign.ledger.v1";

/// Finds a method by its name, such as `CampaignService/ListCampaigns`.
pub fn method(name: &str) -> Option<MethodDescriptor> {
    let (service, method) = name.split_once('/')?;
    let service = pool().get_service_by_name(&format!("{PACKAGE}.{service}"))?;
    service.methods().find(|known| known.name() == method)
}

/// Sends a request and waits for the answer.
///
/// # Errors
/// See [`remote::Error`]; its messages name the address.
pub async fn call(
    channel: Channel,
    address: &str,
    method: &MethodDescriptor,
    request: &DynamicMessage,
) -> Result<DynamicMessage, remote::Error> {
    let service = method.parent_service().full_name();
    let path = format!("/{service}/{}", method.name());
    let path = path.parse().expect("names of the API are fit for a path");
    let mut client = tonic::client::Grpc::new(channel);
    let ready = client.ready().await;
    ready.map_err(|source| remote::Error::Connect {
        address: address.to_owned(),
        source,
    })?;
    let request = tonic::Request::new(Bytes::from(request.encode_to_vec()));
    let answer = client.unary(request, path, Raw).await;
    let bytes = answer.map_err(refused(address))?.into_inner();
    let answer = DynamicMessage::decode(method.output(), bytes);
    answer.map_err(|source| remote::Error::Unreadable {
        address: address.to_owned(),
        source,
    })
}

/// Sends encoded messages as they are, and gives answers as they came.
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
