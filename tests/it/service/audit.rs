//! Reading the log back: all of it, by brand, by campaign, in parts.

use std::collections::BTreeMap;

use bytes::Bytes;
use campaign_ledger::domain::Position;
use campaign_ledger::log::directory::{DataDirectory, ONLY_PARTITION};
use campaign_ledger::log::sled::SledLog;
use campaign_ledger::log::{Log as _, codec};
use campaign_ledger::wire::proto::api::audit_service_client::AuditServiceClient;
use campaign_ledger::wire::proto::api::log_scope::Scope;
use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::event::Record;
use campaign_ledger::wire::proto::values::{ActorKind, Counters};
use prost::Message as _;
use tonic::Code;

use crate::support::batch::decoded;
use crate::support::server::{
    Client, Refusal, Server, Story, by_brand, day, deliverable, for_creator, idr, plan, terms,
    together,
};

/// Reasons that the tests of this file expect, among others.
pub const SHOWS: &[ErrorReason] = &[ErrorReason::PositionAhead];

pub fn all() -> Option<LogScope> {
    Some(LogScope {
        scope: Some(Scope::All(WholeLog {})),
    })
}

pub fn of_brand(brand: &str) -> Option<LogScope> {
    Some(LogScope {
        scope: Some(Scope::BrandId(brand.to_owned())),
    })
}

pub fn of_campaign(brand: &str, campaign: &str) -> Option<LogScope> {
    Some(LogScope {
        scope: Some(Scope::Campaign(CampaignScope {
            brand_id: brand.to_owned(),
            campaign_id: campaign.to_owned(),
        })),
    })
}

/// The result of one read.
struct Reading {
    records: Vec<Record>,
    resume: u64,
}

impl Reading {
    fn positions(&self) -> Vec<u64> {
        self.records.iter().map(|record| record.position).collect()
    }
}

async fn read(client: &Client, scope: Option<LogScope>, after: u64, limit: u64) -> Reading {
    let request = ReadEventsRequest {
        scope,
        after_position: after,
        limit,
        ..ReadEventsRequest::default()
    };
    let mut audit = AuditServiceClient::new(client.channel());
    let mut messages = audit.read_events(request).await.unwrap().into_inner();
    let mut reading = Reading {
        records: Vec::new(),
        resume: after,
    };
    while let Some(message) = messages.message().await.unwrap() {
        assert!(message.resume_position >= reading.resume);
        reading.resume = message.resume_position;
        reading.records.extend(decoded(&message.batch.unwrap()));
        let last = reading.records.last().map_or(0, |record| record.position);
        assert!(reading.resume >= last, "nothing is read twice");
    }
    reading
}

/// Three campaigns of two brands, written in parallel so that their events mix.
pub async fn three_campaigns(server: &Server) -> Vec<Story> {
    let stories = [("kopi", "launch"), ("kopi", "second"), ("teh", "launch")];
    let telling = stories.map(|(brand, campaign)| {
        let story = Story::of(brand, campaign, "IDR", server);
        async move {
            story.client.write(story.create(plan("IDR"))).await;
            story.client.write(story.start()).await;
            let creators = (0..20).map(|number| {
                let story = story.clone();
                let who = format!("{}-{number:02}", story.campaign);
                async move {
                    story.accepted(&who, terms(idr(1_000))).await;
                    story.client.write(story.publish(&who, "d1", day(0))).await;
                }
            });
            together(creators).await;
            story
        }
    });
    together(telling).await
}

#[tokio::test]
async fn a_reading_cannot_begin_beyond_the_head() {
    let server = Server::start().await;
    Story::open(&server, "launch").await;
    let mut audit = AuditServiceClient::new(server.channel());
    let beyond = ReadEventsRequest {
        scope: all(),
        after_position: 3,
        limit: 0,
        ..ReadEventsRequest::default()
    };
    let refusal = Refusal::from(audit.read_events(beyond).await.unwrap_err());
    let refusal = refusal
        .is(Code::InvalidArgument, ErrorReason::PositionAhead)
        .names(&["after_position"]);
    assert_eq!(refusal.metadata["position"], "3");
    assert_eq!(refusal.metadata["head"], "2");
    let follow = FollowEventsRequest {
        scope: all(),
        after_position: 3,
        ..FollowEventsRequest::default()
    };
    let refusal = Refusal::from(audit.follow_events(follow).await.unwrap_err());
    refusal.is(Code::InvalidArgument, ErrorReason::PositionAhead);
    // Starting at the head is valid; so is an unknown brand.
    assert!(read(&server, all(), 2, 0).await.records.is_empty());
    assert_eq!(read(&server, of_brand("nobody"), 0, 0).await.resume, 2);
}

