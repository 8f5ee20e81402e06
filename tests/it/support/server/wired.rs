//! The parts of the server on a log of the test's own, for behaviour that no real log shows on
//! command.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use campaign_ledger::clock::Guard;
use campaign_ledger::config::Config;
use campaign_ledger::grpc::audit::Audits;
use campaign_ledger::grpc::calls::backups::Backups;
use campaign_ledger::grpc::calls::page_token::PageTokens;
use campaign_ledger::grpc::calls::pool::{Caller, FOLDERS, Pools};
use campaign_ledger::grpc::calls::streams::Streams;
use campaign_ledger::grpc::calls::{Door, Facilities, FoldLimits, Folds, Opening};
use campaign_ledger::grpc::campaign::Campaigns;
use campaign_ledger::grpc::creator::Creators;
use campaign_ledger::grpc::edge::health::Health;
use campaign_ledger::grpc::edge::incoming::Incoming;
use campaign_ledger::grpc::report::Reports;
use campaign_ledger::keyring::{Keyring, MemoryKeyring};
use campaign_ledger::ledger::{Limits, RequestMemory, Writer};
use campaign_ledger::log::Log;
use campaign_ledger::metrics::{Metrics, Writer as Measured};
use campaign_ledger::proofs::{self, LogKeys};
use campaign_ledger::server::drain::{self, Stop};
use campaign_ledger::server::{store_options, transport};
use campaign_ledger::store::Pace;
use campaign_ledger::subscriptions::Subscriptions;
use campaign_ledger::views::Live;
use campaign_ledger::wire::proto::api::audit_service_server::AuditServiceServer;
use campaign_ledger::wire::proto::api::campaign_service_server::CampaignServiceServer;
use campaign_ledger::wire::proto::api::creator_service_server::CreatorServiceServer;
use campaign_ledger::wire::proto::api::report_service_server::ReportServiceServer;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;
use uuid::Uuid;

use super::{Client, TestClock, day};

/// A server with campaigns, creators, reports and the log. It lives as long as this value.
pub struct Wired {
    pub client: Client,
    pub calls: Facilities,
    _directory: TempDir,
}

impl Wired {
    pub async fn on(log: Arc<dyn Log>) -> Self {
        Self::within(log, FoldLimits::default(), 1 << 20).await
    }

    /// Makes one with limits for folds and for the bytes of kept answers.
    pub async fn within(log: Arc<dyn Log>, folds: FoldLimits, answers_bytes: usize) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let stop = Stop::new();
        let door = Door::default();
        let calls = calls(&directory, log, &stop, folds, answers_bytes);
        door.open(calls.clone());
        let health = Health::starting(&[]).await;
        let routes = Routes::new(health.service())
            .add_service(CampaignServiceServer::new(Campaigns::new(door.clone())))
            .add_service(CreatorServiceServer::new(Creators::new(door.clone())))
            .add_service(ReportServiceServer::new(Reports::new(door.clone())))
            .add_service(AuditServiceServer::new(Audits::new(door)));
        let config = Config::default();
        let router = transport::router(&config, routes, &Metrics::default());
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let limits = transport::connection_limits(&config);
        let incoming = Incoming::bind(anywhere, limits).await.unwrap();
        let address = incoming.local_addr().unwrap();
        let limits = drain::Limits::of(&config);
        tokio::spawn(
            async move { drain::serve_until(router, incoming, &health, &stop, limits).await },
        );
        Self {
            client: Client::to(address).await,
            calls,
            _directory: directory,
        }
    }
}

fn calls(
    directory: &TempDir,
    log: Arc<dyn Log>,
    stop: &Stop,
    folds: FoldLimits,
    answers_bytes: usize,
) -> Facilities {
    let pace = Pace {
        dirty_bytes: usize::MAX,
        positions: u64::MAX,
        interval: Duration::from_secs(3_600),
    };
    let options = store_options(1 << 20, Uuid::nil());
    let path = directory.path().join("views");
    let (live, views) = Live::open(&path, &options, pace, log.as_ref(), |_| ()).unwrap();
    let limits = Limits {
        queue: 100,
        group_commands: 10,
        group_bytes: 64 << 10,
        answers_bytes,
    };
    let (tree, proofs) = proofs::Live::open(proof_settings(directory), log.as_ref()).unwrap();
    tokio::spawn(tree.run(Arc::clone(&log), CancellationToken::new()));
    let clock = Arc::new(Guard::new(Arc::new(TestClock::at(day(0)))));
    let pools = Pools::start().unwrap();
    let memory = RequestMemory::new(100);
    let keyring: Arc<dyn Keyring> = Arc::new(MemoryKeyring::default());
    let (ledger, _) = Writer::start(
        Arc::clone(&log),
        Arc::clone(&keyring),
        live,
        memory,
        clock.clone(),
        limits,
        Arc::<Measured>::default(),
    )
    .unwrap();
    let folds = Folds::on(pools.folds.clone(), views.clone(), Arc::clone(&log), folds);
    Facilities {
        ledger,
        views,
        log,
        log_id: Uuid::nil(),
        proofs,
        tokens: PageTokens::new([7; 32]),
        opening: Opening::new(keyring),
        clock,
        folds,
        pools,
        streams: Streams::of(&Config::default()),
        subscriptions: Subscriptions::in_memory().unwrap(),
        ending: stop.streams(),
        backups: Backups::nowhere(),
        metrics: Metrics::default(),
    }
}

fn proof_settings(directory: &TempDir) -> proofs::Settings {
    let file = |name| directory.path().join(name);
    proofs::Settings {
        tree: file("tree"),
        checkpoint: file("checkpoint"),
        cosignatures: file("cosignatures"),
        log_id: "wired".to_owned(),
        keys: LogKeys::create(&file("signing-key"), "example.org/wired").unwrap(),
        witnesses: Vec::new(),
        interval: std::time::Duration::from_secs(3_600),
    }
}

/// Threads that fold, held until this is dropped.
pub struct HeldFolds {
    _releases: Vec<std::sync::mpsc::Sender<()>>,
}

/// Takes all threads that fold.
pub async fn hold_folds(pools: &Pools) -> HeldFolds {
    let mut held = Vec::new();
    for _ in 0..FOLDERS {
        let (release, released) = std::sync::mpsc::channel::<()>();
        let (begin, begun) = tokio::sync::oneshot::channel();
        let pool = pools.folds.clone();
        tokio::spawn(async move {
            let hold = move |_: &Caller| {
                begin.send(()).unwrap();
                // Ends when the other side is dropped.
                let _ = released.recv();
            };
            pool.run("holder", hold).await.unwrap();
        });
        begun.await.unwrap();
        held.push(release);
    }
    HeldFolds { _releases: held }
}
