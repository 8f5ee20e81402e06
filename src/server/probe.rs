//! Looks at a server from the outside: what its metrics and its readiness are made of.
//!
//! Asked on threads that may wait, because it takes the lock of the rows for a moment and asks the disk.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::watch;

use crate::admin::{Needs, Part};
use crate::clock::Guard;
use crate::domain::Position;
use crate::grpc::calls::Facilities;
use crate::grpc::edge::health::Health;
use crate::identity::Identity;
use crate::metrics::Metrics;

/// Room on the disk below which commands may soon be refused: what the log and the views write before
/// they next look.
const LEAST_FREE_BYTES: u64 = 64 << 20;

/// What is looked at, from before the log is replayed. Clones share it.
#[derive(Clone)]
pub(super) struct Probe(Arc<Shared>);

struct Shared {
    metrics: Metrics,
    health: Health,
    clock: Arc<Guard>,
    data_dir: PathBuf,
    identity: Identity,
    running: OnceLock<Seen>,
    /// Since when the rows lack durable events.
    lagging: Mutex<Option<Instant>>,
}

/// A server that has replayed its log.
pub(super) struct Seen {
    pub calls: Facilities,
    /// Why the writer has stopped, if it has.
    pub stopped: watch::Receiver<Option<Arc<str>>>,
}

impl Seen {
    /// Returns why no writes are taken, if so: the writer has stopped, or the log will refuse its next
    /// block.
    fn why_no_writes(&self) -> Option<Arc<str>> {
        let stopped = self.stopped.borrow().clone();
        stopped.or_else(|| self.calls.log.refusal().map(Arc::from))
    }
}

impl Probe {
    pub fn new(
        metrics: Metrics,
        (health, identity): (Health, Identity),
        clock: Arc<Guard>,
        data_dir: &Path,
    ) -> Self {
        let (seconds, nanos) = clock.now().parts();
        let started_at = seconds as f64 + f64::from(nanos) / 1e9;
        metrics.state().started_at(started_at);
        Self(Arc::new(Shared {
            metrics,
            health,
            clock,
            data_dir: data_dir.to_owned(),
            identity,
            running: OnceLock::new(),
            lagging: Mutex::default(),
        }))
    }

    /// Begins to look at the replayed server.
    pub fn see(&self, seen: Seen) {
        // It is replayed once.
        let _ = self.0.running.set(seen);
    }

    /// Looks everything up, and writes the metrics.
    pub fn metrics(&self) -> String {
        self.look();
        self.0.metrics.text()
    }

    fn look(&self) {
        let state = self.0.metrics.state();
        state.process(resident_bytes(), open_fds());
        if let Some(free) = self.free_bytes() {
            state.disk_free_bytes.set(free);
        }
        self.look_at_identity();
        let Some(seen) = self.0.running.get() else {
            return;
        };
        let calls = &seen.calls;
        let head = calls.log.head().position;
        let readable = calls.views.readable();
        let decided = readable.unwrap_or_default().max(head);
        state.head_position.set(decided.get());
        state.durable_position.set(head.get());
        let (lag, lag_for) = self.view_lag(head, readable);
        state.view_lag_events.set(lag);
        state.view_lag_seconds.set(lag_for.as_secs_f64());
        state
            .write_queue_commands
            .set(calls.ledger.waiting() as u64);
        let (followers, slowest) = calls.streams.followers.count_and_lag(head);
        state.followers.set(followers as u64);
        state.slowest_follower_lag_events.set(slowest);
        state
            .past_folds_waiting
            .set(calls.pools.folds.waiting() as u64);
        let has_stopped = seen.why_no_writes().is_some();
        state.writes_stopped.set(u64::from(has_stopped));
        if let Some(last) = calls.backups.last() {
            let (now, _) = calls.now().parts();
            let age = now.saturating_sub(last.parts().0).max(0);
            state.backup_age_seconds.set(age as f64);
        }
    }

    fn look_at_identity(&self) {
        let (trust, identity) = (self.0.metrics.trust(), &self.0.identity);
        let failures = &trust.policy_reload_failures;
        failures.inc_by(identity.refused_policies().saturating_sub(failures.get()));
        if let Some(tls) = identity.tls() {
            trust.certificate("server", tls.days_left() as f64);
            let failures = &trust.certificate_reload_failures;
            failures.inc_by(tls.refused().saturating_sub(failures.get()));
        }
    }

