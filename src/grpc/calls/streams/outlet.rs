//! Messages that wait for a client without occupying a thread.
//!
//! ```text
//! work on a pool ── put ──▶ a few messages ── poll ──▶ transport ──▶ client
//!       ▲                         │
//!       └──── asked for when they are taken ────┘
//! ```
//!
//! The transport polls only while the client reads. So a message for which the transport has polled
//! is passed on at once. Messages that are read ahead take some of the room that all streams share.
//! A client that takes nothing for a while is noticed by the code that waits for it, such as
//! [`Outlet::wait_for_taker`].

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep_until;
use tokio_stream::Stream;
use tonic::Status;

use super::shares::{Place, Stamp};
use crate::grpc::edge::status;

/// Why a stream ends although there is more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unread {
    /// Its client took nothing for this long.
    For(Duration),
    /// Its client took nothing, and another one needed the place.
    GaveWay,
}

/// The limits of messages that are not taken yet.
#[derive(Clone)]
pub struct Limits {
    /// Most messages of one stream.
    pub ahead: usize,
    /// Shared by all streams: one permit for each message that nobody has polled for.
    pub room: Arc<Semaphore>,
    /// How long a client may take nothing.
    pub patience: Duration,
}

/// The end that messages are put in. Clones put into the same stream. It ends when the last one is
/// dropped.
pub struct Outlet<T>(Arc<Source<T>>);

struct Source<T>(Arc<Shared<T>>);

/// The end that the transport polls.
pub struct Messages<T>(Arc<Shared<T>>);

struct Shared<T> {
    limits: Limits,
    idle: Stamp,
    queue: Mutex<Queue<T>>,
    changed: Notify,
}

struct Queue<T> {
    waiting: VecDeque<Waiting<T>>,
    /// The position of the client after everything that it has taken.
    stands: u64,
    /// How many messages it has taken.
    taken: usize,
    /// Set while the transport has polled and found nothing.
    hungry: Option<Waker>,
    /// The end of the stream, after the waiting messages.
    end: Option<Result<(), Status>>,
    /// Whether the end was taken, or the stream was dropped.
    gone: bool,
}

struct Waiting<T> {
    message: T,
    resume: u64,
    _room: Room,
}

/// Room for one message.
pub enum Room {
    /// The client has asked for it, or it is too small to count.
    Asked,
    /// It is read ahead.
    Ahead(OwnedSemaphorePermit),
}

/// Much is read ahead only for a client that keeps up: it must have taken this many times as many
/// messages. Messages that fit the window of a client that does not read prove nothing.
const TAKEN_FOR_ONE_AHEAD: usize = 4;

/// Makes both ends of a stream whose client is at `stands`. `idle` records since when a message
/// waits for it.
pub fn outlet<T>(limits: Limits, idle: Stamp, stands: u64) -> (Outlet<T>, Messages<T>) {
    let shared = Arc::new(Shared {
        limits,
        idle,
        queue: Mutex::new(Queue {
            waiting: VecDeque::new(),
            stands,
            taken: 0,
            hungry: None,
            end: None,
            gone: false,
        }),
        changed: Notify::new(),
    });
    let source = Arc::new(Source(Arc::clone(&shared)));
    (Outlet(source), Messages(shared))
}

impl<T> Clone for Outlet<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Outlet<T> {
    /// Finds room for a message. Returns `None` if the limit is reached. Only one caller at a time
    /// may ask.
    pub fn room(&self) -> Option<Room> {
        let queue = self.0.0.queue.lock();
        if queue.hungry.is_some() {
            return Some(Room::Asked);
        }
        let ahead = self.0.0.limits.ahead.min(queue.taken / TAKEN_FOR_ONE_AHEAD);
        if queue.waiting.len() >= ahead {
            return None;
        }
        let room = Arc::clone(&self.0.0.limits.room).try_acquire_owned();
        room.ok().map(Room::Ahead)
    }

    /// Puts a message into the room that was found for it. After it, the client is at `resume`.
    pub fn put(&self, room: Room, message: T, resume: u64) {
        let mut queue = self.0.0.queue.lock();
        if queue.gone {
            return;
        }
        queue.waiting.push_back(Waiting {
            message,
            resume,
            _room: room,
        });
        if let Some(waker) = queue.hungry.take() {
            self.0.0.idle.idle_from_now();
            drop(queue);
            waker.wake();
        }
    }

    /// Returns whether nobody listens any more.
    pub fn is_gone(&self) -> bool {
        self.0.0.queue.lock().gone
    }

    /// Counts the messages that wait to be taken.
    pub fn waiting(&self) -> usize {
        self.0.0.queue.lock().waiting.len()
    }

    /// Waits until at most this many messages wait to be taken, or, with `None`, until the client
    /// asks for one that is not there. Returns whether anybody still listens.
    ///
    /// # Errors
    /// When the client takes nothing, for too long or while somebody else needs its place.
    pub async fn wait_for_taker(&self, most: Option<usize>, place: &Place) -> Result<bool, Unread> {
        let is_ready = |queue: &Queue<T>| {
            queue.hungry.is_some() || most.is_some_and(|most| queue.waiting.len() <= most)
        };
        self.wait(place, is_ready).await?;
        Ok(!self.is_gone())
    }

