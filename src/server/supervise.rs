//! Supervision of a running server until it drains: its timers, its clock, its rows, its writer.

use super::drain::Stop;
use super::{Error, Running, notify, timers, watch};
use crate::grpc::edge::health::Health;

/// What the service manager shows when nothing can be written.
const READS_ONLY: &str = "writes are stopped, reads go on";

/// Starts the server, then runs its timers and watches writer and views until the drain. Returns
/// `None` if the drain begins before the server is up: nothing was answered, so nobody waits for
/// the replay.
pub(super) async fn supervise(
    running: impl Future<Output = Result<Option<Running>, Error>>,
    health: &Health,
    stop: &Stop,
) -> Result<Option<Running>, Error> {
    let running = match running.await {
        Ok(Some(running)) => running,
        Ok(None) => return Ok(None),
        Err(error) => {
            stop.at_once();
            return Err(error);
        }
    };
    // On a full disk the log opens for reads, and the writer will stop with its first block.
    if running.log.refusal().is_some() {
        notify::status(READS_ONLY);
        health.writes_stopped().await;
    }
    let mut writer = running.writer.stopped();
    // The result of the wait borrows from the channel and is dropped at once: if it lived across
    // the select, this future could not move between threads.
    let stopped = async { drop(writer.wait_for(Option::is_some).await) };
    let timers = timers::run(&running.ledger, &running.views, &running.clock);
    let watching = watch::clock(&running.clock, health);
    let mending = watch::rows(&running.views, &running.ledger);
    tokio::select! {
        () = stop.draining() => {}
        () = timers => {}
        () = watching => {}
        () = mending => {}
        // Reads go on, and a load balancer may send writes elsewhere.
        () = stopped => {
            notify::status(READS_ONLY);
            health.writes_stopped().await;
        }
    }
    Ok(Some(running))
}
