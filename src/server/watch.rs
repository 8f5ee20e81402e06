//! Watches the clock, and reports when it is in doubt; watches the rows, and has them repaired.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::clock::Guard;
use crate::grpc::edge::health::Health;
use crate::ledger::Ledger;
use crate::views::Views;

/// Time between two checks of the clock. The writer does its own check.
const TICK: Duration = Duration::from_millis(250);

/// Checks the clock until this is dropped. While the clock is in doubt, the health service makes
/// load balancers send writes elsewhere; reads go on.
pub async fn clock(clock: &Guard, health: &Health) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_doubted = false;
    loop {
        ticks.tick().await;
        match (clock.look(), is_doubted) {
            (Err(doubt), false) => {
                let seconds_ahead = doubt.seconds_ahead();
                let (shown, expected) = (doubt.shown, doubt.expected);
                tracing::error!(
                    %shown, %expected, seconds_ahead,
                    "the clock jumped: timers stand and no writes are taken until it is right \
                     again; SIGUSR1 accepts it as it is"
                );
                health.doubted(true).await;
                is_doubted = true;
            }
            (Ok(()), true) => {
                tracing::info!("the clock is trusted again: writes and timers go on");
                health.doubted(false).await;
                is_doubted = false;
            }
            (Ok(()), false) | (Err(_), true) => {}
        }
    }
}

/// Notifies the writer when a reader finds damage in the file of the rows. Runs until it is
/// dropped.
pub async fn rows(views: &Views, ledger: &Ledger) {
    loop {
        views.damaged().await;
        ledger.look_after_rows();
    }
}
