//! Audit over gRPC: the log itself, read, followed and proven.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use super::{follow, proofs, subscriptions};
use crate::domain::{Position, Timestamp};
use crate::grpc::calls::{Calls, Door, parsed};
use crate::grpc::edge::deadline::Deadline;
use crate::grpc::edge::status;
use crate::grpc::events::{BATCHES_AHEAD, Batch, Reader, Span, Stopped};
use crate::grpc::streams::outlet::{Messages, Outlet, Room, Unread, outlet};
use crate::grpc::streams::shares::{Place, Stamp, Who};
use crate::grpc::{backup, parse};
use crate::views::position_before;
use crate::wire::proto::api;
use crate::wire::proto::api::audit_service_server;
use crate::wire::proto::api::follow_events_response::Message;

/// More events than there will ever be.
const NO_LIMIT: u64 = u64::MAX;

/// Serves `AuditService`.
pub struct Audits {
    door: Door,
}

impl Audits {
    /// Serves behind this door.
    pub fn new(door: Door) -> Self {
        Self { door }
    }
}

fn subscribed(resume_position: u64, message: Message) -> api::SubscribeResponse {
    use api::subscribe_response::Message as Subscribed;
    let message = match message {
        Message::Batch(batch) => Subscribed::Batch(batch),
        Message::CaughtUp(caught_up) => Subscribed::CaughtUp(caught_up),
        Message::Heartbeat(heartbeat) => Subscribed::Heartbeat(heartbeat),
    };
    api::SubscribeResponse {
        resume_position,
        message: Some(message),
    }
}

/// Finds which part of the log a reading is of: of a time of recording only what was recorded then.
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
            found.map_err(status::as_of)
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

fn within_log(calls: &Calls, after: Position) -> Result<(), Status> {
    let head = calls.log.head().position;
    if after > head {
        return Err(status::ahead("after_position", after, head));
    }
    Ok(())
}

#[tonic::async_trait]
impl audit_service_server::AuditService for Audits {
    type ReadEventsStream = Messages<api::ReadEventsResponse>;
    type FollowEventsStream = Messages<api::FollowEventsResponse>;
    type TakeBackupStream = Messages<api::TakeBackupResponse>;
    type SubscribeStream = Messages<api::SubscribeResponse>;
    type ExplainMetricStream = super::explain::Parts;

    async fn read_events(
        &self,
        request: Request<api::ReadEventsRequest>,
    ) -> Result<Response<Self::ReadEventsStream>, Status> {
        let calls = self.door.enter()?;
        let who = Who::of(&request);
        let query = parsed(parse::read_events(request.into_inner()))?;
        within_log(calls, query.after)?;
        let who = who.about(query.scope.brand());
        let idle = Stamp::default();
        let place = calls.streams.reads.enter(&who, &idle);
        let place = place.map_err(status::no_place)?;
        let span = span_of(calls, &query, &who).await?;
        let limits = calls.streams.outlet(BATCHES_AHEAD);
        let (out, messages) = outlet(limits, idle, span.resume().get());
        let reader = Reader::new(calls, &who, query.scope, query.filter);
        let streams = calls.streams.clone();
        tokio::spawn(async move {
            if let Err(why) = read_to_the_end(&reader, span, &out, &place).await {
                drop(place);
                let status = |stands| status::unread(why, Some(Position::new(stands)));
                streams.end_unread(&who, &out, status).await;
            }
        });
        Ok(Response::new(messages))
    }

    async fn follow_events(
        &self,
        request: Request<api::FollowEventsRequest>,
    ) -> Result<Response<Self::FollowEventsStream>, Status> {
        let calls = self.door.enter()?;
        let who = Who::of(&request);
        let query = parsed(parse::follow_events(request.into_inner()))?;
        within_log(calls, query.after)?;
        let wrap = |resume_position, message| api::FollowEventsResponse {
            resume_position,
            message: Some(message),
        };
        follow::follow(calls, who, query, wrap).map(Response::new)
    }

