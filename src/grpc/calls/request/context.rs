//! What every write has in common: tenant, actor, request id, claimed time, rehearsal.

use prost::{Message, Name};
use prost_types::Timestamp as WireTime;

use super::{Read, digest, method_of};
use crate::domain::{
    Actor, BrandId, CampaignId, CollaborationId, CollaborationRef, Command, FUTURE_RULE,
    OnBehalfOf, Principal, PublicationId, PublicationRef, Request, RequestId, RequestStamp,
    Timestamp, Violation,
};
use crate::wire::fields::{Checked, Fields, Origin};
use crate::wire::personal::Personal;
use crate::wire::proto::api;
use crate::wire::values::{read_actor, read_on_behalf_of, read_time};

/// The rule that calls of many writes give no proofs.
pub const NOT_FOR_MANY_RULE: &str =
    "must not be set for many writes: GetInclusionProof proves each";
const OTHER_SIDE_RULE: &str = "must be another side than the actor's";

/// A write that keeps every rule that can be checked on a single request.
#[derive(Clone, PartialEq, Debug)]
pub struct Parsed {
    /// The command and its sender.
    pub request: Box<Request>,
    /// Decide and answer, but append nothing.
    pub validate_only: bool,
    /// Answer with proof that it is in the log.
    pub prove: bool,
}

/// A parsed write, or every violation of its request.
pub type Write = Result<Parsed, Vec<Violation>>;

/// A request to write.
pub trait WriteRequest: Message + Name + Personal {
    /// Returns the id of the brand.
    fn brand_id(&self) -> &str;

    /// Returns who writes and how.
    fn context(&self) -> Option<&api::WriteContext>;

    /// Takes the context out, because digests cover the rest of the request.
    fn take_context(&mut self) -> Option<api::WriteContext>;
}

// `impl WriteRequest for` every request that has a brand and a context of a write.
include!(concat!(env!("OUT_DIR"), "/writes.rs"));

/// A write that is being parsed.
pub struct Call {
    /// Reads the fields of the request.
    pub fields: Fields,
    now: Timestamp,
    brand: Checked<BrandId>,
    context: Checked<Context>,
}

/// The common part of the commands of a call: who writes, for whom, and how.
#[derive(Clone, PartialEq, Debug)]
pub struct Context {
    actor: Actor,
    on_behalf_of: Option<OnBehalfOf>,
    stamp: Option<RequestStamp>,
    occurred_at: Option<Timestamp>,
    /// Decide and answer, but append nothing.
    pub validate_only: bool,
    /// Answer with proof that it is in the log.
    pub prove: bool,
}

impl Context {
    /// Returns the caller's name for the request.
    pub fn request_id(&self) -> Option<&RequestId> {
        self.stamp.as_ref().map(|stamp| &stamp.id)
    }

    /// Makes the write of one command.
    pub fn write(self, brand: BrandId, command: Command) -> Parsed {
        let (validate_only, prove) = (self.validate_only, self.prove);
        Parsed {
            request: Box::new(self.request(brand, command)),
            validate_only,
            prove,
        }
    }

    /// Makes the request of one command.
    pub fn request(self, brand: BrandId, command: Command) -> Request {
        Request {
            brand,
            actor: self.actor,
            on_behalf_of: self.on_behalf_of,
            stamp: self.stamp,
            occurred_at: self.occurred_at,
            principal: Principal::none(),
            command,
        }
    }
}

impl Call {
    /// Begins with the common fields of writes, and takes the context out of the request.
    pub fn begin<R: WriteRequest>(request: &mut R, now: Timestamp) -> Self {
        let context = request.take_context();
        let mut fields = Fields::new(Origin::Call);
        let brand = fields.parse("brand_id", request.brand_id(), BrandId::parse);
        let context = read_context(&mut fields, method_of::<R>(), request, context, now);
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
        let (fields, brand, _) = self.parts();
        read_publication(
            fields,
            brand,
            (campaign_id, collaboration_id, publication_id),
        )
    }

