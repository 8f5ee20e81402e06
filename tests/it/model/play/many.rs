//! Several observations at a time, in a batch or a stream: each is judged as if it were alone.

use campaign_ledger::wire::proto::api::engagement_result::Outcome;
use campaign_ledger::wire::proto::api::ingest_engagement_request::Message;
use campaign_ledger::wire::proto::api::measurement_service_client::MeasurementServiceClient;

use super::super::ops::{Sighting, Way};
use super::super::world::PostPlace;
use super::*;
use crate::support::server::{FAR, by_brand};

/// Observations in one chunk of a stream.
const IN_CHUNK: usize = 2;

/// An observation as it is sent.
#[derive(Clone, Copy)]
pub struct Sight {
    pub place: PostPlace,
    pub at: i64,
    pub source: u8,
    pub counters: Counters,
}

/// A batch that was sent and may be repeated.
#[derive(Clone)]
pub struct Batch {
    request: BatchRecordEngagementRequest,
    sights: Vec<Sight>,
    /// Positions of its events, if it has a request id that is remembered.
    span: Option<(u64, u64)>,
}

/// The expected result of an observation: its position and whether it is old, or one of these
/// reasons.
type Told = Result<(u64, bool), Vec<ErrorReason>>;

impl Play {
    pub(super) async fn many(&mut self, sightings: &[Sighting], way: Way) {
        let sights: Vec<_> = sightings.iter().filter_map(|one| self.sight(one)).collect();
        if sights.is_empty() {
            return;
        }
        let id = match way {
            Way::Batch => {
                self.asked += 1;
                format!("q-{}", self.asked)
            }
            Way::UnnamedBatch => String::new(),
            Way::Chunks => return self.ingest(&sights).await,
        };
        let batch = Batch {
            request: BatchRecordEngagementRequest {
                brand_id: self.brand.clone(),
                context: by_brand(&id),
                observations: sights.iter().map(|sight| self.item(sight)).collect(),
            },
            sights,
            span: None,
        };
        let batch = self.batch(batch).await;
        self.batches.push(batch);
    }

    pub(super) async fn many_again(&mut self, picked: Pick) {
        let Some(index) = usize::from(picked).checked_rem(self.batches.len()) else {
            return;
        };
        self.batches[index] = self.batch(self.batches[index].clone()).await;
    }

    fn item(&self, sight: &Sight) -> EngagementItem {
        let ((campaign, deal), number) = sight.place;
        let story = self.story(campaign);
        let seen = story.seen(&deal_id(deal), days_and(0, sight.at), sight.counters);
        EngagementItem {
            publication_id: work_id(number),
            source: SOURCES[usize::from(sight.source)].into(),
            ..seen
        }
    }

    /// Returns the expected results of observations, one after the other.
    fn told(&mut self, sights: &[Sight], span: Option<(u64, u64)>) -> Vec<Told> {
        let world = &mut self.world;
        let judged = sights.iter().map(|sight| {
            let Sight {
                place,
                at,
                source,
                counters,
            } = *sight;
            let before = span.and_then(|span| world.recorded(place, at, source, &counters, span));
            if let Some(position) = before {
                return Ok((position, true));
            }
            match world.observe(place, at, source, &counters) {
                Judged::New(_) => Ok((world.head, false)),
                Judged::Old(position, _) => Ok((position, true)),
                Judged::Refused(reasons) => Err(reasons),
            }
        });
        judged.collect()
    }

    /// Sends a batch and compares; returns it with the positions of its events.
    async fn batch(&mut self, batch: Batch) -> Batch {
        let begun = self.world.head;
        let told = self.told(&batch.sights, batch.span);
        let request = &batch.request;
        let answer = self.client.call(request.clone()).await.unwrap();
        assert_eq!(answer.last_position, greatest(&told), "{request:?}");
        assert_eq!(answer.results.len(), told.len(), "{request:?}");
        for (result, told) in answer.results.iter().zip(&told) {
            match (result.outcome.as_ref().unwrap(), told) {
                (Outcome::Recorded(one), Ok(told)) => {
                    let one = (one.observation_position, one.recorded_before);
                    assert_eq!(one, *told, "{request:?}");
                }
                (Outcome::Error(error), Err(reasons)) => is_one_of(error, reasons),
                (other, told) => panic!("{told:?}, not {other:?}: {request:?}"),
            }
        }
        let named = !request.context.as_ref().unwrap().request_id.is_empty();
        let head = self.world.head;
        let span = match batch.span {
            _ if !named || head == begun => batch.span,
            Some((first, _)) => Some((first, head)),
            None => Some((begun + 1, head)),
        };
        Batch { span, ..batch }
    }

    async fn ingest(&mut self, sights: &[Sight]) {
        let opening = Message::Opening(EngagementOpening {
            brand_id: self.brand.clone(),
            context: by_brand(""),
        });
        let chunks = sights.chunks(IN_CHUNK).zip(1..);
        let chunks = chunks.map(|(sights, chunk_number)| {
            Message::Chunk(EngagementChunk {
                chunk_number,
                observations: sights.iter().map(|sight| self.item(sight)).collect(),
            })
        });
        let messages: Vec<_> = std::iter::once(opening)
            .chain(chunks)
            .map(|message| IngestEngagementRequest {
                message: Some(message),
            })
            .collect();
        let mut client = MeasurementServiceClient::new(self.client.channel());
        let acks = client.ingest_engagement(tokio_stream::iter(messages)).await;
        let mut acks = acks.unwrap().into_inner();
        for (sights, chunk_number) in sights.chunks(IN_CHUNK).zip(1..) {
            let told = self.told(sights, None);
            let ack = tokio::time::timeout(FAR, acks.message()).await.unwrap();
            let ack = ack.unwrap().unwrap();
            assert_eq!(ack.chunk_number, chunk_number);
            assert_eq!(ack.last_position, greatest(&told));
            let positions = told
                .iter()
                .map(|told| told.as_ref().map_or(0, |told| told.0));
            assert_eq!(ack.observation_positions, positions.collect::<Vec<_>>());
            let refused = told.iter().zip(0..);
            let refused: Vec<_> = refused
                .filter_map(|(told, index)| Some((index, told.as_ref().err()?)))
                .collect();
            assert_eq!(ack.refused.len(), refused.len());
            for (one, (index, reasons)) in ack.refused.iter().zip(refused) {
                assert_eq!(one.index, index);
                is_one_of(one.error.as_ref().unwrap(), reasons);
            }
        }
        assert_eq!(acks.message().await.unwrap(), None);
    }
}

fn greatest(told: &[Told]) -> u64 {
    let positions = told.iter().flatten().map(|(position, _)| *position);
    positions.max().unwrap_or(0)
}

#[track_caller]
fn is_one_of(error: &ItemError, reasons: &[ErrorReason]) {
    assert!(reasons.contains(&error.reason()), "{reasons:?}: {error:?}");
}
