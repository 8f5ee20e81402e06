//! How the server speaks HTTP/2: limits, windows, pings, and the edge layers around every call.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

use tonic::service::Routes;
use tonic::transport::Server;
use tonic::transport::server::Router;
use tower::layer::util::{Identity as Nothing, Stack};

use crate::config::Config;
use crate::grpc::edge::identify::{Identifier, Open};
use crate::grpc::edge::incoming;
use crate::grpc::edge::layer::EdgeLayer;
use crate::grpc::edge::span::Watch;
use crate::identity::Identity;
use crate::metrics::Metrics;

/// How much of one request a client may send ahead of the server's reading.
///
/// HTTP/2 keeps each frame together with the whole read of the network that brought it, so a frame of
/// one byte may keep 8 KiB. Only the windows bound how many frames wait, so they are small. At a round
/// trip of 100 ms a stream of writes still sends 640 KiB a second, and the largest command (120 KiB)
/// waits for one more round trip. Answers are not held by this: their speed depends on the *client's*
/// windows.
const STREAM_WINDOW_BYTES: u32 = 64 << 10;

/// The same for all requests of a connection: two full streams, so that one stalled upload does
/// not stop the others. The intake reads requests as they come, into memory that it counts, so this
/// fills only for streams whose handler waits, and those are few. HTTP/2 ends a connection whose small
/// frames wait: each costs what it lacks to 256 bytes, and together they may cost half of this.
const CONNECTION_WINDOW_BYTES: u32 = 128 << 10;

/// Headers of one request, decoded: a path, a deadline, a token; more is an attack. They stay as long
/// as the call does.
const MAX_HEADER_BYTES: u32 = 8 << 10;

/// How far the connection age may differ between processes, in percent, so that the connections
/// of servers started together do not all move at the same time.
const AGE_JITTER_PERCENT: u64 = 10;

/// A server with the edge layers; add more with [`Server::layer`], which land inside of them.
pub type EdgeServer = Server<Stack<EdgeLayer, Nothing>>;

/// Makes a server that speaks as `config` says, counts its calls, and asks nobody who they are.
pub fn server(config: &Config, metrics: &Metrics) -> EdgeServer {
    let nobody = Identifier::new(Identity::unasked(), Open::default());
    server_of(config, nobody, metrics)
}

fn server_of(config: &Config, identifier: Identifier, metrics: &Metrics) -> EdgeServer {
    let server = Server::builder()
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .http2_max_header_list_size(MAX_HEADER_BYTES)
        .max_concurrent_streams(config.max_streams_per_connection)
        .http2_keepalive_interval(unless_off(config.keepalive_interval_s))
        .http2_keepalive_timeout(Some(Duration::from_secs(config.keepalive_timeout_s)));
    let server = match unless_off(config.max_connection_age_s) {
        // Without a grace: with one, tonic 0.14 cuts the socket instead of sending GOAWAY.
        Some(age) => server.max_connection_age(varied(age, entropy())),
        None => server,
    };
    let answer_timeout = unless_off(config.answer_timeout_s);
    let watch = Watch {
        metrics: metrics.clone(),
        access_log: config.access_log,
    };
    let layer = EdgeLayer::new(answer_timeout, config.max_message_bytes, watch);
    server.layer(layer.asking(identifier))
}

/// Makes the router of a server that has these routes and asks who calls.
pub fn asking_router(
    config: &Config,
    identity: Identity,
    routes: Routes,
    metrics: &Metrics,
) -> Router<Stack<EdgeLayer, Nothing>> {
    let open = Open {
        health: config.health_without_identity,
        reflection: config.reflection_without_identity,
    };
    server_of(config, Identifier::new(identity, open), metrics).add_routes(routes)
}

/// Makes the router of a server that has just these routes.
pub fn router(
    config: &Config,
    routes: Routes,
    metrics: &Metrics,
) -> Router<Stack<EdgeLayer, Nothing>> {
    server(config, metrics).add_routes(routes)
}

/// Returns the limits of connections in `config`.
pub fn connection_limits(config: &Config) -> incoming::Limits {
    incoming::Limits {
        max_connections: config.max_connections,
        preface_timeout: Duration::from_millis(config.preface_timeout_ms),
        handshake_timeout: Duration::from_millis(config.tls_handshake_timeout_ms),
        idle_timeout: unless_off(config.max_connection_idle_s),
    }
}

fn unless_off(seconds: u64) -> Option<Duration> {
    (seconds > 0).then(|| Duration::from_secs(seconds))
}

/// Varies `age` by up to [`AGE_JITTER_PERCENT`] either way.
fn varied(age: Duration, entropy: u64) -> Duration {
    let millis = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
    let span = millis / 100 * AGE_JITTER_PERCENT;
    let offset = entropy % (2 * span + 1);
    Duration::from_millis(millis - span + offset)
}

/// A number that differs between processes; random enough for spreading load.
fn entropy() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A client that takes no answers makes the server keep what it sends. See the attack
    /// `frames_that_nobody_reads`.
    #[test]
    fn small_frames_that_wait_keep_little_memory() {
        const READ_BYTES: u32 = 8 << 10;
        const COST_OF_ONE_BYTE: u32 = 255;
        let frames = CONNECTION_WINDOW_BYTES / 2 / COST_OF_ONE_BYTE;
        assert!(frames * READ_BYTES <= 2_200_000);
    }

    #[test]
    fn the_age_varies_by_a_tenth() {
        let age = Duration::from_secs(1_000);
        assert_eq!(varied(age, 0), Duration::from_secs(900));
        assert_eq!(varied(age, 200_000), Duration::from_secs(1_100));
        assert_eq!(varied(age, 200_001), Duration::from_secs(900));
        assert_eq!(varied(Duration::ZERO, 9), Duration::ZERO);
    }
}
