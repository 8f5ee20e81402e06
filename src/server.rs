//! Wires, supervises and drains the server.
//!
//! Start: lock the directory → open the log → bind, not serving → replay state and views → serve.
//! Stop: not serving → end calls and streams → let the writer finish → checkpoint → close.

pub mod drain;
mod identity;
mod keys;
mod loss;
mod notify;
mod open;
mod outside;
mod probe;
mod served;
mod signing;
mod supervise;
mod timers;
pub mod transport;
mod watch;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinHandle, spawn_blocking};
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use uuid::Uuid;

use crate::clock::{self, Guard};
use crate::config::Config;
use crate::domain::Position;
use crate::domain::state::erased_creators;
use crate::grpc::audit::Audits;
use crate::grpc::calls::backups::Backups;
use crate::grpc::calls::page_token::PageTokens;
use crate::grpc::calls::pool::Pools;
use crate::grpc::calls::streams::Streams;
use crate::grpc::calls::{Door, Facilities, FoldLimits, Folds, Opening};
use crate::grpc::campaign::Campaigns;
use crate::grpc::collaboration::Collaborations;
use crate::grpc::creator::Creators;
use crate::grpc::edge::health::Health;
use crate::grpc::edge::reflection;
use crate::grpc::measurement::Measurements;
use crate::grpc::report::Reports;
use crate::grpc::settlement::Settlements;
use crate::identity::OpenError as IdentityError;
use crate::keyring::{self, Keyring};
use crate::ledger::{self, RequestMemory, Writer};
use crate::log::directory::DataDirectory;
use crate::log::{Log, OpenError, ReadError};
use crate::metrics::Metrics;
use crate::proofs::{self, KeyError, Proofs};
use crate::store::Pace;
use crate::subscriptions::{self, Subscriptions};
use crate::views::{LastRecorded, Live, ViewError, Views};
use crate::wire::proto::api::{
    audit_service_server, campaign_service_server, collaboration_service_server,
    creator_service_server, measurement_service_server, report_service_server,
    settlement_service_server,
};
use crate::wire::proto::{self};
use drain::{Limits, Outcome, Stop};
use open::{bind, open_log, open_tokens};
use outside::Outside;
use probe::{Probe, Seen};
use signing::proof_settings;
use supervise::supervise;

pub use keys::{existing_keys, master_key_of};
pub use loss::accept_loss;
pub use open::store_options;
pub use served::metrics;
pub use signing::{signing_key_of, witnesses_of};

