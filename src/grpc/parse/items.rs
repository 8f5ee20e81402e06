//! Many writes in one call, each for itself.

use crate::domain::{Request, RequestId, RequestStamp};
use crate::ledger::Names;
use crate::log::codec::fields::{Broken, Fields};
use crate::proto::api;
use prost::Message;

use super::digest;

/// Most items of one batch.
pub const MAX_ITEMS: usize = 1_000;
const COUNT_RULE: &str = "must have 1 to 1,000 elements";

/// Writes of one brand, each for itself.
#[derive(Clone, PartialEq, Debug)]
pub struct Items {
    /// Those that keep every rule a single request can keep, in their order.
    pub requests: Vec<Request>,
    /// The others.
    pub broken: Vec<Broken>,
    /// How they are told from those of another call.
    pub names: Names,
}

/// A batch of writes.
#[derive(Clone, PartialEq, Debug)]
pub struct Batch {
    /// What is asked.
    pub items: Items,
    /// Decide and answer, but append nothing.
    pub validate_only: bool,
}

/// Checks that a batch has items, and not too many.
pub(super) fn check_count(fields: &mut Fields, field: &'static str, count: usize) {
    fields.check(field, (1..=MAX_ITEMS).contains(&count), COUNT_RULE);
}

/// Names one item of a batch by its place, so that a retry names it the same way: what it says is
/// told by its own content and the context all items share.
pub(super) fn name(
    method: &str,
    batch: Option<&RequestId>,
    index: usize,
    item: &impl Message,
    context: &api::WriteContext,
) -> Option<RequestStamp> {
    batch.map(|batch| RequestStamp {
        id: digest::item_id(batch, index),
        digest: digest::of_request(method, item, context),
    })
}
