//! Starts that must fail: each says once what failed, in words, with the documented exit code.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::process::{Launch, run, run_through};
use super::scene::Scene;

/// Returns the command that starts the binary with a limit of file descriptors.
fn limited(files: u64) -> String {
    format!("ulimit -n {files}; exec \"$0\" \"$@\"")
}

/// Returns the one line that says why it failed.
#[track_caller]
fn reason(said: &str) -> &str {
    let lines: Vec<_> = said.lines().filter(|line| line.contains("error")).collect();
    assert_eq!(lines.len(), 1, "{said}");
    assert!(!said.contains("panicked"), "{said}");
    lines[0]
        .strip_prefix("error: ")
        .unwrap_or_else(|| panic!("{said}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn too_few_files_are_said_to_be_too_few() {
    let mut scene = Scene::made().await;
    // With fewer the system does not load the program.
    for files in 4..=40 {
        let script = limited(files);
        let mut server = scene.launch().through(&["sh", "-c", &script]).spawn();
        assert!(server.ready().await.is_none(), "{files}");
        assert_eq!(
            server.wait().code(),
            Some(1),
            "{files}: {}",
            server.stderr()
        );
        let said = server.stderr();
        assert!(reason(&said).contains("files can be opened"), "{said}");
        let data = scene.data_dir().display().to_string();
        let verified = run_through(&["sh", "-c", &script], ["verify", "--data-dir", &data]);
        assert_eq!(verified.status.code(), Some(1), "{files}");
    }
    let (mut server, channel) = scene.launch().start().await;
    scene.check(&channel).await;
    drop(channel);
    assert!(server.stop().success());
    scene.audit();
}

/// Above some limit it serves, and at no limit does it panic.
#[tokio::test(flavor = "multi_thread")]
async fn server_with_few_files_serves_or_says_why_not() {
    let mut scene = Scene::made().await;
    for files in [63, 67, 68, 72, 80, 128] {
        let script = limited(files);
        let mut server = scene.launch().through(&["sh", "-c", &script]).spawn();
        match server.ready().await {
            Some(channel) => {
                scene.check(&channel).await;
                drop(channel);
                assert!(server.stop().success(), "{files}: {}", server.stderr());
            }
            None => {
                assert_eq!(
                    server.wait().code(),
                    Some(1),
                    "{files}: {}",
                    server.stderr()
                );
                reason(&server.stderr());
            }
        }
        assert!(
            !server.stderr().contains("panicked"),
            "{files}: {}",
            server.stderr()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn address_in_use_is_named_once() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let scene = Scene::made().await;
    for format in ["text", "json"] {
        let launch = scene
            .launch()
            .set("listen", &address)
            .set("log-format", format);
        let mut server = launch.spawn();
        assert!(server.ready().await.is_none());
        assert_eq!(server.wait().code(), Some(1));
        let said = server.stderr();
        assert_eq!(said.matches("could not be bound").count(), 1, "{said}");
        assert_eq!(said.matches(&address).count(), 1, "{said}");
        assert_eq!(said.starts_with('{'), format == "json", "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn exit_codes_of_starts_are_the_documented_ones() {
    let scene = Scene::made().await;
    let (_running, _channel) = scene.launch().start().await;
    let mut second = scene.launch().spawn();
    assert!(second.ready().await.is_none());
    assert_eq!(second.wait().code(), Some(4));
    assert!(reason(&second.stderr()).contains("is in use by another process"));

    let foreign = tempfile::tempdir().unwrap();
    fs::write(foreign.path().join("thesis.tex"), "").unwrap();
    let mut refused = Launch::on(foreign.path()).spawn();
    assert!(refused.ready().await.is_none());
    assert_eq!(refused.wait().code(), Some(1));
    assert!(reason(&refused.stderr()).contains("not a ledger's"));

    let scene = Scene::made().await;
    for name in ["signing-key", "FORMAT"] {
        fs::write(scene.data_dir().join(name), "not what was written").unwrap();
        let mut damaged = scene.launch().spawn();
        assert!(damaged.ready().await.is_none());
        assert_eq!(damaged.wait().code(), Some(3));
        assert!(reason(&damaged.stderr()).contains(name));
    }
}

fn mode_of(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Checks a directory and everything below it.
fn is_private(path: &Path) {
    let expected = if path.is_dir() { 0o700 } else { 0o600 };
    assert_eq!(mode_of(path), expected, "{}", path.display());
    if path.is_dir() {
        let entries = fs::read_dir(path).unwrap();
        entries.for_each(|entry| is_private(&entry.unwrap().path()));
    }
}

/// Whatever umask the starting process has.
#[tokio::test(flavor = "multi_thread")]
async fn files_are_their_owners_alone() {
    let scene = Scene::new();
    let lavish = ["sh", "-c", "umask 000; exec \"$0\" \"$@\""];
    let (mut server, channel) = scene.launch().through(&lavish).start().await;
    drop(channel);
    assert!(server.stop().success());
    is_private(&scene.data_dir());

    let here = tempfile::tempdir().unwrap();
    let at = |name: &str| here.path().join(name).display().to_string();
    let (data, backup, events, key) = (
        scene.data_dir().display().to_string(),
        at("backup"),
        at("events"),
        at("keys/key"),
    );
    for line in [
        format!("backup create {backup} --data-dir {data}"),
        format!("export events --out {events} --data-dir {data}"),
        format!("restore {backup} --data-dir {}", at("restored")),
    ] {
        let done = run_through(&lavish, line.split(' '));
        assert!(done.status.success(), "{line}: {done:?}");
    }
    assert_eq!(
        (mode_of(Path::new(&backup)), mode_of(Path::new(&events))),
        (0o600, 0o600)
    );
    is_private(Path::new(&at("restored")));
    let config = at("config.toml");
    fs::write(&config, format!("signing_key = {key:?}\n")).unwrap();
    let made = run(["keys", "new", "--config", &config, "--data-dir", &data]);
    assert!(made.status.success(), "{made:?}");
    assert_eq!(mode_of(Path::new(&key)), 0o600);
}
