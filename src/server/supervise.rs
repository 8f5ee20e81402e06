//! What watches a running server until it drains: its timers, its clock, its rows, its writer.

use super::drain::Stop;
use super::{Error, Running, timers, watch};
use crate::grpc::edge::health::Health;

/// Brings the server up, then runs its timers and watches writer and views until the drain. `None` when
/// the drain begins before it is up: nothing was answered, so the replay is left to itself.
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
    let mut writer = running.writer.stopped();
    // What the wait answers borrows from the channel and is dropped at once: held over the select
    // it would tie this future to one thread.
    let stopped = async { drop(writer.wait_for(Option::is_some).await) };
    let timers = timers::run(&running.ledger, &running.views, &running.clock);
    let watching = watch::clock(&running.clock, health);
    let mending = watch::rows(&running.views, &running.ledger);
    tokio::select! {
        () = stop.draining() => {}
        () = timers => {}
        () = watching => {}
        () = mending => {}
        // Reads go on; whoever balances load sends both elsewhere.
        () = stopped => health.draining().await,
    }
    Ok(Some(running))
}
