//! Log lines on standard error, as text or JSON, and panics among them.
//!
//! Owns the process-wide subscriber. Standard output stays free for what commands print.

use std::io::{IsTerminal as _, stderr};
use std::panic::PanicHookInfo;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::LogFormat;
use crate::text::Plain;

/// Says why logging did not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The filter does not parse.
    #[error("log_filter: `{filter}` is no filter")]
    Filter {
        /// As given.
        filter: String,
        /// What the parser says.
        #[source]
        source: tracing_subscriber::filter::ParseError,
    },
    /// It was started before in this process.
    #[error("logging is already set up")]
    AlreadyStarted(#[source] tracing_subscriber::util::TryInitError),
}

/// Starts logging for the whole process, once.
///
/// # Errors
/// A filter that does not parse, or a second call.
pub fn start(format: LogFormat, filter: &str) -> Result<(), Error> {
    let parsed = EnvFilter::builder()
        .parse(filter)
        .map_err(|source| Error::Filter {
            filter: filter.to_owned(),
            source,
        })?;
    let in_colour = stderr().is_terminal();
    let lines = fmt()
        .with_env_filter(parsed)
        .with_writer(move || match in_colour {
            true => Plain::in_colour(stderr()),
            false => Plain::to(stderr()),
        })
        .with_ansi(in_colour)
        // It would complain of a line that could not be written by a panic: on a full disk, in the
        // panic's own line, that ends the process.
        .log_internal_errors(false);
    match format {
        LogFormat::Text => lines.finish().try_init(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .finish()
            .try_init(),
    }
    .map_err(Error::AlreadyStarted)?;
    std::panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// Panics are log lines like any other: one line, in the chosen format.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let location = panic.location().map(ToString::to_string);
    let thread = std::thread::current();
    tracing::error!(
        reason = panic.payload_as_str(),
        location,
        thread = thread.name(),
        "panicked"
    );
}
