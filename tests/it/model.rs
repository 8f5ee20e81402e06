//! The real server against a model: random histories, followed by every query.
//!
//! The model is written from the description of the domain and shares no code with it. A history
//! contains refusals, repeats, clean restarts and rebuilds; a failing one is shrunk. `cargo test`
//! plays a few; `MODEL_CASES` is the number of histories, and `MODEL_SEED` repeats a run.
//!
//! Other tests cover JOINT posts and shares, foreign amounts, retention, timers (expiry, reviews,
//! commission on locked orders), parts of fees that fall due by themselves, and amendments of more
//! than the fee.

mod check;
mod ops;
mod play;
mod sums;
mod world;

use std::sync::Arc;

use parking_lot::Mutex;
use proptest::test_runner::TestCaseError;
use tokio::runtime::Runtime;

use crate::crash::process::offline;
use crate::support::server::{Resting, Server, days_and};
use crate::support::tries::Tries;
use ops::{Op, Rest};
use play::Play;
use world::DAY;

/// Histories that `cargo test` plays: they take some seconds.
const USUAL_CASES: u32 = 8;

/// Start of the first history: after all facts in it.
const TODAY: i64 = 80 * DAY;

/// A server for several histories; each history has a brand of its own.
struct Stage {
    server: Mutex<Option<Server>>,
    /// Seconds since the beginning, and the number of histories.
    counts: Mutex<(i64, u64)>,
}

impl Stage {
    async fn play(&self, history: &[Op]) {
        // A server that a failed history left is not used again.
        let server = self.server.lock().take();
        let mut server = match server {
            Some(server) => server,
            None => Server::start().await,
        };
        let brand = {
            let mut counts = self.counts.lock();
            counts.1 += 1;
            format!("brand-{}", counts.1)
        };
        let now = self.tick(&server);
        let head = server.head().await;
        let mut play = Play::begin((*server).clone(), brand, head, now).await;
        for op in history {
            play.world.now = self.tick(&server);
            play.op(op).await;
            match op {
                Op::Check => play.check().await,
                Op::Restart(rest) => {
                    drop(play.client);
                    server = restarted(server, *rest).await;
                    play.client = (*server).clone();
                    assert_eq!(server.head().await, play.world.head);
                }
                _ => {}
            }
        }
        play.check().await;
        *self.server.lock() = Some(server);
    }

    /// Moves the clock forward, and returns the time.
    fn tick(&self, server: &Server) -> i64 {
        let mut counts = self.counts.lock();
        counts.0 += 1;
        server.clock().set(days_and(0, counts.0));
        counts.0
    }
}

async fn restarted(server: Server, rest: Rest) -> Server {
    let resting = server.stop().await;
    match rest {
        Rest::Kept => {}
        Rest::Forgotten => resting.forget_folds(),
        Rest::Rebuilt => are_rebuilt_alike(&resting),
    }
    resting.start().await
}

fn are_rebuilt_alike(resting: &Resting) {
    let rebuilt = offline("rebuild-views", resting.directory());
    let said = String::from_utf8_lossy(&rebuilt.stdout);
    let failed = String::from_utf8_lossy(&rebuilt.stderr);
    assert!(rebuilt.status.success(), "{said}{failed}");
    assert!(said.contains("equal to the views before"), "{said}");
}

#[test]
fn every_answer_is_the_models() {
    let runtime = Runtime::new().unwrap();
    let stage = Arc::new(Stage {
        server: Mutex::new(None),
        counts: Mutex::new((TODAY, 0)),
    });
    Tries::of("MODEL", USUAL_CASES).run(ops::history(), |history| {
        let stage = Arc::clone(&stage);
        let played = runtime.block_on(runtime.spawn(async move { stage.play(&history).await }));
        played.map_err(|error| {
            let panic = error.into_panic();
            let words = panic.downcast_ref::<String>().cloned();
            let words = words.or_else(|| panic.downcast_ref::<&str>().map(|&words| words.into()));
            TestCaseError::fail(words.unwrap_or_default())
        })
    });
}