    async fn subscribe(
        &self,
        request: Request<api::SubscribeRequest>,
    ) -> Result<Response<Self::SubscribeStream>, Status> {
        let calls = self.door.enter()?;
        let who = Who::of(&request);
        let query = parsed(parse::subscribe(&request.into_inner()))?;
        within_log(calls, query.after)?;
        let query = subscriptions::enter(calls, query).await?;
        within_log(calls, query.after)?;
        follow::follow(calls, who, query, subscribed).map(Response::new)
    }

    async fn acknowledge(
        &self,
        request: Request<api::AcknowledgeRequest>,
    ) -> Result<Response<api::AcknowledgeResponse>, Status> {
        subscriptions::acknowledge(self.door.enter()?, request).await
    }

    async fn list_subscriptions(
        &self,
        _: Request<api::ListSubscriptionsRequest>,
    ) -> Result<Response<api::ListSubscriptionsResponse>, Status> {
        subscriptions::list(self.door.enter()?).await
    }

    async fn delete_subscription(
        &self,
        request: Request<api::DeleteSubscriptionRequest>,
    ) -> Result<Response<api::DeleteSubscriptionResponse>, Status> {
        subscriptions::delete(self.door.enter()?, request).await
    }

    async fn take_backup(
        &self,
        request: Request<api::TakeBackupRequest>,
    ) -> Result<Response<Self::TakeBackupStream>, Status> {
        let calls = self.door.enter()?;
        let (who, deadline) = (Who::of(&request), Deadline::of(&request));
        let after = Position::new(request.into_inner().after_position);
        within_log(calls, after)?;
        let idle = Stamp::default();
        let place = calls.streams.backups.enter(&who, &idle);
        let place = place.map_err(status::no_place)?;
        let end = calls.log.head();
        let signed = proofs::signed(calls, "after_position", Some(end.position), deadline).await?;
        let checkpoint = signed.note.to_string();
        let chunks = backup::send(calls, after, (end, checkpoint), (who, idle, place));
        Ok(Response::new(chunks))
    }

    async fn explain_metric(
        &self,
        request: Request<api::ExplainMetricRequest>,
    ) -> Result<Response<Self::ExplainMetricStream>, Status> {
        super::explain::explain(self.door.enter()?, request).await
    }

    async fn get_head(
        &self,
        _: Request<api::GetHeadRequest>,
    ) -> Result<Response<api::GetHeadResponse>, Status> {
        let calls = self.door.enter()?;
        let head = calls.log.head();
        Ok(Response::new(api::GetHeadResponse {
            position: head.position.get(),
            block: head.block,
            block_hash: head.hash.as_bytes().to_vec().into(),
            view_position: calls.views.position().get(),
        }))
    }

    async fn get_checkpoint(
        &self,
        request: Request<api::GetCheckpointRequest>,
    ) -> Result<Response<api::GetCheckpointResponse>, Status> {
        proofs::get_checkpoint(self.door.enter()?, request).await
    }

    async fn get_inclusion_proof(
        &self,
        request: Request<api::GetInclusionProofRequest>,
    ) -> Result<Response<api::GetInclusionProofResponse>, Status> {
        proofs::get_inclusion_proof(self.door.enter()?, request).await
    }

    async fn get_consistency_proof(
        &self,
        request: Request<api::GetConsistencyProofRequest>,
    ) -> Result<Response<api::GetConsistencyProofResponse>, Status> {
        proofs::get_consistency_proof(self.door.enter()?, request).await
    }

    async fn add_cosignature(
        &self,
        request: Request<api::AddCosignatureRequest>,
    ) -> Result<Response<api::AddCosignatureResponse>, Status> {
        proofs::add_cosignature(self.door.enter()?, request).await
    }

    async fn list_keys(
        &self,
        _: Request<api::ListKeysRequest>,
    ) -> Result<Response<api::ListKeysResponse>, Status> {
        Ok(proofs::list_keys(self.door.enter()?))
    }
}

/// Reads a span and says where that ended, or why it did before.
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
    // A drain leaves it time to come to its end.
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