#[tokio::test]
async fn positions_have_no_gaps_and_every_scope_its_own() {
    let server = Server::start().await;
    three_campaigns(&server).await;
    let head = server.head().await;
    let whole = read(&server, all(), 0, 0).await;
    assert_eq!(whole.positions(), (1..=head).collect::<Vec<_>>());
    assert_eq!(whole.resume, head);
    let times: Vec<_> = whole
        .records
        .iter()
        .map(|one| one.recorded_at.unwrap().seconds)
        .collect();
    assert!(times.is_sorted());

    let mut by_scope: BTreeMap<(String, String), Vec<u64>> = BTreeMap::new();
    for record in &whole.records {
        let scope = (record.brand_id.clone(), record.campaign_id.clone());
        by_scope.entry(scope).or_default().push(record.position);
    }
    let mut of_kopi: Vec<u64> = Vec::new();
    for ((brand, campaign), positions) in by_scope {
        if brand == "kopi" {
            of_kopi.extend(&positions);
        }
        if !campaign.is_empty() {
            let reading = read(&server, of_campaign(&brand, &campaign), 0, 0).await;
            assert_eq!(reading.positions(), positions, "{brand} {campaign}");
            assert_eq!(reading.resume, head);
        }
    }
    of_kopi.sort_unstable();
    assert_eq!(
        read(&server, of_brand("kopi"), 0, 0).await.positions(),
        of_kopi
    );
}

#[tokio::test]
async fn readings_in_parts_make_the_whole() {
    let server = Server::start().await;
    three_campaigns(&server).await;
    let scopes = [all(), of_brand("teh"), of_campaign("kopi", "second")];
    for scope in scopes {
        let whole = read(&server, scope.clone(), 0, 0).await.positions();
        for limit in [1, 7, 1_000] {
            let (mut parts, mut after) = (Vec::new(), 0);
            loop {
                let part = read(&server, scope.clone(), after, limit).await;
                assert!(part.records.len() as u64 <= limit);
                if part.records.is_empty() {
                    break;
                }
                parts.extend(part.positions());
                after = part.resume;
            }
            assert_eq!(parts, whole, "{scope:?} by {limit}");
        }
    }
}

#[tokio::test]
async fn batches_of_large_events_are_short_enough_for_every_client() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let mut many = terms(idr(1));
    many.deliverables = (0..50)
        .map(|number| deliverable(&format!("d{number}")))
        .collect();
    for who in ["ayu", "budi", "citra"] {
        story.accepted(who, many.clone()).await;
    }
    let working = ["ayu", "budi", "citra"].into_iter().flat_map(|who| {
        let story = &story;
        (0..50).map(move |number| {
            let submit = SubmitContentRequest {
                deliverable_id: format!("d{number}"),
                ..story.submit(who)
            };
            // About 40 KB.
            let revise = RequestRevisionRequest {
                deliverable_id: format!("d{number}"),
                reasons: vec!["🌋".repeat(500); 20],
                ..story.revise(who, 1)
            };
            let client = story.client.clone();
            async move {
                client.write(submit).await;
                client.write(revise).await;
            }
        })
    });
    together(working).await;
    let head = server.head().await;
    for scope in [all(), of_brand("kopi"), of_campaign("kopi", "launch")] {
        let request = ReadEventsRequest {
            scope: scope.clone(),
            ..ReadEventsRequest::default()
        };
        let mut audit = AuditServiceClient::new(server.channel());
        let mut messages = audit.read_events(request).await.unwrap().into_inner();
        let (mut events, mut largest) = (0, 0);
        while let Some(message) = messages.message().await.unwrap() {
            largest = largest.max(message.encoded_len());
            events += message.batch.unwrap().records().count();
        }
        let of_the_campaign = head - 3;
        assert!(events as u64 >= of_the_campaign, "{scope:?}");
        assert!(
            largest > 32 << 10 && largest <= 65 << 10,
            "{scope:?}: {largest}"
        );
    }
}

