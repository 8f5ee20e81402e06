//! Requests about disputes.

use crate::domain::limits::MAX_DISPUTE_EVIDENCE;
use crate::domain::{
    CampaignId, CampaignRef, CollaborationId, Command, DisputeId, DisputeRuling, DisputeVerb,
    Resolution, Timestamp,
};
use crate::grpc::calls::request::Read;
use crate::grpc::calls::request::context::{Call, Write};
use crate::grpc::calls::request::page::{Page, When, read_campaign, read_page, read_when};
use crate::wire::dispute::{read_arbiter, read_ruling, read_subject};
use crate::wire::fields::{Checked, Fields, Origin};
use crate::wire::proto::api;
use crate::wire::values::{MAX_REASON_CHARS, MAX_URL_CHARS};

const EVIDENCE_RULE: &str = "must have at most 20 elements";
const ARBITER_RULE: &str = "must be given unless the dispute is WITHDRAWN";

/// Parses `OpenDispute`.
///
/// # Errors
/// Every violation.
pub fn open_dispute(mut request: api::OpenDisputeRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let campaign = call.campaign(&request.campaign_id);
    let collaboration = call.collaboration(&request.collaboration_id);
    let dispute = call.id_or_made("dispute_id", &request.dispute_id, DisputeId::parse);
    let fields = &mut call.fields;
    let subject = fields.required("subject", request.subject, read_subject);
    let reason = fields.personal_note("reason", request.reason, MAX_REASON_CHARS);
    let fits = request.evidence.len() <= MAX_DISPUTE_EVIDENCE;
    fields.limit("evidence", fits, EVIDENCE_RULE);
    let evidence = fields.each("evidence", request.evidence, |fields, place| {
        Ok(fields.personal_line_here(place, MAX_URL_CHARS))
    });
    let verb = subject.and_then(|subject| {
        Ok(DisputeVerb::Open {
            subject,
            reason,
            evidence: evidence?,
        })
    });
    call.finish(command(campaign, collaboration, dispute, verb))
}

/// Parses `ResolveDispute`.
///
/// # Errors
/// Every violation.
pub fn resolve_dispute(mut request: api::ResolveDisputeRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let campaign = call.campaign(&request.campaign_id);
    let collaboration = call.collaboration(&request.collaboration_id);
    let fields = &mut call.fields;
    let dispute = fields.parse("dispute_id", &request.dispute_id, DisputeId::parse);
    let ruling = read_ruling(fields, request.ruling, request.share_bp);
    let needs_none = ruling
        .as_ref()
        .is_ok_and(|ruling| *ruling == DisputeRuling::Withdrawn);
    if ruling.is_ok() {
        let given = request.arbiter.is_some();
        fields.check("arbiter", given || needs_none, ARBITER_RULE);
    }
    let arbiter = fields.optional("arbiter", request.arbiter, read_arbiter);
    let reason = fields.personal_note("reason", request.reason, MAX_REASON_CHARS);
    let verb = ruling.and_then(|ruling| {
        Ok(DisputeVerb::Resolve(Resolution {
            ruling,
            arbiter: arbiter?,
            reason,
        }))
    });
    call.finish(command(campaign, collaboration, dispute, verb))
}

fn command(
    campaign: Checked<CampaignId>,
    collaboration: Checked<CollaborationId>,
    dispute: Checked<DisputeId>,
    verb: Checked<DisputeVerb>,
) -> Checked<Command> {
    Ok(Command::Dispute {
        campaign: campaign?,
        collaboration: collaboration?,
        dispute: dispute?,
        verb: verb?,
    })
}

/// Asks for the disputes of a campaign.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DisputesQuery {
    /// Whose.
    pub campaign: CampaignRef,
    /// Only of this collaboration.
    pub collaboration: Option<CollaborationId>,
    /// Only open ones, or only resolved ones.
    pub open: Option<bool>,
    /// Which part.
    pub page: Page,
    /// As of when.
    pub when: When,
}

/// Parses `ListDisputes`.
///
/// # Errors
/// Every violation.
pub fn list_disputes(request: api::ListDisputesRequest) -> Read<DisputesQuery> {
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, request.min_position, request.as_of);
    let campaign = read_campaign(&mut fields, &request.brand_id, &request.campaign_id);
    let collaboration = fields.parse_optional(
        "collaboration_id",
        &request.collaboration_id,
        CollaborationId::parse,
    );
    let page = read_page(&mut fields, request.page_size, request.page_token);
    let query = campaign.and_then(|campaign| {
        Ok(DisputesQuery {
            campaign,
            collaboration: collaboration?,
            open: request.open,
            page: page?,
            when: when?,
        })
    });
    fields.finish(query)
}