    /// Lends the parts that a reader of items of other calls needs.
    pub fn parts(&mut self) -> (&mut Fields, Checked<&BrandId>, Timestamp) {
        let brand = self.brand.as_ref().map_err(|refused| *refused);
        (&mut self.fields, brand, self.now)
    }

    /// Reads the id of the resource that the write creates. If it is absent, an id is made.
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

    /// Reads when something happened: at most as far in the future as a clock may drift.
    pub fn past(&mut self, field: &'static str, at: Option<WireTime>) -> Checked<Timestamp> {
        let at = self.fields.required(field, at, read_time)?;
        self.check_past(field, at);
        Ok(at)
    }

    /// Notes when a moment that was read is further ahead than a clock may drift.
    pub fn check_past(&mut self, field: &'static str, at: Timestamp) {
        check_past(&mut self.fields, field, at, self.now);
    }

    /// Ends the reading with the command.
    pub fn finish(self, command: Checked<Command>) -> Write {
        let (brand, context) = (self.brand, self.context);
        let parsed = command.and_then(|command| Ok(context?.write(brand?, command)));
        self.fields.finish(parsed)
    }

    /// Ends the reading of the common part of the call's commands.
    ///
    /// # Errors
    /// Every violation so far.
    pub fn finish_shared(mut self) -> Read<(BrandId, Context)> {
        let is_asked = self.context.as_ref().is_ok_and(|context| context.prove);
        self.fields.within("context", |fields| {
            fields.check("prove", !is_asked, NOT_FOR_MANY_RULE);
        });
        self.finish_with(Ok(()))
            .map(|(brand, context, ())| (brand, context))
    }

    /// Ends the reading of a call whose command needs more than the request.
    ///
    /// # Errors
    /// Every violation.
    pub fn finish_with<T>(self, rest: Checked<T>) -> Read<(BrandId, Context, T)> {
        let (brand, context) = (self.brand, self.context);
        self.fields
            .finish(rest.and_then(|rest| Ok((brand?, context?, rest))))
    }
}

/// Reads the publication a command is about, by the ids of campaign, collaboration and publication.
pub fn read_publication(
    fields: &mut Fields,
    brand: Checked<&BrandId>,
    (campaign_id, collaboration_id, publication_id): (&str, &str, &str),
) -> Checked<PublicationRef> {
    let campaign = fields.parse("campaign_id", campaign_id, CampaignId::parse);
    let collaboration = fields.parse("collaboration_id", collaboration_id, CollaborationId::parse);
    let publication = fields.parse("publication_id", publication_id, PublicationId::parse);
    let collaboration = CollaborationRef {
        brand: brand?.clone(),
        campaign: campaign?,
        collaboration: collaboration?,
    };
    Ok(PublicationRef {
        collaboration,
        publication: publication?,
    })
}

/// Notes when a moment that was read is further ahead than a clock may drift.
pub fn check_past(fields: &mut Fields, field: &'static str, at: Timestamp, now: Timestamp) {
    fields.check(field, !at.is_future(now), FUTURE_RULE);
}

/// Reads the common fields of writes. `rest` is the request without its context.
pub fn read_context(
    fields: &mut Fields,
    method: &'static str,
    rest: &mut (impl Message + Personal),
    context: Option<api::WriteContext>,
    now: Timestamp,
) -> Checked<Context> {
    fields.required("context", context, |fields, context| {
        let stamp = read_stamp(fields, method, rest, &context);
        read_rest(fields, context, stamp, now)
    })
}

fn read_stamp(
    fields: &mut Fields,
    method: &str,
    rest: &mut (impl Message + Personal),
    context: &api::WriteContext,
) -> Checked<Option<RequestStamp>> {
    let id = fields.parse_optional("request_id", &context.request_id, RequestId::parse)?;
    Ok(id.map(|id| RequestStamp {
        id,
        digest: digest::of_request(method, rest, context),
    }))
}

fn read_rest(
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
        prove: context.prove,
    })
}

fn read_past(fields: &mut Fields, at: WireTime, now: Timestamp) -> Checked<Timestamp> {
    let at = read_time(fields, at)?;
    if at.is_future(now) {
        return Err(fields.refuse_here(FUTURE_RULE));
    }
    Ok(at)
}
