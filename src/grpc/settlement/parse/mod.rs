//! Requests of the settlement service.

mod bulk;
mod dispute;

pub use bulk::*;
pub use dispute::*;

use crate::domain::{
    BonusId, BrandId, CampaignId, CampaignRef, CollaborationId, Command, CostCorrection, CostId,
    CostState, CostType, CostVerb, CreatorId, Currency, Matched, PaymentId, Rate, Reference, Tax,
    TaxId, Timestamp, bonus_line,
};
use crate::grpc::calls::request::Read;
use crate::grpc::calls::request::context::{Call, Write};
use crate::grpc::calls::request::page::{
    Page, When, read_brand, read_campaign, read_page, read_when,
};
use crate::wire::fields::{Checked, Fields, Origin};
use crate::wire::proto::api;
use crate::wire::values::{
    MAX_NAME_CHARS, MAX_REASON_CHARS, NOT_NEGATIVE_RULE, read_amount, read_fx_rate, read_payable,
    read_payable_amount, read_payable_delta, read_position, read_positive_amount,
};

/// States that an approval told in two ways must be one amount.
const SAME_APPROVAL_RULE: &str = "must be the amount that approved_minor states";

/// Parses `RecordCost`.
///
/// # Errors
/// Every violation.
pub fn record_cost(mut request: api::RecordCostRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let campaign = call.campaign(&request.campaign_id);
    let cost = call.id_or_made("cost_id", &request.cost_id, CostId::parse);
    let verb = read_cost(&mut call, request);
    call.finish(command(campaign, cost, verb))
}