    /// Ends the stream after the waiting messages, and waits until they are taken.
    ///
    /// # Errors
    /// As [`wait_for_taker`](Self::wait_for_taker).
    pub async fn finish(&self, end: Result<(), Status>, place: &Place) -> Result<(), Unread> {
        self.0.end(end);
        self.wait(place, |_| false).await
    }

    /// Drops the waiting messages and ends the stream, with the status for the client's position.
    pub fn cut(&self, status: impl FnOnce(u64) -> Status) {
        let mut queue = self.0.0.queue.lock();
        queue.waiting.clear();
        let status = status(queue.stands);
        queue.end = Some(Err(status));
        if let Some(waker) = queue.hungry.take() {
            drop(queue);
            waker.wake();
        }
    }

    /// Waits until nobody listens any more.
    pub async fn gone(&self) {
        loop {
            let changed = self.0.0.changed.notified();
            if self.is_gone() {
                return;
            }
            changed.await;
        }
    }

    /// Waits until the queue meets a condition, or until nobody listens any more.
    async fn wait(&self, place: &Place, is_so: impl Fn(&Queue<T>) -> bool) -> Result<(), Unread> {
        let patience = self.0.0.limits.patience;
        loop {
            let changed = self.0.0.changed.notified();
            {
                let queue = self.0.0.queue.lock();
                if queue.gone || is_so(&queue) {
                    return Ok(());
                }
            }
            // If no message waits, the transport has not polled for the first one yet.
            let begun = self.0.0.idle.begin();
            tokio::select! {
                () = changed => {}
                () = place.gives_way() => return Err(Unread::GaveWay),
                () = sleep_until(begun + patience) => {
                    let since = self.0.0.idle.idle_since();
                    if since.is_some_and(|since| since.elapsed() >= patience) {
                        return Err(Unread::For(patience));
                    }
                }
            }
        }
    }
}

impl<T> Source<T> {
    fn end(&self, end: Result<(), Status>) {
        let mut queue = self.0.queue.lock();
        queue.end.get_or_insert(end);
        if let Some(waker) = queue.hungry.take() {
            drop(queue);
            waker.wake();
        }
    }
}

impl<T> Drop for Source<T> {
    /// Ends a stream that was not ended: the code that should end it has panicked.
    fn drop(&mut self) {
        let is_over = |queue: &Queue<T>| queue.gone || queue.end.is_some();
        if !is_over(&self.0.queue.lock()) {
            self.end(Err(status::lost_stream()));
        }
    }
}

impl<T> Stream for Messages<T> {
    type Item = Result<T, Status>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut queue = self.0.queue.lock();
        if let Some(next) = queue.waiting.pop_front() {
            queue.stands = next.resume;
            queue.taken += 1;
            self.0.idle.idle_from_now();
            drop(queue);
            self.0.changed.notify_one();
            return Poll::Ready(Some(Ok(next.message)));
        }
        match queue.end.take() {
            Some(end) => {
                queue.end = Some(Ok(()));
                queue.gone = true;
                drop(queue);
                self.0.changed.notify_one();
                Poll::Ready(end.err().map(Err))
            }
            None => {
                queue.hungry = Some(cx.waker().clone());
                self.0.idle.busy();
                drop(queue);
                self.0.changed.notify_one();
                Poll::Pending
            }
        }
    }
}

