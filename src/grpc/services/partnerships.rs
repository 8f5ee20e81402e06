//! Partnerships of a brand, by creator or by a number.

use tonic::{Request, Response, Status};

use super::campaign::id_at;
use crate::domain::rows::{Key, Rows, Scan};
use crate::domain::{CreatorId, CreatorRef, Violation};
use crate::grpc::calls::{Calls, Lookup, page, parsed, ranked_page};
use crate::grpc::edge::deadline::Deadline;
use crate::grpc::edge::status;
use crate::grpc::page_token::Query;
use crate::grpc::{parse, render};
use crate::store::Snapshot;
use crate::views::{LastRecorded, Partnership, Slice};
use crate::wire::proto::api;

/// Most partnerships that are put in order: their sums are taken while nothing is written.
const MAX_RANKED: usize = 5_000;

/// Lists partnerships.
///
/// # Errors
/// See the API.
pub async fn list(
    calls: &Calls,
    request: Request<api::ListPartnershipsRequest>,
) -> Result<Response<api::ListPartnershipsResponse>, Status> {
    let deadline = Deadline::of(&request);
    let request = request.into_inner();
    let same_query = Query::new(
        "ListPartnerships",
        &api::ListPartnershipsRequest {
            page_size: 0,
            page_token: String::new(),
            min_position: 0,
            ..request.clone()
        },
    );
    let query = parsed(parse::list_partnerships(request))?;
    let start = calls.page_start(same_query, &query.page)?;
    let (when, slice) = (query.when, Slice::Brand(query.brand.clone()));
    let find = move |rows: &Snapshot| match query.order {
        parse::PartnershipOrder::Creator => by_creator(rows, &query, start.as_ref()),
        parse::PartnershipOrder::LifetimeRoi { .. }
        | parse::PartnershipOrder::OnTime
        | parse::PartnershipOrder::LastContact => by_rank(rows, &query, start.as_ref()),
    };
    let ((partnerships, next), position) = calls.read_many(when, slice, deadline, find).await?;
    let next_page_token = calls.next_page(same_query, next);
    Ok(Response::new(api::ListPartnershipsResponse {
        partnerships,
        next_page_token,
        position,
    }))
}

type Listed = (Vec<api::Partnership>, Option<Key>);

fn by_creator(
    rows: &Snapshot,
    query: &parse::PartnershipsQuery,
    start: Option<&Key>,
) -> Result<Listed, Lookup> {
    let prefix = Partnership::of_brand(&query.brand);
    let mut failed = None;
    let size = query.page.size;
    let listed = page(rows, &prefix, start, size, |key, row: &Partnership| {
        let name = named(query, key)?;
        match render::read_partnership(rows, &name, row) {
            Ok(found) => Some(found),
            Err(error) => {
                failed = Some(error);
                None
            }
        }
    })?;
    match failed {
        Some(error) => Err(error.into()),
        None => Ok(listed),
    }
}

fn by_rank(
    rows: &Snapshot,
    query: &parse::PartnershipsQuery,
    start: Option<&Key>,
) -> Result<Listed, Lookup> {
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
        let rank = render::rank(&query.order, &together, now);
        ranked.push((ranked_key(rank, &name.creator), (name, row)));
    }
    let shown = ranked_page(ranked, start, query.page.size, |(name, row)| {
        render::read_partnership(rows, name, row)
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
