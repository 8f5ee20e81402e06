//! What every write has in common: tenant, actor, request id, claimed time, rehearsal.

use prost::Message;
use prost_types::Timestamp as WireTime;

use super::digest;
use crate::domain::{
    Actor, BrandId, CampaignId, CollaborationId, CollaborationRef, Command, FUTURE_RULE,
    OnBehalfOf, PublicationId, PublicationRef, Request, RequestId, RequestStamp, Timestamp,
    Violation,
};
use crate::log::codec::fields::{Checked, Fields, Origin};
use crate::log::codec::values::{read_actor, read_on_behalf_of, read_time};
use crate::proto::api;

const OTHER_SIDE_RULE: &str = "must be another side than the actor's";

/// A write that keeps every rule a single request can keep.
#[derive(Clone, PartialEq, Debug)]
pub struct Parsed {
    /// What is asked, by whom.
    pub request: Request,
    /// Decide and answer, but append nothing.
    pub validate_only: bool,
}

/// A parsed write, or every violation of its request.
pub type Write = Result<Parsed, Vec<Violation>>;

/// A write on its way to a command.
pub struct Call {
    /// Reads the fields of the request.
    pub fields: Fields,
    now: Timestamp,
    brand: Checked<BrandId>,
    context: Checked<Context>,
}

struct Context {
    actor: Actor,
    on_behalf_of: Option<OnBehalfOf>,
    stamp: Option<RequestStamp>,
    occurred_at: Option<Timestamp>,
    validate_only: bool,
}

impl Call {
    /// Begins with what every write has. `rest` is the request with its context taken out.
    pub fn begin(
        method: &'static str,
        brand_id: &str,
        context: Option<api::WriteContext>,
        rest: &impl Message,
        now: Timestamp,
    ) -> Self {
        let mut fields = Fields::new(Origin::Call);
        let brand = fields.parse("brand_id", brand_id, BrandId::parse);
        let context = fields.required("context", context, |fields, context| {
            let stamp = read_stamp(fields, method, rest, &context);
            read_context(fields, context, stamp, now)
        });
        Self {
            fields,
            now,
            brand,
            context,
        }
    }

    /// Reads the campaign the write is about.
    pub fn campaign(&mut self, id: &str) -> Checked<CampaignId> {
        self.fields.parse("campaign_id", id, CampaignId::parse)
    }

    /// Reads the collaboration the write is about.
    pub fn collaboration(&mut self, id: &str) -> Checked<CollaborationId> {
        self.fields
            .parse("collaboration_id", id, CollaborationId::parse)
    }

    /// Reads the publication the write is about.
    pub fn publication(
        &mut self,
        campaign_id: &str,
        collaboration_id: &str,
        publication_id: &str,
    ) -> Checked<PublicationRef> {
        let campaign = self.campaign(campaign_id);
        let collaboration = self.collaboration(collaboration_id);
        let publication = self
            .fields
            .parse("publication_id", publication_id, PublicationId::parse);
        let collaboration = CollaborationRef {
            brand: self.brand.clone()?,
            campaign: campaign?,
            collaboration: collaboration?,
        };
        Ok(PublicationRef {
            collaboration,
            publication: publication?,
        })
    }

    /// Reads the id of what the write makes; absent, an id is made.
    pub fn id_or_made<T>(
        &mut self,
        field: &'static str,
        id: &str,
        parse: impl FnOnce(&str) -> Result<T, &'static str>,
    ) -> Checked<T> {
        if !id.is_empty() {
            return self.fields.parse(field, id, parse);
        }
        let brand = self.brand.as_ref().map_err(|refused| *refused)?;
        let context = self.context.as_ref().map_err(|refused| *refused)?;
        let request = context.stamp.as_ref().map(|stamp| &stamp.id);
        let made = digest::made_id(brand, request, field, self.now).to_string();
        self.fields.parse(field, &made, parse)
    }

    /// Reads when something happened: at most as far ahead as a clock may drift.
    pub fn past(&mut self, field: &'static str, at: Option<WireTime>) -> Checked<Timestamp> {
        let at = self.fields.required(field, at, read_time)?;
        self.check_past(field, at);
        Ok(at)
    }

    /// Notes when a moment that was read is further ahead than a clock may drift.
    pub fn check_past(&mut self, field: &'static str, at: Timestamp) {
        let is_past = !at.is_future(self.now);
        self.fields.check(field, is_past, FUTURE_RULE);
    }

    /// Ends the reading with the command.
    pub fn finish(self, command: Checked<Command>) -> Write {
        let (brand, context) = (self.brand, self.context);
        let parsed = command.and_then(|command| {
            let context = context?;
            let request = Request {
                brand: brand?,
                actor: context.actor,
                on_behalf_of: context.on_behalf_of,
                stamp: context.stamp,
                occurred_at: context.occurred_at,
                command,
            };
            Ok(Parsed {
                request,
                validate_only: context.validate_only,
            })
        });
        self.fields.finish(parsed)
    }
}

fn read_stamp(
    fields: &mut Fields,
    method: &str,
    rest: &impl Message,
    context: &api::WriteContext,
) -> Checked<Option<RequestStamp>> {
    let id = fields.parse_optional("request_id", &context.request_id, RequestId::parse)?;
    Ok(id.map(|id| RequestStamp {
        id,
        digest: digest::of_request(method, rest, context),
    }))
}

fn read_context(
    fields: &mut Fields,
    context: api::WriteContext,
    stamp: Checked<Option<RequestStamp>>,
    now: Timestamp,
) -> Checked<Context> {
    let actor = fields.required("actor", context.actor, read_actor);
    let on_behalf_of = fields.optional("on_behalf_of", context.on_behalf_of, |fields, other| {
        let other = read_on_behalf_of(fields, other)?;
        let same = actor
            .as_ref()
            .is_ok_and(|actor| actor.kind == other.actor.kind);
        fields.within("actor", |fields| {
            fields.check("kind", !same, OTHER_SIDE_RULE)
        });
        Ok(other)
    });
    let occurred_at = fields.optional("occurred_at", context.occurred_at, |fields, at| {
        read_past(fields, at, now)
    });
    Ok(Context {
        actor: actor?,
        on_behalf_of: on_behalf_of?,
        stamp: stamp?,
        occurred_at: occurred_at?,
        validate_only: context.validate_only,
    })
}

fn read_past(fields: &mut Fields, at: WireTime, now: Timestamp) -> Checked<Timestamp> {
    let at = read_time(fields, at)?;
    if at.is_future(now) {
        return Err(fields.refuse_here(FUTURE_RULE));
    }
    Ok(at)
}
