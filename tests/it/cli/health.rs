//! `healthcheck`: what it asks, and how it ends.

use std::fs;
use std::net::TcpListener;

use super::{run, run_beside};
use crate::support::server::Server;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_serves_is_healthy() {
    let server = Server::start().await;
    let here = tempfile::tempdir().unwrap();
    let config = here.path().join("ledger.toml");
    fs::write(&config, format!("listen = \"{}\"", server.address)).unwrap();
    for line in [
        format!("healthcheck --server http://{}", server.address),
        String::from("healthcheck --config ledger.toml"),
        String::from("healthcheck --config ledger.toml --service campaign.ledger.v1.AuditService"),
    ] {
        let (code, said) = run_beside(here.path(), line).await;
        assert_eq!((code, said.as_str()), (Some(0), "SERVING\n"));
    }
    let line = format!(
        "healthcheck --service no.such --server http://{}",
        server.address
    );
    let (code, said) = run_beside(here.path(), line).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("service not registered"), "{said}");
}

#[test]
fn nobody_there_is_not_healthy() {
    let here = tempfile::tempdir().unwrap();
    // Bound and never accepted from: a connection is made, and nothing is said on it.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let (code, said) = run(
        here.path(),
        &format!("healthcheck --server http://{address} --timeout-ms 100"),
    );
    assert_eq!(code, Some(1), "{said}");
    drop(silent);
    let (code, said) = run(
        here.path(),
        &format!("healthcheck --server http://{address}"),
    );
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("could not be reached"), "{said}");
    let (code, said) = run(here.path(), "healthcheck --config no-such.toml");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("no-such.toml"), "{said}");
}
