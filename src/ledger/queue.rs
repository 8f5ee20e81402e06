//! The queue before the writer: brands take turns, so that one with many jobs delays only itself.
//!
//! Deficit round robin. In its turn a brand may have so many requests decided. A job is decided as a
//! whole, so it may exceed the turn; its brand then waits until later turns have made up for it.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Instant;

use tokio::sync::mpsc::UnboundedReceiver;

use super::room::Places;
use super::{Job, Message, WriteError};
use crate::domain::BrandId;
use crate::metrics::Writer as Metrics;

/// Requests of a brand in its turn: some of a group, so that many brands are in each.
const TURN: i64 = 32;

/// Jobs that wait for the writer.
pub(super) struct Queue {
    messages: UnboundedReceiver<Message>,
    lanes: HashMap<BrandId, Lane>,
    /// Brands with a lane, the next one first.
    turns: VecDeque<BrandId>,
    metrics: Arc<Metrics>,
}

/// The jobs of a brand, in the order they came.
#[derive(Default)]
struct Lane {
    jobs: VecDeque<Waiting>,
    /// Requests that the brand may still have decided in this turn; below 0 it waits.
    left: i64,
}

/// A job that waits.
struct Waiting {
    job: Job,
    /// Since when, and its places in the queue, which are free once it is taken; `None` for what was
    /// taken before.
    since: Option<(Instant, Places)>,
}

/// The next work of the writer.
pub(super) enum Next {
    Decide(Job),
    /// Check the rows.
    Look,
    /// End: the queue is closed and empty.
    End,
}

impl Queue {
    pub(super) fn of(messages: UnboundedReceiver<Message>, metrics: Arc<Metrics>) -> Self {
        Self {
            messages,
            lanes: HashMap::new(),
            turns: VecDeque::new(),
            metrics,
        }
    }

    /// Takes the next job if there is one.
    pub(super) fn take_next(&mut self) -> Option<Job> {
        // The rows are checked before every group anyway, so a message to look is dropped.
        while let Ok(message) = self.messages.try_recv() {
            self.receive(message);
        }
        self.take_waiting()
    }

    /// Puts a job back that did not fit a group: its brand goes on with it in its next turn.
    pub(super) fn put_back(&mut self, job: Job) {
        let brand = job.brand().clone();
        // It was charged for all of its requests.
        if let Some(lane) = self.lanes.get_mut(&brand) {
            lane.left += job.requests();
        }
        let lane = self.lane(brand);
        lane.jobs.push_front(Waiting { job, since: None });
    }

    /// Waits for the next work, but at most until `time`: then the rows may need a checkpoint.
    pub(super) fn wait_until(&mut self, time: Option<Instant>) -> Next {
        loop {
            if let Some(job) = self.take_next() {
                return Next::Decide(job);
            }
            let message = match time {
                None => self.messages.blocking_recv(),
                Some(time) => match self.receive_until(time) {
                    Poll::Ready(message) => message,
                    Poll::Pending => return Next::Look,
                },
            };
            match message {
                Some(Message::Look) => return Next::Look,
                Some(message) => self.receive(message),
                None => return Next::End,
            }
        }
    }

    /// Refuses the waiting jobs, because the rows are being rebuilt.
    pub(super) fn refuse_waiting(&mut self) {
        while let Some(job) = self.take_next() {
            job.refuse(WriteError::Mending);
        }
    }

    /// Returns whether no job waits.
    pub(super) fn is_empty(&self) -> bool {
        self.turns.is_empty() && self.messages.is_empty()
    }

    /// Returns whether no more jobs come.
    pub(super) fn is_closed(&self) -> bool {
        self.messages.is_closed()
    }

    fn receive(&mut self, message: Message) {
        match message {
            Message::Decide(job, since, places) => {
                let brand = job.brand().clone();
                let since = Some((since, places));
                self.lane(brand).jobs.push_back(Waiting { job, since });
            }
            Message::Look => {}
            Message::Answer(asker) => {
                // It may have stopped to wait.
                let _ = asker.send(());
            }
            Message::Close => self.messages.close(),
        }
    }

    fn lane(&mut self, brand: BrandId) -> &mut Lane {
        let turns = &mut self.turns;
        self.lanes.entry(brand).or_insert_with_key(|brand| {
            turns.push_back(brand.clone());
            Lane {
                left: TURN,
                ..Lane::default()
            }
        })
    }

    fn take_waiting(&mut self) -> Option<Job> {
        loop {
            let brand = self.turns.pop_front()?;
            let lane = self.lanes.get_mut(&brand)?;
            if lane.left <= 0 {
                // Who exceeds a turn while nobody waits takes nothing from anybody.
                let is_alone = self.turns.is_empty();
                lane.left = if is_alone { TURN } else { lane.left + TURN };
            }
            if lane.left <= 0 {
                self.turns.push_back(brand);
                continue;
            }
            let waiting = lane.jobs.pop_front()?;
            if let Some((since, _)) = waiting.since {
                self.metrics.queue_wait.took(since.elapsed());
            }
            lane.left -= waiting.job.requests();
            match (lane.jobs.is_empty(), lane.left > 0) {
                (true, _) => drop(self.lanes.remove(&brand)),
                (false, true) => self.turns.push_front(brand),
                (false, false) => self.turns.push_back(brand),
            }
            return Some(waiting.job);
        }
    }

    /// Receives a message. Returns `Pending` if the time passes first.
    fn receive_until(&mut self, time: Instant) -> Poll<Option<Message>> {
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut context = Context::from_waker(&waker);
        loop {
            let received = self.messages.poll_recv(&mut context);
            let left = time.saturating_duration_since(Instant::now());
            if received.is_ready() || left.is_zero() {
                return received;
            }
            thread::park_timeout(left);
        }
    }
}

/// Wakes a parked thread.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[cfg(test)]
mod tests;
