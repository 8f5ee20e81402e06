//! Audit over gRPC: the log itself, read and followed.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{Instant, sleep_until};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use crate::domain::Position;
use crate::grpc::calls::{Calls, Door, blocking, parsed};
use crate::grpc::events::Reader;
use crate::grpc::{parse, status};
use crate::proto::api;
use crate::proto::api::audit_service_server;
use crate::proto::api::follow_events_response::Message;

/// Batches between the reader and the connection: one on its way, one being read.
const BATCHES_AHEAD: usize = 2;
/// Silence after which a follower hears that the stream is alive.
const HEARTBEAT: Duration = Duration::from_secs(10);
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
        let reading = Reading {
            reader: reader(calls, query.scope),
            after: query.after,
        };
        let until = calls.log.head().position;
        let limit = query.limit.unwrap_or(u64::MAX);
        tokio::spawn(async move {
            if let Err(status) = reading.send_up_to(until, limit, &send).await {
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
}

/// One `ReadEvents` on its way.
struct Reading {
    reader: Reader,
    after: Position,
}

impl Reading {
    async fn send_up_to(
        mut self,
        until: Position,
        mut limit: u64,
        send: &mpsc::Sender<Result<api::ReadEventsResponse, Status>>,
    ) -> Result<(), Status> {
        while self.after < until && limit > 0 {
            let (reader, after) = (self.reader.clone(), self.after);
            let batch = blocking(move || reader.next(after, until, limit)).await?;
            self.after = batch.resume;
            limit -= batch.records.len() as u64;
            if batch.records.is_empty() {
                continue;
            }
            let resume_position = self.after.get();
            let batch = Some(batch.into_message()?);
            let message = api::ReadEventsResponse {
                batch,
                resume_position,
            };
            if send.send(Ok(message)).await.is_err() {
                return Ok(());
            }
        }
        let batch = Some(api::EventBatch::default());
        let resume_position = self.after.get();
        let _ = send
            .send(Ok(api::ReadEventsResponse {
                batch,
                resume_position,
            }))
            .await;
        Ok(())
    }
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
            while self.after < head {
                let (reader, after) = (self.reader.clone(), self.after);
                let batch = blocking(move || reader.next(after, head, u64::MAX)).await?;
                self.after = batch.resume;
                if !batch.records.is_empty() {
                    let message = Message::Batch(batch.into_message()?);
                    if !self.say(send, message).await {
                        return Ok(());
                    }
                    silent_until = Instant::now() + HEARTBEAT;
                }
                if self.calls.ending.is_cancelled() {
                    return Err(status::draining(self.after));
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