/// Why the server could not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The data directory or its log cannot be used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Policy, certificates or keys of tokens cannot be used.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The log is damaged or cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The views could not be folded.
    #[error(transparent)]
    Views(#[from] ViewError),
    /// The file of subscriptions cannot be used.
    #[error(transparent)]
    Subscriptions(#[from] subscriptions::Error),
    /// The threads of long reads could not be started.
    #[error("the threads of long reads could not be started")]
    Threads(#[source] io::Error),
    /// The writer could not be started.
    #[error(transparent)]
    Writer(#[from] ledger::StartError),
    /// The async runtime could not be started.
    #[error("the runtime could not be started")]
    Runtime(#[source] io::Error),
    /// The handlers of SIGTERM and SIGINT could not be installed.
    #[error("the handlers of SIGTERM and SIGINT could not be installed")]
    Signals(#[source] io::Error),
    /// The address could not be bound.
    #[error("{address} could not be bound: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// The error of the system.
        source: io::Error,
    },
    /// The key of page tokens could not be read or created.
    #[error("the key of page tokens in {}: {source}", path.display())]
    TokenKey {
        /// The data directory.
        path: PathBuf,
        /// What is wrong.
        source: io::Error,
    },
    /// The tree, or what was signed, cannot be used.
    #[error(transparent)]
    Proofs(#[from] proofs::Error),
    /// The keys of personal data cannot be used.
    #[error(transparent)]
    Keys(#[from] keyring::Error),
    /// A log would begin without keys, and never get any.
    #[error(
        "the log is empty and has no keys yet: without them it could never have personal data. Start \
         it once without --without-keys"
    )]
    NoKeysYet,
    /// The signing key cannot be used.
    #[error(transparent)]
    SigningKey(#[from] KeyError),
    /// The keys of witnesses cannot be read.
    #[error("the keys of witnesses in {}: {reason}", path.display())]
    Witnesses {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The clock is probably wrong.
    #[error(transparent)]
    Clock(#[from] clock::StartError),
    /// The descriptors cannot be served.
    #[error(transparent)]
    Reflection(#[from] reflection::Error),
    /// The transport failed.
    #[error(transparent)]
    Transport(#[from] drain::Error),
    /// A thread or task of the server was lost.
    #[error("a task of the server was lost: {0}")]
    Lost(#[from] tokio::task::JoinError),
    /// Writes stopped while serving; what was acknowledged is in the log.
    #[error("the log could not be written: {0}")]
    WritesStopped(Arc<str>),
}

impl Error {
    /// Returns whether the stored data is damaged.
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Open(error) => error.is_damage(),
            Self::Read(ReadError::Corrupt { .. }) => true,
            Self::Views(error) => error.is_damage(),
            Self::Proofs(error) => error.is_damage(),
            Self::SigningKey(error) => matches!(error, KeyError::Damaged { .. }),
            Self::Read(ReadError::Io { .. })
            | Self::Identity(_)
            | Self::Subscriptions(_)
            | Self::Threads(_)
            | Self::Writer(_)
            | Self::Keys(_)
            | Self::NoKeysYet
            | Self::Runtime(_)
            | Self::Signals(_)
            | Self::Bind { .. }
            | Self::TokenKey { .. }
            | Self::Witnesses { .. }
            | Self::Clock(_)
            | Self::Reflection(_)
            | Self::Transport(_)
            | Self::Lost(_)
            | Self::WritesStopped(_) => false,
        }
    }

    /// Returns whether the clock keeps it from starting.
    pub fn is_of_clock(&self) -> bool {
        matches!(self, Self::Clock(_))
    }

    /// Returns whether another process works in the data directory.
    pub fn is_in_use(&self) -> bool {
        matches!(self, Self::Open(OpenError::InUse { .. }))
    }
}

/// What a server reports when it is ready.
#[derive(Clone, Debug)]
pub struct Ready {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where the admin server listens, if there is one.
    pub admin: Option<SocketAddr>,
    /// Where its data is.
    pub data_dir: PathBuf,
    /// Head of the log.
    pub head: Position,
    /// Whether connections are encrypted.
    pub is_encrypted: bool,
}

/// Serves until it is stopped, then drains. `ready` is called once, when calls are answered.
///
/// # Errors
/// See [`Error`].
pub async fn serve(
    config: Config,
    clock: Arc<Guard>,
    stop: Stop,
    ready: impl FnOnce(Ready) + Send + 'static,
) -> Result<Outcome, Error> {
    // First, since a mistake in a file of people must not wait for a replay.
    let identity = identity::open(&config, Arc::clone(&clock)).await?;
    notify::status("reading the log");
    let metrics = metrics(&config);
    let (directory, log) = open_log(&config, &metrics).await?;
    let tokens = open_tokens(directory.root())?;
    let health = Health::starting(&served::SERVICES).await;
    let door = Door::default();
    let routes = routes(&config, &door, &health, &stop)?;
    let (incoming, address) = bind(&config, &identity).await?;
    let watched = (health.clone(), identity.clone());
    let probe = Probe::new(
        metrics.clone(),
        watched,
        Arc::clone(&clock),
        directory.root(),
    );
    let outside = Outside::open(&config, &probe).await?;
    let admin = outside.address();

    let start = Start {
        config: config.clone(),
        directory: Arc::clone(&directory),
        log,
        clock,
        metrics: metrics.clone(),
    };
    let pools = Pools::start().map_err(Error::Threads)?;
    let running = {
        let streams = Streams::of(&config);
        let (health, door, stop) = (health.clone(), door.clone(), stop.clone());
        let pools = pools.clone();
        let data_dir = directory.root().to_owned();
        let is_encrypted = identity.tls().is_some();
        async move {
            let replaying = spawn_blocking(move || start.replay());
            let running = tokio::select! {
                running = replaying => running??,
                () = stop.draining() => return Ok(None),
            };
            running.open(tokens, (pools, streams), (&door, &probe), &stop);
            health.serving().await;
            let head = running.log.head().position;
            tracing::info!(%address, data_dir = %data_dir.display(), position = %head, "serving");
            notify::ready(address, head);
            ready(Ready {
                address,
                admin,
                data_dir,
                head,
                is_encrypted,
            });
            Ok::<_, Error>(Some(running))
        }
    };
    let router = transport::asking_router(&config, identity.clone(), routes, &metrics);
    let limits = Limits::of(&config);
    let serving = async {
        let served = drain::serve_until(router, incoming, &health, &stop, limits);
        let outcome = identity::kept_during(served, &identity, &config).await;
        // Nobody waits for them any more.
        pools.end();
        outcome
    };
    let (outcome, running) = tokio::join!(serving, supervise(running, &health, &stop));
    if let Some(running) = running? {
        running.finish().await?;
    }
    outside.close().await;
    drop(directory);
    Ok(outcome?)
}

fn routes(config: &Config, door: &Door, health: &Health, stop: &Stop) -> Result<Routes, Error> {
    let most = config.max_message_bytes;
    let door = || door.clone();
    macro_rules! add {
        ($routes:expr, $($module:ident :: $server:ident ( $service:expr )),+ $(,)?) => {
            $routes$(.add_service(
                $module::$server::new($service)
                    .max_decoding_message_size(most)
                    .accept_compressed(tonic::codec::CompressionEncoding::Gzip),
            ))+
        };
    }
    let routes = add!(
        Routes::new(health.service()),
        campaign_service_server::CampaignServiceServer(Campaigns::new(door())),
        creator_service_server::CreatorServiceServer(Creators::new(door())),
        collaboration_service_server::CollaborationServiceServer(Collaborations::new(door())),
        measurement_service_server::MeasurementServiceServer(Measurements::new(door())),
        settlement_service_server::SettlementServiceServer(Settlements::new(door())),
        report_service_server::ReportServiceServer(Reports::new(door())),
        audit_service_server::AuditServiceServer(Audits::new(door())),
    );
    Ok(reflection::add_to(
        routes,
        &[proto::DESCRIPTORS],
        &stop.streams(),
    )?)
}

/// Everything that a replay and a start need.
struct Start {
    config: Config,
    directory: Arc<DataDirectory>,
    log: Arc<dyn Log>,
    clock: Arc<Guard>,
    metrics: Metrics,
}

/// Most events between checkpoints. A start after a kill folds them again, in a second or two.
const CHECKPOINT_POSITIONS: u64 = 500_000;

/// The folds and threads of a running server.
struct Running {
    subscriptions: Subscriptions,
    ledger: ledger::Ledger,
    writer: Writer,
    views: Views,
    proofs: Proofs,
    /// Folds the tree until it is stopped.
    proving: JoinHandle<()>,
    proven: CancellationToken,
    /// Tells the service manager that the server is alive, until `proven` is cancelled.
    watched: JoinHandle<()>,
    log: Arc<dyn Log>,
    log_id: Uuid,
    clock: Arc<Guard>,
    /// The keys of personal data, for the writer that seals and the calls that open.
    keys: Arc<dyn Keyring>,
    /// The file that remembers when the last backup was given.
    last_backup: PathBuf,
    metrics: Metrics,
}

impl Start {
    fn replay(self) -> Result<Running, Error> {
        let config = &self.config;
        let log = self.log.as_ref();
        let log_id = self.directory.log_id();
        // First, because a key may come from a pipe, and nothing is open yet that must be closed.
        let proof_settings = proof_settings(config, &self.directory)?;
        let pace = Pace {
            dirty_bytes: config.checkpoint_bytes,
            positions: CHECKPOINT_POSITIONS,
            interval: Duration::from_millis(config.checkpoint_interval_ms),
        };
        let options = store_options(config.views_cache_bytes, log_id);
        let subscriptions = Subscriptions::open(&self.directory.subscriptions_path())?;
        let is_empty = log.head().position == Position::default();
        let keys = keys::open_keys(config, &self.directory, is_empty)?;
        let (live, views) = Live::open(&self.directory.views_path(), &options, pace, log, |_| ())?;
        let last = LastRecorded::of(&*live.rows()).map_err(ViewError::Store)?;
        self.clock.check_start((!is_empty).then_some(last))?;
        // A crash between an erasure and the end of its keys makes nobody reappear.
        let erased = erased_creators(&*live.rows()).map_err(ViewError::Store)?;
        keys::destroy_again(&*keys, erased)?;
        let (tree, proofs) = proofs::Live::open(proof_settings, log)?;
        let requests = RequestMemory::of_tail(log, config.request_ids_remembered)?;
        let limits = ledger::Limits {
            queue: config.write_queue_commands,
            group_commands: config.group_commands,
            group_bytes: config.group_bytes,
            answers_bytes: config.answers_remembered_bytes,
        };
        let (log, clock) = (Arc::clone(&self.log), Arc::clone(&self.clock));
        let measured = Arc::clone(self.metrics.writer());
        let (ledger, writer) = Writer::start(
            log,
            Arc::clone(&keys),
            live,
            requests,
            clock,
            limits,
            measured,
        )?;
        let (log, clock) = (self.log, self.clock);
        let proven = CancellationToken::new();
        let proving = tokio::spawn(tree.run(Arc::clone(&log), proven.clone()));
        let watched = tokio::spawn(notify::alive(ledger.clone(), proven.clone()));
        Ok(Running {
            subscriptions,
            ledger,
            writer,
            views,
            proofs,
            proving,
            proven,
            watched,
            log,
            log_id,
            clock,
            keys,
            last_backup: self.directory.last_backup_path(),
            metrics: self.metrics,
        })
    }
}

impl Running {
    /// Opens the door to calls, and shows the probe what to look at.
    fn open(
        &self,
        tokens: PageTokens,
        (pools, streams): (Pools, Streams),
        (door, probe): (&Door, &Probe),
        stop: &Stop,
    ) {
        let backups = Backups::open(self.last_backup.clone());
        let calls = self.calls(tokens, (pools, streams, backups), stop);
        probe.see(Seen {
            calls: calls.clone(),
            stopped: self.writer.stopped(),
        });
        door.open(calls);
    }

    fn calls(
        &self,
        tokens: PageTokens,
        (pools, streams, backups): (Pools, Streams, Backups),
        stop: &Stop,
    ) -> Facilities {
        Facilities {
            ledger: self.ledger.clone(),
            views: self.views.clone(),
            log: Arc::clone(&self.log),
            log_id: self.log_id,
            proofs: self.proofs.clone(),
            tokens,
            opening: Opening::new(Arc::clone(&self.keys)),
            clock: Arc::clone(&self.clock),
            folds: Folds::on(
                pools.folds.clone(),
                self.views.clone(),
                Arc::clone(&self.log),
                FoldLimits::default(),
            ),
            pools,
            streams,
            subscriptions: self.subscriptions.clone(),
            ending: stop.streams(),
            backups,
            metrics: self.metrics.clone(),
        }
    }

    /// Ends the writer. Returns an error if it had stopped before.
    async fn finish(self) -> Result<(), Error> {
        self.ledger.close();
        let stopped = spawn_blocking(move || self.writer.join()).await?;
        // Last, because the writer makes keys until its last group.
        drop(self.keys);
        self.proven.cancel();
        self.proving.await?;
        self.watched.await?;
        match stopped {
            Some(reason) => Err(Error::WritesStopped(reason)),
            None => Ok(()),
        }
    }
}
