//! Our own commands: they make keys, explain policies, and reach a protected server.

use super::authority::Authority;
use super::{Files, principal};
use crate::cli::{run, run_beside};
use crate::support::server::Server;

#[tokio::test]
async fn a_key_made_by_the_command_opens_a_server_with_tls() {
    let (files, authority) = (Files::new(), Authority::new());
    let (code, said) = run(files.0.path(), "keys api new");
    assert_eq!(code, Some(0), "{said}");
    let words: Vec<_> = said.split_whitespace().collect();
    let ["key", key, "sha256", hash] = words[..] else {
        panic!("{said}");
    };
    files.write(
        "policy.toml",
        principal("cli", &format!("api_keys = [\"{hash}\"]")),
    );
    files.write("ca.pem", authority.pem());
    files.write("token", format!("{key}\n"));
    authority.issue(&["localhost"]).put(&files);
    let server = Server::with(|config| {
        config.policy = files.path("policy.toml");
        config.tls_certificate = files.path("server.pem");
        config.tls_key = files.path("server.key");
    })
    .await;
    let call = format!(
        "call AuditService/GetHead --server https://localhost:{} --tls-ca ca.pem",
        server.address.port()
    );
    for (more, expected, shows) in [
        (String::from(" --token-file token"), Some(0), "blockHash"),
        (format!(" --token {key}"), Some(0), "blockHash"),
        (String::new(), Some(1), "IDENTITY_MISSING"),
        (
            String::from(" --token clk_wrong"),
            Some(1),
            "IDENTITY_UNKNOWN",
        ),
        (
            String::from(" --token-file nowhere"),
            Some(1),
            "nowhere could not be read",
        ),
    ] {
        let (code, said) = run_beside(files.0.path(), format!("{call}{more}")).await;
        assert_eq!(code, expected, "{said}");
        assert!(said.contains(shows), "{said}");
        assert!(!said.contains(key), "{said}");
    }
}

#[test]
fn a_policy_is_explained_or_refused_with_its_line() {
    let files = Files::new();
    let policy = principal("shop", "subjects = [\"s\"]");
    files.write("policy.toml", &policy);
    let (code, said) = run(files.0.path(), "policy check policy.toml");
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("shop (line 1)") && said.contains("token subject s"),
        "{said}"
    );
    files.write("policy.toml", policy.replace("auditor", "boss"));
    let (code, said) = run(files.0.path(), "policy check policy.toml");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("policy.toml:4: role \"boss\""), "{said}");
}
