//! Partnerships of a brand, by creator or by a number.

use std::ops::ControlFlow;

use tonic::{Request, Response, Status};

use super::parse;
use crate::domain::rows::{Key, Rows, Scan};
use crate::domain::{CreatorId, CreatorRef, Timestamp, Violation};
use crate::grpc::calls::{
    Calls, Listed, Load, Lookup, Part, Reading, id_at, joined_page, parsed, ranked_page,
};
use crate::grpc::creator::parse::CreatorQuery;
use crate::grpc::edge::deadline::Deadline;
use crate::grpc::edge::status;
use crate::report::{self, PartnershipOrder};
use crate::store::Snapshot;
use crate::views::{LastRecorded, Partnership, Slice};
use crate::wire::proto::api;

/// Most partnerships that are put in order: their sums are taken while nothing is written.
const MAX_RANKED: usize = 5_000;

/// Answers a page of `ListPartnerships`.
pub(super) fn listed(
    rows: &Snapshot,
    query: &parse::PartnershipsQuery,
    part: &Part,
) -> Result<Listed<api::Partnership>, Lookup> {
    match query.order {
        PartnershipOrder::Creator => by_creator(rows, query, part),
        PartnershipOrder::LifetimeRoi { .. }
        | PartnershipOrder::OnTime
        | PartnershipOrder::LastContact => by_rank(rows, query, part),
    }
}

fn by_creator(
    rows: &Snapshot,
    query: &parse::PartnershipsQuery,
    part: &Part,
) -> Result<Listed<api::Partnership>, Lookup> {
    let prefix = Partnership::of_brand(&query.brand);
    let keep = |key: &Key, row: &Partnership| {
        let name = named(query, key);
        let found = name.map(|name| report::read_partnership(rows, &name, row));
        found.transpose()
    };
    Ok(joined_page(rows, &prefix, part, keep)?)
}

fn by_rank(
    rows: &Snapshot,
    query: &parse::PartnershipsQuery,
    part: &Part,
) -> Result<Listed<api::Partnership>, Lookup> {
    let prefix = Partnership::of_brand(&query.brand);
    let all = rows.page::<Partnership>(Scan::of(&prefix), MAX_RANKED + 1)?;
    if all.len() > MAX_RANKED {
        let rule = format!("must be CREATOR: there are more than {MAX_RANKED} partnerships");
        let violation = Violation::new("order_by", rule);
        return Err(Lookup::Status(Box::new(status::invalid(vec![violation]))));
    }
    let now = LastRecorded::of(rows)?;
    let mut ranked = Vec::with_capacity(all.len());
    for (key, row) in all {
        let Some(name) = named(query, &key) else {
            continue;
        };
        let together = row.sum(rows, &query.brand)?;
        let rank = report::rank(&query.order, &together, now);
        ranked.push((ranked_key(rank, &name.creator), (name, row)));
    }
    let shown = ranked_page(ranked, part, |(name, row)| {
        report::read_partnership(rows, name, row)
    });
    Ok(shown?)
}

/// Sorts the highest rank first, what has none last, and equals by creator.
fn ranked_key(rank: Option<i64>, creator: &CreatorId) -> Key {
    let key = Key::of::<Partnership>();
    let key = match rank {
        Some(rank) => key.byte(0).number(!(rank.cast_unsigned() ^ (1 << 63))),
        None => key.byte(1),
    };
    key.text(creator.as_str())
}

fn named(query: &parse::PartnershipsQuery, key: &Key) -> Option<CreatorRef> {
    Some(CreatorRef {
        brand: query.brand.clone(),
        creator: id_at(key, 1, CreatorId::parse)?,
    })
}

/// Answers `GetPartnership`.
pub(super) fn found(rows: &Snapshot, query: &CreatorQuery) -> Result<api::Partnership, Lookup> {
    let row = rows.get::<Partnership>(&Partnership::key(&query.creator))?;
    let id = query.creator.creator.as_str();
    let missing = || Lookup::missing(api::ErrorReason::PartnershipNotFound, "partnership", id);
    let row = row.ok_or_else(missing)?;
    Ok(report::read_partnership(rows, &query.creator, &row)?)
}

/// Answers `GetCreatorRetention`.
pub(super) async fn retention(
    calls: &Calls,
    request: Request<api::GetCreatorRetentionRequest>,
) -> Result<Response<api::GetCreatorRetentionResponse>, Status> {
    let deadline = Deadline::of(&request);
    let query = parsed(parse::get_creator_retention(&request.into_inner()))?;
    let reading = Reading {
        load: Load::Many,
        when: query.when,
        slice: Slice::Brand(query.brand.clone()),
        deadline,
    };
    let find = move |rows: &Snapshot| {
        let (mut first, mut kept) = (0, 0);
        let prefix = Partnership::of_brand(&query.brand);
        rows.scan::<Partnership>(Scan::of(&prefix), &mut |_, row| {
            let was_in = |period: &parse::Period| {
                let within = |at: &Timestamp| (period.from..period.until).contains(at);
                row.accepted_at.iter().any(within)
            };
            let in_first = was_in(&query.first);
            first += u64::from(in_first);
            kept += u64::from(in_first && was_in(&query.second));
            ControlFlow::Continue(())
        })?;
        Ok((first, kept))
    };
    let ((creators_first, creators_kept), position) = calls.read(reading, find).await?;
    Ok(Response::new(api::GetCreatorRetentionResponse {
        creators_first,
        creators_kept,
        retention: report::ratio_of(creators_kept as i64, creators_first as i64),
        position,
    }))
}
