//! Requests of engagement: one observation, many, a stream of them, and what corrects one.

use crate::domain::{
    BrandId, Command, EngagementVerb, Observation, Position, PublicationRef, Timestamp,
};
use crate::grpc::calls::request::Read;
use crate::grpc::calls::request::context::{
    Call, Context, NOT_FOR_MANY_RULE, Write, check_past, read_context, read_publication,
};
use crate::grpc::calls::request::items::{self, Batch, Items};
use crate::ledger::Names;
use crate::wire::fields::{Checked, Fields, Origin};
use crate::wire::observation::{WireSeen, read_counters, read_seen};
use crate::wire::proto::api;
use crate::wire::proto::api::ingest_engagement_request::Message;
use crate::wire::values::{MAX_REASON_CHARS, read_position};

const NOT_IN_STREAM_RULE: &str = "must be absent in a stream";
const OPENED_RULE: &str = "must come once, as the first message";
const CHUNK_NUMBER_RULE: &str = "must be 1 or more, and greater than that of the chunk before";

/// Parses `RecordEngagement`.
///
/// # Errors
/// Every violation.
pub fn record_engagement(mut request: api::RecordEngagementRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let item = api::EngagementItem {
        campaign_id: request.campaign_id,
        collaboration_id: request.collaboration_id,
        publication_id: request.publication_id,
        observed_at: request.observed_at,
        source: request.source,
        kind: request.kind,
        scope: request.scope,
        counters: request.counters,
        followers: request.followers,
        definition: request.definition,
    };
    let (fields, brand, now) = call.parts();
    let command = read_item(fields, brand, item, now);
    call.finish(command)
}

/// Reads one observation, alone in its call or one of many.
fn read_item(
    fields: &mut Fields,
    brand: Checked<&BrandId>,
    item: api::EngagementItem,
    now: Timestamp,
) -> Checked<Command> {
    let ids = (
        item.campaign_id.as_str(),
        item.collaboration_id.as_str(),
        item.publication_id.as_str(),
    );
    let publication = read_publication(fields, brand, ids);
    let seen = WireSeen {
        observed_at: item.observed_at,
        source: item.source,
        kind: item.kind,
        scope: item.scope,
        definition: item.definition,
    };
    let seen = read_seen(fields, seen);
    if let Ok(seen) = seen {
        check_past(fields, "observed_at", seen.observed_at, now);
    }
    let counters = fields.required("counters", item.counters, read_counters);
    let verb = seen.and_then(|seen| {
        let observation = Observation {
            seen,
            counters: counters?,
            followers: item.followers,
        };
        Ok(EngagementVerb::Record { observation })
    });
    engagement(publication, verb)
}

/// Parses `CorrectEngagement`.
///
/// # Errors
/// Every violation.
pub fn correct_engagement(mut request: api::CorrectEngagementRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let publication = call.publication(
        &request.campaign_id,
        &request.collaboration_id,
        &request.publication_id,
    );
    let fields = &mut call.fields;
    let observation = read_observation(fields, request.observation_position);
    let counters = fields.required("counters", request.counters, read_counters);
    let reason = fields.personal_note("reason", request.reason, MAX_REASON_CHARS);
    let verb = counters.map(|counters| EngagementVerb::Correct {
        observation,
        counters,
        followers: request.followers,
        reason,
    });
    call.finish(engagement(publication, verb))
}

/// Parses `VoidEngagement`.
///
/// # Errors
/// Every violation.
pub fn void_engagement(mut request: api::VoidEngagementRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let publication = call.publication(
        &request.campaign_id,
        &request.collaboration_id,
        &request.publication_id,
    );
    let fields = &mut call.fields;
    let observation = read_observation(fields, request.observation_position);
    let reason = fields.personal_note("reason", request.reason, MAX_REASON_CHARS);
    let verb = EngagementVerb::Void {
        observation,
        reason,
    };
    call.finish(engagement(publication, Ok(verb)))
}

fn read_observation(fields: &mut Fields, position: u64) -> Position {
    read_position(fields, "observation_position", position)
}

fn engagement(
    publication: Checked<PublicationRef>,
    verb: Checked<EngagementVerb>,
) -> Checked<Command> {
    Ok(Command::Engagement {
        publication: publication?,
        verb: verb?,
    })
}

