//! The real server in this process, with its own port and directory and a clock that tests control.

mod calls;
mod clock;
mod context;
mod folds;
mod raw;
mod refusal;
mod story;
mod wired;

use std::net::SocketAddr;
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use campaign_ledger::clock::Guard;
use campaign_ledger::config::Config;
use campaign_ledger::server::drain::{Outcome, Stop};
use campaign_ledger::server::{self, Ready};
use campaign_ledger::wire::proto::api::{self, ErrorReason};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::Status;
use tonic::transport::{Channel, Endpoint};

pub use calls::{Call, Read, Write};
pub use clock::{TestClock, day, days_and};
pub use context::{by_brand, by_creator, for_creator, rehearsal};
pub use folds::folds_in;
pub use raw::RawCalls;
pub use refusal::{Refusal, documented_codes};
pub use story::{Story, deliverable, evidence, fitting, idr, money, plan, price, terms, told};
pub use wired::{Wired, hold_folds};

/// A limit that no test should reach: longer than any test.
pub const FAR: Duration = Duration::from_secs(20);

/// A running server. When it is dropped, it is killed and not drained.
pub struct Server {
    pub address: SocketAddr,
    /// Where its admin server listens, if it has one.
    pub admin: Option<SocketAddr>,
    /// Position of the log when it was ready.
    pub ready_at: u64,
    pub stop: Stop,
    /// The server's guard of its clock.
    pub guard: Arc<Guard>,
    client: Client,
    rest: Resting,
    serving: JoinHandle<Result<Outcome, server::Error>>,
}

/// What outlives a server: its directory, its settings, its clock.
#[derive(Clone)]
pub struct Resting {
    pub clock: Arc<TestClock>,
    pub config: Config,
    /// Start whatever the clock shows, as `--accept-clock` does.
    pub accept_clock: bool,
    directory: Arc<TempDir>,
}

/// Calls a server and remembers the position of its last write. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    channel: Channel,
    told: Arc<AtomicU64>,
    /// Whether it retries while a damaged fold is rebuilt.
    is_patient: bool,
    /// What it presents with each call.
    bearer: Option<String>,
}

impl Server {
    /// Starts on an empty directory.
    pub async fn start() -> Self {
        Self::with(|_| ()).await
    }

    /// Starts on an empty directory, with the test's own settings.
    pub async fn with(set: impl FnOnce(&mut Config)) -> Self {
        Self::resting(set).start().await
    }

    /// Returns a server that is not started yet, on an empty directory, with the test's own
    /// settings.
    pub fn resting(set: impl FnOnce(&mut Config)) -> Resting {
        let directory = tempfile::tempdir().unwrap();
        let mut config = Config {
            data_dir: directory.path().to_owned(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            admin_listen: None,
            drain_delay_ms: 0,
            ..Config::default()
        };
        set(&mut config);
        Resting {
            clock: Arc::new(TestClock::at(day(0))),
            config,
            accept_clock: false,
            directory: Arc::new(directory),
        }
    }

    /// Returns the clock of the server and its writer.
    pub fn clock(&self) -> &TestClock {
        &self.rest.clock
    }

    /// Returns the same clock as a shared handle.
    pub fn clock_handle(&self) -> Arc<TestClock> {
        Arc::clone(&self.rest.clock)
    }

    /// Returns the data directory.
    pub fn directory(&self) -> &Path {
        self.rest.directory()
    }

    /// Opens another connection to it.
    pub async fn connect(&self) -> Client {
        Client::to(self.address).await
    }

    /// Asks the server to stop in order, and waits until it has.
    pub async fn stop(self) -> Resting {
        self.stop.drain();
        let rest = self.rest.clone();
        assert_eq!(self.ended().await, Outcome::Drained);
        rest
    }

    /// Stops and starts again on the same directory.
    pub async fn restart(self) -> Self {
        self.stop().await.start().await
    }

    /// Waits for the server to end, with a timeout.
    pub async fn ended(self) -> Outcome {
        let Self {
            client, serving, ..
        } = self;
        drop(client);
        let ended = tokio::time::timeout(FAR, serving).await;
        ended.expect("the server ends").unwrap().unwrap()
    }
}

impl Resting {
    /// Starts a server on the directory.
    pub async fn start(self) -> Server {
        let stop = Stop::new();
        let (tell, told) = oneshot::channel();
        let ready = move |ready: Ready| {
            let _ = tell.send(ready);
        };
        let guard = self.guard();
        let serving = tokio::spawn(server::serve(
            self.config.clone(),
            Arc::clone(&guard),
            stop.clone(),
            ready,
        ));
        let Ok(ready) = told.await else {
            panic!("the server did not start: {:?}", serving.await);
        };
        Server {
            client: Client::to(ready.address).await,
            address: ready.address,
            admin: ready.admin,
            ready_at: ready.head.get(),
            stop,
            guard,
            rest: self,
            serving,
        }
    }

