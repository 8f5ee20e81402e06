//! Who must act next, over gRPC.

use tonic::{Request, Response, Status};

use super::campaign::known_campaign;
use crate::domain::CampaignRef;
use crate::grpc::calls::{Calls, joined_page, parsed};
use crate::grpc::edge::deadline::Deadline;
use crate::grpc::page_token::Query;
use crate::grpc::{parse, render};
use crate::store::Snapshot;
use crate::views::worklist::{TaskRow, When};
use crate::views::{AsOf, LastRecorded, Slice};
use crate::wire::proto::api;

/// Lists tasks of a brand or of one of its campaigns.
///
/// # Errors
/// See the API.
pub async fn list(
    calls: &Calls,
    request: Request<api::ListWorklistRequest>,
) -> Result<Response<api::ListWorklistResponse>, Status> {
    let deadline = Deadline::of(&request);
    let request = request.into_inner();
    let same_query = Query::new(
        "ListWorklist",
        &api::ListWorklistRequest {
            page_size: 0,
            page_token: String::new(),
            min_position: 0,
            ..request.clone()
        },
    );
    let query = parsed(parse::list_worklist(request))?;
    let start = calls.page_start(same_query, &query.page)?;
    let now = calls.now();
    let (when, slice) = (query.when, Slice::of(&query.brand, query.campaign.as_ref()));
    let now = move |rows: &Snapshot| match when.as_of {
        None => Ok(now),
        Some(AsOf::RecordedAt(at) | AsOf::OccurredAt(at)) => Ok(at),
        Some(AsOf::Position(_)) => LastRecorded::of(rows),
    };
    let find = move |rows: &Snapshot| {
        let prefix = match &query.campaign {
            Some(campaign) => {
                let name = CampaignRef {
                    brand: query.brand.clone(),
                    campaign: campaign.clone(),
                };
                known_campaign(rows, &name)?;
                TaskRow::of_campaign(&name)
            }
            None => TaskRow::of_brand(&query.brand),
        };
        let now = now(rows)?;
        let keep = |_: &_, row: &TaskRow| {
            if !is_asked(&query, row) || row.is_over(rows, &query.brand)? {
                return Ok(None);
            }
            let blocked = row.blocked(rows, &query.brand)?;
            let wanted = query.blocked.is_none_or(|only| only == blocked.is_some());
            Ok(wanted.then(|| render::task(row, blocked.as_ref(), now)))
        };
        let (start, size) = (start.as_ref(), query.page.size);
        Ok(joined_page(rows, &prefix, start, size, keep)?)
    };
    let ((tasks, next), position) = calls.read_many(when, slice, deadline, find).await?;
    let next_page_token = calls.next_page(same_query, next);
    Ok(Response::new(api::ListWorklistResponse {
        tasks,
        next_page_token,
        position,
    }))
}

fn is_asked(query: &parse::WorklistQuery, row: &TaskRow) -> bool {
    let task = &row.task;
    let in_time = |until| matches!(task.when, When::Due(due_at) if due_at < until);
    query.side.is_none_or(|side| side == task.side)
        && (query.kinds.is_empty() || query.kinds.contains(&task.kind))
        && query.due_before.is_none_or(in_time)
}
