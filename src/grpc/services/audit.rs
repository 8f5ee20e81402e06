//! Audit over gRPC: the log itself, read, followed and proven.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{Instant, sleep_until};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::proofs;
use crate::domain::Position;
use crate::grpc::calls::{Calls, Door, parsed};
use crate::grpc::events::{Batch, Reader, Span};
use crate::grpc::{parse, status};
use crate::proto::api;
use crate::proto::api::audit_service_server;
use crate::proto::api::follow_events_response::Message;

/// Batches between the reader and the connection: one on its way, one being read.
const BATCHES_AHEAD: usize = 2;
/// Silence after which a follower hears that the stream is alive.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// More events than there will ever be.
const NO_LIMIT: u64 = u64::MAX;
/// Streams that may follow the log at a time: each costs a task and no thread.
const MAX_FOLLOWERS: usize = 4_096;

/// Serves `AuditService`.
pub struct Audits {
    door: Door,
    followers: Arc<Semaphore>,
}

impl Audits {
    /// Serves behind this door.
    pub fn new(door: Door) -> Self {
        Self {
            door,
            followers: Arc::new(Semaphore::new(MAX_FOLLOWERS)),
        }
    }
}

fn reader(calls: &Calls, scope: parse::Scope) -> Reader {
    Reader {
        log: Arc::clone(&calls.log),
        views: calls.views.clone(),
        scope,
    }
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

    async fn read_events(
        &self,
        request: Request<api::ReadEventsRequest>,
    ) -> Result<Response<Self::ReadEventsStream>, Status> {
        let calls = self.door.enter()?;
        let query = parsed(parse::read_events(request.into_inner()))?;
        within_log(calls, query.after)?;
        let (send, receive) = mpsc::channel(BATCHES_AHEAD);
        let reader = reader(calls, query.scope);
        let span = Span {
            after: query.after,
            until: calls.log.head().position,
            limit: query.limit.unwrap_or(NO_LIMIT),
        };
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
        within_log(calls, query.after)?;
        if calls.ending.is_cancelled() {
            return Err(status::draining(query.after));
        }
        let permit = Arc::clone(&self.followers).try_acquire_owned();
        let permit = permit.map_err(|_| status::too_many_followers(MAX_FOLLOWERS))?;
        let (send, receive) = mpsc::channel(BATCHES_AHEAD);
        let following = Following {
            reader: reader(calls, query.scope),
            after: query.after,
            calls: calls.clone(),
            _permit: permit,
        };
        tokio::spawn(async move {
            if let Err(status) = following.run(&send).await {
                let _ = send.send(Err(status)).await;
            }
        });
        Ok(Response::new(ReceiverStream::new(receive)))
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
        resume_position: left.after.get(),
    };
    // A reader that went away needs no end.
    let _ = send.send(Ok(end)).await;
    Ok(())
}

/// One `FollowEvents` on its way.
struct Following {
    reader: Reader,
    after: Position,
    calls: Calls,
    _permit: OwnedSemaphorePermit,
}

impl Following {
    async fn run(
        mut self,
        send: &mpsc::Sender<Result<api::FollowEventsResponse, Status>>,
    ) -> Result<(), Status> {
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
        send: &mpsc::Sender<Result<api::FollowEventsResponse, Status>>,
    ) -> Result<Span, Status> {
        let message = |batch: Batch| api::FollowEventsResponse {
            resume_position: batch.resume.get(),
            message: Some(Message::Batch(batch.into_message())),
        };
        let span = Span {
            after: self.after,
            until,
            limit: NO_LIMIT,
        };
        let ending = self.calls.ending.clone();
        let goes_on = move || !ending.is_cancelled();
        self.reader.send(span, send, message, goes_on).await
    }

    /// Sends a message; tells whether anybody still listens.
    async fn say(
        &self,
        send: &mpsc::Sender<Result<api::FollowEventsResponse, Status>>,
        message: Message,
    ) -> bool {
        let resume_position = self.after.get();
        let message = Some(message);
        send.send(Ok(api::FollowEventsResponse {
            resume_position,
            message,
        }))
        .await
        .is_ok()
    }
}
