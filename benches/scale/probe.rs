//! Single observations of posts all over the history, one per call: the same load at every size.
//!
//! The number of watched posts is fixed, however long the history is; some are watched much more
//! than others, as in the load benchmark. Posts that are not watched cost only disk space, which is
//! reported separately.

use std::sync::Arc;
use std::time::Instant;

use tonic::transport::Channel;

use crate::history::{Call, Plan};
use crate::ledger::{Ledger, Progress};
use crate::options::Options;
use crate::support::measured::Measured;
use crate::support::zipf::zipf;

/// Calls that are measured, encoded before the clock starts; fewer when the history is short.
const CALLS: u64 = 30_000;
/// Maximum share of the history that one probe may be: one in this many.
const SHARE: u64 = 20;
/// Posts watched at a time, picked from all finished campaigns.
const WATCHED: u64 = 2_000;
/// Calls in flight.
const IN_FLIGHT: usize = 128;

/// Records the observations; they count as events of the history.
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

/// Picks a post of a finished campaign: its plan, and the index of the published one.
fn draw(seed: u64, progress: &Progress, random: &mut fastrand::Rng) -> (Plan, usize) {
    loop {
        let plan = Plan::of(seed, progress.draw_finished(random));
        let published = plan.published().len();
        if published > 0 {
            return (plan, random.usize(..published));
        }
    }
}
