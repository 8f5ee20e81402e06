//! Audit over gRPC: the log itself, read, followed and proven.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{Instant, sleep_until};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::{proofs, subscriptions};
use crate::domain::{Position, Timestamp};
use crate::grpc::calls::{Calls, Door, blocking, parsed};
use crate::grpc::deadline::Deadline;
use crate::grpc::events::{Batch, Reader, Span};
use crate::grpc::{backup, parse, status};
use crate::proto::api;
use crate::proto::api::audit_service_server;
use crate::proto::api::follow_events_response::Message;
use crate::views::position_before;

/// Batches between the reader and the connection: one on its way, one being read.
const BATCHES_AHEAD: usize = 2;
/// Silence after which a follower hears that the stream is alive.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// More events than there will ever be.
const NO_LIMIT: u64 = u64::MAX;
/// Streams that may follow the log at a time: each costs a task and no thread.
const MAX_FOLLOWERS: usize = 4_096;
/// Backups taken at a time: each holds a thread.
const MAX_BACKUPS: usize = 2;

/// Serves `AuditService`.
pub struct Audits {
    door: Door,
    followers: Arc<Semaphore>,
    backups: Arc<Semaphore>,
}

impl Audits {
    /// Serves behind this door.
    pub fn new(door: Door) -> Self {
        Self {
            door,
            followers: Arc::new(Semaphore::new(MAX_FOLLOWERS)),
            backups: Arc::new(Semaphore::new(MAX_BACKUPS)),
        }
    }

