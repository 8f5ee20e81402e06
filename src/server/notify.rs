//! What the server says to the service manager that started it, systemd or another with its protocol.
//!
//! Owns the words. Says nothing where `NOTIFY_SOCKET` is not set. Nothing depends on whether a message
//! arrives: a manager that misses one acts by its own limits.

use std::net::SocketAddr;
use std::time::Duration;

use sd_notify::NotifyState::{Ready, Status, Stopping, Watchdog};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::domain::Position;
use crate::ledger::Ledger;

/// Says what the server is doing, for people who ask `systemctl status`.
pub fn status(words: &str) {
    send(&[Status(words)]);
}

/// Says that calls are answered.
pub fn ready(address: SocketAddr, head: Position) {
    let words = format!("serving on {address}, began with {head} events");
    send(&[Ready, Status(&words)]);
}

/// Says that the server is on its way to its end.
pub fn stopping() {
    send(&[Stopping, Status("stopping: calls and streams end")]);
}

/// Says again and again that the server is alive, until it is ended: as long as the runtime runs this
/// task and the writer answers. A writer that waits for the disk does not answer. One that takes no more
/// writes does: reads go on, and only people can help.
pub async fn alive(ledger: Ledger, ended: CancellationToken) {
    let Some(limit) = sd_notify::watchdog_enabled() else {
        return;
    };
    let telling = async {
        let mut turns = interval(turn_of(limit));
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            turns.tick().await;
            if ledger.answers().await {
                send(&[Watchdog]);
            }
        }
    };
    tokio::select! {
        () = telling => {}
        () = ended.cancelled() => {}
    }
}

/// Half of the limit, as systemd advises, so that one late turn is no failure.
fn turn_of(limit: Duration) -> Duration {
    (limit / 2).max(Duration::from_millis(1))
}

fn send(state: &[sd_notify::NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::debug!(%error, "the service manager does not listen");
    }
}
