//! Log lines on standard error, as text or JSON, including panics.
//!
//! Owns the process-wide subscriber and its filter, which can be replaced while the process runs.
//! Standard output is left to the commands.

use std::io::{IsTerminal as _, stderr};
use std::panic::PanicHookInfo;
use std::sync::OnceLock;

use parking_lot::Mutex;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt, reload};

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
    /// Logging was not started in this process.
    #[error("this process does not log")]
    NotStarted,
}

/// The filter of the process-wide subscriber.
static FILTER: OnceLock<Filter> = OnceLock::new();

struct Filter {
    handle: reload::Handle<EnvFilter, Registry>,
    /// As it was given.
    text: Mutex<String>,
}

/// Returns the filter in force. `None` if this process does not log.
pub fn filter() -> Option<String> {
    FILTER.get().map(|filter| filter.text.lock().clone())
}

/// Replaces the filter.
///
/// # Errors
/// [`Error::Filter`] if the new one does not parse; the old one stays. [`Error::NotStarted`] if this
/// process does not log.
pub fn set_filter(filter: &str) -> Result<(), Error> {
    let parsed = parse(filter)?;
    let in_force = FILTER.get().ok_or(Error::NotStarted)?;
    let mut text = in_force.text.lock();
    let replaced = in_force.handle.reload(parsed);
    replaced.map_err(|_| Error::NotStarted)?;
    filter.clone_into(&mut text);
    Ok(())
}

/// Starts logging for the whole process, once.
///
/// # Errors
/// [`Error::Filter`] if the filter does not parse, [`Error::AlreadyStarted`] on a second call.
pub fn start(format: LogFormat, filter: &str) -> Result<(), Error> {
    let (parsed, handle) = reload::Layer::new(parse(filter)?);
    let in_colour = stderr().is_terminal();
    let lines = fmt::layer()
        .with_writer(move || match in_colour {
            true => Plain::in_colour(stderr()),
            false => Plain::to(stderr()),
        })
        .with_ansi(in_colour)
        // With internal errors on, a log line that cannot be written causes a panic. On a full
        // disk, the line of that panic fails too, which ends the process.
        .log_internal_errors(false);
    let lines = match format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .boxed(),
    };
    let subscriber = Registry::default().with(parsed).with(lines);
    subscriber.try_init().map_err(Error::AlreadyStarted)?;
    let text = Mutex::new(filter.to_owned());
    // The subscriber could be set only once, so this is set only once too.
    let _ = FILTER.set(Filter { handle, text });
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
