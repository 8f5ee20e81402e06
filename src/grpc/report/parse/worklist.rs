//! Requests about who must act next.

use std::collections::BTreeSet;

use crate::domain::{ActorKind, BrandId, CampaignId, Timestamp};
use crate::grpc::calls::request::Read;
use crate::grpc::calls::request::page::{Page, When, read_brand, read_page, read_when};
use crate::views::worklist::TaskKind;
use crate::wire::fields::{Fields, Origin};
use crate::wire::proto::{api, values};
use crate::wire::values::read_time;

/// Asks for tasks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorklistQuery {
    /// Whose.
    pub brand: BrandId,
    /// Only of this campaign.
    pub campaign: Option<CampaignId>,
    /// Only what is the turn of this side.
    pub side: Option<ActorKind>,
    /// Only these; empty for all.
    pub kinds: BTreeSet<TaskKind>,
    /// Only what is due before.
    pub due_before: Option<Timestamp>,
    /// Only what waits for something, or only what can be done.
    pub blocked: Option<bool>,
    /// Which part.
    pub page: Page,
    /// As of when.
    pub when: When,
}

/// Parses `ListWorklist`.
///
/// # Errors
/// Every violation.
pub fn list_worklist(request: api::ListWorklistRequest) -> Read<WorklistQuery> {
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, request.min_position, request.as_of);
    let brand = read_brand(&mut fields, &request.brand_id);
    let campaign = fields.parse_optional("campaign_id", &request.campaign_id, CampaignId::parse);
    let side = match request.side {
        0 => Ok(None),
        side => fields
            .one_of("side", side, side_of, ActorKind::name)
            .map(Some),
    };
    let kinds = fields.each("kinds", request.kinds, |fields, number| {
        fields.one_of_here(number, kind_of, TaskKind::name)
    });
    let due_before = fields.optional("due_before", request.due_before, read_time);
    let page = read_page(&mut fields, request.page_size, request.page_token);
    let query = brand.and_then(|brand| {
        Ok(WorklistQuery {
            brand,
            campaign: campaign?,
            side: side?,
            kinds: kinds?.into_iter().collect(),
            due_before: due_before?,
            blocked: request.blocked,
            page: page?,
            when: when?,
        })
    });
    fields.finish(query)
}

/// The ledger itself has no tasks.
fn side_of(number: i32) -> Option<ActorKind> {
    match values::ActorKind::try_from(number).ok()? {
        values::ActorKind::Brand => Some(ActorKind::Brand),
        values::ActorKind::Creator => Some(ActorKind::Creator),
        values::ActorKind::System | values::ActorKind::Unspecified => None,
    }
}

fn kind_of(number: i32) -> Option<TaskKind> {
    match api::TaskKind::try_from(number).ok()? {
        api::TaskKind::Unspecified => None,
        api::TaskKind::AnswerOffer => Some(TaskKind::AnswerOffer),
        api::TaskKind::SubmitContent => Some(TaskKind::SubmitContent),
        api::TaskKind::ReviewContent => Some(TaskKind::ReviewContent),
        api::TaskKind::Publish => Some(TaskKind::Publish),
        api::TaskKind::VerifyPublication => Some(TaskKind::VerifyPublication),
        api::TaskKind::Disclose => Some(TaskKind::Disclose),
        api::TaskKind::WaiveRejected => Some(TaskKind::WaiveRejected),
        api::TaskKind::Complete => Some(TaskKind::Complete),
        api::TaskKind::ApproveCost => Some(TaskKind::ApproveCost),
        api::TaskKind::Pay => Some(TaskKind::Pay),
        api::TaskKind::AnswerApplication => Some(TaskKind::AnswerApplication),
        api::TaskKind::AnswerCounter => Some(TaskKind::AnswerCounter),
        api::TaskKind::AnswerAmendment => Some(TaskKind::AnswerAmendment),
    }
}
