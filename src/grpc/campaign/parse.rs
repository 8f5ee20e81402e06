//! Requests of the campaign service.

use std::collections::BTreeSet;

use crate::domain::{
    BrandId, BrandVerb, CampaignId, CampaignObjective, CampaignRef, CampaignState, CampaignVerb,
    Command, Currency, Timestamp, ZONE_RULE, ZoneName,
};
use crate::grpc::calls::request::Read;
use crate::grpc::calls::request::context::{Call, Write};
use crate::grpc::calls::request::page::{
    Page, When, read_brand, read_campaign, read_page, read_when,
};
use crate::report::zone_named;
use crate::wire::emv::read_emv_model;
use crate::wire::fields::{Checked, Fields, Origin};
use crate::wire::plan::{read_plan, read_plan_change};
use crate::wire::proto::api;
use crate::wire::values::{MAX_REASON_CHARS, read_positive_amount, read_time};

/// Parses `CreateCampaign`.
///
/// # Errors
/// Every violation.
pub fn create_campaign(mut request: api::CreateCampaignRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let campaign = call.id_or_made("campaign_id", &request.campaign_id, CampaignId::parse);
    let plan = call.fields.required("plan", request.plan, read_plan);
    let verb = plan.map(|plan| CampaignVerb::Create { plan });
    call.finish(command(campaign, verb))
}

/// Parses `OpenCampaign`.
///
/// # Errors
/// Every violation.
pub fn open_campaign(mut request: api::OpenCampaignRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let campaign = call.campaign(&request.campaign_id);
    call.finish(command(campaign, Ok(CampaignVerb::Open)))
}

/// Parses `PauseCampaign`.
///
/// # Errors
/// Every violation.
pub fn pause_campaign(mut request: api::PauseCampaignRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let campaign = call.campaign(&request.campaign_id);
    let reason = call
        .fields
        .optional_note("reason", request.reason, MAX_REASON_CHARS);
    call.finish(command(campaign, Ok(CampaignVerb::Pause { reason })))
}

/// Parses `ResumeCampaign`.
///
/// # Errors
/// Every violation.
pub fn resume_campaign(mut request: api::ResumeCampaignRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let campaign = call.campaign(&request.campaign_id);
    call.finish(command(campaign, Ok(CampaignVerb::Resume)))
}

/// Parses `SetBrandTimeZone`.
///
/// # Errors
/// Every violation.
pub fn set_brand_time_zone(mut request: api::SetBrandTimeZoneRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let time_zone = call.fields.parse("time_zone", &request.time_zone, |name| {
        zone_named(name).ok_or(ZONE_RULE)?;
        ZoneName::parse(name)
    });
    call.finish(time_zone.map(|time_zone| Command::Brand {
        verb: BrandVerb::SetTimeZone { time_zone },
    }))
}

/// Parses `DefineEmvModel`.
///
/// # Errors
/// Every violation.
pub fn define_emv_model(mut request: api::DefineEmvModelRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let emv_model = request.emv_model;
    let emv_model = call.fields.required("emv_model", emv_model, read_emv_model);
    call.finish(emv_model.map(|emv_model| Command::Brand {
        verb: BrandVerb::DefineEmvModel { emv_model },
    }))
}

/// Asks for the settings of a brand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SettingsQuery {
    /// Whose.
    pub brand: BrandId,
    /// As of when.
    pub when: When,
}

/// Parses `GetBrandSettings`.
///
/// # Errors
/// Every violation.
pub fn get_brand_settings(request: &api::GetBrandSettingsRequest) -> Read<SettingsQuery> {
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, request.min_position, request.as_of);
    let brand = read_brand(&mut fields, &request.brand_id);
    fields.finish(brand.and_then(|brand| Ok(SettingsQuery { brand, when: when? })))
}

/// Parses `AmendCampaign`.
///
/// # Errors
/// Every violation.
pub fn amend_campaign(mut request: api::AmendCampaignRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let campaign = call.campaign(&request.campaign_id);
    let fields = &mut call.fields;
    let plan = request.plan.unwrap_or_default();
    let change = read_plan_change(fields, plan, request.clear);
    let reason = fields.optional_note("reason", request.reason, MAX_REASON_CHARS);
    let verb = change.map(|change| CampaignVerb::Amend {
        change: Box::new(change),
        reason,
    });
    call.finish(command(campaign, verb))
}

