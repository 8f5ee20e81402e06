//! The log as the server returns it, compared with what the clients recorded.

use std::collections::{HashMap, HashSet};

use campaign_ledger::log::Hash;
use campaign_ledger::wire::proto::api::audit_service_client::AuditServiceClient;
use campaign_ledger::wire::proto::api::creator_service_client::CreatorServiceClient;
use campaign_ledger::wire::proto::{api, event};
use prost::Message as _;
use tonic::transport::Channel;

use super::load::{BRAND, Client};

/// All events of a log, in order: event *n* has position *n* + 1.
#[derive(Default)]
pub struct History {
    events: Vec<Event>,
}

#[derive(PartialEq, Eq, Debug)]
struct Event {
    request_id: String,
    recorded_at: (i64, i32),
    hash: Hash,
}

/// Returns the position of the last event and the hash of its block in hexadecimal, once the views
/// have reached it.
pub async fn head_of(channel: &Channel) -> (u64, String) {
    let mut audit = AuditServiceClient::new(channel.clone());
    let head = audit.get_head(api::GetHeadRequest {}).await.unwrap();
    let head = head.into_inner();
    let position = head.position;
    let hash = head.block_hash.iter().map(|byte| format!("{byte:02x}"));
    let request = api::ListCreatorsRequest {
        brand_id: BRAND.to_owned(),
        min_position: position,
        ..Default::default()
    };
    let mut creators = CreatorServiceClient::new(channel.clone());
    let answer = creators.list_creators(request).await.unwrap().into_inner();
    assert_eq!(answer.position, position);
    (position, hash.collect())
}

impl History {
    /// Reads the whole log over gRPC; fails on a gap or when time goes backwards.
    pub async fn read(channel: &Channel) -> Self {
        let mut audit = AuditServiceClient::new(channel.clone());
        let request = api::ReadEventsRequest {
            scope: Some(api::LogScope {
                scope: Some(api::log_scope::Scope::All(api::WholeLog {})),
            }),
            ..Default::default()
        };
        let mut batches = audit.read_events(request).await.unwrap().into_inner();
        let mut history = Self::default();
        while let Some(answer) = batches.message().await.unwrap() {
            for bytes in answer.batch.unwrap_or_default().records() {
                history.add(bytes);
            }
        }
        history
    }

    fn add(&mut self, bytes: &[u8]) {
        let record = event::Record::decode(bytes).unwrap();
        assert_eq!(record.position, self.head() + 1, "positions have no gaps");
        let hash = Hash::of(bytes);
        let recorded_at = record.recorded_at.unwrap();
        let event = Event {
            request_id: record.request_id,
            recorded_at: (recorded_at.seconds, recorded_at.nanos),
            hash,
        };
        if let Some(last) = self.events.last() {
            assert!(event.recorded_at >= last.recorded_at, "{event:?}, {last:?}");
        }
        self.events.push(event);
    }

    /// Returns the position of the last event.
    pub fn head(&self) -> u64 {
        self.events.len() as u64
    }

    /// Fails unless everything that was read earlier is still there, unchanged.
    pub fn continues(&self, earlier: &Self) {
        assert!(self.head() >= earlier.head(), "the log lost its end");
        assert!(self.events.starts_with(&earlier.events), "history changed");
    }

    /// Fails unless every acknowledged call is there once, at the position its client received, and
    /// everything else is a call without an answer, at most once.
    pub fn holds(&self, clients: &[Client]) {
        let mut spans = self.spans();
        for acknowledged in clients.iter().flat_map(|client| &client.acknowledged) {
            let span = spans.remove(acknowledged.call.request_id.as_str());
            let told = (acknowledged.first, acknowledged.last);
            assert_eq!(span, Some(told), "{acknowledged:?}");
        }
        let unsure: HashSet<_> = clients
            .iter()
            .filter_map(|client| Some(client.unsure.as_ref()?.request_id.as_str()))
            .collect();
        for id in spans.keys() {
            assert!(unsure.contains(id), "nobody sent {id}");
        }
    }

    /// Returns first and last position by request; fails when a request has events in two places.
    fn spans(&self) -> HashMap<&str, (u64, u64)> {
        let mut spans: HashMap<&str, (u64, u64)> = HashMap::new();
        for (event, position) in self.events.iter().zip(1..) {
            let id = event.request_id.as_str();
            let (_, last) = spans.entry(id).or_insert((position, position - 1));
            assert_eq!(*last, position - 1, "{id} happened twice");
            *last = position;
        }
        spans
    }
}
