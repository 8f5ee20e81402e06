//! Reads the whole log of a running ledger and drops the bytes.

use std::time::{Duration, Instant};

use campaign_ledger::cli::dynamic::Raw;
use campaign_ledger::wire::proto::api::log_scope::Scope;
use campaign_ledger::wire::proto::api::{
    LogScope, ReadEventsRequest, ReadEventsResponse, WholeLog,
};
use http::uri::PathAndQuery;
use prost::Message as _;
use tonic::client::Grpc;
use tonic::transport::Channel;

use super::head;

const PATH: &str = "/campaign.ledger.v1.AuditService/ReadEvents";

/// The result of a replay.
#[derive(Clone, Copy, Debug)]
pub struct Replay {
    /// Events.
    pub events: u64,
    /// Bytes of the messages.
    pub bytes: u64,
    /// Time from the call to its end.
    pub elapsed: Duration,
}

/// Reads everything up to the head. Decodes only the last message, to check that it ends there.
pub async fn read_all(channel: &Channel) -> Replay {
    let events = head::of(channel).await.position;
    let request = ReadEventsRequest {
        scope: Some(LogScope {
            scope: Some(Scope::All(WholeLog {})),
        }),
        ..ReadEventsRequest::default()
    };
    let mut client = Grpc::new(channel.clone());
    let start = Instant::now();
    client.ready().await.expect("the connection is open");
    let request = tonic::Request::new(request.encode_to_vec().into());
    let path = PathAndQuery::from_static(PATH);
    let answer = client.server_streaming(request, path, Raw).await;
    let mut messages = answer.expect("it reads").into_inner();
    let (mut bytes, mut last) = (0, bytes::Bytes::new());
    while let Some(message) = messages.message().await.expect("the log is whole") {
        bytes += message.len() as u64;
        last = message;
    }
    let elapsed = start.elapsed();
    let last = ReadEventsResponse::decode(last).expect("it is a message");
    assert!(last.resume_position >= events, "everything was read");
    Replay {
        events,
        bytes,
        elapsed,
    }
}
