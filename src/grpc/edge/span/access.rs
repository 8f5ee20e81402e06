//! The access log: one line for each call, of level `info`, on its own target.

use std::net::SocketAddr;
use std::time::Duration;

use http::HeaderMap;
use tracing::{enabled, info};

use crate::grpc::edge::notes::Notes;
use crate::text::escaped;

/// The target of the lines, so that a filter can name them.
const TARGET: &str = "access";

/// The header of the W3C trace context.
const TRACEPARENT: &str = "traceparent";

/// Longest name of a method that is logged whole. Ours are shorter; clients may send any path.
const METHOD_CHARS: usize = 200;

/// What the line of one call says.
#[derive(Debug)]
pub struct Access {
    pub notes: Notes,
    trace_id: Option<String>,
}

impl Access {
    /// Returns whether the filter of the log wants the lines.
    pub fn is_wanted() -> bool {
        enabled!(target: TARGET, tracing::Level::INFO)
    }

    pub fn begin(headers: &HeaderMap) -> Self {
        Self {
            notes: Notes::default(),
            trace_id: trace_id(headers),
        }
    }

    /// Writes the line.
    pub fn log(&self, method: &str, code: &str, took: Duration, peer: Option<SocketAddr>) {
        let shortened: String = method.chars().take(METHOD_CHARS).collect();
        info!(
            target: TARGET,
            method = %escaped(&shortened, ""),
            code,
            elapsed_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            peer = peer.map(tracing::field::display),
            principal = self.notes.principal(),
            brand = self.notes.brand(),
            trace_id = self.trace_id.as_deref().unwrap_or_default(),
            "call"
        );
    }
}

/// Reads the trace id of a W3C trace context: `00-<32 hex>-<16 hex>-<2 hex>`.
fn trace_id(headers: &HeaderMap) -> Option<String> {
    let mut parts = headers.get(TRACEPARENT)?.to_str().ok()?.split('-');
    let (version, id) = (parts.next()?, parts.next()?);
    let is_hex = |text: &str| {
        text.bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let is_id = id.len() == 32 && is_hex(id) && id.bytes().any(|byte| byte != b'0');
    (version.len() == 2 && is_hex(version) && is_id).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trace_id_is_one() {
        let of = |value: &str| {
            let name = http::HeaderName::from_static(TRACEPARENT);
            trace_id(&HeaderMap::from_iter([(name, value.parse().unwrap())]))
        };
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        let found = of(&format!("00-{id}-00f067aa0ba902b7-01"));
        assert_eq!(found.as_deref(), Some(id));
        assert_eq!(
            of(&format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32))),
            None
        );
        assert_eq!(of("00-\" forged=\"-1-1"), None);
        assert_eq!(of(&id.to_uppercase()), None);
        assert_eq!(trace_id(&HeaderMap::new()), None);
    }
}
