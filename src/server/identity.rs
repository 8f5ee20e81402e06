//! Sets identity up as the configuration says, and keeps it current.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};

use crate::clock::Guard;
use crate::config::Config;
use crate::identity::tokens::{self, Source};
use crate::identity::{Identity, OpenError, Settings, tls};

/// Time between two looks at the streams of callers: how long a stream may outlive its token.
const LEASES: Duration = Duration::from_millis(250);
/// Stands for "never" where files are read at a signal only.
const NEVER: Duration = Duration::from_secs(365 * 86_400);

/// Reads all that identity needs.
pub(super) async fn open(config: &Config, clock: Arc<Guard>) -> Result<Identity, OpenError> {
    let certificate = given(&config.tls_certificate);
    let tls = certificate.map(|certificate| tls::Paths {
        certificate,
        key: config.tls_key.clone(),
        client_ca: given(&config.tls_client_ca),
    });
    let has_tokens = !config.jwt_issuer.is_empty();
    let tokens = has_tokens.then(|| tokens::Settings {
        issuer: config.jwt_issuer.clone(),
        audience: config.jwt_audience.clone(),
        keys: source(config),
        skew_s: i64::try_from(config.jwt_skew_s).unwrap_or(i64::MAX),
    });
    let settings = Settings {
        policy: given(&config.policy),
        tls,
        tokens,
    };
    Identity::open(settings, clock).await
}

fn source(config: &Config) -> Source {
    match config.jwt_jwks.contains("://") {
        true => Source::Url {
            url: config.jwt_jwks.clone(),
            ca: given(&config.jwt_jwks_ca),
        },
        false => Source::File(PathBuf::from(&config.jwt_jwks)),
    }
}

fn given(path: &Path) -> Option<PathBuf> {
    (!path.as_os_str().is_empty()).then(|| path.to_owned())
}

/// While `work` is done, looks at the files at intervals and at SIGHUP, fetches keys, and ends
/// streams whose time is over.
pub(super) async fn kept_during<T>(
    work: impl Future<Output = T>,
    identity: &Identity,
    config: &Config,
) -> T {
    let mut work = pin!(work);
    tokio::select! {
        biased;
        done = &mut work => return done,
        () = keep(identity, config) => {}
    }
    work.await
}

async fn keep(identity: &Identity, config: &Config) {
    if !identity.is_reloaded() {
        return;
    }
    tokio::join!(
        identity.keep_keys(),
        reload(identity, config.reload_interval_s),
        end_streams(identity),
    );
}

async fn reload(identity: &Identity, interval_s: u64) {
    let every = match interval_s {
        0 => NEVER,
        seconds => Duration::from_secs(seconds),
    };
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first one is at once, and the files were read just before.
    ticks.tick().await;
    let mut hangups = signal(SignalKind::hangup())
        .inspect_err(|error| tracing::warn!(%error, "SIGHUP does not reload"))
        .ok();
    loop {
        let hangup = async {
            match &mut hangups {
                Some(hangups) => hangups.recv().await,
                None => std::future::pending().await,
            }
        };
        let is_asked = tokio::select! {
            _ = ticks.tick() => false,
            _ = hangup => true,
        };
        if is_asked {
            tracing::info!("SIGHUP: policy, certificates and keys are read again");
        }
        let identity = identity.clone();
        let read = spawn_blocking(move || identity.reload(is_asked)).await;
        if let Err(error) = read {
            tracing::error!(%error, "policy and certificates could not be read again");
        }
    }
}

async fn end_streams(identity: &Identity) {
    let mut ticks = interval(LEASES);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        identity.end_expired();
    }
}