    /// Follows the log in a task of its own.
    fn follow<T: Send + 'static>(
        &self,
        calls: &Calls,
        query: parse::FollowQuery,
        wrap: fn(u64, Message) -> T,
    ) -> Result<Stream<T>, Status> {
        within_log(calls, query.after)?;
        if calls.ending.is_cancelled() {
            return Err(status::draining(query.after));
        }
        let permit = Arc::clone(&self.followers).try_acquire_owned();
        let permit = permit.map_err(|_| status::too_many_followers(MAX_FOLLOWERS))?;
        let (send, receive) = mpsc::channel(BATCHES_AHEAD);
        let following = Following {
            reader: reader(calls, query.scope, query.filter),
            after: query.after,
            calls: calls.clone(),
            wrap,
            _permit: permit,
        };
        tokio::spawn(async move {
            if let Err(status) = following.run(&send).await {
                let _ = send.send(Err(status)).await;
            }
        });
        Ok(ReceiverStream::new(receive))
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

fn reader(calls: &Calls, scope: parse::Scope, filter: parse::EventFilter) -> Reader {
    Reader {
        log: Arc::clone(&calls.log),
        views: calls.views.clone(),
        scope,
        filter: Arc::new(filter),
    }
}

/// Finds which part of the log a reading is of: of a time of recording only what was recorded then.
async fn span_of(calls: &Calls, query: &parse::EventsQuery) -> Result<Span, Status> {
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
    blocking(move || {
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
    })
    .await
}

fn within_log(calls: &Calls, after: Position) -> Result<(), Status> {
    let head = calls.log.head().position;
    if after > head {
        return Err(status::ahead("after_position", after, head));
    }
    Ok(())
}

type Stream<T> = ReceiverStream<Result<T, Status>>;

#[tonic::async_trait]
impl audit_service_server::AuditService for Audits {
    type ReadEventsStream = Stream<api::ReadEventsResponse>;
    type FollowEventsStream = Stream<api::FollowEventsResponse>;
    type TakeBackupStream = Stream<api::TakeBackupResponse>;
    type SubscribeStream = Stream<api::SubscribeResponse>;
    type ExplainMetricStream = Stream<api::ExplainMetricResponse>;

    async fn read_events(
        &self,
        request: Request<api::ReadEventsRequest>,
    ) -> Result<Response<Self::ReadEventsStream>, Status> {
        let calls = self.door.enter()?;
        let query = parsed(parse::read_events(request.into_inner()))?;
        within_log(calls, query.after)?;
        let (send, receive) = mpsc::channel(BATCHES_AHEAD);
        let span = span_of(calls, &query).await?;
        let reader = reader(calls, query.scope, query.filter);
        tokio::spawn(async move {
            if let Err(status) = read_to_the_end(reader, span, &send).await {
                // A reader that went away needs no status.
                let _ = send.send(Err(status)).await;
            }
        });
        Ok(Response::new(ReceiverStream::new(receive)))
    }

    async fn follow_events(
        &self,
        request: Request<api::FollowEventsRequest>,
    ) -> Result<Response<Self::FollowEventsStream>, Status> {
        let calls = self.door.enter()?;
        let query = parsed(parse::follow_events(request.into_inner()))?;
        let wrap = |resume_position, message| api::FollowEventsResponse {
            resume_position,
            message: Some(message),
        };
        self.follow(calls, query, wrap).map(Response::new)
    }

    async fn subscribe(
        &self,
        request: Request<api::SubscribeRequest>,
    ) -> Result<Response<Self::SubscribeStream>, Status> {
        let calls = self.door.enter()?;
        let query = parsed(parse::subscribe(&request.into_inner()))?;
        within_log(calls, query.after)?;
        let query = subscriptions::enter(calls, query).await?;
        self.follow(calls, query, subscribed).map(Response::new)
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
        let deadline = Deadline::of(&request);
        let after = Position::new(request.into_inner().after_position);
        within_log(calls, after)?;
        let permit = Arc::clone(&self.backups).acquire_owned().await;
        let permit = permit.map_err(|_| status::draining(after))?;
        let end = calls.log.head();
        let signed = proofs::signed(calls, "after_position", Some(end.position), deadline).await?;
        let checkpoint = signed.note.to_string();
        let chunks = backup::send(calls, after, (end, checkpoint), permit);
        Ok(Response::new(ReceiverStream::new(chunks)))
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

/// Reads a span and says where that ended.
async fn read_to_the_end(
    reader: Reader,
    span: Span,
    send: &mpsc::Sender<Result<api::ReadEventsResponse, Status>>,
) -> Result<(), Status> {
    let message = |batch: Batch| api::ReadEventsResponse {
        resume_position: batch.resume.get(),
        batch: Some(batch.into_message()),
    };
    let left = reader.send(span, send, message, || true).await?;
    let end = api::ReadEventsResponse {
        batch: Some(api::EventBatch::default()),
        resume_position: if span.backwards {
            left.until.get()
        } else {
            left.after.get()
        },
    };
    // A reader that went away needs no end.
    let _ = send.send(Ok(end)).await;
    Ok(())
}

/// A stream of events on its way.
struct Following<T> {
    reader: Reader,
    after: Position,
    calls: Calls,
    wrap: fn(u64, Message) -> T,
    _permit: OwnedSemaphorePermit,
}

impl<T: Send + 'static> Following<T> {
    async fn run(mut self, send: &mpsc::Sender<Result<T, Status>>) -> Result<(), Status> {
        let mut tail = self.calls.log.tail();
        let mut caught_up = false;
        let mut silent_until = Instant::now() + HEARTBEAT;
        loop {
            let head = tail.borrow_and_update().position;
            if self.after < head {
                let left = self.send_up_to(head, send).await?;
                self.after = left.after;
                if left.limit < NO_LIMIT {
                    silent_until = Instant::now() + HEARTBEAT;
                }
                if self.calls.ending.is_cancelled() {
                    return Err(status::draining(self.after));
                }
                if self.after < head {
                    return Ok(());
                }
            }
            if !caught_up {
                caught_up = true;
                let message = Message::CaughtUp(api::CaughtUp {
                    head_position: head.get(),
                });
                if !self.say(send, message).await {
                    return Ok(());
                }
            }
            tokio::select! {
                biased;
                () = self.calls.ending.cancelled() => return Err(status::draining(self.after)),
                () = send.closed() => return Ok(()),
                changed = tail.changed() => {
                    if changed.is_err() {
                        return Err(status::draining(self.after));
                    }
                }
                () = sleep_until(silent_until) => {
                    let sent_at = Some(self.calls.now().into());
                    if !self.say(send, Message::Heartbeat(api::Heartbeat { sent_at })).await {
                        return Ok(());
                    }
                    silent_until = Instant::now() + HEARTBEAT;
                }
            }
        }
    }

    /// Sends the events up to the head; returns what is left of them, which is nothing unless
    /// nobody listens any more or the server drains.
    async fn send_up_to(
        &self,
        until: Position,
        send: &mpsc::Sender<Result<T, Status>>,
    ) -> Result<Span, Status> {
        let wrap = self.wrap;
        let message = move |batch: Batch| {
            let resume = batch.resume.get();
            wrap(resume, Message::Batch(batch.into_message()))
        };
        let span = Span {
            after: self.after,
            until,
            limit: NO_LIMIT,
            backwards: false,
        };
        let ending = self.calls.ending.clone();
        let goes_on = move || !ending.is_cancelled();
        self.reader.send(span, send, message, goes_on).await
    }

    /// Sends a message; tells whether anybody still listens.
    async fn say(&self, send: &mpsc::Sender<Result<T, Status>>, message: Message) -> bool {
        let said = (self.wrap)(self.after.get(), message);
        send.send(Ok(said)).await.is_ok()
    }
}
