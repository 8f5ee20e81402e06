//! Many writes at once: the outcome of each, in the order they were sent.

use tonic::Status;

use super::request::context::WriteRequest;
use super::request::{Batch, Items, MAX_ITEMS, Read};
use super::{Calls, parsed};
use crate::domain::{Position, Refusal, Timestamp, Violation};
use crate::grpc::edge::{notes, status};
use crate::ledger::{Ledger, Places, Recorded, Room, WriteError};
use crate::metrics::Metrics;
use crate::wire::fields::Broken;
use crate::wire::proto::api::{ItemError, ItemResult, ItemWritten, item_result};

/// The outcomes of items.
pub struct Outcomes {
    /// One of each, in order.
    pub each: Vec<Result<Recorded, ItemError>>,
    /// The greatest position of any of them in the log; 0 when none is there.
    pub last: Position,
}

/// Parses a batch of this many items in `field` at the current time, has each executed separately,
/// and renders the outcomes.
///
/// # Errors
/// An error that concerns all of them, before any is decided.
pub async fn write<T: WriteRequest>(
    calls: &Calls,
    request: T,
    items: (&'static str, usize),
    parse: impl FnOnce(T, Timestamp) -> Read<Batch>,
) -> Result<(Vec<ItemResult>, u64), Status> {
    let (outcomes, ids) = decide(calls, request, items, parse).await?;
    let last = outcomes.last.get();
    Ok((outcomes.results(ids), last))
}

/// Parses a batch of this many items in `field` at the current time, and has each executed
/// separately. Returns the outcomes, and what each item is about.
///
/// # Errors
/// An error that concerns all of them, before any is decided.
pub async fn decide<T: WriteRequest>(
    calls: &Calls,
    request: T,
    (field, count): (&'static str, usize),
    parse: impl FnOnce(T, Timestamp) -> Read<Batch>,
) -> Result<(Outcomes, Vec<String>), Status> {
    // Before anything is parsed: refusing must cost little.
    let places = calls
        .ledger
        .places(request.brand_id(), count.min(MAX_ITEMS), Room::Refuse)
        .await;
    let places = places.map_err(status::write)?;
    let mut batch = parsed(parse(request, calls.now()))?;
    if let Some(first) = batch.items.requests.first() {
        notes::brand(&first.brand);
    }
    for request in &mut batch.items.requests {
        calls.bind(request)?;
    }
    let (items, validate_only) = (batch.items, batch.validate_only);
    let written = execute(
        (&calls.ledger, &calls.metrics),
        items,
        field,
        validate_only,
        places,
    );
    let outcomes = written.await.map_err(status::write)?;
    Ok((outcomes, batch.ids))
}

/// Has items decided, each separately, and waits until they are durable.
///
/// `path` is the path of their field in the request; `places` are their places in the queue.
///
/// # Errors
/// What keeps all of them from being decided.
pub async fn execute(
    (ledger, metrics): (&Ledger, &Metrics),
    items: Items,
    path: &str,
    validate_only: bool,
    places: Places,
) -> Result<Outcomes, WriteError> {
    let Items {
        requests,
        broken,
        names,
    } = items;
    let answered = match requests.is_empty() {
        true => Vec::new(),
        false => {
            let decided = ledger.execute_all(requests, names, validate_only, places);
            decided.await?
        }
    };
    let in_log = answered.iter().flatten().filter(|one| one.in_log);
    let last = in_log.map(|one| one.last).max().unwrap_or_default();
    let each = in_order(answered, broken, path);
    let outcomes = Outcomes { each, last };
    outcomes.count_refusals(metrics);
    Ok(outcomes)
}

impl Outcomes {
    /// Counts the items that were refused, as calls are.
    fn count_refusals(&self, metrics: &Metrics) {
        for refused in self.each.iter().filter_map(|one| one.as_ref().err()) {
            let reason = status::name(refused.reason());
            metrics
                .calls()
                .refused(reason, status::is_conflict(refused.reason()));
        }
    }

    /// Renders them, each with the id of what it is about.
    fn results(self, ids: Vec<String>) -> Vec<ItemResult> {
        let each = self.each.into_iter().zip(ids);
        each.map(|(outcome, id)| ItemResult {
            outcome: Some(match outcome {
                Ok(recorded) => item_result::Outcome::Written(written(&recorded, id)),
                Err(error) => item_result::Outcome::Error(error),
            }),
        })
        .collect()
    }
}

fn written(recorded: &Recorded, id: String) -> ItemWritten {
    let in_log = |position: Position| if recorded.in_log { position.get() } else { 0 };
    ItemWritten {
        id,
        first_position: in_log(recorded.first),
        last_position: in_log(recorded.last),
        written_before: !recorded.new,
    }
}

/// Merges the answers with the errors of elements that were refused at parsing.
fn in_order(
    answered: Vec<Result<Recorded, WriteError>>,
    broken: Vec<Broken>,
    path: &str,
) -> Vec<Result<Recorded, ItemError>> {
    let count = answered.len() + broken.len();
    let (mut answered, mut broken) = (answered.into_iter(), broken.into_iter().peekable());
    let outcome = |index| match broken.next_if(|one| one.index == index) {
        Some(one) => Some(Err(status::item(&status::invalid(one.violations)))),
        None => answered
            .next()
            .map(|answer| answer.map_err(|error| item_error(error, path, index))),
    };
    (0..count).map_while(outcome).collect()
}

fn item_error(error: WriteError, path: &str, index: usize) -> ItemError {
    let error = match error {
        WriteError::Refused(Refusal::Invalid(violations)) => {
            let below = |violation: Violation| Violation {
                field: format!("{path}[{index}].{}", violation.field),
                ..violation
            };
            Refusal::Invalid(violations.into_iter().map(below).collect()).into()
        }
        other => other,
    };
    let error: Status = status::write(error);
    status::item(&error)
}
