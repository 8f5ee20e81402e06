//! The admin server: health, metrics and settings over HTTP/1, for operators and their tools.
//!
//! ```text
//! accept ─▶ a place? ─▶ HTTP/1, within limits ─▶ a known Host? ─▶ page
//! ```
//!
//! Owns the connections, their limits, and which host names are ours. It has neither TLS nor
//! authentication, so it listens on loopback unless told otherwise, and shows settings and the log
//! filter to loopback only. What the pages say comes from a [`Source`]: this room does not know the
//! ledger.

mod guard;
mod pages;

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Layer as _;

use guard::Guard;
pub use guard::Hosts;
pub use pages::{Needs, Part, Source};

/// Connections at a time. Probes and scrapers need a few; a further one is closed at once.
const MAX_CONNECTIONS: usize = 32;

/// Time until the headers of a request are there; also the longest pause between two requests.
const HEADERS_TIMEOUT: Duration = Duration::from_secs(10);

/// Age at which a connection ends, whatever its client does or does not read.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(60);

/// Memory for the headers of one request.
const MAX_HEADER_BYTES: usize = 16 << 10;

/// How long open connections have to finish when the server ends.
const ENDING_TIMEOUT: Duration = Duration::from_millis(250);

/// Pause after a failed accept: the system may be out of descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A bound admin server that does not serve yet.
#[derive(Debug)]
pub struct Admin {
    listener: TcpListener,
    address: SocketAddr,
}

impl Admin {
    /// Listens on an address; port 0 lets the system choose.
    ///
    /// # Errors
    /// The address cannot be bound.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// Returns the bound address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `ending`, and then lets what is open finish, for a moment.
    pub async fn serve(self, source: Source, hosts: Hosts, ending: CancellationToken) {
        let pages = pages::router(source);
        let (places, open) = (
            Arc::new(Semaphore::new(MAX_CONNECTIONS)),
            TaskTracker::new(),
        );
        let hosts = Arc::new(hosts);
        loop {
            let accepted = tokio::select! {
                biased;
                () = ending.cancelled() => break,
                accepted = self.listener.accept() => accepted,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::debug!(%error, "the admin server accepted nothing");
                    sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
                tracing::debug!(%peer, "too many connections to the admin server");
                continue;
            };
            let (pages, hosts, ending) = (pages.clone(), Arc::clone(&hosts), ending.clone());
            open.spawn(async move {
                // Errors are of the peer: it spoke no HTTP, or went away.
                let _ = timeout(
                    CONNECTION_TIMEOUT,
                    connection(stream, peer, pages, hosts, ending),
                )
                .await;
                drop(place);
            });
        }
        open.close();
        let _ = timeout(ENDING_TIMEOUT, open.wait()).await;
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    pages: Router,
    hosts: Arc<Hosts>,
    ending: CancellationToken,
) -> Result<(), hyper::Error> {
    let Ok(local) = stream.local_addr() else {
        return Ok(());
    };
    let guarded = Guard::new(hosts, local.ip(), peer.ip()).layer(pages);
    let mut serving = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS_TIMEOUT)
            .max_buf_size(MAX_HEADER_BYTES)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(guarded))
    );
    tokio::select! {
        served = serving.as_mut() => return served,
        () = ending.cancelled() => serving.as_mut().graceful_shutdown(),
    }
    serving.await
}
