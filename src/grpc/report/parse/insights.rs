//! Requests about a brand as a whole: awareness by day, and groups side by side.

use jiff::tz::TimeZone;

use crate::domain::{BrandId, CampaignId, ZONE_RULE};
use crate::grpc::calls::request::Read;
use crate::grpc::calls::request::page::{When, read_brand, read_when};
use crate::report::zone_named;
use crate::views::Day;
use crate::wire::fields::{Checked, Fields, Origin};
use crate::wire::proto::api;

/// Most days of one answer.
const MAX_DAYS: i64 = 366;
/// Most campaigns named in one question.
const MAX_CAMPAIGNS: usize = 100;
const DATE_RULE: &str = "must be a date such as 2026-03-31";

/// Asks for the posts of a brand by day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AwarenessQuery {
    /// Whose.
    pub brand: BrandId,
    /// The first day.
    pub from: Day,
    /// The last day, included.
    pub until: Day,
    /// Where the days are days; `None` leaves it to the brand.
    pub zone: Option<TimeZone>,
    /// As of when.
    pub when: When,
}

/// Parses `GetBrandAwareness`.
///
/// # Errors
/// Every violation.
pub fn get_brand_awareness(request: &api::GetBrandAwarenessRequest) -> Read<AwarenessQuery> {
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, request.min_position, request.as_of);
    let brand = read_brand(&mut fields, &request.brand_id);
    let from = fields.parse("from_day", &request.from_day, read_day);
    let until = fields.parse("until_day", &request.until_day, read_day);
    if let (Ok(from), Ok(until)) = (from, until) {
        let is_year = (0..MAX_DAYS).contains(&(until.get() - from.get()));
        let rule = format!("must be from_day or later, {MAX_DAYS} days at the most");
        fields.check("until_day", is_year, &rule);
    }
    let zone = fields.parse_optional("time_zone", &request.time_zone, |name| {
        zone_named(name).ok_or(ZONE_RULE)
    });
    let query = brand.and_then(|brand| {
        Ok(AwarenessQuery {
            brand,
            from: from?,
            until: until?,
            zone: zone?,
            when: when?,
        })
    });
    fields.finish(query)
}

/// Reads a day as ISO 8601 spells it, and in no other way.
fn read_day(text: &str) -> Result<Day, &'static str> {
    let date: jiff::civil::Date = text.parse().map_err(|_| DATE_RULE)?;
    let since = date.since(jiff::civil::date(1970, 1, 1));
    let days = since.map_err(|_| DATE_RULE)?.get_days();
    if date.to_string() != text {
        return Err(DATE_RULE);
    }
    Ok(Day::new(i64::from(days)))
}

/// How collaborations are grouped.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Apart {
    /// By the tier at acceptance.
    pub tier: bool,
    /// By niche.
    pub niche: bool,
    /// By platform.
    pub platform: bool,
}

/// Asks for groups of collaborations side by side.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ComparisonQuery {
    /// Whose.
    pub brand: BrandId,
    /// Only of these campaigns; empty for all.
    pub campaigns: Vec<CampaignId>,
    /// By what.
    pub apart: Apart,
    /// As of when.
    pub when: When,
}

/// Parses `GetComparison`.
///
/// # Errors
/// Every violation.
pub fn get_comparison(request: api::GetComparisonRequest) -> Read<ComparisonQuery> {
    let mut fields = Fields::new(Origin::Call);
    let when = read_when(&mut fields, request.min_position, request.as_of);
    let brand = read_brand(&mut fields, &request.brand_id);
    let few = request.campaign_ids.len() <= MAX_CAMPAIGNS;
    let rule = format!("must be at most {MAX_CAMPAIGNS}");
    fields.check("campaign_ids", few, &rule);
    let campaigns = fields.each("campaign_ids", request.campaign_ids, |fields, id| {
        CampaignId::parse(&id).map_err(|rule| fields.refuse_here(rule))
    });
    let apart = read_apart(&mut fields, request.group_by);
    let query = brand.and_then(|brand| {
        let mut campaigns = campaigns?;
        campaigns.sort();
        campaigns.dedup();
        Ok(ComparisonQuery {
            brand,
            campaigns,
            apart: apart?,
            when: when?,
        })
    });
    fields.finish(query)
}

fn read_apart(fields: &mut Fields, group_by: Vec<i32>) -> Checked<Apart> {
    fields.check("group_by", !group_by.is_empty(), "is required");
    let keys = fields.each("group_by", group_by, |fields, number| {
        fields.choice_here(number, api::ComparisonKey::as_str_name)
    })?;
    let mut apart = Apart::default();
    for key in keys {
        match key {
            api::ComparisonKey::Unspecified => {}
            api::ComparisonKey::Tier => apart.tier = true,
            api::ComparisonKey::Niche => apart.niche = true,
            api::ComparisonKey::Platform => apart.platform = true,
        }
    }
    Ok(apart)
}
