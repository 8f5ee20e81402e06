//! Observations in chunks: acknowledged in order once they are durable, and resumed after a
//! disconnect.

use std::ops::RangeInclusive;

use campaign_ledger::grpc::measurement::ingest::CHUNKS_IN_FLIGHT;
use campaign_ledger::server::drain::Outcome;
use campaign_ledger::wire::proto::api::ingest_engagement_request::Message;
use campaign_ledger::wire::proto::api::measurement_service_client::MeasurementServiceClient;
use campaign_ledger::wire::proto::api::*;
use tokio::sync::mpsc;
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Streaming};

use super::batches::{later, likes, observations, post, told};
use crate::support::server::{FAR, Refusal, Server, Story, by_brand, rehearsal};

/// Reasons that the tests of this file expect, among others.
pub const SHOWS: &[ErrorReason] = &[ErrorReason::TooManyIngests];

/// The client's end of a stream.
struct Ingest {
    send: mpsc::UnboundedSender<IngestEngagementRequest>,
    acks: Streaming<IngestEngagementResponse>,
}

impl Ingest {
    /// Opens a stream and sends nothing.
    async fn silent(channel: Channel) -> Self {
        let (send, messages) = mpsc::unbounded_channel();
        let mut client = MeasurementServiceClient::new(channel);
        let messages = UnboundedReceiverStream::new(messages);
        let acks = client.ingest_engagement(messages).await.unwrap();
        let acks = acks.into_inner();
        Self { send, acks }
    }

    /// Opens a stream for the brand of a story.
    async fn open(story: &Story) -> Self {
        let ingest = Self::silent(story.client.channel()).await;
        ingest.say(opening(story));
        ingest
    }

    fn say(&self, message: Message) {
        let message = Some(message);
        // A stream that has ended accepts nothing more.
        let _ = self.send.send(IngestEngagementRequest { message });
    }

    /// Returns the next acknowledgement, or how the stream ended.
    async fn ack(&mut self) -> Result<Option<IngestEngagementResponse>, Refusal> {
        let next = tokio::time::timeout(FAR, self.acks.message());
        next.await.unwrap().map_err(Refusal::from)
    }

    /// Returns the next acknowledgement, which must be for this chunk, with all of its items
    /// recorded.
    async fn acknowledged(&mut self, chunk_number: u64, positions: RangeInclusive<u64>) {
        let ack = self.ack().await.unwrap().unwrap();
        let expected = IngestEngagementResponse {
            chunk_number,
            last_position: *positions.end(),
            observation_positions: positions.collect(),
            refused: Vec::new(),
        };
        assert_eq!(ack, expected);
    }
}

fn opening(story: &Story) -> Message {
    Message::Opening(EngagementOpening {
        brand_id: story.brand.clone(),
        context: by_brand(""),
    })
}

fn chunk(chunk_number: u64, observations: Vec<EngagementItem>) -> Message {
    Message::Chunk(EngagementChunk {
        chunk_number,
        observations,
    })
}

#[tokio::test]
async fn chunks_are_acknowledged_in_order_with_the_position_of_each_item() {
    let server = Server::start().await;
    let story = post(&server).await;
    let head = server.head().await;
    let mut ingest = Ingest::open(&story).await;
    for number in 0..20 {
        ingest.say(chunk(
            // The client chooses the numbers; they only have to grow.
            number as u64 * 7 + 1,
            observations(&story, number * 3, 3),
        ));
    }
    for number in 0..20 {
        let first = head + number * 3 + 1;
        ingest.acknowledged(number * 7 + 1, first..=first + 2).await;
    }
    assert_eq!(server.head().await, head + 60);
    let Ingest { send, mut acks } = ingest;
    drop(send);
    assert_eq!(acks.message().await.unwrap(), None);
}

