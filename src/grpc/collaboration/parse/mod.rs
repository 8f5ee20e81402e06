//! Requests of the collaboration service about the agreement; those about its deliverables are in
//! `deliverable`, those about products in `seeding`.

mod bulk;
mod deliverable;
mod hold;
mod negotiation;
mod rights;
mod seeding;

pub use bulk::*;
pub use deliverable::*;
pub use hold::*;
pub use negotiation::*;
pub use rights::*;
pub use seeding::*;

use std::collections::BTreeSet;

use crate::domain::{
    BrandId, CampaignId, CollaborationId, CollaborationRef, CollaborationState, CollaborationVerb,
    Command, CreatorId, Timestamp,
};
use crate::grpc::calls::request::Read;
use crate::grpc::calls::request::context::{Call, Write};
use crate::grpc::calls::request::page::{
    Page, When, read_brand, read_collaboration, read_page, read_when,
};
use crate::wire::fields::{Checked, Fields, Origin};
use crate::wire::proto::api;
use crate::wire::terms::read_terms;
use crate::wire::values::{MAX_REASON_CHARS, read_time, read_version};

/// Parses `InviteCreator`.
///
/// # Errors
/// Every violation.
pub fn invite_creator(mut request: api::InviteCreatorRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::new(&mut call, &request.campaign_id, &request.collaboration_id);
    let fields = &mut call.fields;
    let creator = fields.parse("creator_id", &request.creator_id, CreatorId::parse);
    let terms = fields.required("terms", request.terms, read_terms);
    let expires_at = fields.required("expires_at", request.expires_at, read_time);
    let verb = creator.and_then(|creator| {
        Ok(CollaborationVerb::Invite {
            creator,
            terms: terms?,
            expires_at: expires_at?,
        })
    });
    call.finish(place.command(verb))
}

/// Parses `AcceptBrief`.
///
/// # Errors
/// Every violation.
pub fn accept_brief(mut request: api::AcceptBriefRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(&mut call, &request.campaign_id, &request.collaboration_id);
    let offer_version = read_version(&mut call.fields, "offer_version", request.offer_version);
    let verb = CollaborationVerb::Accept { offer_version };
    call.finish(place.command(Ok(verb)))
}

/// Parses `DeclineInvitation`.
///
/// # Errors
/// Every violation.
pub fn decline_invitation(mut request: api::DeclineInvitationRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(&mut call, &request.campaign_id, &request.collaboration_id);
    let reason = call
        .fields
        .personal_optional_note("reason", request.reason, MAX_REASON_CHARS);
    let verb = CollaborationVerb::Decline { reason };
    call.finish(place.command(Ok(verb)))
}

/// Parses `WithdrawInvitation`.
///
/// # Errors
/// Every violation.
pub fn withdraw_invitation(mut request: api::WithdrawInvitationRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(&mut call, &request.campaign_id, &request.collaboration_id);
    let reason = call
        .fields
        .personal_optional_note("reason", request.reason, MAX_REASON_CHARS);
    let verb = CollaborationVerb::Withdraw { reason };
    call.finish(place.command(Ok(verb)))
}

/// Parses `CompleteCollaboration`.
///
/// # Errors
/// Every violation.
pub fn complete_collaboration(
    mut request: api::CompleteCollaborationRequest,
    now: Timestamp,
) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(&mut call, &request.campaign_id, &request.collaboration_id);
    let verb = CollaborationVerb::Complete;
    call.finish(place.command(Ok(verb)))
}

/// Parses `CancelCollaboration`.
///
/// # Errors
/// Every violation.
pub fn cancel_collaboration(mut request: api::CancelCollaborationRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let place = Place::read(&mut call, &request.campaign_id, &request.collaboration_id);
    let reason = call
        .fields
        .personal_note("reason", request.reason, MAX_REASON_CHARS);
    let verb = CollaborationVerb::Cancel { reason };
    call.finish(place.command(Ok(verb)))
}

/// The ids that name a collaboration, as a request gives them.
pub struct Place {
    campaign: Checked<CampaignId>,
    collaboration: Checked<CollaborationId>,
}

impl Place {
    /// Reads the names of a collaboration that is there.
    pub fn read(call: &mut Call, campaign_id: &str, collaboration_id: &str) -> Self {
        Self {
            campaign: call.campaign(campaign_id),
            collaboration: call.collaboration(collaboration_id),
        }
    }

    /// Reads the names of a new one; its id is made where none is given.
    pub fn new(call: &mut Call, campaign_id: &str, collaboration_id: &str) -> Self {
        let campaign = call.campaign(campaign_id);
        let parse = CollaborationId::parse;
        Self {
            campaign,
            collaboration: call.id_or_made("collaboration_id", collaboration_id, parse),
        }
    }

    /// Makes the command of a verb.
    pub fn command(self, verb: Checked<CollaborationVerb>) -> Checked<Command> {
        Ok(Command::Collaboration {
            campaign: self.campaign?,
            collaboration: self.collaboration?,
            verb: verb?,
        })
    }
}

/// Asks for one collaboration, or for what it brought.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CollaborationQuery {
    /// Which.
    pub collaboration: CollaborationRef,
    /// As of when.
    pub when: When,
}

/// Parses `GetCollaboration`.
///
/// # Errors
/// Every violation.
pub fn get_collaboration(request: &api::GetCollaborationRequest) -> Read<CollaborationQuery> {
    collaboration_query(
        &request.brand_id,
        &request.campaign_id,
        &request.collaboration_id,
        (request.min_position, request.as_of),
    )
}

/// Reads a question about one collaboration.
pub fn collaboration_query(
    brand_id: &str,
    campaign_id: &str,
    collaboration_id: &str,
    (min_position, as_of): (u64, Option<api::AsOf>),
) -> Read<CollaborationQuery> {
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, min_position, as_of);
    let collaboration = read_collaboration(&mut fields, brand_id, campaign_id, collaboration_id);
    fields.finish(collaboration.and_then(|collaboration| {
        Ok(CollaborationQuery {
            collaboration,
            when: when?,
        })
    }))
}

/// Asks for the collaborations of a brand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CollaborationsQuery {
    /// Whose.
    pub brand: BrandId,
    /// Only of this campaign.
    pub campaign: Option<CampaignId>,
    /// Only of this creator.
    pub creator: Option<CreatorId>,
    /// Only these; empty for all.
    pub states: BTreeSet<CollaborationState>,
    /// Which part.
    pub page: Page,
    /// As of when.
    pub when: When,
}

/// Parses `ListCollaborations`.
///
/// # Errors
/// Every violation.
pub fn list_collaborations(request: api::ListCollaborationsRequest) -> Read<CollaborationsQuery> {
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, request.min_position, request.as_of);
    let brand = read_brand(&mut fields, &request.brand_id);
    let campaign = fields.parse_optional("campaign_id", &request.campaign_id, CampaignId::parse);
    let creator = fields.parse_optional("creator_id", &request.creator_id, CreatorId::parse);
    let states = fields.each("states", request.states, |fields, number| {
        fields.one_of_here(number)
    });
    let page = read_page(&mut fields, request.page_size, request.page_token);
    let query = brand.and_then(|brand| {
        Ok(CollaborationsQuery {
            brand,
            campaign: campaign?,
            creator: creator?,
            states: states?.into_iter().collect(),
            page: page?,
            when: when?,
        })
    });
    fields.finish(query)
}
