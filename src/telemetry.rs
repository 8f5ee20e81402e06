//! Log lines on standard error, as text or JSON, including panics.
//!
//! Owns the process-wide subscriber. Standard output is left to the commands.

use std::io::{IsTerminal as _, stderr};
use std::panic::PanicHookInfo;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::LogFormat;
use crate::text::Plain;

/// The level of h2, unless the filter sets one. Its warnings report misbehaving clients, one for
/// each connection that h2 ends.
const OF_H2: &str = "h2=error";

/// Why logging did not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The filter does not parse.
    #[error("log_filter: `{filter}` is not a filter")]
    Filter {
        /// The filter.
        filter: String,
        /// The error of the parser.
        #[source]
        source: tracing_subscriber::filter::ParseError,
    },
    /// Logging was already started in this process.
    #[error("logging is already set up")]
    AlreadyStarted(#[source] tracing_subscriber::util::TryInitError),
}

/// Starts logging for the whole process, once.
///
/// # Errors
/// [`Error::Filter`] if the filter does not parse, [`Error::AlreadyStarted`] on a second call.
pub fn start(format: LogFormat, filter: &str) -> Result<(), Error> {
    let parsed = parse(filter)?;
    let in_colour = stderr().is_terminal();
    let lines = fmt()
        .with_env_filter(parsed)
        .with_writer(move || match in_colour {
            true => Plain::in_colour(stderr()),
            false => Plain::to(stderr()),
        })
        .with_ansi(in_colour)
        // With internal errors on, a log line that cannot be written causes a panic. On a full
        // disk, the line of that panic fails too, which ends the process.
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

fn parse(filter: &str) -> Result<EnvFilter, Error> {
    let parsed = EnvFilter::builder().parse(filter);
    let parsed = parsed.map_err(|source| Error::Filter {
        filter: filter.to_owned(),
        source,
    })?;
    if filter.contains("h2") {
        return Ok(parsed);
    }
    Ok(parsed.add_directive(OF_H2.parse().expect("h2 and error are a directive")))
}

/// Logs a panic like any other event: one line, in the chosen format.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn directives(filter: &str) -> String {
        parse(filter).unwrap().to_string()
    }

    #[test]
    fn what_clients_do_to_h2_is_no_warning_unless_asked_for() {
        assert!(directives("info").contains("h2=error"));
        assert!(directives("debug,campaign_ledger=trace").contains("h2=error"));
        assert!(!directives("info,h2=debug").contains("h2=error"));
        assert!(parse("no=such=filter").is_err());
    }
}