#[tokio::test]
async fn refused_items_are_listed_by_index_and_the_others_are_recorded() {
    let server = Server::start().await;
    let story = post(&server).await;
    let head = server.head().await;
    let mut ingest = Ingest::open(&story).await;
    let mut items = observations(&story, 1, 4);
    items[1].counters = None;
    items[2].publication_id = String::from("elsewhere");
    ingest.say(chunk(1, items));
    let ack = ingest.ack().await.unwrap().unwrap();
    assert_eq!(ack.observation_positions, [head + 1, 0, 0, head + 2]);
    assert_eq!(ack.last_position, head + 2);
    let refused: Vec<_> = ack
        .refused
        .iter()
        .map(|one| (one.index, told(one.error.as_ref().unwrap())))
        .collect();
    let no_counters = vec!["chunk.observations[1].counters"];
    let expected = [
        (1, (ErrorReason::InvalidField, no_counters)),
        (2, (ErrorReason::PublicationNotFound, vec![])),
    ];
    assert_eq!(refused, expected);
    // A chunk with only refused items is acknowledged too.
    ingest.say(chunk(2, vec![EngagementItem::default()]));
    let ack = ingest.ack().await.unwrap().unwrap();
    assert_eq!((ack.chunk_number, ack.last_position), (2, 0));
    assert_eq!(ack.observation_positions, [0]);
}

#[tokio::test]
async fn chunks_sent_again_after_a_cut_keep_their_positions() {
    let server = Server::start().await;
    let story = post(&server).await;
    let head = server.head().await;
    let mut ingest = Ingest::open(&story).await;
    for number in 1..=3 {
        ingest.say(chunk(number, observations(&story, number as i64 * 5, 5)));
    }
    ingest.acknowledged(1, head + 1..=head + 5).await;
    // The client gets no answer for the others.
    drop(ingest);
    let mut ingest = Ingest::open(&story).await;
    for number in 1..=3 {
        ingest.say(chunk(number, observations(&story, number as i64 * 5, 5)));
    }
    ingest.acknowledged(1, head + 1..=head + 5).await;
    let mut told = Vec::new();
    for number in 2..=3 {
        let ack = ingest.ack().await.unwrap().unwrap();
        assert_eq!(ack.chunk_number, number);
        told.extend(ack.observation_positions);
    }
    told.sort_unstable();
    assert_eq!(told, (head + 6..=head + 15).collect::<Vec<_>>());
    assert_eq!(server.head().await, head + 15);
}

#[tokio::test]
async fn a_bad_chunk_ends_the_stream_by_name_after_those_before_it() {
    let server = Server::start().await;
    let story = post(&server).await;
    let head = server.head().await;
    let good = || observations(&story, 1, 2);
    let bad = [
        (chunk(5, good()), "chunk.chunk_number", "5"),
        (chunk(0, good()), "chunk.chunk_number", "0"),
        (chunk(6, Vec::new()), "chunk.observations", "6"),
        (
            chunk(7, vec![EngagementItem::default(); 1_001]),
            "chunk.observations",
            "7",
        ),
        (opening(&story), "opening", "0"),
    ];
    for (message, field, number) in bad {
        let mut ingest = Ingest::open(&story).await;
        ingest.say(chunk(5, good()));
        ingest.say(message);
        ingest.say(chunk(9, observations(&story, 50, 1)));
        ingest.acknowledged(5, head + 1..=head + 2).await;
        let refusal = ingest.ack().await.unwrap_err();
        let refusal = refusal
            .is(Code::InvalidArgument, ErrorReason::InvalidField)
            .names(&[field]);
        assert_eq!(refusal.metadata["chunk"], number, "{refusal}");
    }
    assert_eq!(server.head().await, head + 2);
}

#[tokio::test]
async fn a_bad_opening_ends_the_stream_before_anything_is_read() {
    let server = Server::start().await;
    let story = post(&server).await;
    let head = server.head().await;
    let with = |context| {
        Message::Opening(EngagementOpening {
            brand_id: story.brand.clone(),
            context,
        })
    };
    let nobody = EngagementOpening::default();
    let bad: [(Message, &[&str]); 4] = [
        (chunk(1, observations(&story, 1, 1)), &["opening"]),
        (
            Message::Opening(nobody),
            &["opening.brand_id", "opening.context"],
        ),
        (with(by_brand("r-1")), &["opening.context.request_id"]),
        (
            with(rehearsal(by_brand(""))),
            &["opening.context.validate_only"],
        ),
    ];
    for (message, fields) in bad {
        let mut ingest = Ingest::silent(server.channel()).await;
        ingest.say(message);
        ingest.say(chunk(2, observations(&story, 1, 1)));
        let refusal = ingest.ack().await.unwrap_err();
        refusal
            .is(Code::InvalidArgument, ErrorReason::InvalidField)
            .names(fields);
    }
    assert_eq!(server.head().await, head);
}

