//! Log lines that clients can cause, limited to a few per interval.
//!
//! Owns how often a line may be written and how many were left out since. Does not know what the
//! line says.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

/// How long the lines of a kind are counted together.
const INTERVAL: Duration = Duration::from_secs(10);

/// A kind of log line of which only the first few of each interval are written.
#[derive(Debug)]
pub struct Seldom {
    most: u32,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    since: Option<Instant>,
    written: u32,
    left_out: u64,
}

impl Seldom {
    /// Allows `most` lines each ten seconds.
    pub const fn new(most: u32) -> Self {
        Self {
            most,
            state: Mutex::new(State {
                since: None,
                written: 0,
                left_out: 0,
            }),
        }
    }

    /// Says whether to write the line now: `Some` with the number of lines left out before it.
    pub fn due(&self) -> Option<u64> {
        self.due_at(Instant::now())
    }

    fn due_at(&self, now: Instant) -> Option<u64> {
        let mut state = self.state.lock();
        let is_over = |since: Instant| now.saturating_duration_since(since) >= INTERVAL;
        if state.since.is_none_or(is_over) {
            state.since = Some(now);
            state.written = 0;
        }
        if state.written == self.most {
            state.left_out += 1;
            return None;
        }
        state.written += 1;
        Some(std::mem::take(&mut state.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_lines_of_an_interval_are_written_and_the_rest_counted() {
        let seldom = Seldom::new(2);
        let now = Instant::now();
        assert_eq!(seldom.due_at(now), Some(0));
        assert_eq!(seldom.due_at(now), Some(0));
        for _ in 0..1_000 {
            assert_eq!(seldom.due_at(now), None);
        }
        assert_eq!(seldom.due_at(now + INTERVAL), Some(1_000));
        assert_eq!(seldom.due_at(now + INTERVAL), Some(0));
        assert_eq!(seldom.due_at(now + INTERVAL), None);
    }
}
