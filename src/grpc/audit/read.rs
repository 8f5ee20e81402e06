//! The log over gRPC: its head, and parts of it.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use super::events::{BATCHES_AHEAD, Batch, Reader, Span, Stopped};
use super::parse;
use crate::domain::{Position, Timestamp};
use crate::grpc::calls::folds;
use crate::grpc::calls::streams::outlet::{Messages, Outlet, Room, Unread, outlet};
use crate::grpc::calls::streams::refused;
use crate::grpc::calls::streams::shares::{Place, Stamp, Who};
use crate::grpc::calls::{Calls, parsed};
use crate::grpc::edge::status;
use crate::views::position_before;
use crate::wire::proto::api;

/// More events than there will ever be.
const NO_LIMIT: u64 = u64::MAX;

/// Answers `ReadEvents`.
pub(super) async fn read_events(
    calls: &Calls,
    request: Request<api::ReadEventsRequest>,
) -> Result<Response<Messages<api::ReadEventsResponse>>, Status> {
    let who = Who::of(&request);
    let query = parsed(parse::read_events(request.into_inner()))?;
    calls.ensure_brand(query.scope.brand(), "ReadEvents")?;
    within_log(calls, query.after)?;
    let who = who.about(query.scope.brand());
    let idle = Stamp::default();
    let place = calls.streams.reads.enter(&who, &idle);
    let place = place.map_err(refused::no_place)?;
    let span = span_of(calls, &query, &who).await?;
    let limits = calls.streams.outlet(BATCHES_AHEAD);
    let (out, messages) = outlet(limits, idle, span.resume().get());
    let reader = Reader::new(calls, &who, query.scope, query.filter);
    let streams = calls.streams.clone();
    tokio::spawn(async move {
        if let Err(why) = read_to_the_end(&reader, span, &out, &place).await {
            drop(place);
            let status = |stands| refused::unread(why, Some(Position::new(stands)));
            streams.end_unread(&who, &out, status).await;
        }
    });
    Ok(Response::new(messages))
}

/// Answers `GetHead`.
pub(super) async fn head(
    calls: &Calls,
    _: Request<api::GetHeadRequest>,
) -> Result<Response<api::GetHeadResponse>, Status> {
    let head = calls.log.head();
    Ok(Response::new(api::GetHeadResponse {
        position: head.position.get(),
        block: head.block,
        block_hash: head.hash.as_bytes().to_vec().into(),
        view_position: calls.views.position().get(),
    }))
}

/// Checks that a position is not ahead of the log.
///
/// # Errors
/// `POSITION_AHEAD`.
pub(super) fn within_log(calls: &Calls, after: Position) -> Result<(), Status> {
    let head = calls.log.head().position;
    if after > head {
        return Err(status::ahead("after_position", after, head));
    }
    Ok(())
}

/// Finds the part of the log to read: for a range of recording times, only the events recorded in
/// it.
async fn span_of(calls: &Calls, query: &parse::EventsQuery, who: &Who) -> Result<Span, Status> {
    let head = calls.log.head().position;
    let until = query.until.unwrap_or(head);
    if until > head {
        return Err(status::ahead("until_position", until, head));
    }
    let mut span = Span {
        after: query.after,
        until,
        limit: query.limit.unwrap_or(NO_LIMIT),
        backwards: query.backwards,
    };
    let (log, recorded) = (Arc::clone(&calls.log), query.filter.recorded);
    if recorded == parse::TimeRange::default() {
        return Ok(span);
    }
    let owner = who.owner();
    let found = calls.pools.streams.run(&owner, move |_| {
        let before = |time: Timestamp| {
            let found = position_before(log.as_ref(), head, time);
            found.map_err(folds::refused::as_of)
        };
        if let Some(from) = recorded.from {
            span.after = span.after.max(before(from)?);
        }
        if let Some(until) = recorded.until {
            span.until = span.until.min(before(until)?);
        }
        Ok(span)
    });
    found.await.map_err(|lost| status::internal(&lost))?
}

/// Reads a span. Returns where that ended, or why it ended early.
///
/// # Errors
/// When its client takes nothing.
async fn read_to_the_end(
    reader: &Reader,
    span: Span,
    out: &Outlet<api::ReadEventsResponse>,
    place: &Place,
) -> Result<(), Unread> {
    let message = |batch: Batch| api::ReadEventsResponse {
        resume_position: batch.resume.get(),
        batch: Some(batch.into_message()),
    };
    // A drain leaves it time to finish.
    let ending = CancellationToken::new();
    match reader.send(span, out, place, message, &ending).await {
        Ok(left) => {
            let resume_position = left.resume().get();
            let end = api::ReadEventsResponse {
                batch: Some(api::EventBatch::default()),
                resume_position,
            };
            out.put(Room::Asked, end, resume_position);
            out.finish(Ok(()), place).await
        }
        Err(Stopped::Left) => Ok(()),
        Err(Stopped::Unread(why)) => Err(why),
        Err(Stopped::Failed(failed)) => out.finish(Err(failed), place).await,
    }
}
