//! Requests of the creator service about selection: assessments, safety flags, matching.

use crate::domain::{
    Assessment, CampaignRef, Command, CreatorId, CreatorRef, CreatorVerb, FlagId, SafetyFlag,
    Timestamp,
};
use crate::grpc::calls::request::Read;
use crate::grpc::calls::request::context::{Call, Write, check_past};
use crate::grpc::calls::request::page::{
    Page, When, read_brand, read_campaign, read_page, read_when,
};
use crate::wire::fields::{Checked, Fields, Origin};
use crate::wire::proto::api;
use crate::wire::selection::{read_assessment, read_evidence};
use crate::wire::values::MAX_REASON_CHARS;

/// Parses `AssessCreator`.
///
/// # Errors
/// Every violation.
pub fn assess_creator(mut request: api::AssessCreatorRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let fields = &mut call.fields;
    let creator = read_creator(fields, &request.creator_id);
    let assessment = fields.required(
        "assessment",
        request.assessment,
        |fields, message| -> Checked<Assessment> {
            let assessment = read_assessment(fields, message)?;
            check_past(fields, "assessed_at", assessment.assessed_at, now);
            Ok(assessment)
        },
    );
    let verb = assessment.map(|assessment| CreatorVerb::Assess { assessment });
    call.finish(command(creator, verb))
}

/// Parses `RaiseSafetyFlag`.
///
/// # Errors
/// Every violation.
pub fn raise_safety_flag(mut request: api::RaiseSafetyFlagRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let creator = read_creator(&mut call.fields, &request.creator_id);
    let id = call.id_or_made("flag_id", &request.flag_id, FlagId::parse);
    let fields = &mut call.fields;
    let (severity, category) = (request.severity, request.category);
    let severity = fields.one_of("severity", severity);
    let category = fields.one_of("category", category);
    let evidence = read_evidence(fields, request.evidence);
    let note = fields.personal_note("note", request.note, MAX_REASON_CHARS);
    let verb = id.and_then(|id| {
        let flag = SafetyFlag {
            id,
            severity: severity?,
            category: category?,
            evidence: evidence?,
            note,
        };
        Ok(CreatorVerb::RaiseFlag { flag })
    });
    call.finish(command(creator, verb))
}

/// Parses `ClearSafetyFlag`.
///
/// # Errors
/// Every violation.
pub fn clear_safety_flag(mut request: api::ClearSafetyFlagRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let fields = &mut call.fields;
    let creator = read_creator(fields, &request.creator_id);
    let flag = fields.parse("flag_id", &request.flag_id, FlagId::parse);
    let reason = fields.personal_note("reason", request.reason, MAX_REASON_CHARS);
    let evidence = read_evidence(fields, request.evidence);
    let verb = flag.and_then(|flag| {
        Ok(CreatorVerb::ClearFlag {
            flag,
            reason,
            evidence: evidence?,
        })
    });
    call.finish(command(creator, verb))
}

fn read_creator(fields: &mut Fields, id: &str) -> Checked<CreatorId> {
    fields.parse("creator_id", id, CreatorId::parse)
}

fn command(creator: Checked<CreatorId>, verb: Checked<CreatorVerb>) -> Checked<Command> {
    Ok(Command::Creator {
        creator: creator?,
        verb: verb?,
    })
}

/// Asks how a creator meets what a campaign looks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MatchQuery {
    /// The campaign.
    pub campaign: CampaignRef,
    /// The creator.
    pub creator: CreatorRef,
    /// As of when.
    pub when: When,
}

/// Parses `MatchCreator`.
///
/// # Errors
/// Every violation.
pub fn match_creator(request: &api::MatchCreatorRequest) -> Read<MatchQuery> {
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, request.min_position, request.as_of);
    let campaign = read_campaign(&mut fields, &request.brand_id, &request.campaign_id);
    let creator = read_creator(&mut fields, &request.creator_id);
    let query = campaign.and_then(|campaign| {
        let (brand, creator) = (campaign.brand.clone(), creator?);
        Ok(MatchQuery {
            campaign,
            creator: CreatorRef { brand, creator },
            when: when?,
        })
    });
    fields.finish(query)
}

/// Asks for the safety flags of a creator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FlagsQuery {
    /// Whose.
    pub creator: CreatorRef,
    /// Only open ones, or only cleared ones.
    pub open: Option<bool>,
    /// Which part.
    pub page: Page,
    /// As of when.
    pub when: When,
}

/// Parses `ListSafetyFlags`.
///
/// # Errors
/// Every violation.
pub fn list_safety_flags(request: api::ListSafetyFlagsRequest) -> Read<FlagsQuery> {
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, request.min_position, request.as_of);
    let brand = read_brand(&mut fields, &request.brand_id);
    let creator = read_creator(&mut fields, &request.creator_id);
    let page = read_page(&mut fields, request.page_size, request.page_token);
    let query = brand.and_then(|brand| {
        Ok(FlagsQuery {
            creator: CreatorRef {
                brand,
                creator: creator?,
            },
            open: request.open,
            page: page?,
            when: when?,
        })
    });
    fields.finish(query)
}