#[tokio::test]
async fn a_drain_acknowledges_what_was_taken_and_says_so() {
    let server = Server::start().await;
    let story = post(&server).await;
    let head = server.head().await;
    let mut ingest = Ingest::open(&story).await;
    for number in 1..=50 {
        ingest.say(chunk(number, observations(&story, number as i64 * 3, 3)));
    }
    ingest.acknowledged(1, head + 1..=head + 3).await;
    server.stop.drain();
    let (mut last, mut position) = (1, head + 3);
    let refusal = loop {
        match ingest.ack().await {
            Ok(ack) => {
                let ack = ack.expect("a status ends the stream");
                last += 1;
                assert_eq!(ack.chunk_number, last);
                position = ack.last_position;
            }
            Err(refusal) => break refusal,
        }
    };
    let refusal = refusal.is(Code::Unavailable, ErrorReason::Draining);
    assert_eq!(refusal.metadata["acknowledged_chunk"], last.to_string());
    drop((ingest, story));
    let resting = server.stop().await;
    // Nothing was recorded without an acknowledgement.
    assert_eq!(resting.start().await.ready_at, position);
}

#[tokio::test]
async fn a_client_that_takes_no_answers_is_read_no_further() {
    // Answers in transit: one between stream and connection, two that the connection works on.
    const ON_THEIR_WAY: u64 = 3;
    const CHUNKS: u64 = 60;
    let bound = CHUNKS_IN_FLIGHT as u64 + ON_THEIR_WAY;
    let server = Server::start().await;
    let story = post(&server).await;
    let small_windows = Endpoint::from_shared(format!("http://{}", server.address))
        .unwrap()
        .initial_stream_window_size(65_535)
        .initial_connection_window_size(65_535);
    let mut ingest = Ingest::silent(small_windows.connect().await.unwrap()).await;
    let head = server.head().await;
    ingest.say(opening(&story));
    for number in 1..=CHUNKS {
        // One event, and an answer larger than the windows.
        let mut items = vec![EngagementItem::default(); 200];
        items.push(story.seen("ayu", later(number as i64), likes(number)));
        ingest.say(chunk(number, items));
    }
    while server.head().await < head + CHUNKS_IN_FLIGHT as u64 {
        tokio::task::yield_now().await;
    }
    for acknowledged in 0..CHUNKS {
        // Other writes run in between: a server without a limit would process many chunks
        // meanwhile.
        for again in 0..3 {
            let number = (acknowledged * 3 + again) as i64;
            let other = story.seen("ayu", later(1_000 + number), likes(1));
            server.call(story.batch("", vec![other])).await.unwrap();
        }
        let others = (acknowledged + 1) * 3;
        let written = server.head().await - head - others;
        assert!(
            written <= acknowledged + bound,
            "{written} chunks written, {acknowledged} acknowledged"
        );
        let ack = ingest.ack().await.unwrap().unwrap();
        assert_eq!(ack.chunk_number, acknowledged + 1);
        assert_eq!(ack.refused.len(), 200);
    }
}

#[tokio::test]
async fn one_stream_too_many_is_refused_with_a_retry_time() {
    // The limit of one connection, of 16 in all.
    const MOST: usize = 4;
    let server = Server::with(|config| config.max_ingests = 16).await;
    let mut open = Vec::new();
    for _ in 0..MOST {
        open.push(Ingest::silent(server.channel()).await);
    }
    let another = || {
        let mut client = MeasurementServiceClient::new(server.channel());
        async move { client.ingest_engagement(tokio_stream::pending()).await }
    };
    let refusal = Refusal::from(another().await.unwrap_err());
    let refusal = refusal.is(Code::ResourceExhausted, ErrorReason::TooManyIngests);
    assert!(refusal.details.retry_info().is_some(), "{refusal}");
    assert!(refusal.details.quota_failure().is_some(), "{refusal}");
    // A released place is free again, once the server has noticed.
    open.pop();
    let again = async {
        while another().await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(FAR, again).await.unwrap();
}

#[tokio::test]
async fn a_drained_server_ends_silent_streams() {
    let server = Server::start().await;
    let mut ingest = Ingest::silent(server.channel()).await;
    server.stop.drain();
    let refusal = ingest.ack().await.unwrap_err();
    let refusal = refusal.is(Code::Unavailable, ErrorReason::Draining);
    assert_eq!(refusal.metadata["acknowledged_chunk"], "0");
    drop(ingest);
    assert_eq!(server.ended().await, Outcome::Drained);
}