#[tokio::test]
async fn a_record_says_who_acted_for_whom_and_when() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    server.write(story.profile("ayu", 20_000)).await;
    server.clock().set(day(1));
    let mut invite = story.invite("ayu", terms(idr(1)));
    invite.context = by_brand("r-1");
    invite.context.as_mut().unwrap().occurred_at = Some(day(0));
    server.write(invite).await;
    let mut accept = story.accept("ayu");
    accept.context = for_creator("r-2", "by phone");
    server.write(accept).await;

    let records = read(&server, of_campaign("kopi", "launch"), 3, 0)
        .await
        .records;
    let [invited, accepted] = records.as_slice() else {
        panic!("two events: {records:?}");
    };
    for record in [invited, accepted] {
        assert_eq!(record.collaboration_id, "ayu");
        assert_eq!(record.creator_id, "ayu");
        assert_eq!(record.recorded_at, Some(day(1)));
        assert_eq!(record.actor.as_ref().unwrap().kind(), ActorKind::Brand);
    }
    assert_eq!(invited.request_id, "r-1");
    assert_eq!(invited.occurred_at, Some(day(0)));
    assert_eq!(invited.on_behalf_of, None);
    assert_eq!(accepted.occurred_at, None);
    let on_behalf_of = accepted.on_behalf_of.as_ref().unwrap();
    // As it is stored: sealed.
    assert!(on_behalf_of.reason.starts_with('~'), "{on_behalf_of:?}");
    assert_eq!(
        on_behalf_of.actor.as_ref().unwrap().kind(),
        ActorKind::Creator
    );
}

#[tokio::test]
async fn what_is_read_are_the_stored_bytes() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    story.accepted("ayu", terms(idr(1))).await;
    server.write(story.publish("ayu", "d1", day(0))).await;
    let nothing_seen = Counters {
        likes: Some(0),
        ..Counters::default()
    };
    server
        .write(story.observe("ayu", day(0), nothing_seen))
        .await;
    let mut audit = AuditServiceClient::new(server.channel());
    let request = ReadEventsRequest {
        scope: all(),
        ..ReadEventsRequest::default()
    };
    let mut messages = audit.read_events(request).await.unwrap().into_inner();
    let mut read: Vec<Bytes> = Vec::new();
    while let Some(message) = messages.message().await.unwrap() {
        let batch = message.batch.unwrap();
        read.extend(batch.records().map(Bytes::copy_from_slice));
    }
    for (bytes, position) in read.iter().zip(1..) {
        let record = codec::decode(bytes).unwrap();
        assert_eq!(codec::encode(&record), bytes);
        assert_eq!(record.position.get(), position);
    }
    drop((story, messages, audit));
    let resting = server.stop().await;
    let directory = DataDirectory::open(resting.directory()).unwrap();
    let log = SledLog::open_for_reading(&directory.log_path(), ONLY_PARTITION).unwrap();
    let blocks = log.read(Position::START).unwrap();
    let stored: Vec<Bytes> = blocks
        .flat_map(|block| block.unwrap().records().to_vec())
        .collect();
    assert_eq!(read, stored);
}

#[tokio::test]
async fn the_head_names_the_last_block_and_outlives_a_restart() {
    let server = Server::start().await;
    let empty = server.call(GetHeadRequest {}).await.unwrap();
    assert_eq!((empty.position, empty.block), (0, 0));
    assert_eq!(empty.block_hash, vec![0; 32]);

    let story = Story::open(&server, "launch").await;
    let head = server.call(GetHeadRequest {}).await.unwrap();
    assert_eq!((head.position, head.block), (2, 2));
    assert_eq!(head.block_hash.len(), 32);
    assert_ne!(head.block_hash, empty.block_hash);
    // Refusals write no block.
    server.refused(story.start()).await;
    let server = server.restart().await;
    assert_eq!(server.ready_at, 2);
    let again = server.call(GetHeadRequest {}).await.unwrap();
    assert_eq!(
        again,
        GetHeadResponse {
            view_position: 2,
            ..head
        }
    );
}
