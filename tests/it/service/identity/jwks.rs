//! The keys of tokens at an address: rotated, and with every fault that an address can have.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use campaign_ledger::wire::proto::api::ErrorReason;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;
use tonic::Code;

use super::authority::Authority;
use super::issuer::{Does, Key, Site, claims, server, set};
use super::{Files, HANG_UPS, eventually, hang_up, principal, refused, with};
use crate::support::server::{Refusal, Server, together};

fn shop() -> String {
    principal("shop", "subjects = [\"shop\"]")
}

async fn asking(files: &Files, site: &Site) -> Server {
    server(files, &shop(), &site.url()).await
}

#[tokio::test]
async fn an_unknown_key_is_fetched_and_no_call_fails() {
    let (files, old, new) = (Files::new(), Key::ed_dsa(), Key::ed_dsa());
    let site = Site::start(Does::Answer(set(&[old.public("old")])), None).await;
    let server = asking(&files, &site).await;
    let token = old.token("old", &claims("shop"));
    assert!(with(&server.channel(), &token).await.is_ok());
    site.now(Does::Answer(set(&[old.public("old"), new.public("new")])));
    let calls = (0..40).map(|call| {
        let channel = server.channel();
        let token = match call % 2 {
            0 => old.token("old", &claims("shop")),
            _ => new.token("new", &claims("shop")),
        };
        async move { with(&channel, &token).await.map_err(Refusal::from) }
    });
    for answer in together(calls).await {
        answer.unwrap();
    }
    let hang_ups = || HANG_UPS.load(Ordering::SeqCst);
    assert!(
        site.asked() <= 2 + hang_ups(),
        "asked {} times",
        site.asked()
    );
    let (asked, before) = (site.asked(), hang_ups());
    // Made-up names of keys do not make it ask more.
    for number in 0..20 {
        let token = old.token(&format!("made-up-{number}"), &claims("shop"));
        refused(
            with(&server.channel(), &token).await,
            ErrorReason::IdentityUntrusted,
        );
    }
    // Other tests may hang up, and that makes it ask too.
    assert!(site.asked() <= asked + hang_ups() - before + 1);
}

#[tokio::test]
async fn an_address_that_is_down_at_the_start_is_asked_again() {
    let (files, key) = (Files::new(), Key::ed_dsa());
    let site = Site::start(Does::Fail, None).await;
    let server = asking(&files, &site).await;
    let token = key.token("k", &claims("shop"));
    let refusal = Refusal::from(with(&server.channel(), &token).await.unwrap_err());
    let refusal = refusal.is(Code::Unavailable, ErrorReason::IssuerKeysMissing);
    assert!(refusal.details.retry_info().is_some(), "{refusal}");
    site.now(Does::Answer(set(&[key.public("k")])));
    hang_up();
    eventually(async || with(&server.channel(), &token).await.is_ok()).await;
}

#[tokio::test]
async fn what_is_no_set_of_keys_changes_nothing() {
    let (files, key) = (Files::new(), Key::ed_dsa());
    let site = Site::start(Does::Answer(set(&[key.public("k")])), None).await;
    let server = asking(&files, &site).await;
    let token = key.token("k", &claims("shop"));
    for does in [
        Does::Answer(String::from("<html>")),
        Does::Answer(set(&[])),
        Does::Answer(String::from("[]")),
        Does::Flood,
        Does::Fail,
        Does::Nothing,
    ] {
        let before = site.asked();
        site.now(does);
        hang_up();
        eventually(async || site.asked() > before).await;
        assert!(with(&server.channel(), &token).await.is_ok());
    }
}

#[tokio::test]
async fn keys_come_by_https_from_a_server_of_the_given_authority() {
    let (files, key, authority) = (Files::new(), Key::ed_dsa(), Authority::new());
    let pair = authority.issue(&["localhost"]);
    let chain = CertificateDer::from_pem_slice(pair.certificate.as_bytes()).unwrap();
    let private = PrivateKeyDer::from_pem_slice(pair.key.as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![chain], private)
        .unwrap();
    let tls = TlsAcceptor::from(Arc::new(config));
    let site = Site::start(Does::Answer(set(&[key.public("k")])), Some(tls)).await;
    let url = format!("https://localhost:{}/keys", site.address.port());
    let token = key.token("k", &claims("shop"));
    for (trusted, is_right) in [(&authority, true), (&Authority::new(), false)] {
        files.write("jwks-ca.pem", trusted.pem());
        let server = server(&files, &shop(), &url).await;
        assert_eq!(with(&server.channel(), &token).await.is_ok(), is_right);
    }
}
