//! Observations in chunks: read as the writer takes them, acknowledged in order once durable.
//!
//! ```text
//! client ── chunk ──▶ parse ──▶ writing, at most so many ──▶ acknowledgements ──▶ client
//!                       ▲                                          │
//!                       └── nothing is read while there are many ──┘
//! ```
//!
//! Owns the chunks of one stream that are in flight. Keeps nothing after its end: an
//! observation that is sent again is recognised by its content.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::stream::FuturesOrdered;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};

use super::parse::{self, Chunk, Opening};
use crate::grpc::calls::Calls;
use crate::grpc::calls::many::{self, Outcomes};
use crate::grpc::calls::streams::LINGER;
use crate::grpc::calls::streams::refused;
use crate::grpc::calls::streams::shares::{Place, Stamp, Who};
use crate::grpc::edge::status;
use crate::ledger::{Ledger, Room};
use crate::metrics::Metrics;
use crate::wire::proto::api::{
    IngestEngagementRequest, IngestEngagementResponse, RefusedEngagement,
};

/// Chunks of one stream that are read and not acknowledged: enough that the writer never waits for
/// the client, few enough that a client that takes no answers holds little memory.
pub const CHUNKS_IN_FLIGHT: usize = 8;
/// Acknowledgements between a stream and its connection; the others wait in the stream, where they
/// count.
const ACKS_AHEAD: usize = 1;

/// The acknowledgements of a stream.
pub type Acks = ReceiverStream<Ack>;
type Ack = Result<IngestEngagementResponse, Status>;

/// One `IngestEngagement` under way.
pub struct Ingest {
    calls: Calls,
    incoming: Streaming<IngestEngagementRequest>,
    opening: Option<Opening>,
    /// The chunk read last; 0 before the first.
    read: u64,
    who: Who,
    /// Since when nothing was received or taken, while nothing is being written.
    idle: Stamp,
    place: Place,
}

/// Why nothing more is read.
enum End {
    /// The client has sent all.
    Sent,
    /// The server is going down.
    Draining,
    /// The client did nothing for this long.
    Idle(Duration),
    /// The client did nothing, and another one needs its place.
    GaveWay,
    /// Something failed.
    Failed(Status),
}

impl Ingest {
    /// Begins with a stream that was not read yet.
    pub fn new(
        calls: Calls,
        incoming: Streaming<IngestEngagementRequest>,
        (who, idle, place): (Who, Stamp, Place),
    ) -> Self {
        Self {
            calls,
            incoming,
            opening: None,
            read: 0,
            who,
            idle,
            place,
        }
    }

    /// Starts to read. Returns the stream of acknowledgements.
    pub fn start(self) -> Acks {
        let (send, acks) = mpsc::channel(ACKS_AHEAD);
        let (tell, who) = (send.clone(), self.who.clone());
        let running = tokio::spawn(async move { self.run(&send).await });
        tokio::spawn(async move {
            let ended = running.await;
            let ended = ended.unwrap_or_else(|panic| Err(status::internal(&panic)));
            if let Err(status) = ended {
                // A client that went away needs no status. One that takes no status is dropped.
                if timeout(LINGER, tell.send(Err(status))).await.is_err() {
                    who.end_connection();
                }
            }
        });
        ReceiverStream::new(acks)
    }

