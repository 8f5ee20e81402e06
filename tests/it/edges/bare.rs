//! A server with only the edge layers, and the misbehaving clients that test it.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use campaign_ledger::cli::dynamic::Raw;
use campaign_ledger::config::Config;
use campaign_ledger::grpc::edge::health::{Health, Served};
use campaign_ledger::grpc::edge::incoming::{Connections, Incoming, Limits};
use campaign_ledger::grpc::edge::reflection;
use campaign_ledger::metrics::Metrics;
use campaign_ledger::server::drain::{self, Error, Outcome, Stop};
use campaign_ledger::server::transport;
use h2::client::SendRequest;
use http::Request;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tonic::Status;
use tonic::client::Grpc;
use tonic::service::Routes;
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::health_client::HealthClient;

/// The only service that the bare server claims to have.
pub const SERVICE: &str = "campaign.ledger.v1.CampaignService";

/// A limit that no test should reach: longer than any test.
pub const FAR: Duration = Duration::from_secs(20);

/// A limit that a test waits for, but long enough for a fast client.
pub const NEAR: Duration = Duration::from_millis(60);

pub struct Bare {
    pub address: SocketAddr,
    pub health: Health,
    pub stop: Stop,
    pub connections: Connections,
    serving: JoinHandle<Result<Outcome, Error>>,
}

/// Settings that tests change.
pub struct Settings {
    pub max_connections: u32,
    pub preface_timeout: Duration,
    pub idle_timeout: Option<Duration>,
    pub drain: drain::Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_connections: 10,
            preface_timeout: FAR,
            idle_timeout: None,
            drain: drain::Limits {
                delay: Duration::ZERO,
                timeout: FAR,
            },
        }
    }
}

impl Bare {
    pub async fn start(settings: Settings) -> Self {
        let health = Health::starting(&[Served::writing(SERVICE)]).await;
        let stop = Stop::new();
        let descriptors: &[&[u8]] = &[campaign_ledger::wire::proto::DESCRIPTORS];
        let routes = Routes::new(health.service());
        let routes = reflection::add_to(routes, descriptors, &stop.streams()).unwrap();
        let router = transport::router(&Config::default(), routes, &Metrics::default());
        let limits = Limits {
            max_connections: settings.max_connections,
            preface_timeout: settings.preface_timeout,
            handshake_timeout: FAR,
            idle_timeout: settings.idle_timeout,
        };
        let incoming = Incoming::bind(([127, 0, 0, 1], 0).into(), limits)
            .await
            .unwrap();
        let address = incoming.local_addr().unwrap();
        let connections = incoming.connections();
        let serving = {
            let (health, stop) = (health.clone(), stop.clone());
            tokio::spawn(async move {
                drain::serve_until(router, incoming, &health, &stop, settings.drain).await
            })
        };
        Self {
            address,
            health,
            stop,
            connections,
            serving,
        }
    }

    /// Waits for the server to end, with a timeout.
    pub async fn ended(self) -> Outcome {
        let ended = tokio::time::timeout(FAR, self.serving).await;
        ended.expect("the server ends").unwrap().unwrap()
    }

    pub async fn channel(&self) -> Channel {
        self.endpoint().connect().await.unwrap()
    }

    pub fn endpoint(&self) -> Endpoint {
        Endpoint::from_shared(format!("http://{}", self.address)).unwrap()
    }

    pub async fn health_client(&self) -> HealthClient<Channel> {
        HealthClient::new(self.channel().await)
    }

    /// Connects as a client on another machine, as far as the server can see.
    pub async fn raw_http2_from(&self, machine: [u8; 4]) -> Option<SendRequest<Bytes>> {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((machine, 0).into()).unwrap();
        let stream = socket.connect(self.address).await.ok()?;
        let (requests, connection) = h2::client::handshake(stream).await.ok()?;
        tokio::spawn(connection);
        requests.ready().await.ok()
    }

    /// Connects a peer that sends nothing.
    pub async fn silent_peer(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Connects a client that controls every frame.
    pub async fn raw_http2(&self) -> SendRequest<Bytes> {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (requests, connection) = h2::client::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        requests.ready().await.unwrap()
    }

    pub fn raw_request(&self, path: &str) -> http::request::Builder {
        Request::post(format!("http://{}{path}", self.address))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
    }
}

/// Waits until the server has closed the connection.
pub async fn closed(peer: &mut TcpStream) {
    let mut rest = Vec::new();
    let read = tokio::time::timeout(FAR, peer.read_to_end(&mut rest));
    // A reset counts as an end.
    let _ = read.await.expect("the server closes the connection");
}

/// Calls `path` with these bytes as the message.
pub async fn call(channel: &Channel, path: &'static str, message: &[u8]) -> Result<Bytes, Status> {
    let mut client = Grpc::new(channel.clone());
    client.ready().await.unwrap();
    let request = tonic::Request::new(Bytes::copy_from_slice(message));
    let path = http::uri::PathAndQuery::from_static(path);
    let answer = client.unary(request, path, Raw).await?;
    Ok(answer.into_inner())
}
