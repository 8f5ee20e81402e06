//! The rule of a single value, whichever source it comes from.

use std::net::SocketAddr;

use toml::Value;
use tracing_subscriber::EnvFilter;

/// The rule for the value of a key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    /// A path that is not empty.
    Path,
    /// A path, or nothing.
    PathOrNone,
    /// A text, or nothing.
    Text,
    /// An IP address and a port.
    Address,
    /// An IP address and a port, or nothing.
    AddressOrNone,
    /// Names of hosts, separated by commas.
    Hosts,
    /// `true` or `false`.
    Switch,
    /// A whole number in this range, both ends included.
    Number { least: i64, most: i64 },
    /// 0 for "off", or a whole number in this range.
    NumberOrOff { least: i64, most: i64 },
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A filter in the syntax of `RUST_LOG`.
    Filter,
}

/// Returns whether this can be the name of a host, with space around it.
fn is_host(text: &str) -> bool {
    let text = text.trim();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    !text.is_empty() && text.bytes().all(allowed)
}

impl Rule {
    /// Reads a value from a flag or a variable.
    pub(super) fn parse(self, text: &str) -> Result<Value, String> {
        let value = match self {
            Self::Path
            | Self::PathOrNone
            | Self::Address
            | Self::AddressOrNone
            | Self::Hosts
            | Self::Text
            | Self::OneOf(_)
            | Self::Filter => Value::String(text.to_owned()),
            Self::Switch => match text {
                "true" => Value::Boolean(true),
                "false" => Value::Boolean(false),
                _ => return Err(self.broken_by(text)),
            },
            Self::Number { .. } | Self::NumberOrOff { .. } => {
                Value::Integer(text.parse().map_err(|_| self.broken_by(text))?)
            }
        };
        self.check(&value)?;
        Ok(value)
    }

    /// Checks a value from any source.
    pub(super) fn check(self, value: &Value) -> Result<(), String> {
        let kept = match (self, value) {
            (Self::Path, Value::String(path)) => !path.is_empty(),
            (Self::PathOrNone | Self::Text, Value::String(_)) => true,
            (Self::Address, Value::String(address)) => address.parse::<SocketAddr>().is_ok(),
            (Self::AddressOrNone, Value::String(address)) => {
                address.is_empty() || address.parse::<SocketAddr>().is_ok()
            }
            (Self::Hosts, Value::String(hosts)) => {
                hosts.is_empty() || hosts.split(',').all(is_host)
            }
            (Self::Switch, Value::Boolean(_)) => true,
            (Self::Number { least, most }, Value::Integer(number)) => {
                (least..=most).contains(number)
            }
            (Self::NumberOrOff { least, most }, Value::Integer(number)) => {
                *number == 0 || (least..=most).contains(number)
            }
            (Self::OneOf(words), Value::String(word)) => words.contains(&word.as_str()),
            (Self::Filter, Value::String(filter)) => EnvFilter::builder().parse(filter).is_ok(),
            (_, _) => false,
        };
        if kept {
            return Ok(());
        }
        match value {
            Value::String(text) => Err(self.broken_by(text)),
            other => Err(self.broken_by(&other.to_string())),
        }
    }

    fn broken_by(self, value: &str) -> String {
        format!("{self}, is `{value}`")
    }
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Path | Self::PathOrNone => f.write_str("must be a path"),
            Self::Text => f.write_str("must be a text"),
            Self::Address => {
                f.write_str("must be an IP address and a port, such as 127.0.0.1:50051 or [::1]:0")
            }
            Self::AddressOrNone => f.write_str(
                "must be empty, or an IP address and a port, such as 127.0.0.1:9464 or [::1]:0",
            ),
            Self::Hosts => {
                f.write_str("must be names of hosts without ports, separated by commas, or empty")
            }
            Self::Switch => f.write_str("must be true or false"),
            Self::Number { least, most } => {
                write!(f, "must be a whole number from {least} to {most}")
            }
            Self::NumberOrOff { least, most } => {
                write!(f, "must be 0 or a whole number from {least} to {most}")
            }
            Self::OneOf(words) => write!(f, "must be one of {}", words.join(", ")),
            Self::Filter => f.write_str(
                "must be a level (off, error, warn, info, debug, trace) or directives such as \
                 info,campaign_ledger=debug",
            ),
        }
    }
}