    /// Reads and acknowledges until the client has sent all, or goes away.
    ///
    /// # Errors
    /// What ends the stream, after everything read before is acknowledged.
    async fn run(mut self, send: &mpsc::Sender<Ack>) -> Result<(), Status> {
        let ending = self.calls.ending.clone();
        let (idle, patience) = (self.idle.clone(), self.calls.streams.idle_timeout);
        // In order: polled as they were sent, so that the writer gets them so.
        let mut writing = FuturesOrdered::new();
        let mut acks = VecDeque::<IngestEngagementResponse>::new();
        let (mut acknowledged, mut end) = (0, None);
        loop {
            let in_flight = writing.len() + acks.len();
            if in_flight == 0
                && let Some(end) = end
            {
                return match end {
                    End::Sent => Ok(()),
                    End::Draining => Err(status::draining_after_chunk(acknowledged)),
                    End::Idle(time) => Err(refused::idle_ingest(Some(time), acknowledged)),
                    End::GaveWay => Err(refused::idle_ingest(None, acknowledged)),
                    End::Failed(status) => Err(status),
                };
            }
            let reads = end.is_none() && in_flight < CHUNKS_IN_FLIGHT;
            // While something is being written, the client is not idle.
            let waits_since = match writing.is_empty() {
                true => idle.begin(),
                false => {
                    idle.busy();
                    Instant::now()
                }
            };
            tokio::select! {
                biased;
                // A client that went away takes no answer. The writes that reached the writer
                // happen in any case.
                () = send.closed() => return Ok(()),
                place = send.reserve(), if !acks.is_empty() => {
                    if let (Ok(place), Some(ack)) = (place, acks.pop_front()) {
                        acknowledged = ack.chunk_number;
                        place.send(Ok(ack));
                        idle.busy();
                    }
                }
                Some(written) = writing.next(), if !writing.is_empty() => match written {
                    Ok(ack) => acks.push_back(ack),
                    Err(status) => {
                        writing.clear();
                        end = Some(End::Failed(status));
                    }
                },
                () = ending.cancelled(), if end.is_none() => end = Some(End::Draining),
                message = self.incoming.next(), if reads => {
                    idle.busy();
                    match self.take(message) {
                        Ok(Some(chunk)) => {
                            let to = (self.calls.ledger.clone(), self.calls.metrics.clone());
                            writing.push_back(write(to, chunk));
                        }
                        Ok(None) => {}
                        Err(why) => end = Some(why),
                    }
                }
                () = self.place.gives_way(), if end.is_none() => {
                    acks.clear();
                    writing.clear();
                    end = Some(End::GaveWay);
                }
                () = sleep_until(waits_since + patience), if writing.is_empty() => {
                    // A client that takes nothing gets no more time than one that sends nothing.
                    acks.clear();
                    end.get_or_insert(End::Idle(patience));
                }
            }
        }
    }

    /// Takes the next message. Returns its chunk, if it has one.
    fn take(
        &mut self,
        message: Option<Result<IngestEngagementRequest, Status>>,
    ) -> Result<Option<Chunk>, End> {
        let message = message.ok_or(End::Sent)?.map_err(End::Failed)?;
        let now = self.calls.now();
        let Some(opening) = &self.opening else {
            let opening = parse::ingest_opening(message, now);
            let opening = opening.map_err(|broken| End::Failed(status::invalid(broken)))?;
            let brand = opening.brand();
            let ensured = self.calls.ensure_brand(Some(brand), "IngestEngagement");
            ensured.map_err(End::Failed)?;
            let counted = self.place.about(brand);
            counted.map_err(|refused| End::Failed(refused::no_place(refused)))?;
            self.opening = Some(opening);
            return Ok(None);
        };
        let number = parse::chunk_number(&message);
        let mut chunk = opening
            .chunk(message, self.read, now)
            .map_err(|broken| End::Failed(status::of_chunk(&status::invalid(broken), number)))?;
        for request in &mut chunk.observations.requests {
            self.calls.bind(request).map_err(End::Failed)?;
        }
        self.read = chunk.number;
        Ok(Some(chunk))
    }
}

async fn write(
    (ledger, metrics): (Ledger, Metrics),
    chunk: Chunk,
) -> Result<IngestEngagementResponse, Status> {
    let (number, items) = (chunk.number, chunk.observations);
    let path = "chunk.observations";
    let brand = items.requests.first().map_or("", |one| one.brand.as_str());
    let places = ledger.places(brand, items.requests.len(), Room::Wait);
    let written = match places.await {
        Ok(places) => many::execute((&ledger, &metrics), items, path, false, places).await,
        Err(error) => Err(error),
    };
    match written {
        Ok(outcomes) => Ok(acknowledgement(number, outcomes)),
        Err(error) => Err(status::of_chunk(&status::write(error), number)),
    }
}

fn acknowledgement(chunk_number: u64, outcomes: Outcomes) -> IngestEngagementResponse {
    let mut ack = IngestEngagementResponse {
        chunk_number,
        observation_positions: Vec::with_capacity(outcomes.each.len()),
        refused: Vec::new(),
        last_position: outcomes.last.get(),
    };
    for (outcome, index) in outcomes.each.into_iter().zip(0..) {
        match outcome {
            Ok(recorded) => ack.observation_positions.push(recorded.first.get()),
            Err(error) => {
                ack.observation_positions.push(0);
                let error = Some(error);
                ack.refused.push(RefusedEngagement { index, error });
            }
        }
    }
    ack
}
