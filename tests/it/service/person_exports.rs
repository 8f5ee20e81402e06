//! Everything about one person, for that person to read.

use campaign_ledger::wire::proto::api::creator_service_client::CreatorServiceClient;
use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::{ContentFormat, Counters, Share};
use serde_json::Value;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Streaming};

use crate::support::server::{
    Client, FAR, Refusal, Server, Story, by_brand, day, deliverable, idr, terms,
};

/// What an export has.
#[derive(Debug, Default)]
struct Exported {
    events: Vec<ExportedEvent>,
    /// The last position to resume from.
    resume: u64,
    /// The position that it reflects.
    position: u64,
    messages: usize,
}

impl Exported {
    fn positions(&self) -> Vec<u64> {
        self.events.iter().map(|event| event.position).collect()
    }
}

async fn exported(client: &Client, request: ExportCreatorDataRequest) -> Exported {
    let mut creators = CreatorServiceClient::new(client.channel());
    let answer = creators.export_creator_data(request).await;
    let mut messages = answer.unwrap().into_inner();
    let mut found = Exported::default();
    while let Some(message) = messages.message().await.unwrap() {
        let json = message.events.iter().map(|event| event.json.len());
        let bytes: usize = json.sum();
        assert!(bytes <= 64 << 10 || message.events.len() == 1, "{bytes}");
        assert!(message.resume_position >= found.resume);
        let last = message.events.last().map_or(0, |event| event.position);
        assert!(message.resume_position >= last, "nothing is read twice");
        found.events.extend(message.events);
        found.resume = message.resume_position;
        found.position = message.position;
        found.messages += 1;
    }
    assert_eq!(found.resume, found.position, "the last message ends it");
    found
}

async fn refused(client: &Client, request: ExportCreatorDataRequest) -> Refusal {
    let mut creators = CreatorServiceClient::new(client.channel());
    let answer = creators.export_creator_data(request).await;
    Refusal::from(answer.unwrap_err())
}

#[tokio::test]
async fn person_gets_what_names_or_credits_them_and_nothing_else() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let mut duet = terms(idr(1_000));
    duet.deliverables[0].format = ContentFormat::Joint.into();
    for who in ["ayu", "budi"] {
        story.accepted(who, duet.clone()).await;
    }
    story.accepted("citra", terms(idr(1_000))).await;
    let head = server.head().await;
    let before = exported(&server, story.export("ayu")).await;
    assert_eq!(before.position, head);
    assert_eq!(before.events.len(), 3, "{before:?}");

    // Budi publishes what both are credited with.
    let mut publish = story.publish("budi", "d1", day(0));
    publish.shares = ["ayu", "budi"]
        .map(|who| Share {
            collaboration_id: who.to_owned(),
            share_bp: 5_000,
        })
        .to_vec();
    server.write(publish).await;
    let seen = Counters {
        likes: Some(10),
        ..Counters::default()
    };
    server.write(story.observe("budi", day(0), seen)).await;
    let sale = story.sale("o-1", Some(idr(100)), day(0), Some("ayu"));
    server.write(sale).await;
    server.write(story.refund("o-1", idr(10), day(0))).await;
    let sale = story.sale("o-2", Some(idr(100)), day(0), Some("citra"));
    server.write(sale).await;
    server.write(story.submit("citra")).await;
    let other = Story::of("teh", "launch", "IDR", &server);
    server.write(other.profile("ayu", 1)).await;

    let all = exported(&server, story.export("ayu")).await;
    let types: Vec<&str> = all
        .events
        .iter()
        .map(|event| event.r#type.as_str())
        .collect();
    assert_eq!(
        types,
        [
            "CreatorProfileRecorded",
            "CreatorInvited",
            "BriefAccepted",
            "PublicationRecorded",
            "EngagementRecorded",
            "ConversionRecorded",
            "RefundRecorded",
        ]
    );
    assert!(all.positions().is_sorted());
    for event in &all.events {
        let json: Value = serde_json::from_str(&event.json).unwrap();
        assert!(!event.json.contains('\n'));
        assert_eq!(json["position"], event.position.to_string());
        assert_eq!(json["brandId"], "kopi");
        assert_eq!(event.recorded_at, Some(day(0)));
    }
    let json: Value = serde_json::from_str(&all.events[3].json).unwrap();
    assert_eq!(json["publicationRecorded"]["shares"][0]["shareBp"], 5_000);
}