    /// Returns how many durable events the rows lack, and for how long they have lacked any.
    fn view_lag(&self, head: Position, readable: Option<Position>) -> (u64, Duration) {
        let lag = head
            .get()
            .saturating_sub(readable.unwrap_or_default().get());
        let mut lagging = self.0.lagging.lock();
        if lag == 0 {
            *lagging = None;
            return (0, Duration::ZERO);
        }
        (lag, lagging.get_or_insert_with(Instant::now).elapsed())
    }

    /// Looks every second, so that a lag between two scrapes is measured from its beginning.
    pub async fn watch_lag(&self) {
        let mut second = tokio::time::interval(Duration::from_secs(1));
        loop {
            second.tick().await;
            let probe = self.clone();
            let looked = tokio::task::spawn_blocking(move || {
                if let Some(seen) = probe.0.running.get() {
                    let head = seen.calls.log.head().position;
                    probe.view_lag(head, seen.calls.views.readable());
                }
            });
            // A panic was reported by its hook; the next look is another try.
            let _ = looked.await;
        }
    }

    /// Says how each part is.
    pub fn parts(&self) -> Vec<Part> {
        let part = |name, needed_by, state| Part {
            name,
            needed_by,
            state,
        };
        vec![
            part("start", Needs::All, self.start()),
            part("log", Needs::Writes, self.log()),
            part("views", Needs::All, self.views()),
            part("clock", Needs::Writes, self.clock()),
            part("disk", Needs::Writes, self.disk()),
            part("certificates", Needs::All, self.certificates()),
        ]
    }

    fn start(&self) -> Result<String, String> {
        if self.0.health.is_draining() {
            return Err("the server is going down".to_owned());
        }
        match self.0.health.reads() {
            true => Ok("ok".to_owned()),
            false => Err("the log is being replayed".to_owned()),
        }
    }

    fn log(&self) -> Result<String, String> {
        let seen = self.seen()?;
        match seen.why_no_writes() {
            None => Ok(format!(
                "writable, at position {}",
                seen.calls.log.head().position
            )),
            Some(why) => Err(format!("no more writes are taken: {why}")),
        }
    }

    fn views(&self) -> Result<String, String> {
        let calls = &self.seen()?.calls;
        let head = calls.log.head().position;
        match calls.views.readable() {
            None => Err("they cannot be read, or are being rebuilt".to_owned()),
            Some(at) if at < head => Err(format!("at position {at}, behind {head}")),
            Some(_) => Ok("caught up".to_owned()),
        }
    }

    fn clock(&self) -> Result<String, String> {
        match self.0.clock.trusted() {
            Ok(_) => Ok("trusted".to_owned()),
            Err(doubt) => Err(doubt.to_string()),
        }
    }

    fn disk(&self) -> Result<String, String> {
        let Some(free) = self.free_bytes() else {
            return Err("the file system does not say how much is free".to_owned());
        };
        let words = format!("{free} bytes free");
        match free < LEAST_FREE_BYTES {
            true => Err(format!("{words}, fewer than {LEAST_FREE_BYTES}")),
            false => Ok(words),
        }
    }

    fn certificates(&self) -> Result<String, String> {
        let expired = self.0.metrics.trust().expired();
        match expired.is_empty() {
            true => Ok("none has expired".to_owned()),
            false => Err(format!("expired: {}", expired.join(", "))),
        }
    }

    fn seen(&self) -> Result<&Seen, String> {
        let seen = self.0.running.get();
        seen.ok_or_else(|| "the log is being replayed".to_owned())
    }

    /// Returns the room that the ledger may use; `None` if the system does not say.
    fn free_bytes(&self) -> Option<u64> {
        let found = rustix::fs::statvfs(&self.0.data_dir).ok()?;
        Some(found.f_bavail.saturating_mul(found.f_frsize))
    }
}

/// Returns the memory of the process, 0 where there is no `/proc`.
fn resident_bytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    let page_bytes = rustix::param::page_size() as u64;
    pages.map_or(0, |pages: u64| pages * page_bytes)
}

/// Counts the open descriptors, 0 where there is no `/proc`.
fn open_fds() -> u64 {
    let open = std::fs::read_dir("/proc/self/fd");
    // One of them is that of this directory.
    open.map_or(0, |open| open.count().saturating_sub(1) as u64)
}
