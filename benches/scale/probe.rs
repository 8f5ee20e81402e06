//! Plain observations of posts all over the history, one a call: the same at every size.
//!
//! So many posts are watched at a time, however long the history is, some much more than others:
//! the same spread as in the load benchmark. What lies unwatched costs disk, and is told in room.

use std::sync::Arc;
use std::time::Instant;

use tonic::transport::Channel;

use crate::history::{Call, Plan};
use crate::ledger::{Ledger, Progress};
use crate::options::Options;
use crate::support::measured::Measured;
use crate::support::zipf::zipf;

/// Calls measured, made before the clock starts; fewer when the history is short.
const CALLS: u64 = 30_000;
/// What part of the history one probe may be: one in so many.
const SHARE: u64 = 20;
/// Posts watched at a time, drawn from all finished campaigns.
const WATCHED: u64 = 2_000;
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
    let watched: Vec<_> = (0..WATCHED)
        .map(|_| draw(seed, progress, &mut random))
        .collect();
    for call in 0..CALLS.min(options.events / SHARE) {
        let (plan, part) = &watched[zipf(&mut random, WATCHED) as usize];
        let item = plan.seen(plan.published()[*part], 1, &mut random);
        let [item] = <[_; 1]>::try_from(item).expect("one was asked for");
        lanes[call as usize % IN_FLIGHT].push(plan.place.observe(item));
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

/// A post of some finished campaign: its plan, and which of the published ones.
fn draw(seed: u64, progress: &Progress, random: &mut fastrand::Rng) -> (Plan, usize) {
    loop {
        let plan = Plan::of(seed, progress.draw_finished(random));
        let published = plan.published().len();
        if published > 0 {
            return (plan, random.usize(..published));
        }
    }
}
