//! Every page, and who may see it.

use std::net::{IpAddr, SocketAddr, UdpSocket};

use super::http::{get, get_as, put, send};
use crate::crash::process::Launch;
use crate::support::server::Server;

/// A server with an admin port.
pub async fn open() -> (Server, SocketAddr) {
    let server = Server::with(|config| {
        config.admin_listen = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
    })
    .await;
    let admin = server.admin.unwrap();
    (server, admin)
}

#[tokio::test]
async fn a_running_server_is_alive_and_ready_in_all_its_parts() {
    let (_server, admin) = open().await;
    for page in ["/livez", "/readyz", "/readyz/reads", "/readyz/writes"] {
        let answer = get(admin, page).await;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (200, "ok\n"),
            "{page}"
        );
    }
    let verbose = get(admin, "/readyz?verbose").await;
    assert_eq!(verbose.status, 200, "{verbose:?}");
    for part in ["start", "log", "views", "clock", "disk", "certificates"] {
        let line = format!("[+]{part} ");
        assert!(verbose.body.contains(&line), "{line}: {}", verbose.body);
    }
}

#[tokio::test]
async fn a_page_under_a_foreign_name_is_misdirected() {
    let (_server, admin) = open().await;
    for page in ["/livez", "/metrics", "/config", "/no-such-page"] {
        for host in ["evil.example", "127.0.0.1.evil.example:80", "192.0.2.7"] {
            let answer = get_as(admin, page, host).await;
            assert_eq!(answer.status, 421, "{page} as {host}: {answer:?}");
        }
    }
    let put = "PUT /log-filter HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 3\r\n\r\noff";
    assert_eq!(send(admin, put).await.status, 421);
    let none = send(admin, "GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n").await;
    assert_eq!(none.status, 421);
    for host in ["localhost", "LOCALHOST:9464", "[::1]", "127.0.0.1:1"] {
        assert_eq!(get_as(admin, "/livez", host).await.status, 200, "{host}");
    }
}

#[tokio::test]
async fn more_names_can_be_allowed() {
    let server = Server::with(|config| {
        config.admin_listen = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
        config.admin_hosts = String::from("ledger.example, ledger-metrics");
    })
    .await;
    let admin = server.admin.unwrap();
    for host in ["ledger.example:9464", "ledger-metrics"] {
        assert_eq!(get_as(admin, "/livez", host).await.status, 200, "{host}");
    }
    assert_eq!(get_as(admin, "/livez", "example").await.status, 421);
}

#[tokio::test]
async fn the_settings_are_shown_as_they_are_read() {
    let (server, admin) = open().await;
    let shown = get(admin, "/config").await;
    assert_eq!(shown.status, 200);
    assert!(
        shown.head.contains("cache-control: no-store"),
        "{}",
        shown.head
    );
    let mut config: campaign_ledger::config::Config = toml::from_str(&shown.body).unwrap();
    assert_eq!(config.data_dir, server.directory());
    config.data_dir.clear();
    // Names of files are shown, never what is in them.
    let secret = std::fs::read(server.directory().join("master-key")).unwrap();
    let secret = String::from_utf8_lossy(&secret);
    for line in secret.lines().filter(|line| line.len() > 16) {
        assert!(!shown.body.contains(line));
    }
}

#[tokio::test]
async fn the_version_is_that_of_the_program() {
    let (_server, admin) = open().await;
    let answer = get(admin, "/version").await;
    let version: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(version["version"], env!("CARGO_PKG_VERSION"));
}

#[tokio::test]
async fn what_is_no_page_is_refused() {
    let (_server, admin) = open().await;
    assert_eq!(get(admin, "/").await.status, 404);
    assert_eq!(put(admin, "/livez", "x").await.status, 405);
    // Nobody logs in this process.
    assert_eq!(get(admin, "/log-filter").await.status, 404);
    assert_eq!(put(admin, "/log-filter", "info").await.status, 400);
    let large = "x".repeat(5_000);
    assert_eq!(put(admin, "/log-filter", &large).await.status, 413);
    let headers = format!(
        "GET /livez HTTP/1.1\r\nHost: localhost\r\nA: {}\r\n\r\n",
        "x".repeat(40_000)
    );
    assert_eq!(send(admin, &headers).await.status, 431);
    let nonsense = send(admin, "\u{16}\u{3}\u{1}hello\r\n\r\n").await;
    assert_eq!(nonsense.status, 400);
}

/// An address of this machine that is not loopback.
fn beyond_loopback() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then_some(address)
}

#[tokio::test]
async fn others_see_neither_settings_nor_the_log_filter() {
    let Some(ours) = beyond_loopback() else {
        eprintln!("skipped: this machine has only loopback");
        return;
    };
    let server = Server::with(|config| {
        config.admin_listen = Some(SocketAddr::from(([0, 0, 0, 0], 0)));
    })
    .await;
    let admin = SocketAddr::new(ours, server.admin.unwrap().port());
    let as_ours = ours.to_string();
    for page in ["/livez", "/readyz", "/metrics", "/version"] {
        assert_eq!(get_as(admin, page, &as_ours).await.status, 200, "{page}");
    }
    for page in ["/config", "/log-filter"] {
        assert_eq!(get_as(admin, page, &as_ours).await.status, 403, "{page}");
    }
    let filter = format!(
        "PUT /log-filter HTTP/1.1\r\nHost: {ours}\r\nContent-Length: 3\r\nConnection: close\r\n\r\noff"
    );
    assert_eq!(send(admin, &filter).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_filter_changes_what_is_logged() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::on(&directory.path().join("data"))
        .set("admin-listen", "127.0.0.1:0")
        .set("access-log", "true")
        .set("log-filter", "warn");
    let (mut server, channel) = launch.start().await;
    let admin = server.admin().unwrap();
    assert_eq!(get(admin, "/log-filter").await.body, "warn\n");
    crate::crash::history::head_of(&channel).await;
    let refused = put(admin, "/log-filter", "no=such=filter").await;
    assert_eq!(refused.status, 400);
    assert!(refused.body.contains("log_filter"), "{}", refused.body);
    assert_eq!(get(admin, "/log-filter").await.body, "warn\n");

    let set = put(admin, "/log-filter", "warn,access=info\n").await;
    assert_eq!(set.status, 200, "{set:?}");
    assert_eq!(get(admin, "/log-filter").await.body, "warn,access=info\n");
    crate::crash::history::head_of(&channel).await;
    drop(channel);
    assert!(server.stop().success());
    let said = server.stderr();
    let is_of_head = |line: &&str| line.contains(" access: ") && line.contains("/GetHead");
    let lines: Vec<_> = said.lines().filter(is_of_head).collect();
    assert_eq!(lines.len(), 1, "{said}");
    assert!(said.contains("ListCreators code=\"OK\""), "{said}");
    assert!(said.contains("brand=\"kulit-sehat\""), "{said}");
    let line = lines[0];
    for part in [
        "AuditService/GetHead",
        "code=\"OK\"",
        "elapsed_us=",
        "peer=127.0.0.1:",
    ] {
        assert!(line.contains(part), "{part}: {line}");
    }
}