impl<T> Drop for Messages<T> {
    fn drop(&mut self) {
        let mut queue = self.0.queue.lock();
        queue.gone = true;
        queue.hungry = None;
        queue.waiting.clear();
        drop(queue);
        self.0.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use tokio_stream::StreamExt as _;

    use super::super::shares::{Kind, Shares, Who};
    use super::*;

    /// Longer than any test.
    const LONG: Duration = Duration::from_secs(3_600);
    /// Soon over.
    const SHORT: Duration = Duration::from_millis(1);

    struct Stage {
        shares: Shares,
        place: Place,
        out: Outlet<u64>,
        messages: Messages<u64>,
    }

    /// A separate stream, with this much room for messages that are read ahead.
    fn stage(room: usize) -> Stage {
        stage_with(room, LONG, LONG)
    }

    fn stage_with(room: usize, patience: Duration, give_way: Duration) -> Stage {
        let idle = Stamp::default();
        let shares = Shares::new(Kind::Reads, 1, give_way);
        let place = shares.enter(&Who::default(), &idle).unwrap();
        let limits = Limits {
            ahead: 2,
            room: Arc::new(Semaphore::new(room)),
            patience,
        };
        let (out, messages) = outlet(limits, idle, 0);
        Stage {
            shares,
            place,
            out,
            messages,
        }
    }

    impl Stage {
        /// Puts messages from this number on while there is room. Returns the next number.
        fn fill(&self, from: u64) -> u64 {
            let mut next = from;
            while let Some(room) = self.out.room() {
                self.out.put(room, next, next);
                next += 1;
            }
            next
        }

        /// Polls once, like a transport whose client reads.
        async fn poll(&mut self) -> Poll<Option<Result<u64, Status>>> {
            let mut messages = pin!(&mut self.messages);
            std::future::poll_fn(|cx| Poll::Ready(messages.as_mut().poll_next(cx))).await
        }
    }

    fn reason(status: &Status) -> String {
        use tonic_types::StatusExt as _;
        status.get_details_error_info().unwrap().reason
    }

    #[tokio::test]
    async fn only_what_was_asked_for_is_put_until_the_client_has_shown_that_it_keeps_up() {
        let mut stage = stage(8);
        assert_eq!(stage.fill(1), 1, "nobody asked");
        for number in 1..=4 {
            assert!(stage.poll().await.is_pending());
            assert_eq!(stage.fill(number), number + 1);
            assert!(matches!(stage.poll().await, Poll::Ready(Some(Ok(_)))));
        }
        assert_eq!(stage.fill(5), 6, "one ahead");
        for _ in 5..9 {
            while stage.poll().await.is_ready() {}
            stage.fill(6);
        }
        assert_eq!(stage.out.waiting(), 2, "no more than its own limit");
    }

    #[tokio::test]
    async fn what_is_read_ahead_takes_the_room_of_all() {
        let mut stage = stage(1);
        for number in 0..20 {
            if stage.poll().await.is_pending() {
                stage.fill(number);
            }
        }
        while stage.poll().await.is_ready() {}
        stage.fill(30);
        assert_eq!(
            stage.out.waiting(),
            2,
            "one was asked for, one takes the room"
        );
        assert!(stage.poll().await.is_ready());
        stage.fill(40);
        assert_eq!(stage.out.waiting(), 1, "the room is taken");
    }

    #[tokio::test]
    async fn a_client_that_takes_nothing_is_noticed() {
        let mut stage = stage_with(8, SHORT, LONG);
        assert!(stage.poll().await.is_pending());
        stage.fill(1);
        let unread = stage.out.wait_for_taker(None, &stage.place).await;
        assert_eq!(unread, Err(Unread::For(SHORT)));
    }

    #[tokio::test]
    async fn a_client_that_has_all_is_not_idle() {
        let mut stage = stage_with(8, Duration::ZERO, Duration::ZERO);
        assert!(stage.poll().await.is_pending());
        let heard = stage.out.wait_for_taker(None, &stage.place).await;
        assert_eq!(heard, Ok(true));
        let other = stage.shares.enter(&Who::default(), &Stamp::default());
        assert!(other.is_err(), "its place is its own");
    }

    #[tokio::test]
    async fn who_takes_nothing_gives_way() {
        let mut stage = stage_with(8, LONG, SHORT);
        assert!(stage.poll().await.is_pending());
        stage.fill(1);
        let (who, idle) = (Who::default(), Stamp::default());
        let (waited, _place) = tokio::join!(
            stage.out.wait_for_taker(None, &stage.place),
            stage.shares.wait(&who, &idle),
        );
        assert_eq!(waited, Err(Unread::GaveWay));
    }

    #[tokio::test]
    async fn who_left_is_not_waited_for() {
        let Stage {
            place,
            out,
            messages,
            shares: _shares,
        } = stage(8);
        let (heard, ()) = tokio::join!(out.wait_for_taker(None, &place), async {
            tokio::task::yield_now().await;
            drop(messages);
        });
        assert_eq!(heard, Ok(false));
        assert!(out.is_gone());
    }

    #[tokio::test]
    async fn the_end_comes_after_what_waits() {
        let mut stage = stage(8);
        stage.out.put(Room::Asked, 1, 1);
        let Stage {
            place,
            out,
            ref mut messages,
            ..
        } = stage;
        let (finished, taken) =
            tokio::join!(out.finish(Ok(()), &place), messages.collect::<Vec<_>>());
        assert_eq!(finished, Ok(()));
        assert_eq!(
            taken.into_iter().map(Result::unwrap).collect::<Vec<_>>(),
            [1]
        );
    }

    #[tokio::test]
    async fn what_is_cut_says_where_its_client_stands() {
        let mut stage = stage(8);
        stage.out.put(Room::Asked, 7, 7);
        stage.out.put(Room::Asked, 8, 8);
        assert!(stage.poll().await.is_ready());
        let Stage {
            out,
            ref mut messages,
            ..
        } = stage;
        let status =
            |stands| crate::grpc::edge::status::draining(crate::domain::Position::new(stands));
        out.cut(status);
        let taken = messages.collect::<Vec<_>>().await;
        out.gone().await;
        let [Err(status)] = taken.as_slice() else {
            panic!("the status alone: {taken:?}");
        };
        assert_eq!(reason(status), "DRAINING");
        assert!(status.message().contains("resume_position"));
    }
}