    /// Returns a guard of the clock for a server to start.
    pub fn guard(&self) -> Arc<Guard> {
        let guard = Guard::new(Arc::clone(&self.clock) as _);
        Arc::new(match self.accept_clock {
            true => guard.accepted_at_start(),
            false => guard,
        })
    }

    /// Returns the data directory.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }
}

impl Deref for Server {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Client {
    /// Connects to a server.
    pub async fn to(address: SocketAddr) -> Self {
        let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap();
        Self {
            channel: endpoint.connect().await.unwrap(),
            told: Arc::default(),
            is_patient: false,
            bearer: None,
        }
    }

    /// Makes a client without a server.
    pub fn to_nobody() -> Self {
        Self {
            channel: Endpoint::from_static("http://127.0.0.1:1").connect_lazy(),
            told: Arc::default(),
            is_patient: false,
            bearer: None,
        }
    }

    /// Returns the connection, for other clients.
    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// Returns a client that presents this token or API key with each call.
    pub fn with_bearer(&self, bearer: &str) -> Self {
        Self {
            bearer: Some(format!("Bearer {bearer}")),
            ..self.clone()
        }
    }

    /// Adds what the client presents to a request.
    pub fn present<T>(&self, request: &mut tonic::Request<T>) {
        if let Some(bearer) = &self.bearer {
            let bearer = bearer.parse().unwrap();
            request.metadata_mut().insert("authorization", bearer);
        }
    }

    /// Returns a client that retries while the ledger rebuilds a fold.
    pub fn patient(&self) -> Self {
        Self {
            is_patient: true,
            ..self.clone()
        }
    }

    /// Sends a request and returns whatever comes.
    pub async fn call<C: Call>(&self, request: C) -> Result<C::Answer, Status> {
        let until = tokio::time::Instant::now() + FAR;
        loop {
            let mut asked = tonic::Request::new(request.clone());
            self.present(&mut asked);
            let answer = C::send(asked, self.channel()).await;
            let is_mending = |status: &Status| {
                let reason = Refusal::from(status.clone()).reason;
                let mending = [ErrorReason::ViewsRebuilding, ErrorReason::TreeRebuilding];
                mending.contains(&reason)
            };
            match answer {
                Err(status) if self.is_patient && is_mending(&status) => {
                    assert!(
                        tokio::time::Instant::now() < until,
                        "never mended: {status}"
                    );
                }
                answer => return answer,
            }
        }
    }

    /// Sends a write, which must succeed.
    pub async fn write<W: Write>(&self, request: W) -> W::Answer {
        let shown = format!("{request:?}");
        let answer = self.call(request).await;
        let answer = answer.unwrap_or_else(|status| panic!("{}: {shown}", Refusal::from(status)));
        self.told
            .fetch_max(W::receipt(&answer).last_position, Ordering::SeqCst);
        answer
    }

    /// Sends a read, which must succeed, and which sees everything written through this client.
    pub async fn read<R: Read>(&self, mut request: R) -> R::Answer {
        let wanted = self.told.load(Ordering::SeqCst);
        let min_position = R::min_position(&mut request);
        *min_position = wanted.max(*min_position);
        let shown = format!("{request:?}");
        let answer = self.call(request).await;
        let answer = answer.unwrap_or_else(|status| panic!("{}: {shown}", Refusal::from(status)));
        assert!(R::position(&answer) >= wanted, "{answer:?}");
        answer
    }

    /// Sends a request that must be refused.
    pub async fn refused<C: Call>(&self, request: C) -> Refusal {
        let shown = format!("{request:?}");
        match self.call(request).await {
            Ok(answer) => panic!("not refused: {shown}: {answer:?}"),
            Err(status) => Refusal::from(status),
        }
    }

    /// Sends a request that must be refused and must not change the log.
    pub async fn refused_for_nothing<C: Call>(&self, request: C) -> Refusal {
        let before = self.head().await;
        let refusal = self.refused(request).await;
        assert_eq!(self.head().await, before, "{refusal} wrote something");
        refusal
    }

    /// Returns the position of the last event.
    pub async fn head(&self) -> u64 {
        self.call(api::GetHeadRequest {}).await.unwrap().position
    }
}

/// Runs all concurrently; the results are in the order of the requests.
pub async fn together<F>(all: impl IntoIterator<Item = F>) -> Vec<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let tasks: Vec<_> = all.into_iter().map(tokio::spawn).collect();
    let mut results = Vec::with_capacity(tasks.len());
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}
