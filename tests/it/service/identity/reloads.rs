//! New files while the server runs: right ones count at once, wrong ones never, and no call fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use campaign_ledger::identity::ApiKey;
use campaign_ledger::wire::proto::api::ErrorReason;

use super::authority::{Authority, connect};
use super::{Files, eventually, hang_up, refused, with, with_key};
use crate::support::server::Server;

struct Guarded {
    files: Files,
    authority: Authority,
    key: ApiKey,
    server: Server,
}

async fn guarded() -> Guarded {
    let (files, authority, key) = (Files::new(), Authority::new(), ApiKey::random().unwrap());
    authority.issue(&["localhost"]).put(&files);
    files.write("policy.toml", with_key("a", &key));
    let server = Server::with(|config| {
        config.tls_certificate = files.path("server.pem");
        config.tls_key = files.path("server.key");
        config.policy = files.path("policy.toml");
    })
    .await;
    Guarded {
        files,
        authority,
        key,
        server,
    }
}

impl Guarded {
    /// Whether the server has a certificate of this authority now.
    async fn is_of(&self, authority: &Authority) -> bool {
        match connect(self.server.address, authority, None).await {
            Ok(channel) => with(&channel, self.key.secret()).await.is_ok(),
            Err(_) => false,
        }
    }
}

#[tokio::test]
async fn a_revoked_key_is_refused_after_a_reload() {
    let guarded = guarded().await;
    let channel = connect(guarded.server.address, &guarded.authority, None)
        .await
        .unwrap();
    let secret = guarded.key.secret();
    assert!(with(&channel, secret).await.is_ok());
    let other = ApiKey::random().unwrap();
    guarded.files.write("policy.toml", with_key("a", &other));
    hang_up();
    eventually(async || with(&channel, other.secret()).await.is_ok()).await;
    refused(with(&channel, secret).await, ErrorReason::IdentityUnknown);
}

#[tokio::test]
async fn a_bad_policy_keeps_the_old_one() {
    let guarded = guarded().await;
    let channel = connect(guarded.server.address, &guarded.authority, None)
        .await
        .unwrap();
    let bad = with_key("a", &guarded.key).replace("auditor", "boss");
    let next = ApiKey::random().unwrap();
    for bad in [bad, String::from("[[principal"), with_key("", &next)] {
        guarded.files.write("policy.toml", bad);
        hang_up();
        assert!(with(&channel, guarded.key.secret()).await.is_ok());
    }
    // The next right one counts.
    guarded.files.write("policy.toml", with_key("a", &next));
    hang_up();
    eventually(async || with(&channel, next.secret()).await.is_ok()).await;
}

#[tokio::test]
async fn certificates_are_swapped_under_load_without_a_failed_call() {
    let guarded = Arc::new(guarded().await);
    let stopped = Arc::new(AtomicBool::new(false));
    let channel = connect(guarded.server.address, &guarded.authority, None)
        .await
        .unwrap();
    let load: Vec<_> = (0..4)
        .map(|_| {
            let (channel, stopped) = (channel.clone(), Arc::clone(&stopped));
            let secret = guarded.key.secret().to_owned();
            tokio::spawn(async move {
                let mut calls = 0;
                while !stopped.load(Ordering::SeqCst) {
                    with(&channel, &secret).await.unwrap();
                    calls += 1;
                }
                calls
            })
        })
        .collect();
    for _ in 0..3 {
        let next = Authority::new();
        next.issue(&["localhost"]).put(&guarded.files);
        // New connections may meet either, and those of the old authority go on.
        hang_up();
        eventually(async || guarded.is_of(&next).await).await;
    }
    stopped.store(true, Ordering::SeqCst);
    for task in load {
        assert!(task.await.unwrap() > 0);
    }
}

#[tokio::test]
async fn a_bad_pair_keeps_the_old_one() {
    let guarded = guarded().await;
    let right = std::fs::read_to_string(guarded.files.path("server.pem")).unwrap();
    let expired = guarded.authority.issue_expired(&["localhost"]);
    let other = guarded.authority.issue(&["localhost"]);
    let key_of_another = super::authority::Pair {
        key: other.key.clone(),
        certificate: right,
    };
    let torn = super::authority::Pair {
        certificate: other.certificate[..200].to_owned(),
        key: other.key.clone(),
    };
    for bad in [expired, key_of_another, torn] {
        bad.put(&guarded.files);
        hang_up();
        assert!(guarded.is_of(&guarded.authority).await);
    }
    let next = Authority::new();
    next.issue(&["localhost"]).put(&guarded.files);
    hang_up();
    eventually(async || guarded.is_of(&next).await).await;
    assert!(!guarded.is_of(&guarded.authority).await);
}
