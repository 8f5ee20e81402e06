//! `serve`: runs the server until a signal and says what a newcomer needs to know.

use std::io::Write;
use std::sync::Arc;

use super::{Exit, Serve, complain};
use crate::causes::with_causes;
use crate::clock::SystemClock;
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
        print!("{effective}");
        return Exit::Done;
    }
    let config = effective.config;
    if let Err(error) = telemetry::start(config.log_format, &config.log_filter) {
        complain(&error);
        return Exit::Usage;
    }
    match block_on(config) {
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
    } else {
        Exit::Failed
    }
}

fn block_on(config: Config) -> Result<Outcome, Error> {
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
        let stop = Stop::new();
        let relaying = tokio::spawn(relay(signals, stop.clone()));
        let outcome = serve(config, Arc::new(SystemClock), stop, announce).await;
        relaying.abort();
        outcome
    })
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
