//! Starts that are refused because of a file of identity.

use campaign_ledger::identity::ApiKey;
use campaign_ledger::server::{self, drain::Stop};

use super::authority::{Authority, Pair};
use super::{Files, with_key};
use crate::support::server::Server;

async fn refusal(set: impl FnOnce(&mut campaign_ledger::config::Config)) -> String {
    let rest = Server::resting(set);
    let guard = rest.guard();
    let served = server::serve(rest.config.clone(), guard, Stop::new(), |_| ()).await;
    let error = served.expect_err("the start is refused");
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[tokio::test]
async fn a_bad_policy_is_refused_with_file_and_line() {
    let (files, key) = (Files::new(), ApiKey::random().unwrap());
    let policy = files.write(
        "policy.toml",
        with_key("a", &key).replace("auditor", "boss"),
    );
    let said = refusal(|config| config.policy = policy).await;
    assert!(said.contains("policy.toml:4: role \"boss\""), "{said}");
    let nowhere = files.path("nowhere.toml");
    let said = refusal(|config| config.policy = nowhere).await;
    assert!(said.contains("nowhere.toml could not be read"), "{said}");
}

#[tokio::test]
async fn a_pair_that_does_not_match_or_has_expired_is_refused() {
    let (files, authority) = (Files::new(), Authority::new());
    let mismatched = Pair {
        key: authority.issue(&["localhost"]).key,
        ..authority.issue(&["localhost"])
    };
    let expired = authority.issue_expired(&["localhost"]);
    for (pair, expected) in [(mismatched, "cannot be used"), (expired, "has expired")] {
        pair.put(&files);
        let said = refusal(|config| {
            config.tls_certificate = files.path("server.pem");
            config.tls_key = files.path("server.key");
        })
        .await;
        assert!(said.contains(expected), "{said}");
    }
}

#[tokio::test]
async fn a_file_without_keys_of_tokens_is_refused() {
    let (files, key) = (Files::new(), ApiKey::random().unwrap());
    files.write("policy.toml", with_key("a", &key));
    let jwks = files.write("jwks.json", "{\"keys\": []}");
    for jwks in [
        jwks.to_str().unwrap(),
        "http://example.org/keys",
        "ftp://x/",
    ] {
        let said = refusal(|config| {
            config.policy = files.path("policy.toml");
            config.jwt_issuer = String::from("i");
            config.jwt_audience = String::from("a");
            config.jwt_jwks = jwks.to_owned();
        })
        .await;
        assert!(said.contains("keys of tokens"), "{said}");
    }
}
