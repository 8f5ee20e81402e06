//! Requests of the audit service.

mod explain;
mod proofs;
mod subscriptions;

pub use explain::*;
pub use proofs::*;
pub use subscriptions::*;

use std::collections::BTreeSet;

use crate::domain::{
    BrandId, CampaignRef, CollaborationRef, CreatorId, CreatorRef, Position, Timestamp,
};
use crate::grpc::calls::request::Read;
use crate::grpc::calls::request::page::{read_brand, read_campaign, read_collaboration};
use crate::log::codec::json::record_descriptor;
use crate::wire::fields::{Checked, Fields, Origin};
use crate::wire::proto::api;
use crate::wire::values::read_time;

const SCOPE_RULE: &str = "must be exactly one of brand_id, campaign, all, collaboration, creator";
/// Most names of events in a filter: more than there are.
const MAX_TYPES: usize = 100;
const TYPES_RULE: &str = "must have at most 100 elements";
const TYPE_RULE: &str = "must be the name of an event, such as RefundRecorded";
const UNTIL_RULE: &str = "must not be before from";
/// Smallest number of an event in `Record`; smaller ones are the header's.
const FIRST_EVENT: u32 = 20;

/// Which events of the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Scope {
    /// All of a brand.
    Brand(BrandId),
    /// All of a campaign.
    Campaign(CampaignRef),
    /// All of a collaboration.
    Collaboration(CollaborationRef),
    /// All about a creator.
    Creator(CreatorRef),
    /// All.
    All,
}

impl Scope {
    /// Returns the brand of all of them, if it is one brand.
    pub fn brand(&self) -> Option<&BrandId> {
        match self {
            Self::Brand(brand) => Some(brand),
            Self::Campaign(campaign) => Some(&campaign.brand),
            Self::Collaboration(place) => Some(&place.brand),
            Self::Creator(name) => Some(&name.brand),
            Self::All => None,
        }
    }
}

/// A range of time, the end not included.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TimeRange {
    /// Its beginning.
    pub from: Option<Timestamp>,
    /// Its end.
    pub until: Option<Timestamp>,
}

impl TimeRange {
    /// Returns whether a time is in it.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }
}

/// Which events of a scope.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct EventFilter {
    /// By the number of the event in `Record`; empty for any.
    pub types: BTreeSet<u32>,
    /// By when they were recorded.
    pub recorded: TimeRange,
    /// By when they happened.
    pub occurred: TimeRange,
}

/// Asks for the events of the log up to its head.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventsQuery {
    /// Which.
    pub scope: Scope,
    /// Which of them.
    pub filter: EventFilter,
    /// Only events after this position.
    pub after: Position,
    /// Only events up to this position; `None` for the head.
    pub until: Option<Position>,
    /// At most this many; `None` for no limit.
    pub limit: Option<u64>,
    /// The latest first.
    pub backwards: bool,
}

/// Parses `ReadEvents`.
///
/// # Errors
/// Every violation.
pub fn read_events(request: api::ReadEventsRequest) -> Read<EventsQuery> {
    let mut fields = Fields::new(Origin::Call);
    let scope = fields.required("scope", request.scope, read_scope);
    let filter = fields.optional("filter", request.filter, read_filter);
    let until = request.until_position.map(Position::new);
    fields.finish(scope.and_then(|scope| {
        Ok(EventsQuery {
            scope,
            filter: filter?.unwrap_or_default(),
            after: Position::new(request.after_position),
            until,
            limit: Some(request.limit).filter(|limit| *limit > 0),
            backwards: request.backwards,
        })
    }))
}

/// Asks for the events of the log as they come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FollowQuery {
    /// Which.
    pub scope: Scope,
    /// Which of them.
    pub filter: EventFilter,
    /// Only events after this position.
    pub after: Position,
}

/// Parses `FollowEvents`.
///
/// # Errors
/// Every violation.
pub fn follow_events(request: api::FollowEventsRequest) -> Read<FollowQuery> {
    let mut fields = Fields::new(Origin::Call);
    let scope = fields.required("scope", request.scope, read_scope);
    let filter = fields.optional("filter", request.filter, read_filter);
    fields.finish(scope.and_then(|scope| {
        Ok(FollowQuery {
            scope,
            filter: filter?.unwrap_or_default(),
            after: Position::new(request.after_position),
        })
    }))
}

/// Reads which events of the log.
pub fn read_scope(fields: &mut Fields, message: api::LogScope) -> Checked<Scope> {
    use api::log_scope::Scope as Wire;
    match message.scope {
        Some(Wire::BrandId(brand)) => read_brand(fields, &brand).map(Scope::Brand),
        Some(Wire::Campaign(campaign)) => fields.within("campaign", |fields| {
            read_campaign(fields, &campaign.brand_id, &campaign.campaign_id).map(Scope::Campaign)
        }),
        Some(Wire::Collaboration(place)) => fields.within("collaboration", |fields| {
            let (brand, campaign) = (&place.brand_id, &place.campaign_id);
            read_collaboration(fields, brand, campaign, &place.collaboration_id)
                .map(Scope::Collaboration)
        }),
        Some(Wire::Creator(name)) => fields.within("creator", |fields| {
            let brand = read_brand(fields, &name.brand_id);
            let creator = fields.parse("creator_id", &name.creator_id, CreatorId::parse);
            let (brand, creator) = (brand?, creator?);
            Ok(Scope::Creator(CreatorRef { brand, creator }))
        }),
        Some(Wire::All(api::WholeLog {})) => Ok(Scope::All),
        None => Err(fields.refuse_here(SCOPE_RULE)),
    }
}

/// Reads which events of a scope.
pub fn read_filter(fields: &mut Fields, message: api::EventFilter) -> Checked<EventFilter> {
    fields.check("types", message.types.len() <= MAX_TYPES, TYPES_RULE);
    let types = fields.each("types", message.types, |fields, name| {
        event_number(&name).ok_or_else(|| fields.refuse_here(TYPE_RULE))
    });
    let recorded = fields.optional("recorded", message.recorded, read_range);
    let occurred = fields.optional("occurred", message.occurred, read_range);
    Ok(EventFilter {
        types: types?.into_iter().collect(),
        recorded: recorded?.unwrap_or_default(),
        occurred: occurred?.unwrap_or_default(),
    })
}

fn event_number(name: &str) -> Option<u32> {
    let record = record_descriptor();
    let mut events = record
        .fields()
        .filter(|field| field.number() >= FIRST_EVENT);
    let found = events.find(|field| {
        let kind = field.kind();
        kind.as_message().is_some_and(|event| event.name() == name)
    });
    found.map(|field| field.number())
}

fn read_range(fields: &mut Fields, message: api::TimeRange) -> Checked<TimeRange> {
    let from = fields.optional("from", message.from, read_time);
    let until = fields.optional("until", message.until, read_time);
    let range = TimeRange {
        from: from?,
        until: until?,
    };
    let in_order = range
        .from
        .zip(range.until)
        .is_none_or(|(from, until)| from <= until);
    fields.check("until", in_order, UNTIL_RULE);
    Ok(range)
}
