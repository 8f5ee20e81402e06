//! Options of the bench.

use std::path::PathBuf;

/// Events by default.
const EVENTS: u64 = 1_000_000;
/// Minimum: with fewer, most desks would not finish a campaign, and the figures mean nothing.
const LEAST_EVENTS: u64 = 50_000;

/// Length, seed and directory of the history.
pub struct Options {
    /// Number of events.
    pub events: u64,
    /// Another seed is another history.
    pub seed: u64,
    /// The directory to keep; `None` for a temporary one.
    pub keep: Option<PathBuf>,
}

impl Options {
    /// Parses the arguments after `--` and ignores those that cargo adds.
    ///
    /// # Errors
    /// Returns the rule that an argument breaks.
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            events: EVENTS,
            seed: 1,
            keep: None,
        };
        while let Some(name) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{name} takes a value"));
            match name.as_str() {
                "--bench" => {}
                "--events" => options.events = number(&value()?)?,
                "--seed" => options.seed = number(&value()?)?,
                "--keep" => options.keep = Some(PathBuf::from(value()?)),
                unknown => return Err(format!("{unknown} is not an option")),
            }
        }
        if options.events < LEAST_EVENTS {
            return Err(format!("--events must be {LEAST_EVENTS} or more"));
        }
        Ok(options)
    }
}

fn number(text: &str) -> Result<u64, String> {
    let digits = text.replace(['_', ','], "");
    digits
        .parse()
        .map_err(|_| format!("{text} is not a number"))
}