#[tokio::test]
async fn texts_about_the_person_can_be_read() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let mut profile = story.profile("ayu", 20_000);
    profile.profile.as_mut().unwrap().display_name = String::from("Ayu Pagi");
    server.write(profile).await;
    server.write(story.block("ayu")).await;
    let all = exported(&server, story.export("ayu")).await;
    let json = |at: usize| serde_json::from_str::<Value>(&all.events[at].json).unwrap();
    let recorded = &json(0)["creatorProfileRecorded"];
    assert_eq!(recorded["displayName"], "Ayu Pagi");
    assert_eq!(json(1)["creatorBlocked"]["reason"], "a controversy");
}

#[tokio::test]
async fn exports_in_parts_make_the_whole() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let mut many = terms(idr(1));
    many.deliverables = (0..20)
        .map(|number| deliverable(&format!("d{number}")))
        .collect();
    for who in ["ayu", "budi"] {
        story.accepted(who, many.clone()).await;
    }
    for number in 0..20 {
        for who in ["ayu", "budi"] {
            let submit = SubmitContentRequest {
                deliverable_id: format!("d{number}"),
                ..story.submit(who)
            };
            // About 10 KB.
            let revise = RequestRevisionRequest {
                deliverable_id: format!("d{number}"),
                reasons: vec!["x".repeat(500); 20],
                ..story.revise(who, 1)
            };
            server.write(submit).await;
            server.write(revise).await;
        }
    }
    let whole = exported(&server, story.export("ayu")).await;
    assert_eq!(whole.events.len(), 3 + 2 * 20);
    assert!(whole.messages > 3, "{}", whole.messages);
    for after in [0, 1, 7, whole.positions()[20], whole.position] {
        let rest = ExportCreatorDataRequest {
            after_position: after,
            ..story.export("ayu")
        };
        let rest = exported(&server, rest).await;
        let expected: Vec<u64> = whole
            .positions()
            .into_iter()
            .filter(|position| *position > after)
            .collect();
        assert_eq!(rest.positions(), expected, "after {after}");
    }
    // All of it was decided before, so a restart changes nothing.
    let server = server.restart().await;
    let again = exported(&server, story.export("ayu")).await;
    assert_eq!(again.events, whole.events);
}

#[tokio::test]
async fn erased_person_still_gets_what_is_left() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    server.write(story.profile("ayu", 20_000)).await;
    server.write(story.place_legal_hold("ayu", "court")).await;
    server.write(story.release_legal_hold("ayu", "court")).await;
    server.write(story.erase("ayu")).await;
    let all = exported(&server, story.export("ayu")).await;
    let types: Vec<&str> = all
        .events
        .iter()
        .map(|event| event.r#type.as_str())
        .collect();
    assert_eq!(
        types,
        [
            "CreatorProfileRecorded",
            "LegalHoldPlaced",
            "LegalHoldReleased",
            "CreatorErased",
        ]
    );
    let json: Value = serde_json::from_str(&all.events[3].json).unwrap();
    let erased = &json["creatorErased"];
    assert_eq!(erased["ground"], "ERASURE_GROUND_CONSENT_WITHDRAWN");
    assert_eq!(erased["reference"], "ticket 17");
}

