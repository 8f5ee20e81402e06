//! Health and reflection of the whole server, from before it is ready until after it was asked to
//! stop.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::net::{SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::{Arc, mpsc};
use std::task::Poll;
use std::thread;

use campaign_ledger::clock::Guard;
use campaign_ledger::config::Config;
use campaign_ledger::server::drain::Stop;
use campaign_ledger::server::{self};
use campaign_ledger::wire::proto::api::*;
use tokio::sync::oneshot;
use tonic::Code;
use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus::{self, NotServing, Serving};
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::{v1, v1alpha};

use crate::support::server::{Client, FAR, Server, Story, TestClock, day};

/// Reasons that the tests of this file expect.
pub const SHOWS: &[ErrorReason] = &[ErrorReason::NotReady];

const SERVICES: [&str; 10] = [
    "",
    "reads",
    "writes",
    "campaign.ledger.v1.AuditService",
    "campaign.ledger.v1.CampaignService",
    "campaign.ledger.v1.CollaborationService",
    "campaign.ledger.v1.CreatorService",
    "campaign.ledger.v1.MeasurementService",
    "campaign.ledger.v1.ReportService",
    "campaign.ledger.v1.SettlementService",
];

async fn state(client: &Client, service: &str) -> ServingStatus {
    let mut health = HealthClient::new(client.channel());
    let service = service.to_owned();
    let answer = health.check(HealthCheckRequest { service }).await.unwrap();
    answer.into_inner().status()
}

/// A server that has bound its port and waits for permission to replay its log.
struct Waking {
    address: SocketAddr,
    replay: mpsc::Sender<()>,
    ready: oneshot::Receiver<()>,
    stop: Stop,
    thread: thread::JoinHandle<()>,
    _directory: tempfile::TempDir,
}

/// Starts a server in a runtime with one thread for blocking work. Opening the log uses it first,
/// the replay third; the work between them waits for the test.
fn wake() -> Waking {
    let directory = tempfile::tempdir().unwrap();
    let free = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let config = Config {
        data_dir: directory.path().to_owned(),
        listen: address,
        admin_listen: None,
        drain_delay_ms: 0,
        ..Config::default()
    };
    let (replay, wait) = mpsc::channel();
    let (tell, ready) = oneshot::channel();
    let stop = Stop::new();
    let clock = Arc::new(Guard::new(Arc::new(TestClock::at(day(0)))));
    let serving = server::serve(config, clock, stop.clone(), |_| tell.send(()).unwrap());
    let thread = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(1)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async move {
            let mut serving = pin!(serving);
            let first = poll_fn(|cx| Poll::Ready(serving.as_mut().poll(cx).is_ready()));
            assert!(!first.await, "the log is being opened");
            tokio::task::spawn_blocking(move || wait.recv());
            serving.await.unwrap();
        });
    });
    Waking {
        address,
        replay,
        ready,
        stop,
        thread,
        _directory: directory,
    }
}

/// Connects as soon as the port is open.
async fn connect(address: SocketAddr) -> Client {
    let connecting = async {
        while tokio::net::TcpStream::connect(address).await.is_err() {
            tokio::task::yield_now().await;
        }
        Client::to(address).await
    };
    tokio::time::timeout(FAR, connecting).await.unwrap()
}

#[tokio::test]
async fn a_server_that_replays_says_so() {
    let waking = wake();
    let client = connect(waking.address).await;
    for service in SERVICES {
        assert_eq!(state(&client, service).await, NotServing, "{service}");
    }
    let story = Story::of("kopi", "launch", "IDR", &client);
    let refusal = client.refused(story.start()).await;
    let refusal = refusal.is(Code::Unavailable, ErrorReason::NotReady);
    assert!(refusal.details.retry_info().is_some(), "{refusal}");
    let refusal = client.refused(GetHeadRequest {}).await;
    refusal.is(Code::Unavailable, ErrorReason::NotReady);

    waking.replay.send(()).unwrap();
    waking.ready.await.unwrap();
    for service in SERVICES {
        assert_eq!(state(&client, service).await, Serving, "{service}");
    }
    assert_eq!(client.head().await, 0);
    waking.stop.drain();
    drop((client, story));
    tokio::task::spawn_blocking(|| waking.thread.join().unwrap())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_server_that_drains_says_so_while_it_still_answers() {
    let server = Server::with(|config| {
        config.drain_delay_ms = FAR.as_millis() as u64;
        config.drain_timeout_ms = 2 * config.drain_delay_ms;
    })
    .await;
    let story = Story::open(&server, "launch").await;
    let mut health = HealthClient::new(server.channel());
    let service = String::from(SERVICES[4]);
    let watching = health.watch(HealthCheckRequest { service }).await.unwrap();
    let mut states = watching.into_inner();
    assert_eq!(states.message().await.unwrap().unwrap().status(), Serving);

    server.stop.drain();
    assert_eq!(
        states.message().await.unwrap().unwrap().status(),
        NotServing
    );
    for service in SERVICES {
        assert_eq!(state(&server, service).await, NotServing, "{service}");
    }
    server.write(story.pause()).await;
    let late = server.connect().await;
    assert_eq!(late.head().await, 3);
    server.stop.at_once();
    server.ended().await;
}

fn is_whole(names: impl IntoIterator<Item = String>) {
    let names: BTreeSet<_> = names.into_iter().collect();
    for service in &SERVICES[3..] {
        assert!(names.contains(*service), "{service} in {names:?}");
    }
}

#[tokio::test]
async fn reflection_lists_and_describes_every_service() {
    use v1::server_reflection_client::ServerReflectionClient;
    use v1::server_reflection_request::MessageRequest;
    use v1::server_reflection_response::MessageResponse;

    let server = Server::start().await;
    let ask = |question| {
        let channel: Channel = server.channel();
        async move {
            let request = v1::ServerReflectionRequest {
                host: String::new(),
                message_request: Some(question),
            };
            let mut client = ServerReflectionClient::new(channel);
            let answers = client.server_reflection_info(tokio_stream::once(request));
            let answer = answers.await.unwrap().into_inner().message().await.unwrap();
            answer.unwrap().message_response.unwrap()
        }
    };
    let listed = ask(MessageRequest::ListServices(String::new())).await;
    let MessageResponse::ListServicesResponse(list) = listed else {
        panic!("not a list: {listed:?}");
    };
    is_whole(list.service.into_iter().map(|service| service.name));
    for service in &SERVICES[3..] {
        let found = ask(MessageRequest::FileContainingSymbol((*service).to_owned())).await;
        assert!(
            matches!(found, MessageResponse::FileDescriptorResponse(_)),
            "{found:?}"
        );
    }
}

#[tokio::test]
async fn old_reflection_lists_every_service() {
    use v1alpha::server_reflection_client::ServerReflectionClient;
    use v1alpha::server_reflection_request::MessageRequest::ListServices;
    use v1alpha::server_reflection_response::MessageResponse::ListServicesResponse;

    let server = Server::start().await;
    let mut client = ServerReflectionClient::new(server.channel());
    let request = v1alpha::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(ListServices(String::new())),
    };
    let answers = client.server_reflection_info(tokio_stream::once(request));
    let answer = answers.await.unwrap().into_inner().message().await.unwrap();
    let Some(ListServicesResponse(list)) = answer.unwrap().message_response else {
        panic!("not a list");
    };
    is_whole(list.service.into_iter().map(|service| service.name));
}
