//! TLS, and callers with certificates.

use std::time::Duration;

use campaign_ledger::identity::ApiKey;
use campaign_ledger::wire::proto::api::ErrorReason;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use super::authority::{Authority, connect};
use super::{Files, asked, principal, refused, with, with_key};
use crate::support::server::{FAR, Server, day, days_and};

const SHOP: &str = "spiffe://example.org/shop";

/// A server with TLS and this policy, which takes certificates of the authority.
async fn guarded(files: &Files, authority: &Authority, policy: &str) -> Server {
    authority.issue(&["localhost"]).put(files);
    files.write("ca.pem", authority.pem());
    files.write("policy.toml", policy);
    Server::with(|config| {
        config.tls_certificate = files.path("server.pem");
        config.tls_key = files.path("server.key");
        config.tls_client_ca = files.path("ca.pem");
        config.policy = files.path("policy.toml");
    })
    .await
}

fn shop() -> String {
    principal(
        "shop",
        &format!("certificates = [\"{SHOP}\", \"shop.example.org\"]"),
    )
}

#[tokio::test]
async fn a_spiffe_uri_and_a_dns_name_are_recognised() {
    let (files, authority) = (Files::new(), Authority::new());
    let server = guarded(&files, &authority, &shop()).await;
    for name in [SHOP, "shop.example.org", "SHOP.example.org"] {
        let pair = authority.issue(&[name, "unknown.example.org"]);
        let channel = connect(server.address, &authority, Some(&pair))
            .await
            .unwrap();
        assert!(asked(&channel, &[]).await.is_ok(), "{name}");
    }
    let stranger = authority.issue(&["spiffe://example.org/other"]);
    let channel = connect(server.address, &authority, Some(&stranger))
        .await
        .unwrap();
    refused(asked(&channel, &[]).await, ErrorReason::IdentityUnknown);
}

#[tokio::test]
async fn a_certificate_of_another_authority_ends_the_handshake() {
    let (files, authority) = (Files::new(), Authority::new());
    let key = ApiKey::random().unwrap();
    let server = guarded(&files, &authority, &(shop() + &with_key("other", &key))).await;
    let pair = Authority::new().issue(&[SHOP]);
    // Also where another identity would be right: what fails is never ignored.
    let answer = match connect(server.address, &authority, Some(&pair)).await {
        Ok(channel) => with(&channel, key.secret()).await.is_ok(),
        Err(_) => false,
    };
    assert!(!answer);
    let expired = authority.issue_expired(&[SHOP]);
    let answer = match connect(server.address, &authority, Some(&expired)).await {
        Ok(channel) => asked(&channel, &[]).await.is_ok(),
        Err(_) => false,
    };
    assert!(!answer);
}

#[tokio::test]
async fn every_client_needs_a_certificate_where_nothing_else_is_known() {
    let (files, authority) = (Files::new(), Authority::new());
    let server = guarded(&files, &authority, &shop()).await;
    let without = match connect(server.address, &authority, None).await {
        Ok(channel) => asked(&channel, &[]).await.map_err(|status| status.code()),
        Err(_) => Err(tonic::Code::Unavailable),
    };
    assert_ne!(
        without,
        Err(tonic::Code::Unauthenticated),
        "the handshake fails before"
    );
    assert!(without.is_err());
}

#[tokio::test]
async fn a_certificate_and_a_key_must_be_of_one_principal() {
    let (files, authority) = (Files::new(), Authority::new());
    let (own, other) = (ApiKey::random().unwrap(), ApiKey::random().unwrap());
    let proofs = format!(
        "certificates = [\"{SHOP}\"]\napi_keys = [\"{}\"]",
        own.hash()
    );
    let policy = principal("shop", &proofs) + &with_key("other", &other);
    let server = guarded(&files, &authority, &policy).await;
    let pair = authority.issue(&[SHOP]);
    let channel = connect(server.address, &authority, Some(&pair))
        .await
        .unwrap();
    assert!(asked(&channel, &[]).await.is_ok());
    assert!(with(&channel, own.secret()).await.is_ok());
    let answer = with(&channel, other.secret()).await;
    refused(answer, ErrorReason::IdentitiesDiffer);
    let answer = with(&channel, "clk_wrong").await;
    refused(answer, ErrorReason::IdentityUnknown);
    // Without a certificate, the key alone is enough.
    let channel = connect(server.address, &authority, None).await.unwrap();
    assert!(with(&channel, other.secret()).await.is_ok());
    refused(asked(&channel, &[]).await, ErrorReason::IdentityMissing);
}

#[tokio::test]
async fn a_certificate_of_two_principals_is_of_none() {
    let (files, authority) = (Files::new(), Authority::new());
    let policy = shop() + &principal("b", "certificates = [\"b.example.org\"]");
    let server = guarded(&files, &authority, &policy).await;
    let pair = authority.issue(&[SHOP, "b.example.org"]);
    let channel = connect(server.address, &authority, Some(&pair))
        .await
        .unwrap();
    refused(asked(&channel, &[]).await, ErrorReason::IdentitiesDiffer);
}

#[tokio::test]
async fn a_certificate_may_expire_while_its_connection_lives() {
    let (files, authority) = (Files::new(), Authority::new());
    let server = guarded(&files, &authority, &shop()).await;
    let pair = authority.issue_until(&[SHOP], days_and(0, 60).seconds);
    let channel = connect(server.address, &authority, Some(&pair))
        .await
        .unwrap();
    assert!(asked(&channel, &[]).await.is_ok());
    server.clock().set(day(1));
    refused(asked(&channel, &[]).await, ErrorReason::IdentityExpired);
}

#[tokio::test]
async fn a_silent_handshake_holds_nobody_up_and_ends() {
    let (files, authority) = (Files::new(), Authority::new());
    authority.issue(&["localhost"]).put(&files);
    let server = Server::with(|config| {
        config.tls_certificate = files.path("server.pem");
        config.tls_key = files.path("server.key");
        config.tls_handshake_timeout_ms = 100;
    })
    .await;
    let mut silent = Vec::new();
    for _ in 0..20 {
        silent.push(TcpStream::connect(server.address).await.unwrap());
    }
    let channel = connect(server.address, &authority, None).await.unwrap();
    assert!(asked(&channel, &[]).await.is_ok());
    for mut stream in silent {
        let ended = tokio::time::timeout(FAR, stream.read(&mut [0; 8])).await;
        assert!(matches!(ended.unwrap(), Ok(0) | Err(_)));
    }
    assert!(Duration::from_millis(100) < FAR);
}