#[tokio::test]
async fn export_of_nobody_or_from_beyond_the_end_is_refused() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let refusal = refused(&server, story.export("nobody")).await;
    refusal.is(Code::NotFound, ErrorReason::CreatorNotFound);
    let refusal = refused(&server, story.export("")).await;
    let refusal = refusal.is(Code::InvalidArgument, ErrorReason::InvalidField);
    refusal.names(&["creator_id"]);
    server.write(story.profile("ayu", 20_000)).await;
    let head = server.head().await;
    let beyond = ExportCreatorDataRequest {
        after_position: head + 1,
        ..story.export("ayu")
    };
    let refusal = refused(&server, beyond).await;
    let refusal = refusal
        .is(Code::InvalidArgument, ErrorReason::PositionAhead)
        .names(&["after_position"]);
    assert_eq!(refusal.metadata["head"], head.to_string());
    let at_the_end = ExportCreatorDataRequest {
        after_position: head,
        ..story.export("ayu")
    };
    assert!(exported(&server, at_the_end).await.events.is_empty());
}

/// Begins an export as soon as there is a place.
async fn admitted(
    server: &Server,
    request: ExportCreatorDataRequest,
) -> Streaming<ExportCreatorDataResponse> {
    let mut creators = CreatorServiceClient::new(server.channel());
    let trying = async {
        loop {
            match creators.export_creator_data(request.clone()).await {
                Ok(answer) => return answer.into_inner(),
                Err(status) => assert_eq!(status.code(), Code::ResourceExhausted, "{status}"),
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(FAR, trying).await.unwrap()
}

/// Makes a connection with a small window.
async fn narrow(server: &Server) -> Channel {
    let endpoint = Endpoint::from_shared(format!("http://{}", server.address)).unwrap();
    let endpoint = endpoint.initial_stream_window_size(1_024);
    endpoint.connect().await.unwrap()
}

/// Records so many profiles of Ayu that no connection holds an export of them.
async fn told_at_length(server: &Server) -> Story {
    let story = Story::open(server, "launch").await;
    let mut profile = story.profile("ayu", 1).profile.unwrap();
    profile.display_name = "🌋".repeat(200);
    profile.locality = "🌋".repeat(200);
    let one = ProfileRecord {
        creator_id: String::from("ayu"),
        profile: Some(profile),
    };
    let batch = BatchRecordCreatorProfilesRequest {
        brand_id: story.brand.clone(),
        context: by_brand(""),
        profiles: vec![one; 1_000],
    };
    server.call(batch).await.unwrap();
    story
}

#[tokio::test]
async fn exports_have_places_among_the_readers() {
    let server = Server::with(|config| config.max_readers = 1).await;
    let story = told_at_length(&server).await;
    let mut creators = CreatorServiceClient::new(narrow(&server).await);
    let held = creators.export_creator_data(story.export("ayu")).await;
    let refusal = refused(&server, story.export("ayu")).await;
    refusal.is(Code::ResourceExhausted, ErrorReason::TooManyReaders);
    drop(held);
}

#[tokio::test]
async fn export_that_nobody_reads_ends_with_where_to_go_on() {
    let server = Server::with(|config| {
        config.max_readers = 1;
        config.stream_unread_timeout_ms = 50;
    })
    .await;
    let story = told_at_length(&server).await;
    let mut creators = CreatorServiceClient::new(narrow(&server).await);
    let unread = creators.export_creator_data(story.export("ayu")).await;
    let mut unread = unread.unwrap().into_inner();
    // Its place is free once it has ended.
    drop(admitted(&server, story.export("ayu")).await);
    let mut positions = Vec::new();
    let ended = loop {
        match unread.message().await {
            Ok(Some(message)) => {
                positions.extend(message.events.iter().map(|event| event.position));
            }
            Ok(None) => panic!("it ended as if all had been read"),
            Err(status) => break Refusal::from(status),
        }
    };
    let ended = ended.is(Code::Aborted, ErrorReason::StreamUnread);
    let resume: u64 = ended.metadata["resume_position"].parse().unwrap();
    assert_eq!(positions.last(), Some(&resume), "{ended}");
    let rest = ExportCreatorDataRequest {
        after_position: resume,
        ..story.export("ayu")
    };
    let mut rest = admitted(&server, rest).await;
    while let Some(message) = rest.message().await.unwrap() {
        positions.extend(message.events.iter().map(|event| event.position));
    }
    let head = server.head().await;
    assert_eq!(positions, (3..=head).collect::<Vec<_>>());
}
