//! A brand as a whole, over gRPC: awareness by day, and groups of collaborations side by side.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::tz::TimeZone;
use tonic::{Request, Response, Status};

use super::parse;
use crate::domain::rows::{Key, Rows, Scan};
use crate::domain::state::{Campaign, Collaboration, Creator, Publication};
use crate::domain::{
    CampaignId, CampaignRef, CollaborationId, CollaborationRef, CreatorRef, Niche, Venue, Violation,
};
use crate::grpc::calls::{Calls, Load, Lookup, Reading, id_at, parsed};
use crate::grpc::campaign::reads::{brand_zone, known_campaign};
use crate::grpc::edge::deadline::Deadline;
use crate::grpc::edge::status;
use crate::report::{self, Group, Groups, Rates};
use crate::store::{self, Snapshot};
use crate::views::{CollaborationTotals, Day, PostDay, Slice};
use crate::wire::proto::api;

/// Most posts of one answer: they are read within a second.
const MAX_POSTS: usize = 10_000;
/// Most collaborations that are compared: they are read, with their posts, within a second.
const MAX_COMPARED: usize = 2_000;
/// Most groups of one answer, which are not paged: some 2 MiB.
const MAX_GROUPS: usize = 1_000;

/// Answers how a brand showed itself, by day.
///
/// # Errors
/// See the API.
pub async fn awareness(
    calls: &Calls,
    request: Request<api::GetBrandAwarenessRequest>,
) -> Result<Response<api::GetBrandAwarenessResponse>, Status> {
    let deadline = Deadline::of(&request);
    let query = parsed(parse::get_brand_awareness(&request.into_inner()))?;
    let reading = Reading {
        load: Load::Many,
        when: query.when,
        slice: Slice::Brand(query.brand.clone()),
        deadline,
    };
    let find = move |rows: &Snapshot| {
        let zone = match &query.zone {
            Some(zone) => zone.clone(),
            None => brand_zone(rows, &query.brand)?,
        };
        let time_zone = zone.iana_name().unwrap_or("UTC").to_owned();
        let names = posts_between(rows, &query, &zone)?;
        if names.len() > MAX_POSTS {
            let rule = format!("must be earlier: more than {MAX_POSTS} posts went live");
            return Err(refused("until_day", rule));
        }
        let mut days = report::Days::in_zone(zone);
        for name in &names {
            if let Some(post) = rows.get::<Publication>(&Publication::key(name))? {
                days.add(&post, (query.from, query.until));
            }
        }
        Ok((days.render(), days.longest_gap(), time_zone))
    };
    let ((days, longest_gap_days, time_zone), position) = calls.read(reading, find).await?;
    Ok(Response::new(api::GetBrandAwarenessResponse {
        days,
        longest_gap_days,
        position,
        time_zone,
    }))
}

/// Finds the posts of the days asked for, one more than an answer may have at the most.
fn posts_between(
    rows: &Snapshot,
    query: &parse::AwarenessQuery,
    zone: &TimeZone,
) -> Result<Vec<crate::domain::PublicationRef>, store::Error> {
    // Entries are by the day in UTC, from which a day elsewhere begins and ends less than a day away.
    let margin = i64::from(*zone != TimeZone::UTC);
    let from = Day::new(query.from.get() - margin);
    let until = Day::new(query.until.get() + margin);
    let prefix = PostDay::of_brand(&query.brand);
    let before = PostDay::from_day(&query.brand, from);
    let mut names = Vec::new();
    rows.scan::<PostDay>(Scan::of(&prefix).after(&before), &mut |_, entry| {
        if entry.day > until || names.len() > MAX_POSTS {
            return ControlFlow::Break(());
        }
        names.push(entry.post(&query.brand));
        ControlFlow::Continue(())
    })?;
    Ok(names)
}

