//! Bytes that are not a valid request: too many, malformed, for an unknown method, with unknown
//! compression.

use campaign_ledger::wire::proto::api::*;
use prost::Message as _;
use tonic::Code;
use tonic::codec::CompressionEncoding;

use crate::support::server::{RawCalls, Refusal, Server, Story, plan};

const CREATE: &str = "/campaign.ledger.v1.CampaignService/CreateCampaign";
const READ_EVENTS: &str = "/campaign.ledger.v1.AuditService/ReadEvents";
const MIB: usize = 1 << 20;

async fn refused(server: &Server, path: &str, message: &[u8]) -> Refusal {
    let before = server.head().await;
    let raw = RawCalls::to(server.address).await;
    let refusal = Refusal::from(raw.call(path, message, &[]).await.unwrap_err());
    assert_eq!(server.head().await, before, "{refusal} wrote something");
    refusal
}

#[tokio::test]
async fn a_message_of_5_mib_is_refused() {
    let server = Server::start().await;
    let mut request = Story::of("kopi", "launch", "IDR", &server).create(plan("IDR"));
    request.plan.as_mut().unwrap().title = "x".repeat(5 * MIB);
    let refusal = server.refused_for_nothing(request.clone()).await;
    assert_eq!(refusal.reason, ErrorReason::MessageTooLarge, "{refusal}");
    assert!(
        matches!(refusal.code, Code::OutOfRange | Code::ResourceExhausted),
        "{refusal}"
    );
    // A message within the limit reaches the rules.
    request.plan.as_mut().unwrap().title = "x".repeat(MIB / 5);
    let refusal = server.refused_for_nothing(request).await;
    refusal
        .is(Code::InvalidArgument, ErrorReason::InvalidField)
        .names(&["plan.title"]);
}

#[tokio::test]
async fn a_small_message_that_unpacks_to_5_mib_is_refused() {
    let server = Server::start().await;
    let mut request = Story::of("kopi", "launch", "IDR", &server).create(plan("IDR"));
    request.plan.as_mut().unwrap().title = "x".repeat(5 * MIB);
    let client = campaign_service_client::CampaignServiceClient::new(server.channel());
    let mut client = client.send_compressed(CompressionEncoding::Gzip);
    let refusal = Refusal::from(client.create_campaign(request.clone()).await.unwrap_err());
    assert_eq!(refusal.reason, ErrorReason::MessageTooLarge, "{refusal}");
    request.plan = Some(plan("IDR"));
    client.create_campaign(request).await.unwrap();
    assert_eq!(server.head().await, 1);
}

#[tokio::test]
async fn malformed_protobuf_is_bad_input() {
    let server = Server::start().await;
    let whole = Story::of("kopi", "launch", "IDR", &server)
        .create(plan("IDR"))
        .encode_to_vec();
    let cut = &whole[..whole.len() - 1];
    // A field of a wrong type, text that is not UTF-8, a group never ended, a tag of 0.
    let malformed: [&[u8]; 6] = [
        &[0xff],
        cut,
        &[0x08, 0x01],
        &[0x0a, 1, 0xff],
        &[0x0b],
        &[0x00],
    ];
    for message in malformed {
        for path in [CREATE, READ_EVENTS] {
            let refusal = refused(&server, path, message).await;
            // ReadEvents has other fields; it skips unknown ones, as protobuf does.
            let is_skipped = path == READ_EVENTS && refusal.reason == ErrorReason::InvalidField;
            if !is_skipped {
                refusal.is(Code::InvalidArgument, ErrorReason::MalformedMessage);
            }
        }
    }
}

#[tokio::test]
async fn an_unknown_method_is_named() {
    let server = Server::start().await;
    for path in [
        "/campaign.ledger.v1.CampaignService/DeleteCampaign",
        "/campaign.ledger.v2.CampaignService/CreateCampaign",
    ] {
        let refusal = refused(&server, path, b"").await;
        let refusal = refusal.is(Code::Unimplemented, ErrorReason::UnknownMethod);
        assert_eq!(refusal.metadata["method"], path);
    }
}

#[tokio::test]
async fn an_unread_compression_is_refused() {
    let server = Server::start().await;
    let raw = RawCalls::to(server.address).await;
    let message = Story::of("kopi", "launch", "IDR", &server)
        .create(plan("IDR"))
        .encode_to_vec();
    let answer = raw
        .call(CREATE, &message, &[("grpc-encoding", "zstd")])
        .await;
    let refusal = Refusal::from(answer.unwrap_err());
    refusal.is(Code::Unimplemented, ErrorReason::UnsupportedCompression);
    assert_eq!(server.head().await, 0);
}

#[tokio::test]
async fn an_empty_scope_is_refused() {
    let server = Server::start().await;
    let nameless = log_scope::Scope::Campaign(CampaignScope::default());
    let nameless = LogScope {
        scope: Some(nameless),
    };
    let scopes = [
        (None, vec!["scope"]),
        (Some(LogScope { scope: None }), vec!["scope"]),
        (
            Some(nameless),
            vec!["scope.campaign.brand_id", "scope.campaign.campaign_id"],
        ),
    ];
    for (scope, fields) in scopes {
        let read = ReadEventsRequest {
            scope: scope.clone(),
            ..ReadEventsRequest::default()
        };
        let follow = FollowEventsRequest {
            scope,
            after_position: 0,
            ..FollowEventsRequest::default()
        };
        let mut client = audit_service_client::AuditServiceClient::new(server.channel());
        let refusals = [
            client.read_events(read).await.unwrap_err(),
            client.follow_events(follow).await.unwrap_err(),
        ];
        for status in refusals {
            Refusal::from(status)
                .is(Code::InvalidArgument, ErrorReason::InvalidField)
                .names(&fields);
        }
    }
}
