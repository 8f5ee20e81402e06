//! Streams end with the identity that opened them.

use campaign_ledger::identity::ApiKey;
use campaign_ledger::wire::proto::api::audit_service_client::AuditServiceClient;
use campaign_ledger::wire::proto::api::*;
use tonic::transport::Channel;
use tonic::{Code, Request, Streaming};

use super::issuer::{Key, claims, server, set};
use super::{Files, hang_up, principal, with_key};
use crate::support::server::{FAR, Refusal, Server, days_and};

async fn follow(channel: &Channel, bearer: &str) -> Streaming<FollowEventsResponse> {
    let mut request = Request::new(FollowEventsRequest {
        scope: Some(LogScope {
            scope: Some(log_scope::Scope::All(WholeLog {})),
        }),
        ..FollowEventsRequest::default()
    });
    let header = format!("Bearer {bearer}").parse().unwrap();
    request.metadata_mut().insert("authorization", header);
    let mut client = AuditServiceClient::new(channel.clone());
    let mut following = client.follow_events(request).await.unwrap().into_inner();
    // It has caught up, and waits.
    following.message().await.unwrap().unwrap();
    following
}

/// Waits for the end of a stream.
async fn end(mut stream: Streaming<FollowEventsResponse>) -> Refusal {
    let ended = async {
        loop {
            if let Err(status) = stream.message().await {
                return Refusal::from(status);
            }
        }
    };
    tokio::time::timeout(FAR, ended)
        .await
        .expect("the stream ends")
}

#[tokio::test]
async fn a_stream_ends_when_its_token_expires() {
    let (files, key) = (Files::new(), Key::ed_dsa());
    let jwks = files.write("jwks.json", set(&[key.public("k")]));
    let policy = principal("shop", "subjects = [\"shop\"]");
    let server = server(&files, &policy, jwks.to_str().unwrap()).await;
    let stream = follow(&server.channel(), &key.token("k", &claims("shop"))).await;
    server.clock().set(days_and(0, 3_700));
    let refusal = end(stream).await;
    refusal.is(Code::Unauthenticated, ErrorReason::IdentityExpired);
}

#[tokio::test]
async fn a_stream_ends_when_its_principal_is_gone_and_others_go_on() {
    let (files, gone, stays) = (
        Files::new(),
        ApiKey::random().unwrap(),
        ApiKey::random().unwrap(),
    );
    let staying = with_key("stays", &stays);
    let policy = files.write("policy.toml", with_key("gone", &gone) + &staying);
    let server = Server::with(|config| config.policy = policy).await;
    let ending = follow(&server.channel(), gone.secret()).await;
    let mut going_on = follow(&server.channel(), stays.secret()).await;
    files.write("policy.toml", staying);
    hang_up();
    let refusal = end(ending).await;
    refusal.is(Code::Unauthenticated, ErrorReason::IdentityRevoked);
    let short = std::time::Duration::from_millis(50);
    let next = tokio::time::timeout(short, going_on.message()).await;
    assert!(next.is_err() || next.is_ok_and(|message| message.is_ok()));
}
