//! Tokens: each way in which one can be wrong.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use campaign_ledger::identity::ApiKey;
use campaign_ledger::wire::proto::api::ErrorReason;
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::issuer::{Key, claims, message, server, set, with};
use super::{Files, asked, principal, refused, with as with_token, with_key};
use crate::support::server::{Server, day, days_and};

fn shop() -> String {
    principal("shop", "subjects = [\"shop@example.org\"]")
}

fn right() -> Value {
    claims("shop@example.org")
}

async fn trusting(files: &Files, keys: &[(&str, &Key)]) -> Server {
    let keys: Vec<_> = keys.iter().map(|(id, key)| key.public(id)).collect();
    let jwks = files.write("jwks.json", set(&keys));
    server(files, &shop(), jwks.to_str().unwrap()).await
}

#[tokio::test]
async fn a_token_of_each_algorithm_is_recognised() {
    let (files, keys) = (Files::new(), [Key::rs256(), Key::es256(), Key::ed_dsa()]);
    let named = [("r", &keys[0]), ("e", &keys[1]), ("d", &keys[2])];
    let server = trusting(&files, &named).await;
    let channel = server.channel();
    for (id, key) in named {
        let token = key.token(id, &right());
        for _ in 0..3 {
            let answer = with_token(&channel, &token).await;
            assert!(answer.is_ok(), "{id}: {answer:?}");
        }
        // The only key of its algorithm needs no name.
        let unnamed = key.token_of(&json!({"alg": key.algorithm()}), &right());
        assert!(with_token(&channel, &unnamed).await.is_ok(), "{id}");
        let audiences = with(right(), "aud", json!(["other", "campaign-ledger"]));
        assert!(
            with_token(&channel, &key.token(id, &audiences))
                .await
                .is_ok()
        );
    }
    refused(asked(&channel, &[]).await, ErrorReason::IdentityMissing);
}

#[tokio::test]
async fn times_are_compared_with_the_clock_of_the_ledger() {
    let (files, key) = (Files::new(), Key::ed_dsa());
    let server = trusting(&files, &[("k", &key)]).await;
    let channel = server.channel();
    let now = day(0).seconds;
    for (name, seconds, expected) in [
        ("exp", now - 31, Some(ErrorReason::IdentityExpired)),
        ("exp", now - 29, None),
        ("nbf", now + 31, Some(ErrorReason::IdentityNotYetValid)),
        ("nbf", now + 29, None),
    ] {
        let token = key.token("k", &with(right(), name, json!(seconds)));
        match (with_token(&channel, &token).await, expected) {
            (Ok(_), None) => {}
            (answer, Some(reason)) => drop(refused(answer, reason)),
            (Err(status), None) => panic!("{name} {seconds}: {status}"),
        }
    }
    // One that is remembered expires, too.
    let token = key.token("k", &right());
    assert!(with_token(&channel, &token).await.is_ok());
    server.clock().set(days_and(0, 3_631));
    refused(
        with_token(&channel, &token).await,
        ErrorReason::IdentityExpired,
    );
}

#[tokio::test]
async fn a_token_of_others_is_refused() {
    let (files, key) = (Files::new(), Key::ed_dsa());
    let server = trusting(&files, &[("k", &key)]).await;
    let channel = server.channel();
    for (name, value, reason) in [
        (
            "iss",
            json!("https://evil.example.org"),
            ErrorReason::IdentityForOthers,
        ),
        ("aud", json!("other"), ErrorReason::IdentityForOthers),
        ("aud", json!([]), ErrorReason::IdentityForOthers),
        (
            "sub",
            json!("stranger@example.org"),
            ErrorReason::IdentityUnknown,
        ),
        ("exp", Value::Null, ErrorReason::IdentityMalformed),
        ("exp", json!("9999999999"), ErrorReason::IdentityMalformed),
        ("nbf", json!("soon"), ErrorReason::IdentityMalformed),
        (
            "sub",
            json!(["shop@example.org"]),
            ErrorReason::IdentityMalformed,
        ),
    ] {
        let token = key.token("k", &with(right(), name, value));
        refused(with_token(&channel, &token).await, reason);
    }
}

#[tokio::test]
async fn a_signature_that_means_nothing_is_refused() {
    let (files, key, rsa) = (Files::new(), Key::ed_dsa(), Key::rs256());
    let server = trusting(&files, &[("k", &key), ("r", &rsa)]).await;
    let channel = server.channel();
    let none = |alg: &str| format!("{}.", message(&json!({"alg": alg}), &right()));
    // The public key as a shared secret.
    let hmac = |secret: &[u8]| {
        let message = message(&json!({"alg": "HS256", "kid": "r"}), &right());
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
        mac.update(message.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        format!("{message}.{signature}")
    };
    let other = Key::ed_dsa();
    let mut cut = key.token("k", &right());
    cut.truncate(cut.len() - 4);
    let wrong_kind = key.token_of(&json!({"alg": "EdDSA", "kid": "r"}), &right());
    for token in [
        none("none"),
        none("None"),
        none("EdDSA"),
        hmac(&rsa.public_bytes()),
        hmac(&key.public_bytes()),
        other.token("k", &right()),
        other.token("unknown", &right()),
        key.token_of(&json!({"alg": "RS512", "kid": "r"}), &right()),
        wrong_kind,
        cut,
    ] {
        refused(
            with_token(&channel, &token).await,
            ErrorReason::IdentityUntrusted,
        );
    }
    for token in ["a.b", "a.b.c.d", &"x".repeat(2_000)] {
        refused(
            with_token(&channel, token).await,
            ErrorReason::IdentityMalformed,
        );
    }
}

#[tokio::test]
async fn tokens_and_keys_work_together() {
    let (files, key, api_key) = (Files::new(), Key::es256(), ApiKey::random().unwrap());
    let jwks = files.write("jwks.json", set(&[key.public("k")]));
    let policy = shop() + &with_key("other", &api_key);
    let server = server(&files, &policy, jwks.to_str().unwrap()).await;
    let channel = server.channel();
    assert!(with_token(&channel, api_key.secret()).await.is_ok());
    assert!(
        with_token(&channel, &key.token("k", &right()))
            .await
            .is_ok()
    );
}