fn read_cost(call: &mut Call, request: api::RecordCostRequest) -> Checked<CostVerb> {
    let fields = &mut call.fields;
    let collaboration = fields.parse_optional(
        "collaboration_id",
        &request.collaboration_id,
        CollaborationId::parse,
    );
    let kind = fields.one_of("type", request.r#type);
    let amount = fields.required("amount", request.amount, read_payable);
    let fx_rate = fields.optional("fx_rate", request.fx_rate, read_fx_rate);
    let incurred_at = call.past("incurred_at", request.incurred_at);
    let note = call
        .fields
        .personal_optional_note("note", request.note, MAX_REASON_CHARS);
    Ok(CostVerb::Record {
        collaboration: collaboration?,
        kind: kind?,
        amount: amount?,
        fx_rate: fx_rate?,
        incurred_at: incurred_at?,
        note,
    })
}

/// Parses `ApproveCost`.
///
/// # Errors
/// Every violation.
pub fn approve_cost(mut request: api::ApproveCostRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let campaign = call.campaign(&request.campaign_id);
    let cost = read_line(&mut call.fields, &request.cost_id);
    let approved_minor = request.approved_minor;
    let not_negative = approved_minor.is_none_or(|minor| minor >= 0);
    call.fields
        .check("approved_minor", not_negative, NOT_NEGATIVE_RULE);
    let fields = &mut call.fields;
    let approved = fields.optional("approved", request.approved, |fields, approved| {
        let approved = read_payable_amount(fields, approved)?;
        let same = approved_minor.is_none_or(|minor| minor == approved.minor);
        fields.check_here(same, SAME_APPROVAL_RULE);
        Ok(approved)
    });
    let verb = approved.map(|approved| CostVerb::Approve {
        approved_minor: approved.map_or(approved_minor, |approved| Some(approved.minor)),
        currency: approved.map(|approved| approved.currency),
    });
    call.finish(command(campaign, cost, verb))
}

/// Parses `ReverseCost`.
///
/// # Errors
/// Every violation.
pub fn reverse_cost(mut request: api::ReverseCostRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let campaign = call.campaign(&request.campaign_id);
    let cost = read_line(&mut call.fields, &request.cost_id);
    let reason = call
        .fields
        .personal_note("reason", request.reason, MAX_REASON_CHARS);
    call.finish(command(campaign, cost, Ok(CostVerb::Reverse { reason })))
}

/// Parses `RecordPayment`.
///
/// # Errors
/// Every violation.
pub fn record_payment(mut request: api::RecordPaymentRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let campaign = call.campaign(&request.campaign_id);
    let cost = read_line(&mut call.fields, &request.cost_id);
    let payment = call.id_or_made("payment_id", &request.payment_id, PaymentId::parse);
    let fields = &mut call.fields;
    let amount = fields.required("amount", request.amount, read_positive_amount);
    let reference = &request.external_reference;
    let reference = fields.parse("external_reference", reference, Reference::parse);
    let paid_at = call.past("paid_at", request.paid_at);
    let verb = payment.and_then(|payment| {
        Ok(CostVerb::Pay {
            payment,
            amount: amount?,
            reference: Matched::told(reference?.as_str()),
            paid_at: paid_at?,
        })
    });
    call.finish(command(campaign, cost, verb))
}

/// Parses `AdjustCost`.
///
/// # Errors
/// Every violation.
pub fn adjust_cost(mut request: api::AdjustCostRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let campaign = call.campaign(&request.campaign_id);
    let cost = read_line(&mut call.fields, &request.cost_id);
    let fields = &mut call.fields;
    let delta = fields.required("delta", request.delta, read_payable_delta);
    let reason = fields.personal_note("reason", request.reason, MAX_REASON_CHARS);
    let verb = delta.map(|delta| CostVerb::Adjust { delta, reason });
    call.finish(command(campaign, cost, verb))
}

/// Parses `VoidPayment`.
///
/// # Errors
/// Every violation.
pub fn void_payment(mut request: api::VoidPaymentRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let campaign = call.campaign(&request.campaign_id);
    let cost = read_line(&mut call.fields, &request.cost_id);
    let fields = &mut call.fields;
    let payment = fields.parse("payment_id", &request.payment_id, PaymentId::parse);
    let reason = fields.personal_note("reason", request.reason, MAX_REASON_CHARS);
    let verb = payment.map(|payment| CostVerb::VoidPayment { payment, reason });
    call.finish(command(campaign, cost, verb))
}

/// Parses `CorrectCost`.
///
/// # Errors
/// Every violation.
pub fn correct_cost(mut request: api::CorrectCostRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let campaign = call.campaign(&request.campaign_id);
    let cost = read_line(&mut call.fields, &request.cost_id);
    let incurred_at = match request.incurred_at {
        Some(at) => call.past("incurred_at", Some(at)).map(Some),
        None => Ok(None),
    };
    let fields = &mut call.fields;
    let expected = read_position(fields, "expected_position", request.expected_position);
    let kind = fields.optional_one_of("type", request.r#type);
    let amount = fields.optional("amount", request.amount, read_payable);
    let fx_rate = fields.optional("fx_rate", request.fx_rate, read_fx_rate);
    let note = request
        .note
        .map(|note| fields.personal_optional_note("note", note, MAX_REASON_CHARS));
    let reason = fields.personal_note("reason", request.reason, MAX_REASON_CHARS);
    let verb = kind.and_then(|kind| {
        Ok(CostVerb::Correct(CostCorrection {
            expected,
            kind,
            amount: amount?,
            fx_rate: fx_rate?,
            incurred_at: incurred_at?,
            note,
            reason,
        }))
    });
    call.finish(command(campaign, cost, verb))
}

/// Parses `SupplyCostRate`.
///
/// # Errors
/// Every violation.
pub fn supply_cost_rate(mut request: api::SupplyCostRateRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let campaign = call.campaign(&request.campaign_id);
    let cost = read_line(&mut call.fields, &request.cost_id);
    let fx_rate = call
        .fields
        .required("fx_rate", request.fx_rate, read_fx_rate);
    let verb = fx_rate.map(|fx_rate| CostVerb::SupplyRate { fx_rate });
    call.finish(command(campaign, cost, verb))
}

/// Parses `WithholdCost`.
///
/// # Errors
/// Every violation.
pub fn withhold_cost(mut request: api::WithholdCostRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let campaign = call.campaign(&request.campaign_id);
    let cost = read_line(&mut call.fields, &request.cost_id);
    let reason = call
        .fields
        .personal_note("reason", request.reason, MAX_REASON_CHARS);
    call.finish(command(campaign, cost, Ok(CostVerb::Withhold { reason })))
}

/// Parses `ReleaseCost`.
///
/// # Errors
/// Every violation.
pub fn release_cost(mut request: api::ReleaseCostRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let campaign = call.campaign(&request.campaign_id);
    let cost = read_line(&mut call.fields, &request.cost_id);
    let reason = call
        .fields
        .personal_note("reason", request.reason, MAX_REASON_CHARS);
    call.finish(command(campaign, cost, Ok(CostVerb::Release { reason })))
}

/// Parses `AccrueBonus`.
///
/// # Errors
/// Every violation.
pub fn accrue_bonus(mut request: api::AccrueBonusRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let campaign = call.campaign(&request.campaign_id);
    let collaboration = call.collaboration(&request.collaboration_id);
    let bonus = call
        .fields
        .parse("bonus_id", &request.bonus_id, BonusId::parse);
    let named = collaboration.and_then(|collaboration| {
        let bonus = bonus?;
        let cost = bonus_line(&collaboration, &bonus);
        let verb = CostVerb::AccrueBonus {
            collaboration,
            bonus,
        };
        Ok((cost, verb))
    });
    call.finish(named.and_then(|(cost, verb)| command(campaign, Ok(cost), Ok(verb))))
}

/// Parses `RecordTax`.
///
/// # Errors
/// Every violation.
pub fn record_tax(mut request: api::RecordTaxRequest, now: Timestamp) -> Write {
    let mut call = Call::begin(&mut request, now);
    let campaign = call.campaign(&request.campaign_id);
    let cost = read_line(&mut call.fields, &request.cost_id);
    let id = call.id_or_made("tax_id", &request.tax_id, TaxId::parse);
    let fields = &mut call.fields;
    let gross = fields.required("gross", request.gross, read_amount);
    let base = fields.required("base", request.base, read_amount);
    let rate_percent = fields.parse("rate_percent", &request.rate_percent, Rate::parse);
    let amount = fields.required("amount", request.amount, read_amount);
    let article = fields.line("article", request.article, MAX_NAME_CHARS);
    let certificate =
        fields.personal_optional_line("certificate", request.certificate, MAX_NAME_CHARS);
    let period = fields.optional_line("period", request.period, MAX_NAME_CHARS);
    let verb = id.and_then(|id| {
        Ok(CostVerb::RecordTax(Tax {
            id,
            gross: gross?,
            base: base?,
            rate_percent: rate_percent?,
            amount: amount?,
            article,
            certificate: certificate.unwrap_or_default(),
            period,
        }))
    });
    call.finish(command(campaign, cost, verb))
}

fn read_line(fields: &mut Fields, id: &str) -> Checked<CostId> {
    fields.parse("cost_id", id, CostId::parse)
}

fn command(
    campaign: Checked<CampaignId>,
    cost: Checked<CostId>,
    verb: Checked<CostVerb>,
) -> Checked<Command> {
    Ok(Command::Cost {
        campaign: campaign?,
        cost: cost?,
        verb: verb?,
    })
}

/// Asks for the cost lines of a campaign.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CostsQuery {
    /// Whose.
    pub campaign: CampaignRef,
    /// Only of this collaboration.
    pub collaboration: Option<CollaborationId>,
    /// Only these; empty for all.
    pub kinds: Vec<CostType>,
    /// Only these; empty for all.
    pub states: Vec<CostState>,
    /// Which part.
    pub page: Page,
    /// As of when.
    pub when: When,
}

/// Parses `ListCosts`.
///
/// # Errors
/// Every violation.
pub fn list_costs(request: api::ListCostsRequest) -> Read<CostsQuery> {
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, request.min_position, request.as_of);
    let campaign = read_campaign(&mut fields, &request.brand_id, &request.campaign_id);
    let collaboration = fields.parse_optional(
        "collaboration_id",
        &request.collaboration_id,
        CollaborationId::parse,
    );
    let kinds = fields.each("types", request.types, |fields, number| {
        fields.one_of_here(number)
    });
    let states = fields.each("states", request.states, |fields, number| {
        fields.one_of_here(number)
    });
    let page = read_page(&mut fields, request.page_size, request.page_token);
    let query = campaign.and_then(|campaign| {
        Ok(CostsQuery {
            campaign,
            collaboration: collaboration?,
            kinds: kinds?,
            states: states?,
            page: page?,
            when: when?,
        })
    });
    fields.finish(query)
}

