//! The running ledger as desks use it: each call waits for its turn and must succeed.

use std::collections::BTreeMap;
use std::future::pending;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use campaign_ledger::cli::dynamic::Raw;
use campaign_ledger::wire::proto::api;
use campaign_ledger::wire::proto::api::engagement_result::Outcome;
use http::uri::PathAndQuery;
use prost::Message;
use tokio::sync::watch;
use tonic::client::Grpc;
use tonic::transport::Channel;

use crate::history::{Call, DESKS, Place};

/// Time between two checks of the progress: much shorter than a phase.
const LOOK: Duration = Duration::from_millis(2);

/// The progress of the history. Desks pause when the requested number of events is durable, and
/// continue when more are requested.
pub struct Progress {
    events: AtomicU64,
    in_flight: AtomicU64,
    goal: watch::Sender<u64>,
    /// Number of finished campaigns per desk.
    finished: Vec<AtomicU64>,
    /// Calls by method.
    calls: Mutex<BTreeMap<&'static str, u64>>,
    ending: AtomicBool,
}

impl Progress {
    /// Makes an empty progress without a request.
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            events: AtomicU64::new(0),
            in_flight: AtomicU64::new(0),
            goal: watch::Sender::new(0),
            finished: (0..DESKS).map(|_| AtomicU64::new(0)).collect(),
            calls: Mutex::default(),
            ending: AtomicBool::new(false),
        })
    }

    /// Returns the number of durable events.
    pub fn events(&self) -> u64 {
        self.events.load(Ordering::Relaxed)
    }

    /// Requests this many events in total; does not wait for them.
    pub fn ask(&self, goal: u64) {
        self.goal.send_replace(goal);
    }

    /// Waits until this many requested events are durable.
    pub async fn reached(&self, goal: u64) {
        while self.events() < goal {
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Waits until every sent call has its answer.
    pub async fn at_rest(&self) {
        while self.in_flight.load(Ordering::Relaxed) > 0 {
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Allows calls to fail from now on, because the server will be killed.
    pub fn end(&self) {
        self.ending.store(true, Ordering::Relaxed);
    }

    /// Picks a finished campaign; recent ones are picked more often (zipf).
    pub fn draw_finished(&self, random: &mut fastrand::Rng) -> Place {
        loop {
            let desk = random.u32(0..DESKS);
            let finished = self.finished[desk as usize].load(Ordering::Relaxed);
            let age = (random.f64() * (finished as f64 + 1.0).ln()).exp() as u64;
            if finished > 0 {
                let campaign = finished - age.clamp(1, finished);
                return Place { desk, campaign };
            }
        }
    }

    /// Returns how often a method was called.
    pub fn calls_of(&self, method: &str) -> u64 {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let of_method = calls.iter().filter(|(path, _)| path.ends_with(method));
        of_method.map(|(_, count)| count).sum()
    }
}

/// The fields that the answers to all writes begin with.
#[derive(Clone, PartialEq, Message)]
struct Answer {
    #[prost(message, optional, tag = "1")]
    receipt: Option<api::Receipt>,
}

/// The connection of a desk to the ledger.
#[derive(Clone)]
pub struct Ledger {
    client: Grpc<Channel>,
    goal: watch::Receiver<u64>,
    progress: Arc<Progress>,
}

impl Ledger {
    /// Makes a ledger on this connection.
    pub fn new(channel: Channel, progress: &Arc<Progress>) -> Self {
        Self {
            client: Grpc::new(channel),
            goal: progress.goal.subscribe(),
            progress: Arc::clone(progress),
        }
    }

    /// Makes a ledger that sends whether more events are requested or not.
    pub fn unheld(channel: Channel, progress: &Arc<Progress>) -> Self {
        Self {
            goal: watch::Sender::new(u64::MAX).subscribe(),
            ..Self::new(channel, progress)
        }
    }

    /// Records that the desk has finished a campaign.
    pub fn finished(&self, place: Place) {
        let finished = &self.progress.finished[(place.desk % DESKS) as usize];
        finished.store(place.campaign + 1, Ordering::Relaxed);
    }

    /// Sends a write.
    pub async fn write(&mut self, call: Call) {
        let answer = self.send(call).await;
        let answer = Answer::decode(answer).expect("it is an answer to a write");
        let receipt = answer.receipt.unwrap_or_default();
        let events = receipt.last_position + 1 - receipt.first_position;
        self.arrived(events);
    }

    /// Sends observations in one call; returns their positions.
    pub async fn observe(&mut self, call: Call) -> Vec<u64> {
        let answer = self.send(call).await;
        let answer = api::BatchRecordEngagementResponse::decode(answer);
        let results = answer.expect("it is an answer to a batch").results;
        let positions = results.into_iter().map(|result| match result.outcome {
            Some(Outcome::Recorded(recorded)) => recorded.observation_position,
            other => panic!("an observation was refused: {other:?}"),
        });
        let positions: Vec<u64> = positions.collect();
        self.arrived(positions.len() as u64);
        positions
    }

    fn arrived(&self, events: u64) {
        self.progress.events.fetch_add(events, Ordering::Relaxed);
        self.progress.in_flight.fetch_sub(1, Ordering::Relaxed);
    }

    async fn send(&mut self, call: Call) -> Bytes {
        let progress = &self.progress;
        let is_wanted = |goal: &u64| progress.events() < *goal;
        self.goal.wait_for(is_wanted).await.expect("it is kept");
        progress.in_flight.fetch_add(1, Ordering::Relaxed);
        {
            let mut calls = progress
                .calls
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            *calls.entry(call.path).or_default() += 1;
        }
        let answer = match self.client.ready().await {
            Ok(()) => {
                let request = tonic::Request::new(call.message);
                let path = PathAndQuery::from_static(call.path);
                let answer = self.client.unary(request, path, Raw).await;
                answer.map_err(|status| status.to_string())
            }
            Err(error) => Err(error.to_string()),
        };
        match answer {
            Ok(answer) => answer.into_inner(),
            Err(_) if self.progress.ending.load(Ordering::Relaxed) => pending().await,
            Err(error) => panic!("{} failed: {error}", call.path),
        }
    }
}