/// Answers groups of collaborations side by side.
///
/// # Errors
/// See the API.
pub async fn comparison(
    calls: &Calls,
    request: Request<api::GetComparisonRequest>,
) -> Result<Response<api::GetComparisonResponse>, Status> {
    let deadline = Deadline::of(&request);
    let query = parsed(parse::get_comparison(request.into_inner()))?;
    let reading = Reading {
        load: Load::Many,
        when: query.when,
        slice: match query.campaigns.is_empty() {
            true => Slice::Brand(query.brand.clone()),
            false => Slice::Campaigns(query.brand.clone(), query.campaigns.clone()),
        },
        deadline,
    };
    let find = move |rows: &Snapshot| {
        let mut groups = Groups::default();
        let mut campaigns = HashMap::new();
        for (name, row) in compared(rows, &query)? {
            let campaign = match campaigns.get(&name.campaign) {
                Some(known) => Arc::clone(known),
                None => {
                    let known = known_campaign(rows, &name.campaign_ref())?;
                    campaigns.insert(name.campaign.clone(), Arc::clone(&known));
                    known
                }
            };
            let totals = rows.get::<CollaborationTotals>(&CollaborationTotals::key(&name))?;
            let totals = totals.unwrap_or_default();
            let rates = Rates::of_collaboration(rows, &name)?;
            for niche in niches(rows, &query, &name, &campaign, &row)? {
                let group = Group {
                    tier: query.apart.tier.then(|| tier(&row)),
                    niche,
                    platform: query.apart.platform.then(|| platform(&row)),
                    currency: campaign.plan.currency,
                };
                let margin = campaign.plan.gross_margin_bp;
                groups.add(group, &totals.totals, &rates, margin);
            }
            if groups.len() > MAX_GROUPS {
                let rule = format!("must be fewer: more than {MAX_GROUPS} groups");
                return Err(refused("campaign_ids", rule));
            }
        }
        Ok(groups.render())
    };
    let (rows, position) = calls.read(reading, find).await?;
    Ok(Response::new(api::GetComparisonResponse { rows, position }))
}

type Named = (CollaborationRef, Arc<Collaboration>);

/// Finds the accepted collaborations that are asked for.
fn compared(rows: &Snapshot, query: &parse::ComparisonQuery) -> Result<Vec<Named>, Lookup> {
    let mut prefixes: Vec<Key> = Vec::new();
    for campaign in &query.campaigns {
        let name = CampaignRef {
            brand: query.brand.clone(),
            campaign: campaign.clone(),
        };
        known_campaign(rows, &name)?;
        prefixes.push(Collaboration::of_campaign(&name));
    }
    if query.campaigns.is_empty() {
        prefixes.push(Collaboration::of_brand(&query.brand));
    }
    let mut found = Vec::new();
    for prefix in &prefixes {
        rows.scan::<Collaboration>(Scan::of(prefix), &mut |key, row| {
            let campaign = id_at(key, 1, CampaignId::parse);
            let collaboration = id_at(key, 2, CollaborationId::parse);
            let accepted = row.acceptance.is_some();
            if let (true, Some(campaign), Some(collaboration)) = (accepted, campaign, collaboration)
            {
                let name = CollaborationRef {
                    brand: query.brand.clone(),
                    campaign,
                    collaboration,
                };
                found.push((name, Arc::clone(row)));
            }
            if found.len() > MAX_COMPARED {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        })?;
        if found.len() > MAX_COMPARED {
            let rule = format!("must be fewer: more than {MAX_COMPARED} collaborations");
            return Err(refused("campaign_ids", rule));
        }
    }
    Ok(found)
}

fn tier(row: &Collaboration) -> crate::domain::Tier {
    let acceptance = row.acceptance.as_ref();
    acceptance.map_or(crate::domain::Tier::Unknown, |acceptance| acceptance.tier)
}

/// The one platform of everything promised, if it is one.
fn platform(row: &Collaboration) -> Option<Venue> {
    let mut promised = row.deliverables.iter().map(|one| &one.terms.platform);
    let first = promised.next()?;
    promised.all(|other| other == first).then(|| first.clone())
}

/// The niches a collaboration counts in; `[None]` when niches do not matter.
fn niches(
    rows: &Snapshot,
    query: &parse::ComparisonQuery,
    name: &CollaborationRef,
    campaign: &Campaign,
    row: &Collaboration,
) -> Result<Vec<Option<Option<Niche>>>, store::Error> {
    if !query.apart.niche {
        return Ok(vec![None]);
    }
    let creator = CreatorRef {
        brand: name.brand.clone(),
        creator: row.creator.clone(),
    };
    let creator = rows.get::<Creator>(&Creator::key(&creator))?;
    let wanted = &campaign.plan.niches;
    let known = creator.map(|creator| creator.profile.niches.clone());
    let mut met = known.unwrap_or_default();
    met.retain(|niche| wanted.is_empty() || wanted.contains(niche));
    if met.is_empty() {
        return Ok(vec![Some(None)]);
    }
    Ok(met.into_iter().map(|niche| Some(Some(niche))).collect())
}

fn refused(field: &str, rule: String) -> Lookup {
    let violation = Violation::new(field, rule);
    Lookup::Status(Box::new(status::invalid(vec![violation])))
}
