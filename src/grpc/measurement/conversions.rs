//! Conversions over gRPC: many at once, and every claim of an order with its outcome.

use tonic::{Request, Response, Status};

use super::{parse, render};
use crate::domain::rows::{Key, Rows};
use crate::domain::state::{ClaimStatus, Claimed, Order, Resource};
use crate::domain::{
    CampaignRef, CollaborationId, ConversionRecorded, ConversionRejected, ConversionType,
    DigestKind, Matched, OrderRef, Position, Timestamp,
};
use crate::grpc::calls::request::When;
use crate::grpc::calls::{
    Calls, Listed, Load, Lookup, Part, Reading, Written, joined_page, many, parsed,
};
use crate::grpc::campaign::parse::campaign_named;
use crate::grpc::campaign::reads::known_campaign;
use crate::grpc::edge::deadline::Deadline;
use crate::ledger::Recorded;
use crate::store::{self, Snapshot};
use crate::views::{LastRecorded, Slice};
use crate::wire::proto::api;

/// Records conversions, each separately, and answers with the outcome of each.
pub(super) async fn record_many(
    calls: &Calls,
    request: Request<api::BatchRecordConversionsRequest>,
) -> Result<Response<api::BatchRecordConversionsResponse>, Status> {
    let deadline = Deadline::of(&request);
    let request = request.into_inner();
    let (brand, campaign) = (request.brand_id.clone(), request.campaign_id.clone());
    let items = ("conversions", request.conversions.len());
    let decided = many::decide(calls, request, items, parse::batch_record_conversions);
    let (outcomes, _) = decided.await?;
    let campaign = parsed(campaign_named(&brand, &campaign))?;
    let (last, here) = (outcomes.last, campaign.clone());
    let find = move |rows: &Snapshot| {
        let each = outcomes.each.iter().map(|outcome| match outcome {
            Ok(recorded) => {
                let claim = claim_at(rows, &campaign, recorded)?;
                Ok(render::recorded_claim(recorded, claim))
            }
            Err(error) => Ok(render::refused_claim(error.clone())),
        });
        Ok(each.collect::<Result<Vec<_>, store::Error>>()?)
    };
    let reading = Reading {
        load: Load::Few,
        when: When {
            min_position: last,
            as_of: None,
        },
        slice: Slice::Campaign(here),
        deadline,
    };
    let (results, _) = calls.read(reading, find).await?;
    Ok(Response::new(api::BatchRecordConversionsResponse {
        results,
        last_position: last.get(),
    }))
}

/// Finds a claim with its order; `None` when it was only validated.
fn claim_at(
    rows: &Snapshot,
    campaign: &CampaignRef,
    recorded: &Recorded,
) -> Result<Option<api::ConversionClaim>, store::Error> {
    if !recorded.in_log {
        return Ok(None);
    }
    let key = Claimed::key(campaign, recorded.first);
    let Some(row) = rows.get::<Claimed>(&key)? else {
        return Ok(None);
    };
    let claim = Claim::of(rows, campaign, recorded.first, &row)?;
    Ok(claim.map(|claim| claim.render(Timestamp::default())))
}

/// Answers a page of `ListConversions`.
pub(super) fn listed(
    rows: &Snapshot,
    query: &parse::ConversionsQuery,
    part: &Part,
) -> Result<Listed<api::ConversionClaim>, Lookup> {
    let now = match query.when.as_of {
        Some(_) => LastRecorded::of(rows)?,
        None => part.now,
    };
    known_campaign(rows, &query.campaign)?;
    let prefix = Claimed::of_campaign(&query.campaign);
    let keep = |key: &Key, row: &Claimed| {
        let position = Claimed::position_of(key).unwrap_or_default();
        let claim = Claim::of(rows, &query.campaign, position, row)?;
        let meant = claim.filter(|claim| claim.is_meant(query, now));
        Ok(meant.map(|claim| claim.render(now)))
    };
    Ok(joined_page(rows, &prefix, part, keep)?)
}

/// Gives the code of a query its digest.
pub(super) fn by_code(
    calls: &Calls,
    mut query: parse::ConversionsQuery,
) -> Result<parse::ConversionsQuery, Status> {
    if let Some(code) = &mut query.code {
        let kind = DigestKind::Code(&query.campaign.campaign);
        calls.recognise(code, &query.campaign.brand, kind)?;
    }
    Ok(query)
}

