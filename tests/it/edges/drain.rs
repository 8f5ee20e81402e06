//! A drain ends, whatever clients keep open.

use std::time::{Duration, Instant};

use bytes::Bytes;
use campaign_ledger::server::drain::{Limits, Outcome};
use h2::SendStream;
use h2::client::{ResponseFuture, SendRequest};
use tokio::net::TcpStream;
use tokio_stream::StreamExt as _;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus::{NotServing, Serving};
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest::ListServices;

use super::bare::{Bare, FAR, NEAR, Settings, closed};

const CHECK: &str = "/grpc.health.v1.Health/Check";

/// An uncompressed message without bytes.
const EMPTY_MESSAGE: Bytes = Bytes::from_static(&[0; 5]);

fn list_services() -> ServerReflectionRequest {
    ServerReflectionRequest {
        host: String::new(),
        message_request: Some(ListServices(String::new())),
    }
}

#[tokio::test]
async fn silent_peers_and_open_streams_do_not_hold_up_a_drain() {
    let server = Bare::start(Settings::default()).await;
    server.health.serving().await;
    let _silent = server.silent_peer().await;

    let mut client = server.health_client().await;
    let watching = client.watch(HealthCheckRequest::default()).await.unwrap();
    let mut states = watching.into_inner();
    assert_eq!(states.message().await.unwrap().unwrap().status(), Serving);

    let questions = tokio_stream::once(list_services()).chain(tokio_stream::pending());
    let mut reflecting = ServerReflectionClient::new(server.channel().await);
    let answers = reflecting.server_reflection_info(questions).await.unwrap();
    let mut answers = answers.into_inner();
    assert!(answers.message().await.unwrap().is_some());

    let begun = Instant::now();
    server.stop.drain();
    assert_eq!(
        states.message().await.unwrap().unwrap().status(),
        NotServing
    );
    assert!(states.message().await.unwrap().is_none());
    assert!(answers.message().await.unwrap().is_none());
    assert_eq!(server.ended().await, Outcome::Drained);
    assert!(begun.elapsed() < FAR);
}

/// A call whose message is not sent; the connection lives as long as this value.
struct HeldCall {
    _connection: SendRequest<Bytes>,
    answer: ResponseFuture,
    body: SendStream<Bytes>,
}

async fn hold_a_call(server: &Bare) -> HeldCall {
    let request = || server.raw_request(CHECK).body(()).unwrap();
    let mut connection = server.raw_http2().await;
    // A complete call first, so that the server has certainly accepted the connection.
    let (answer, mut body) = connection.send_request(request(), false).unwrap();
    body.send_data(EMPTY_MESSAGE, true).unwrap();
    answer.await.unwrap();
    let mut connection = connection.ready().await.unwrap();
    let (answer, body) = connection.send_request(request(), false).unwrap();
    HeldCall {
        _connection: connection,
        answer,
        body,
    }
}

#[tokio::test]
async fn a_call_that_never_ends_is_cut_at_the_deadline() {
    let drain = Limits {
        delay: Duration::ZERO,
        timeout: NEAR,
    };
    let server = Bare::start(Settings {
        drain,
        ..Settings::default()
    })
    .await;
    let call = hold_a_call(&server).await;
    let connections = server.connections.clone();
    server.stop.drain();
    assert!(call.answer.await.is_err());
    assert_eq!(server.ended().await, Outcome::Cut { connections: 1 });
    assert_eq!(connections.live(), 0);
}

#[tokio::test]
async fn to_end_at_once_waits_for_nothing() {
    let drain = Limits {
        delay: FAR,
        timeout: FAR * 2,
    };
    let server = Bare::start(Settings {
        drain,
        ..Settings::default()
    })
    .await;
    let call = hold_a_call(&server).await;
    server.stop.drain();
    server.stop.at_once();
    let begun = Instant::now();
    assert_eq!(server.ended().await, Outcome::Cut { connections: 1 });
    assert!(call.answer.await.is_err());
    assert!(begun.elapsed() < FAR);
}

#[tokio::test]
async fn calls_begun_before_a_drain_are_answered() {
    let server = Bare::start(Settings::default()).await;
    let mut call = hold_a_call(&server).await;
    let mut silent = server.silent_peer().await;
    server.stop.drain();
    // The silent peer is disconnected when accepting ends.
    closed(&mut silent).await;
    assert!(TcpStream::connect(server.address).await.is_err());

    call.body.send_data(EMPTY_MESSAGE, true).unwrap();
    let mut answer = call.answer.await.unwrap().into_body();
    while let Some(data) = answer.data().await {
        data.unwrap();
    }
    let trailers = answer.trailers().await.unwrap().unwrap();
    assert_eq!(trailers["grpc-status"], "0");
    assert_eq!(server.ended().await, Outcome::Drained);
}

#[tokio::test]
async fn the_server_accepts_while_the_delay_lasts() {
    let drain = Limits {
        delay: FAR,
        timeout: FAR * 2,
    };
    let server = Bare::start(Settings {
        drain,
        ..Settings::default()
    })
    .await;
    server.health.serving().await;
    let mut watcher = server.health_client().await;
    let states = watcher.watch(HealthCheckRequest::default()).await.unwrap();
    let mut states = states.into_inner();
    assert_eq!(states.message().await.unwrap().unwrap().status(), Serving);
    server.stop.drain();
    assert_eq!(
        states.message().await.unwrap().unwrap().status(),
        NotServing
    );
    let mut late = server.health_client().await;
    let answer = late.check(HealthCheckRequest::default()).await.unwrap();
    assert_eq!(answer.into_inner().status(), NotServing);
    server.stop.at_once();
}
