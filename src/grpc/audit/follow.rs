//! A stream that follows the log: from a position to the head, and then new events as they come.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tonic::{Request, Response, Status};

use super::events::{BATCHES_AHEAD, Batch, Reader, Span, Stopped};
use super::parse::FollowQuery;
use super::read::within_log;
use super::{parse, subscriptions};
use crate::domain::Position;
use crate::grpc::calls::streams::followers::Follower;
use crate::grpc::calls::streams::outlet::{Messages, Outlet, Room, Unread, outlet};
use crate::grpc::calls::streams::refused;
use crate::grpc::calls::streams::shares::{Place, Stamp, Who};
use crate::grpc::calls::{Calls, parsed};
use crate::grpc::edge::{notes, status};
use crate::wire::proto::api;
use crate::wire::proto::api::follow_events_response::Message;

/// Silence after which a follower gets a heartbeat.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// More events than there will ever be.
const NO_LIMIT: u64 = u64::MAX;

/// Answers `FollowEvents`.
pub(super) async fn follow_events(
    calls: &Calls,
    request: Request<api::FollowEventsRequest>,
) -> Result<Response<Messages<api::FollowEventsResponse>>, Status> {
    let who = Who::of(&request);
    let query = parsed(parse::follow_events(request.into_inner()))?;
    calls.ensure_brand(query.scope.brand(), "FollowEvents")?;
    within_log(calls, query.after)?;
    let wrap = |resume_position, message| api::FollowEventsResponse {
        resume_position,
        message: Some(message),
    };
    follow(calls, who, query, wrap).map(Response::new)
}

/// Answers `Subscribe`.
pub(super) async fn subscribe(
    calls: &Calls,
    request: Request<api::SubscribeRequest>,
) -> Result<Response<Messages<api::SubscribeResponse>>, Status> {
    let who = Who::of(&request);
    let query = parsed(parse::subscribe(&request.into_inner()))?;
    within_log(calls, query.after)?;
    let query = subscriptions::enter(calls, query).await?;
    within_log(calls, query.after)?;
    follow(calls, who, query, subscribed).map(Response::new)
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

/// Follows the log in a separate task.
///
/// # Errors
/// `TOO_MANY_FOLLOWERS`; `DRAINING`.
fn follow<T: Send + 'static>(
    calls: &Calls,
    who: Who,
    query: FollowQuery,
    wrap: fn(u64, Message) -> T,
) -> Result<Messages<T>, Status> {
    if calls.ending.is_cancelled() {
        return Err(status::draining(query.after));
    }
    query.scope.brand().inspect(|brand| notes::brand(brand));
    let who = who.about(query.scope.brand());
    let idle = Stamp::default();
    let place = calls.streams.follows.enter(&who, &idle);
    let place = place.map_err(refused::no_place)?;
    let limits = calls.streams.outlet(BATCHES_AHEAD);
    let (out, messages) = outlet(limits, idle.clone(), query.after.get());
    let place = Arc::new(place);
    let mut following = Following {
        reader: Reader::new(calls, &who, query.scope, query.filter),
        after: query.after,
        calls: calls.clone(),
        wrap,
        who,
        idle,
        place: Arc::clone(&place),
        out,
        follower: calls.streams.followers.enter(query.after),
    };
    tokio::spawn(async move {
        let ending = following.calls.ending.clone();
        let stopped = tokio::select! {
            biased;
            () = ending.cancelled() => None,
            () = place.gives_way() => Some(Stopped::Unread(Unread::GaveWay)),
            stopped = following.run() => Some(stopped).filter(|_| !ending.is_cancelled()),
        };
        following.end(stopped).await;
    });
    Ok(messages)
}

/// A stream of events under way.
struct Following<T> {
    reader: Reader,
    /// Everything up to here was taken.
    after: Position,
    calls: Calls,
    wrap: fn(u64, Message) -> T,
    who: Who,
    idle: Stamp,
    place: Arc<Place>,
    out: Outlet<T>,
    follower: Follower,
}

impl<T: Send + 'static> Following<T> {
    /// Sends existing and new events, until something stops it.
    async fn run(&mut self) -> Stopped {
        match self.follow().await {
            Ok(never) => match never {},
            Err(stopped) => stopped,
        }
    }

    async fn follow(&mut self) -> Result<std::convert::Infallible, Stopped> {
        let mut tail = self.calls.log.tail();
        let mut caught_up = false;
        let mut silent_until = Instant::now() + HEARTBEAT;
        loop {
            let head = tail.borrow_and_update().position;
            if self.after < head && self.send_up_to(head).await? {
                silent_until = Instant::now() + HEARTBEAT;
            }
            if !caught_up {
                caught_up = true;
                let head_position = head.get();
                self.say(Message::CaughtUp(api::CaughtUp { head_position }))
                    .await?;
            }
            tokio::select! {
                biased;
                () = self.out.gone() => return Err(Stopped::Left),
                changed = tail.changed() => if changed.is_err() {
                    return Err(Stopped::Failed(status::draining(self.after)));
                },
                () = sleep_until(silent_until) => {
                    let sent_at = Some(self.calls.now().into());
                    self.say(Message::Heartbeat(api::Heartbeat { sent_at })).await?;
                    silent_until = Instant::now() + HEARTBEAT;
                }
            }
        }
    }

    /// Sends the events up to the head, and waits until they are taken. Returns whether there were
    /// any.
    async fn send_up_to(&mut self, until: Position) -> Result<bool, Stopped> {
        // A follower with events to read is a reader like the others.
        let reads = &self.calls.streams.reads;
        let place = tokio::select! {
            place = reads.wait(&self.who, &self.idle) => place,
            () = self.out.gone() => return Err(Stopped::Left),
        };
        let span = Span {
            after: self.after,
            until,
            limit: NO_LIMIT,
            backwards: false,
        };
        let (wrap, standing) = (self.wrap, self.follower.standing());
        let message = move |batch: Batch| {
            let resume = batch.resume.get();
            standing.reached(batch.resume);
            wrap(resume, Message::Batch(batch.into_message()))
        };
        let ending = &self.calls.ending;
        let sent = self.reader.send(span, &self.out, &place, message, ending);
        let left = sent.await?;
        let heard = self.out.wait_for_taker(None, &place).await;
        if !heard.map_err(Stopped::Unread)? {
            return Err(Stopped::Left);
        }
        self.after = until;
        self.follower.standing().reached(until);
        Ok(left.limit < NO_LIMIT)
    }

    /// Sends a message once the client takes it.
    async fn say(&self, message: Message) -> Result<(), Stopped> {
        let heard = self.out.wait_for_taker(None, &self.place).await;
        if !heard.map_err(Stopped::Unread)? {
            return Err(Stopped::Left);
        }
        let after = self.after.get();
        self.out
            .put(Room::Asked, (self.wrap)(after, message), after);
        Ok(())
    }

    /// Says why the stream ends (`None` when the server is going down) and where to resume.
    async fn end(self, stopped: Option<Stopped>) {
        let Self { out, place, .. } = &self;
        let resume = |stands: u64| self.after.max(Position::new(stands));
        let unread = match stopped {
            Some(Stopped::Left) => None,
            Some(Stopped::Unread(why)) => Some(why),
            Some(Stopped::Failed(failed)) => out.finish(Err(failed), place).await.err(),
            None => {
                out.cut(|stands| status::draining(resume(stands)));
                None
            }
        };
        if let Some(why) = unread {
            let status = |stands| refused::unread(why, Some(resume(stands)));
            let streams = &self.calls.streams;
            streams.end_unread(&self.who, out, status).await;
        }
    }
}
