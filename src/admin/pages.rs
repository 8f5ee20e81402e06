//! The pages of the admin server.
//!
//! | path | says |
//! |---|---|
//! | `GET /livez` | the process answers |
//! | `GET /readyz`, `/readyz/reads`, `/readyz/writes` | whether calls, queries or commands are taken; `?verbose` names each part |
//! | `GET /metrics` | OpenMetrics |
//! | `GET /version` | the program |
//! | `GET /config` | the settings in force, without secrets; to loopback only |
//! | `GET`, `PUT /log-filter` | which log lines are written; to loopback only |

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Extension, RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderName, StatusCode, header};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::guard::FromLoopback;
use crate::metrics::MEDIA_TYPE;

/// Longest log filter.
const MAX_FILTER_BYTES: usize = 4 << 10;

/// Time for the body of a request.
const BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// What the pages show. Everything is asked on a thread that may wait for a lock or a disk.
pub struct Source {
    /// The state of each part of the server.
    pub parts: Box<dyn Fn() -> Vec<Part> + Send + Sync>,
    /// The metrics as OpenMetrics text.
    pub metrics: Box<dyn Fn() -> String + Send + Sync>,
    /// The settings, without secrets.
    pub settings: String,
    /// The log filter in force; `None` if the process does not log.
    pub filter: fn() -> Option<String>,
    /// Replaces it, or says why not.
    pub set_filter: fn(&str) -> Result<(), String>,
}

/// One part of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: &'static str,
    /// What needs it.
    pub needed_by: Needs,
    /// `Ok` if it works; both say how it is.
    pub state: Result<String, String>,
}

/// What needs a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Queries and commands.
    All,
    /// Commands only.
    Writes,
}

type Shared = State<Arc<Source>>;

pub(super) fn router(source: Source) -> Router {
    Router::new()
        .route("/livez", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/readyz/reads", get(ready_to_read))
        .route("/readyz/writes", get(ready))
        .route("/metrics", get(metrics))
        .route("/version", get(version))
        .route("/config", get(settings))
        .route("/log-filter", get(filter).put(set_filter))
        .with_state(Arc::new(source))
}

async fn ready(State(source): Shared, RawQuery(query): RawQuery) -> Response {
    answer_ready(source, query, |_| true).await
}

async fn ready_to_read(State(source): Shared, RawQuery(query): RawQuery) -> Response {
    answer_ready(source, query, |needs| match needs {
        Needs::All => true,
        Needs::Writes => false,
    })
    .await
}

async fn answer_ready(
    source: Arc<Source>,
    query: Option<String>,
    matters: fn(Needs) -> bool,
) -> Response {
    let Ok(parts) = spawn_blocking(move || (source.parts)()).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let fails = |part: &&Part| part.state.is_err() && matters(part.needed_by);
    let (status, word) = match parts.iter().find(fails) {
        None => (StatusCode::OK, "ok"),
        Some(_) => (StatusCode::SERVICE_UNAVAILABLE, "not ready"),
    };
    let mut words = String::new();
    let pairs = query.as_deref().unwrap_or_default().split('&');
    let is_verbose = pairs
        .map(|pair| pair.split('=').next())
        .any(|name| name == Some("verbose"));
    for part in parts.iter().filter(|_| is_verbose) {
        let (sign, how) = match &part.state {
            Ok(how) => ('+', how),
            Err(how) => ('-', how),
        };
        writeln!(words, "[{sign}]{} {how}", part.name).expect("a String takes every text");
    }
    (status, format!("{words}{word}\n")).into_response()
}

async fn metrics(State(source): Shared) -> Response {
    match spawn_blocking(move || (source.metrics)()).await {
        Ok(text) => ([(header::CONTENT_TYPE, MEDIA_TYPE)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn version() -> Response {
    let revision = option_env!("CAMPAIGN_LEDGER_REVISION").unwrap_or_default();
    let version = env!("CARGO_PKG_VERSION");
    let words = serde_json::json!({ "version": version, "revision": revision });
    (
        [(header::CONTENT_TYPE, "application/json")],
        format!("{words}\n"),
    )
        .into_response()
}

/// Text that no cache keeps.
const NO_STORE: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

async fn settings(State(source): Shared, Extension(from): Extension<FromLoopback>) -> Response {
    match from {
        FromLoopback(true) => (NO_STORE, source.settings.clone()).into_response(),
        FromLoopback(false) => refused_beyond_loopback(),
    }
}

async fn filter(State(source): Shared, Extension(from): Extension<FromLoopback>) -> Response {
    match (from, (source.filter)()) {
        (FromLoopback(false), _) => refused_beyond_loopback(),
        (FromLoopback(true), Some(filter)) => (NO_STORE, format!("{filter}\n")).into_response(),
        (FromLoopback(true), None) => {
            (StatusCode::NOT_FOUND, "this process does not log\n").into_response()
        }
    }
}

async fn set_filter(
    State(source): Shared,
    Extension(from): Extension<FromLoopback>,
    body: Body,
) -> Response {
    if from == FromLoopback(false) {
        return refused_beyond_loopback();
    }
    let bytes = match timeout(BODY_TIMEOUT, to_bytes(body, MAX_FILTER_BYTES)).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(_)) => {
            let words = format!("a filter has at most {MAX_FILTER_BYTES} bytes\n");
            return (StatusCode::PAYLOAD_TOO_LARGE, words).into_response();
        }
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    let Some(filter) = std::str::from_utf8(&bytes).ok().map(str::trim) else {
        return (StatusCode::BAD_REQUEST, "a filter is UTF-8\n").into_response();
    };
    match (source.set_filter)(filter) {
        Ok(()) => {
            tracing::warn!(filter, "the log filter was replaced");
            (NO_STORE, format!("{filter}\n")).into_response()
        }
        Err(why) => (StatusCode::BAD_REQUEST, format!("{why}\n")).into_response(),
    }
}

fn refused_beyond_loopback() -> Response {
    (StatusCode::FORBIDDEN, "this is shown on loopback only\n").into_response()
}
