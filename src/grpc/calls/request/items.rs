//! Many writes in one call, each executed separately.

use super::context::{Call, Write, WriteRequest};
use super::{Read, digest};
use crate::domain::{CollaborationVerb, Command, Request, Timestamp, Violation};
use crate::ledger::Names;
use crate::wire::fields::{Broken, Fields};
use crate::wire::proto::api;

/// Most items of one batch.
pub const MAX_ITEMS: usize = 1_000;
const COUNT_RULE: &str = "must have 1 to 1,000 elements";

/// Writes of one brand, each executed separately.
#[derive(Clone, PartialEq, Debug)]
pub struct Items {
    /// Those that keep every rule a single request can keep, in their order.
    pub requests: Vec<Request>,
    /// The others.
    pub broken: Vec<Broken>,
    /// How they are distinguished from those of another call.
    pub names: Names,
}

/// A batch of writes.
#[derive(Clone, PartialEq, Debug)]
pub struct Batch {
    /// The writes.
    pub items: Items,
    /// The id of the subject of each item, in the order they were sent; empty if the items say it
    /// otherwise.
    pub ids: Vec<String>,
    /// Decide and answer, but append nothing.
    pub validate_only: bool,
}

/// Checks that a batch has items, and not too many.
pub fn check_count(fields: &mut Fields, field: &'static str, count: usize) {
    fields.check(field, (1..=MAX_ITEMS).contains(&count), COUNT_RULE);
}

/// A batch that is being parsed.
pub struct Envelope {
    /// Reads the fields that the items share.
    pub call: Call,
    context: api::WriteContext,
    now: Timestamp,
}

impl Envelope {
    /// Begins with the common fields of writes, and takes the context out of the request.
    pub fn begin(request: &mut impl WriteRequest, now: Timestamp) -> Self {
        Self {
            context: request.context().cloned().unwrap_or_default(),
            call: Call::begin(request, now),
            now,
        }
    }

    /// Ends the reading of the shared fields, and reads each item as a call of its own, made by
    /// `call_of`. Its request id comes from the batch's and its place.
    ///
    /// # Errors
    /// Every violation of the shared fields.
    pub fn read<T, R>(
        mut self,
        field: &'static str,
        items: Vec<T>,
        parse: fn(R, Timestamp) -> Write,
        call_of: impl Fn(T, api::WriteContext) -> R,
    ) -> Read<Batch> {
        check_count(&mut self.call.fields, field, items.len());
        let (_, shared) = self.call.finish_shared()?;
        let (mut requests, mut broken) = (Vec::with_capacity(items.len()), Vec::new());
        let mut ids = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let name = shared.request_id().map(|id| digest::item_id(id, index));
            let context = api::WriteContext {
                request_id: name
                    .map(|name| name.as_str().to_owned())
                    .unwrap_or_default(),
                ..self.context.clone()
            };
            match parse(call_of(item, context), self.now) {
                Ok(parsed) => {
                    ids.push(id_of(&parsed.request));
                    requests.push(*parsed.request);
                }
                Err(violations) => {
                    ids.push(String::new());
                    let below = |violation: Violation| Violation {
                        field: format!("{field}[{index}].{}", violation.field),
                        ..violation
                    };
                    let violations = violations.into_iter().map(below).collect();
                    broken.push(Broken { index, violations });
                }
            }
        }
        Ok(Batch {
            items: Items {
                requests,
                broken,
                names: Names::Each,
            },
            ids,
            validate_only: shared.validate_only,
        })
    }
}

/// Names what an item is about, by the id that the item itself gives it.
fn id_of(request: &Request) -> String {
    if let Command::Collaboration {
        verb: CollaborationVerb::ShipProduct { shipment, .. },
        ..
    } = &request.command
    {
        return shipment.to_string();
    }
    if let Command::Deliverable { deliverable, .. } = &request.command {
        return deliverable.to_string();
    }
    request.about().id().to_owned()
}
