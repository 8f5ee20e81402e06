//! Requests that invite many creators at once.

use super::collaboration::{command, read_invite};
use super::context::Call;
use super::items::{self, Batch, Items};
use super::{Read, digest};
use crate::domain::{BrandId, CampaignId, CollaborationId, Command, RequestId, Timestamp};
use crate::ledger::Names;
use crate::log::codec::fields::{Checked, Fields, Origin};
use crate::log::codec::terms::read_terms;
use crate::log::codec::values::read_time;
use crate::proto::{api, values};

const METHOD: &str = "BatchInviteCreators";
const INVITATIONS: &str = "invitations";

/// A batch of invitations, and the collaborations they make, in their order.
#[derive(Clone, PartialEq, Debug)]
pub struct Invitations {
    /// What is asked.
    pub batch: Batch,
    /// Ids given or made.
    pub ids: Vec<String>,
}

/// Parses `BatchInviteCreators`.
///
/// # Errors
/// Every violation of the batch itself; those of its items are in the batch.
pub fn batch_invite_creators(
    mut request: api::BatchInviteCreatorsRequest,
    now: Timestamp,
) -> Read<Invitations> {
    let context = request.context.take();
    let wire = context.clone().unwrap_or_default();
    let mut call = Call::begin(METHOD, &request.brand_id, context, &request, now);
    // What all items share is refused once, not with each of them.
    let _ = call.campaign(&request.campaign_id);
    let fields = &mut call.fields;
    items::check_count(fields, INVITATIONS, request.invitations.len());
    let _ = fields.optional("terms", request.terms.clone(), read_terms);
    let _ = fields.optional("expires_at", request.expires_at, read_time);
    let (brand, context) = call.finish_shared()?;

    let invitations = std::mem::take(&mut request.invitations);
    let invites: Vec<_> = (invitations.into_iter().enumerate())
        .map(|(index, invitation)| {
            let name = context.request_id().map(|id| digest::item_id(id, index));
            complete(invitation, &request, &brand, name.as_ref(), now)
        })
        .collect();
    let ids = invites
        .iter()
        .map(|invite| invite.collaboration_id.clone())
        .collect();
    let invites = invites.into_iter().enumerate().collect();
    let mut fields = Fields::new(Origin::Call);
    let (requests, broken) = fields.each_alone(INVITATIONS, invites, |fields, (index, invite)| {
        let stamp = items::name(METHOD, context.request_id(), index, &invite, &wire);
        let command = read_invitation(fields, invite)?;
        Ok(context.clone().named(stamp).request(brand.clone(), command))
    });
    Ok(Invitations {
        batch: Batch {
            items: Items {
                requests,
                broken,
                names: Names::Each,
            },
            validate_only: context.validate_only,
        },
        ids,
    })
}

/// Says for one invitation what it would say if it came alone.
fn complete(
    invitation: api::Invitation,
    batch: &api::BatchInviteCreatorsRequest,
    brand: &BrandId,
    name: Option<&RequestId>,
    now: Timestamp,
) -> api::InviteCreatorRequest {
    let shared = || -> Option<values::Terms> { batch.terms.clone() };
    let mut collaboration_id = invitation.collaboration_id;
    if collaboration_id.is_empty() {
        collaboration_id = digest::made_id(brand, name, "collaboration_id", now).to_string();
    }
    api::InviteCreatorRequest {
        brand_id: batch.brand_id.clone(),
        context: None,
        campaign_id: batch.campaign_id.clone(),
        collaboration_id,
        creator_id: invitation.creator_id,
        terms: invitation.terms.or_else(shared),
        expires_at: invitation.expires_at.or(batch.expires_at),
    }
}

fn read_invitation(fields: &mut Fields, invite: api::InviteCreatorRequest) -> Checked<Command> {
    let campaign = fields.parse("campaign_id", &invite.campaign_id, CampaignId::parse);
    let collaboration = fields.parse(
        "collaboration_id",
        &invite.collaboration_id,
        CollaborationId::parse,
    );
    let verb = read_invite(fields, &invite.creator_id, invite.terms, invite.expires_at);
    command(campaign, collaboration, verb)
}