/// Answers `GetConversion`.
pub(super) fn found(
    rows: &Snapshot,
    query: &parse::ConversionQuery,
) -> Result<api::Conversion, Lookup> {
    let row = rows.get::<Order>(&Order::key(&query.order))?;
    let id = query.order.order.id.as_str();
    let missing = || Lookup::missing(api::ErrorReason::OrderNotFound, "order", id);
    Ok(render::conversion(&query.order, &*row.ok_or_else(missing)?))
}

/// Returns the outcome of the claim of a write.
pub(super) fn outcome(written: &Written) -> i32 {
    let outcome = match &written.resource {
        Resource::Order(_, row) => render::outcome(row, written.first),
        Resource::Campaign(..)
        | Resource::Report(..)
        | Resource::Creator(..)
        | Resource::Collaboration(..)
        | Resource::Published(..)
        | Resource::Publication(..)
        | Resource::Cost(..)
        | Resource::Dispute(..)
        | Resource::Brand(..) => api::ConversionOutcome::Unspecified,
    };
    outcome as i32
}

/// A claim with everything that is known about it.
struct Claim<'a> {
    position: Position,
    is: Is<'a>,
}

enum Is<'a> {
    Standing(OrderRef, std::sync::Arc<Order>),
    Rejected(&'a ConversionRejected),
}

/// The values that filters compare.
struct Traits<'a> {
    kind: ConversionType,
    code: Option<&'a Matched>,
    ordered_at: Timestamp,
    collaborations: Vec<&'a CollaborationId>,
}

impl<'a> Claim<'a> {
    fn of(
        rows: &Snapshot,
        campaign: &CampaignRef,
        position: Position,
        row: &'a Claimed,
    ) -> Result<Option<Self>, store::Error> {
        let is = match row {
            Claimed::Rejected(rejected) => Is::Rejected(rejected),
            Claimed::Standing(order) => {
                let name = OrderRef {
                    brand: campaign.brand.clone(),
                    order: order.clone(),
                };
                match rows.get::<Order>(&Order::key(&name))? {
                    Some(order) => Is::Standing(name, order),
                    None => return Ok(None),
                }
            }
        };
        Ok(Some(Self { position, is }))
    }

    fn is_meant(&self, query: &parse::ConversionsQuery, now: Timestamp) -> bool {
        let Some(traits) = self.traits() else {
            return false;
        };
        let statuses = self.statuses(now);
        let mut wanted = query.statuses.iter();
        (query.statuses.is_empty() || wanted.any(|status| statuses.contains(status)))
            && (query.kinds.is_empty() || query.kinds.contains(&traits.kind))
            && query
                .code
                .as_ref()
                .is_none_or(|code| traits.code.is_some_and(|quoted| quoted.is_same(code)))
            && query
                .ordered_from
                .is_none_or(|from| from <= traits.ordered_at)
            && query
                .ordered_before
                .is_none_or(|end| traits.ordered_at < end)
            && (query.collaboration.as_ref()).is_none_or(|one| traits.collaborations.contains(&one))
    }

    fn traits(&self) -> Option<Traits<'_>> {
        Some(match &self.is {
            Is::Standing(_, order) => traits_of(&order.conversion.as_ref()?.conversion),
            Is::Rejected(rejected) => Traits {
                kind: rejected.kind,
                code: rejected.code.as_ref(),
                ordered_at: rejected.ordered_at,
                collaborations: rejected.claimed.iter().collect(),
            },
        })
    }

    fn statuses(&self, now: Timestamp) -> Vec<ClaimStatus> {
        match &self.is {
            Is::Standing(_, order) => {
                let standing = order.conversion.as_ref();
                standing.map_or_else(Vec::new, |standing| standing.statuses(now))
            }
            Is::Rejected(_) => vec![ClaimStatus::Duplicate],
        }
    }

    fn render(&self, now: Timestamp) -> api::ConversionClaim {
        let statuses = self.statuses(now);
        match &self.is {
            Is::Standing(name, order) => {
                render::standing_claim(self.position, &statuses, name, order)
            }
            Is::Rejected(rejected) => render::rejected_claim(self.position, &statuses, rejected),
        }
    }
}

fn traits_of(conversion: &ConversionRecorded) -> Traits<'_> {
    let credits = conversion.credits.iter();
    Traits {
        kind: conversion.kind,
        code: conversion.code.as_ref(),
        ordered_at: conversion.ordered_at,
        collaborations: credits.map(|credit| &credit.collaboration).collect(),
    }
}
