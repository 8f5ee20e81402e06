//! A progress bar on standard error for long offline work.
//!
//! Shows positions of the log done and to do. Hidden when standard error is not a terminal, so
//! that logs and pipes stay clean. Does not know the work.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

const TEMPLATE: &str = "{msg} {wide_bar} {human_pos}/{human_len} events, {per_sec}, {eta} to go";

/// Often enough to show progress, seldom enough to cost nothing.
const REDRAWS_PER_SECOND: u8 = 10;

/// The progress of a piece of work. The bar disappears when this is dropped.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Starts at 0 of `total` events, named `what` ("verifying").
    pub fn start(what: &'static str, total: u64) -> Self {
        let target = if std::io::stderr().is_terminal() {
            ProgressDrawTarget::stderr_with_hz(REDRAWS_PER_SECOND)
        } else {
            ProgressDrawTarget::hidden()
        };
        let style = ProgressStyle::with_template(TEMPLATE).expect("the template is well formed");
        let bar = ProgressBar::with_draw_target(Some(total), target).with_style(style);
        bar.set_message(what);
        Self { bar }
    }

    /// Says that everything up to `done` of the total is done.
    pub fn reach(&self, done: u64) {
        self.bar.set_position(done);
    }

    /// Returns the time since the start.
    pub fn elapsed(&self) -> Duration {
        self.bar.elapsed()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_work() {
        let progress = Progress::start("verifying", 10);
        progress.reach(4);
        assert_eq!(progress.bar.position(), 4);
        assert_eq!(progress.bar.length(), Some(10));
    }
}