/// Parses `AmendBudget`.
///
/// # Errors
/// Every violation.
pub fn amend_budget(mut request: api::AmendBudgetRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let campaign = call.campaign(&request.campaign_id);
    let fields = &mut call.fields;
    let cap = fields.required("budget_cap", request.budget_cap, read_positive_amount);
    let reason = fields.optional_note("reason", request.reason, MAX_REASON_CHARS);
    let verb = cap.map(|cap| CampaignVerb::AmendBudget { cap, reason });
    call.finish(command(campaign, verb))
}

/// Parses `CloseCampaign`.
///
/// # Errors
/// Every violation.
pub fn close_campaign(mut request: api::CloseCampaignRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let campaign = call.campaign(&request.campaign_id);
    let withdraw_pending = request.withdraw_pending;
    let verb = CampaignVerb::Close { withdraw_pending };
    call.finish(command(campaign, Ok(verb)))
}

/// Parses `CancelCampaign`.
///
/// # Errors
/// Every violation.
pub fn cancel_campaign(mut request: api::CancelCampaignRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let campaign = call.campaign(&request.campaign_id);
    let reason = call.fields.note("reason", request.reason, MAX_REASON_CHARS);
    call.finish(command(campaign, Ok(CampaignVerb::Cancel { reason })))
}

fn command(campaign: Checked<CampaignId>, verb: Checked<CampaignVerb>) -> Checked<Command> {
    Ok(Command::Campaign {
        campaign: campaign?,
        verb: verb?,
    })
}

/// Asks for one campaign.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CampaignQuery {
    /// Which.
    pub campaign: CampaignRef,
    /// As of when.
    pub when: When,
}

/// Parses `GetCampaign`.
///
/// # Errors
/// Every violation.
pub fn get_campaign(request: &api::GetCampaignRequest) -> Read<CampaignQuery> {
    campaign_query(
        &request.brand_id,
        &request.campaign_id,
        (request.min_position, request.as_of),
    )
}

/// Parses the name of a campaign.
///
/// # Errors
/// Every violation.
pub fn campaign_named(brand_id: &str, campaign_id: &str) -> Read<CampaignRef> {
    let mut fields = Fields::new(Origin::Call);
    let campaign = read_campaign(&mut fields, brand_id, campaign_id);
    fields.finish(campaign)
}

/// Reads a question about one campaign.
pub fn campaign_query(
    brand_id: &str,
    campaign_id: &str,
    (min_position, as_of): (u64, Option<api::AsOf>),
) -> Read<CampaignQuery> {
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, min_position, as_of);
    let campaign = read_campaign(&mut fields, brand_id, campaign_id);
    fields.finish(campaign.and_then(|campaign| {
        Ok(CampaignQuery {
            campaign,
            when: when?,
        })
    }))
}

/// Asks for the campaigns of a brand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CampaignsQuery {
    /// Whose.
    pub brand: BrandId,
    /// Only these; empty for all.
    pub states: BTreeSet<CampaignState>,
    /// Only with one of these; empty for all.
    pub objectives: BTreeSet<CampaignObjective>,
    /// Only those that report in it.
    pub currency: Option<Currency>,
    /// Only those whose window ends then or later.
    pub ends_from: Option<Timestamp>,
    /// Only those whose window starts before.
    pub starts_before: Option<Timestamp>,
    /// Which part.
    pub page: Page,
    /// As of when.
    pub when: When,
}

/// Parses `ListCampaigns`.
///
/// # Errors
/// Every violation.
pub fn list_campaigns(request: api::ListCampaignsRequest) -> Read<CampaignsQuery> {
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, request.min_position, request.as_of);
    let brand = read_brand(&mut fields, &request.brand_id);
    let states = fields.each("states", request.states, |fields, number| {
        fields.one_of_here(number)
    });
    let objectives = fields.each("objectives", request.objectives, |fields, number| {
        fields.one_of_here(number)
    });
    let currency = &request.currency_code;
    let currency = fields.parse_optional("currency_code", currency, Currency::parse);
    let ends_from = fields.optional("ends_from", request.ends_from, read_time);
    let starts_before = fields.optional("starts_before", request.starts_before, read_time);
    let page = read_page(&mut fields, request.page_size, request.page_token);
    let query = brand.and_then(|brand| {
        Ok(CampaignsQuery {
            brand,
            states: states?.into_iter().collect(),
            objectives: objectives?.into_iter().collect(),
            currency: currency?,
            ends_from: ends_from?,
            starts_before: starts_before?,
            page: page?,
            when: when?,
        })
    });
    fields.finish(query)
}
