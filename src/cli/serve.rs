//! `serve`: runs the server until a signal and prints what a new user needs to know.

use std::hint::black_box;
use std::io::Write;
use std::path::PathBuf;
use std::pin::pin;
use std::process::exit;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Exit, Serve, complain, heard};
use crate::causes::with_causes;
use crate::clock::{Guard, SystemClock};
use crate::config::{Config, Effective, LogFormat};
use crate::server::drain::{Limits, Outcome, Signals, Stop, relay};
use crate::server::{Error, Ready, accept_loss, serve};
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
    let is_protected = ![&config.tls_certificate, &config.policy].contains(&&PathBuf::new());
    if config.insecure && !is_protected {
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
    match until_ended(&config, &Arc::new(clock), arguments.accept_loss) {
        Ok(Outcome::Drained) => Exit::Done,
        Ok(Outcome::Cut { connections }) => {
            tracing::warn!(connections, "connections were cut at the drain deadline");
            Exit::Done
        }
        Err(error) => {
            tell(&error, config.log_format);
            exit_of(&error)
        }
    }
}

/// Most losses that one start accepts: each concerns another file.
const MOST_LOSSES: usize = 8;

/// Serves. If a start is refused because of a loss that is accepted, the files concerned are
/// renamed and the start is tried again.
fn until_ended(config: &Config, clock: &Arc<Guard>, accepts_loss: bool) -> Result<Outcome, Error> {
    let mut losses = if accepts_loss { MOST_LOSSES } else { 0 };
    loop {
        let ended = block_on(config.clone(), Arc::clone(clock), Stop::new(), announce);
        match &ended {
            Err(error) if losses > 0 && accept_loss(error, &config.data_dir)? => losses -= 1,
            _ => return ended,
        }
    }
}

/// Reports once why the server ended: as text, or as a JSON log line.
fn tell(error: &Error, format: LogFormat) {
    if format == LogFormat::Json && tracing::enabled!(tracing::Level::ERROR) {
        let error = with_causes(error);
        tracing::error!(error, "the server ended");
    } else {
        complain(error);
    }
}

/// Returns the exit status when the server ended so.
pub(super) fn exit_of(error: &Error) -> Exit {
    if let Error::Keys(error) = error {
        Exit::of_keys(error)
    } else if matches!(error, Error::NoKeysYet) {
        Exit::Usage
    } else if error.is_in_use() {
        Exit::InUse
    } else if error.is_damage() {
        Exit::Damaged
    } else if error.is_of_clock() {
        Exit::Clock
    } else {
        Exit::Failed
    }
}

/// Serves until a signal or until `stop` is used. `ready` is called once calls are answered.
pub(super) fn block_on(
    config: Config,
    clock: Arc<Guard>,
    stop: Stop,
    ready: impl FnOnce(Ready) + Send + 'static,
) -> Result<Outcome, Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Error::Runtime)?;
    let ended = runtime.block_on(async {
        let signals = Signals::register().map_err(Error::Signals)?;
        let confirmed = signal(SignalKind::user_defined1()).map_err(Error::Signals)?;
        // A limit of file sizes then fails a write, as a full disk does, instead of ending the process.
        let _limit = signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw()))
            .map_err(Error::Signals)?;
        tokio::spawn(relay(signals, stop.clone()));
        tokio::spawn(accept(confirmed, Arc::clone(&clock)));
        tokio::spawn(give_memory_back());
        let limits = Limits::of(&config);
        let mut serving = pin!(serve(config, clock, stop.clone(), ready));
        tokio::select! {
            outcome = &mut serving => outcome,
            () = stop.overdue(limits) => {
                tracing::warn!("the process ends before everything is done: the next start does the rest");
                // Nothing is dropped, so the directory stays locked as long as threads work in it.
                exit(Exit::Done as i32)
            }
        }
    });
    // This does not wait for threads that still read, because nobody waits for their results.
    runtime.shutdown_background();
    ended
}

/// Accepts the clock at each signal for that: a user who may send it may also restart the server.
async fn accept(mut confirmed: Signal, clock: Arc<Guard>) {
    while confirmed.recv().await.is_some() {
        match clock.accept() {
            Ok(shown) => tracing::warn!(%shown, "SIGUSR1: the clock is accepted as it is"),
            Err(error) => tracing::error!(%error, "SIGUSR1: the clock is not accepted"),
        }
    }
}

/// Frees one large block a second. The allocator returns freed pages to the system only while it is
/// called, so an idle process would keep what its last burst took.
async fn give_memory_back() {
    const BLOCK_BYTES: usize = 1 << 20;
    let mut second = tokio::time::interval(Duration::from_secs(1));
    loop {
        second.tick().await;
        drop(black_box(Vec::<u8>::with_capacity(BLOCK_BYTES)));
    }
}

/// Prints what a new user needs to know. The reader of standard output may be gone.
fn announce(ready: Ready) {
    let Ready {
        address,
        admin,
        data_dir,
        head,
        is_encrypted,
    } = ready;
    let admin = admin.map_or_else(String::new, |admin| {
        format!("  admin      http://{admin}\n")
    });
    let (tls, scheme) = match is_encrypted {
        true => ("TLS", "https"),
        false => ("no TLS", "http"),
    };
    let program = std::env::args().next();
    let program = program.as_deref().unwrap_or("campaign-ledger");
    let text = format!(
        "Campaign Ledger {} is ready.\n  \
           listening  {address} (gRPC, {tls})\n\
         {admin}  \
           data       {}\n  \
           log        {head} events\n\
         Try: {program} call AuditService/GetHead --server {scheme}://{address}\n",
        env!("CARGO_PKG_VERSION"),
        data_dir.display(),
    );
    let _ = std::io::stdout().write_all(text.as_bytes());
}
