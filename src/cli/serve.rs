//! `serve`: runs the server until a signal and says what a newcomer needs to know.

use std::io::Write;
use std::sync::Arc;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Exit, Serve, complain, heard};
use crate::causes::with_causes;
use crate::clock::{Guard, SystemClock};
use crate::config::{Config, Effective};
use crate::server::drain::{Outcome, Signals, Stop, relay};
use crate::server::{Error, Ready, serve};
use crate::telemetry;

/// Runs the server; returns how the process ends.
pub fn run(arguments: &Serve) -> Exit {
    let effective = match Effective::of_process(&arguments.settings) {
        Ok(effective) => effective,
        Err(error) => {
            complain(&error);
            return Exit::Usage;
        }
    };
    if arguments.print_config {
        return match heard(write!(std::io::stdout(), "{effective}")) {
            Ok(()) => Exit::Done,
            Err(error) => {
                complain(&error);
                Exit::Failed
            }
        };
    }
    let config = effective.config;
    if let Err(error) = telemetry::start(config.log_format, &config.log_filter) {
        complain(&error);
        return Exit::Usage;
    }
    if config.insecure {
        tracing::warn!(
            listen = %config.listen,
            "insecure: anyone who reaches this address can read and write everything"
        );
    }
    let clock = Guard::new(Arc::new(SystemClock));
    let clock = match arguments.accept_clock {
        true => clock.accepted_at_start(),
        false => clock,
    };
    match block_on(config, Arc::new(clock)) {
        Ok(Outcome::Drained) => Exit::Done,
        Ok(Outcome::Cut { connections }) => {
            tracing::warn!(connections, "connections were cut at the drain deadline");
            Exit::Done
        }
        Err(error) => {
            let told = with_causes(&error);
            tracing::error!(error = told, "the server ended");
            complain(&error);
            exit_of(&error)
        }
    }
}

fn exit_of(error: &Error) -> Exit {
    if error.is_in_use() {
        Exit::InUse
    } else if error.is_damage() {
        Exit::Damaged
    } else if error.is_of_clock() {
        Exit::Clock
    } else {
        Exit::Failed
    }
}

fn block_on(config: Config, clock: Arc<Guard>) -> Result<Outcome, Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|source| Error::Bind {
            address: config.listen,
            source,
        })?;
    runtime.block_on(async {
        let signals = Signals::register().map_err(|source| Error::Bind {
            address: config.listen,
            source,
        })?;
        let confirmed = signal(SignalKind::user_defined1()).map_err(|source| Error::Bind {
            address: config.listen,
            source,
        })?;
        let stop = Stop::new();
        let relaying = tokio::spawn(relay(signals, stop.clone()));
        let accepting = tokio::spawn(accept(confirmed, Arc::clone(&clock)));
        let outcome = serve(config, clock, stop, announce).await;
        relaying.abort();
        accepting.abort();
        outcome
    })
}

/// Accepts the clock whenever the signal says so: whoever may send it could as well restart the
/// server.
async fn accept(mut confirmed: Signal, clock: Arc<Guard>) {
    while confirmed.recv().await.is_some() {
        match clock.accept() {
            Ok(shown) => tracing::warn!(%shown, "SIGUSR1: the clock is accepted as it is"),
            Err(error) => tracing::error!(%error, "SIGUSR1: the clock is not accepted"),
        }
    }
}

/// Says what a newcomer needs to know. Whoever started the server may have stopped listening.
fn announce(ready: Ready) {
    let Ready {
        address,
        data_dir,
        head,
    } = ready;
    let text = format!(
        "Campaign Ledger {} is ready.\n  \
           listening  {address} (gRPC, no TLS)\n  \
           data       {}\n  \
           log        {head} events\n\
         Try: grpcurl -plaintext {address} campaign.ledger.v1.AuditService/GetHead\n",
        env!("CARGO_PKG_VERSION"),
        data_dir.display(),
    );
    let _ = std::io::stdout().write_all(text.as_bytes());
}
