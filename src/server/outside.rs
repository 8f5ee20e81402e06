//! The admin server of a running ledger: from before the log is replayed until the drain is over.

use std::net::SocketAddr;

use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::Error;
use super::probe::Probe;
use crate::admin::{Admin, Hosts, Source};
use crate::causes::with_causes;
use crate::config::Config;
use crate::telemetry;

/// The admin server, if there is one, and the watch of what only time shows.
pub(super) struct Outside {
    address: Option<SocketAddr>,
    serving: JoinHandle<()>,
    /// Ends it when this is dropped, too: a start may fail.
    ending: DropGuard,
}

impl Outside {
    /// Binds and serves.
    ///
    /// # Errors
    /// The address cannot be bound.
    pub async fn open(config: &Config, probe: &Probe) -> Result<Self, Error> {
        let ending = CancellationToken::new();
        let Some(address) = config.admin_listen else {
            return Ok(Self {
                address: None,
                serving: tokio::spawn(async {}),
                ending: ending.drop_guard(),
            });
        };
        let bound = Admin::bind(address).await;
        let admin = bound.map_err(|source| Error::Bind { address, source })?;
        let address = admin.address();
        let serving = admin.serve(
            source(config, probe),
            Hosts::parse(&config.admin_hosts),
            ending.clone(),
        );
        let probe = probe.clone();
        let serving = tokio::spawn(async move {
            tokio::select! {
                () = serving => {}
                () = probe.watch_lag() => {}
            }
        });
        tracing::info!(%address, "the admin server listens");
        Ok(Self {
            address: Some(address),
            serving,
            ending: ending.drop_guard(),
        })
    }

    /// Returns where it listens.
    pub fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// Ends it, and lets open requests finish for a moment.
    pub async fn close(self) {
        drop(self.ending);
        if let Err(error) = self.serving.await {
            tracing::error!(%error, "the admin server was lost");
        }
    }
}

fn source(config: &Config, probe: &Probe) -> Source {
    let (parts, metrics) = (probe.clone(), probe.clone());
    Source {
        parts: Box::new(move || parts.parts()),
        metrics: Box::new(move || metrics.metrics()),
        settings: config.shown(),
        filter: telemetry::filter,
        set_filter: |filter| telemetry::set_filter(filter).map_err(|error| with_causes(&error)),
    }
}