/// Asks for what a brand owes its creators.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BalancesQuery {
    /// Who owes.
    pub brand: BrandId,
    /// Only what is owed in this campaign.
    pub campaign: Option<CampaignId>,
    /// Only to this creator.
    pub creator: Option<CreatorId>,
    /// Only in this currency.
    pub currency: Option<Currency>,
    /// Only where something is left, or only where nothing is.
    pub open: Option<bool>,
    /// Which part.
    pub page: Page,
    /// As of when.
    pub when: When,
}

/// Parses `ListBalances`.
///
/// # Errors
/// Every violation.
pub fn list_balances(request: api::ListBalancesRequest) -> Read<BalancesQuery> {
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, request.min_position, request.as_of);
    let brand = read_brand(&mut fields, &request.brand_id);
    let campaign = fields.parse_optional("campaign_id", &request.campaign_id, CampaignId::parse);
    let creator = fields.parse_optional("creator_id", &request.creator_id, CreatorId::parse);
    let currency = &request.currency_code;
    let currency = fields.parse_optional("currency_code", currency, Currency::parse);
    let page = read_page(&mut fields, request.page_size, request.page_token);
    let query = brand.and_then(|brand| {
        Ok(BalancesQuery {
            brand,
            campaign: campaign?,
            creator: creator?,
            currency: currency?,
            open: request.open,
            page: page?,
            when: when?,
        })
    });
    fields.finish(query)
}
