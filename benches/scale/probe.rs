//! Plain observations of posts all over the history, one a call: the same at every size.

use std::sync::Arc;
use std::time::Instant;

use tonic::transport::Channel;

use crate::history::{Call, Plan};
use crate::ledger::{Ledger, Progress};
use crate::options::Options;
use crate::support::measured::Measured;

/// Calls measured, made before the clock starts; fewer when the history is short.
const CALLS: u64 = 30_000;
/// What part of the history one probe may be: one in so many.
const SHARE: u64 = 20;
/// Calls in flight.
const IN_FLIGHT: usize = 128;

/// Records them; they count as events of the history.
pub async fn observe(
    options: &Options,
    progress: &Arc<Progress>,
    channels: &[Channel],
) -> Measured {
    let seed = options.seed;
    let mut random = fastrand::Rng::with_seed(seed ^ progress.events());
    let mut lanes: Vec<Vec<Call>> = (0..IN_FLIGHT).map(|_| Vec::new()).collect();
    for call in 0..CALLS.min(options.events / SHARE) {
        lanes[call as usize % IN_FLIGHT].push(draw(seed, progress, &mut random));
    }
    let start = Instant::now();
    let tasks: Vec<_> = lanes
        .into_iter()
        .zip(channels.iter().cycle())
        .map(|(calls, channel)| {
            let mut ledger = Ledger::unheld(channel.clone(), progress);
            tokio::spawn(async move {
                let mut measured = Measured::new();
                for call in calls {
                    let begun = Instant::now();
                    ledger.write(call).await;
                    measured.record(begun.elapsed());
                }
                measured
            })
        })
        .collect();
    let mut all = Measured::new();
    for task in tasks {
        all.join(&task.await.expect("no probe fails"));
    }
    all.took(start.elapsed());
    all
}

/// An observation of a post of some finished campaign.
fn draw(seed: u64, progress: &Progress, random: &mut fastrand::Rng) -> Call {
    loop {
        let plan = Plan::of(seed, progress.draw_finished(random));
        if let Some(part) = random.choice(plan.published()) {
            let item = plan.seen(part, 1, random).swap_remove(0);
            return plan.place.observe(item);
        }
    }
}
