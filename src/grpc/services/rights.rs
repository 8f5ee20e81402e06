//! Rights of use over gRPC.

use tonic::{Request, Response, Status};

use crate::domain::Timestamp;
use crate::domain::state::RightsEnd;
use crate::grpc::calls::{Door, page, parsed};
use crate::grpc::edge::deadline::Deadline;
use crate::grpc::page_token::Query;
use crate::grpc::{parse, render};
use crate::store::Snapshot;
use crate::views::Slice;
use crate::wire::proto::api;

/// Lists rights of use by when they end.
pub(super) async fn list(
    door: &Door,
    request: Request<api::ListUsageRightsRequest>,
) -> Result<Response<api::ListUsageRightsResponse>, Status> {
    let calls = door.enter()?;
    let deadline = Deadline::of(&request);
    let request = request.into_inner();
    let same_query = Query::new(
        "ListUsageRights",
        &api::ListUsageRightsRequest {
            page_size: 0,
            page_token: String::new(),
            min_position: 0,
            ..request.clone()
        },
    );
    let query = parsed(parse::list_usage_rights(request))?;
    let start = calls.page_start(same_query, &query.page)?;
    let (when, slice) = (query.when, Slice::of(&query.brand, query.campaign.as_ref()));
    let find = move |rows: &Snapshot| {
        let prefix = RightsEnd::of_brand(&query.brand);
        // What ended before is skipped, not looked at.
        let first = query
            .ends_from
            .map(|from| prefix.clone().number(from.nanos().cast_unsigned()));
        let start = start.as_ref().max(first.as_ref());
        let size = query.page.size;
        let listed = page(rows, &prefix, start, size, |_, row: &RightsEnd| {
            is_meant(&query, row).then(|| render::agreed_rights(row))
        })?;
        Ok(listed)
    };
    let ((rights, next), position) = calls.read_many(when, slice, deadline, find).await?;
    let next_page_token = calls.next_page(same_query, next);
    Ok(Response::new(api::ListUsageRightsResponse {
        rights,
        next_page_token,
        position,
    }))
}

fn is_meant(query: &parse::RightsQuery, row: &RightsEnd) -> bool {
    let ends_at = row.rights.ends_at;
    let place = &row.collaboration;
    let ends_before = |before: Timestamp| ends_at.is_some_and(|ends_at| ends_at < before);
    query.ends_before.is_none_or(ends_before)
        && query
            .campaign
            .as_ref()
            .is_none_or(|campaign| *campaign == place.campaign)
        && query
            .creator
            .as_ref()
            .is_none_or(|creator| *creator == row.creator)
}
