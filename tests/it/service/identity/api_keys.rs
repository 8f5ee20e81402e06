//! API keys: right, wrong, badly presented, and left out where that is allowed.

use campaign_ledger::identity::ApiKey;
use campaign_ledger::wire::proto::api::ErrorReason;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;

use super::{Files, asked, refused, with, with_key};
use crate::support::server::{RawCalls, Refusal, Server};

async fn guarded(files: &Files, policy: &str) -> Server {
    let policy = files.write("policy.toml", policy);
    Server::with(|config| config.policy = policy).await
}

#[tokio::test]
async fn a_call_without_an_identity_is_refused_and_changes_nothing() {
    let (files, key) = (Files::new(), ApiKey::random().unwrap());
    let server = guarded(&files, &with_key("a", &key)).await;
    let channel = server.channel();
    refused(asked(&channel, &[]).await, ErrorReason::IdentityMissing);
    assert_eq!(with(&channel, key.secret()).await.unwrap(), 0);
}

#[tokio::test]
async fn a_wrong_key_is_refused_and_nothing_says_which_exist() {
    let (files, key) = (Files::new(), ApiKey::random().unwrap());
    let server = guarded(&files, &with_key("secret-name", &key)).await;
    let channel = server.channel();
    let other = ApiKey::random().unwrap();
    let nearly = format!("{}x", key.secret());
    let hash = key.hash().to_string();
    for wrong in [other.secret(), &nearly, "clk_", &hash, "a.b.c"] {
        let refusal = refused(with(&channel, wrong).await, ErrorReason::IdentityUnknown);
        assert!(!refusal.message.contains("secret-name"), "{refusal}");
        assert!(refusal.metadata.is_empty(), "{refusal}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_and_not_ignored() {
    let (files, key) = (Files::new(), ApiKey::random().unwrap());
    let server = guarded(&files, &with_key("a", &key)).await;
    let channel = server.channel();
    let right = format!("Bearer {}", key.secret());
    for headers in [
        &["Basic YTpi"][..],
        &["Bearer"],
        &[key.secret()],
        &[&right, &right],
        &[&right, "Basic YTpi"],
    ] {
        refused(
            asked(&channel, headers).await,
            ErrorReason::IdentityMalformed,
        );
    }
    assert!(
        asked(&channel, &[&right.replace("Bearer", "bearer")])
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_huge_token_is_refused_and_others_go_on() {
    let (files, key) = (Files::new(), ApiKey::random().unwrap());
    let server = guarded(&files, &with_key("a", &key)).await;
    let channel = server.channel();
    let huge = format!("clk_{}", "x".repeat(64 << 10));
    assert!(
        with(&server.connect().await.channel(), &huge)
            .await
            .is_err()
    );
    assert!(with(&channel, key.secret()).await.is_ok());
}

#[tokio::test]
async fn health_is_open_unless_said_otherwise_and_reflection_is_not() {
    let (files, key) = (Files::new(), ApiKey::random().unwrap());
    for [health, reflection] in [[true, false], [false, true]] {
        let policy = files.write("policy.toml", with_key("a", &key));
        let server = Server::with(|config| {
            config.policy = policy;
            config.health_without_identity = health;
            config.reflection_without_identity = reflection;
        })
        .await;
        let mut client = HealthClient::new(server.channel());
        let asked = client.check(HealthCheckRequest::default()).await;
        assert_eq!(asked.is_ok(), health);
        let mut client = ServerReflectionClient::new(server.channel());
        let asked = client.server_reflection_info(tokio_stream::empty()).await;
        match asked {
            Ok(_) => assert!(reflection),
            Err(status) => assert!(!reflection && status.code() == Code::Unauthenticated),
        }
    }
}

#[tokio::test]
async fn a_refused_call_gets_its_answer_without_its_message_being_read() {
    let (files, key) = (Files::new(), ApiKey::random().unwrap());
    let server = guarded(&files, &with_key("a", &key)).await;
    let raw = RawCalls::to(server.address).await;
    let path = "/campaign.ledger.v1.CampaignService/CreateCampaign";
    let answer = raw.call(path, b"no message of this method", &[]).await;
    let refusal = Refusal::from(answer.unwrap_err());
    refusal.is(Code::Unauthenticated, ErrorReason::IdentityMissing);
}

#[tokio::test]
async fn without_a_policy_nobody_is_asked() {
    let server = Server::start().await;
    assert!(with(&server.channel(), "clk_whatever").await.is_ok());
}