/// Parses `BatchRecordEngagement`.
///
/// # Errors
/// Every violation of the batch itself; those of its items are in the batch.
pub fn batch_record_engagement(
    mut request: api::BatchRecordEngagementRequest,
    now: Timestamp,
) -> Read<Batch> {
    let mut call = Call::begin(&mut request, now);
    check_count(&mut call.fields, &request.observations);
    let (brand, context) = call.finish_shared()?;
    let validate_only = context.validate_only;
    let mut fields = Fields::new(Origin::Call);
    let shared = Shared { brand, context };
    let items = shared.read_all(&mut fields, request.observations, now);
    Ok(Batch {
        items,
        ids: Vec::new(),
        validate_only,
    })
}

/// The common fields of the observations of one stream.
pub struct Opening(Shared);

/// Parses the first message of `IngestEngagement`.
///
/// # Errors
/// Every violation.
pub fn ingest_opening(request: api::IngestEngagementRequest, now: Timestamp) -> Read<Opening> {
    let mut fields = Fields::new(Origin::Call);
    let opening = match request.message {
        Some(Message::Opening(opening)) => Some(opening),
        Some(Message::Chunk(_)) | None => None,
    };
    let shared = fields.required("opening", opening, |fields, opening| {
        read_opening(fields, opening, now)
    });
    fields.finish(shared.map(Opening))
}

fn read_opening(
    fields: &mut Fields,
    mut opening: api::EngagementOpening,
    now: Timestamp,
) -> Checked<Shared> {
    let brand = fields.parse("brand_id", &opening.brand_id, BrandId::parse);
    let context = opening.context.take();
    if let Some(context) = &context {
        let is_named = !context.request_id.is_empty();
        let (validate_only, prove) = (context.validate_only, context.prove);
        fields.within("context", |fields| {
            fields.check("prove", !prove, NOT_FOR_MANY_RULE);
            fields.check("request_id", !is_named, NOT_IN_STREAM_RULE);
            fields.check("validate_only", !validate_only, NOT_IN_STREAM_RULE);
        });
    }
    let context = read_context(fields, "IngestEngagement", &mut opening, context, now);
    Ok(Shared {
        brand: brand?,
        context: context?,
    })
}

/// Returns the number of the chunk in a message; 0 when it has none.
pub fn chunk_number(request: &api::IngestEngagementRequest) -> u64 {
    match &request.message {
        Some(Message::Chunk(chunk)) => chunk.chunk_number,
        Some(Message::Opening(_)) | None => 0,
    }
}

/// A chunk of observations.
#[derive(Clone, PartialEq, Debug)]
pub struct Chunk {
    /// The client's name for it.
    pub number: u64,
    /// The observations.
    pub observations: Items,
}

impl Opening {
    /// Returns the brand of the stream.
    pub fn brand(&self) -> &BrandId {
        &self.0.brand
    }

    /// Parses a later message of `IngestEngagement`, which comes after the chunk of that number.
    ///
    /// # Errors
    /// Every violation of the chunk itself; those of its items are in the chunk.
    pub fn chunk(
        &self,
        request: api::IngestEngagementRequest,
        after: u64,
        now: Timestamp,
    ) -> Read<Chunk> {
        let mut fields = Fields::new(Origin::Call);
        let chunk = match request.message {
            Some(Message::Chunk(chunk)) => Some(chunk),
            Some(Message::Opening(_)) => {
                let refused = fields.refuse("opening", OPENED_RULE);
                return fields.finish(Err(refused));
            }
            None => None,
        };
        let chunk = fields.required("chunk", chunk, |fields, chunk| {
            fields.check(
                "chunk_number",
                chunk.chunk_number > after,
                CHUNK_NUMBER_RULE,
            );
            check_count(fields, &chunk.observations);
            Ok(chunk)
        });
        let chunk = fields.finish(chunk)?;
        let mut fields = Fields::new(Origin::Call);
        let observations = fields.within("chunk", |fields| {
            self.0.read_all(fields, chunk.observations, now)
        });
        Ok(Chunk {
            number: chunk.chunk_number,
            observations,
        })
    }
}

/// The common fields of many observations.
struct Shared {
    brand: BrandId,
    context: Context,
}

impl Shared {
    fn read_all(
        &self,
        fields: &mut Fields,
        items: Vec<api::EngagementItem>,
        now: Timestamp,
    ) -> Items {
        let (requests, broken) = fields.each_alone("observations", items, |fields, item| {
            let command = read_item(fields, Ok(&self.brand), item, now)?;
            Ok(self.context.clone().request(self.brand.clone(), command))
        });
        Items {
            requests,
            broken,
            names: Names::Shared,
        }
    }
}

fn check_count(fields: &mut Fields, items: &[api::EngagementItem]) {
    items::check_count(fields, "observations", items.len());
}
