//! The examples of the help pages. Each runs in a shell, as a reader would run it, in a directory
//! that has the files it names.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use campaign_ledger::cli::Arguments;
use campaign_ledger::keyring::Backup;
use campaign_ledger::log::directory::log_id_of;
use campaign_ledger::wire::proto::api::audit_service_client::AuditServiceClient;
use campaign_ledger::wire::proto::api::{GetCheckpointRequest, ListKeysRequest};
use clap::CommandFactory as _;
use tempfile::TempDir;

use super::dynamic::Dynamic;
use super::{Run, play_through, run, served};
use crate::cli::{BINARY, Serving};
use crate::support::keys::copy_keys;
use crate::support::server::Server;
use campaign_ledger::cli::demo::story::Story;

/// Collects the examples of a help page and its subcommands; each page must have some.
fn examples(command: &mut clap::Command, found: &mut Vec<String>) {
    let help = command.render_long_help().to_string();
    let (_, rest) = help
        .split_once("Examples:\n")
        .unwrap_or_else(|| panic!("no examples: {help}"));
    let shown = rest.split("\n\n").next().unwrap();
    let lines = shown.replace("\\\n", "");
    found.extend(lines.lines().map(|line| line.trim().to_owned()));
    for command in command.get_subcommands_mut() {
        if command.get_name() != "help" {
            examples(command, found);
        }
    }
}

/// What the examples refer to, made once.
struct Kept {
    directory: TempDir,
    server: Server,
}

impl Kept {
    /// Plays a story, and takes backups at its beginning and its end.
    async fn of_a_story() -> Self {
        let server = served().await;
        let directory = TempDir::new().unwrap();
        let story = Story::named("skincare").unwrap();
        let client = Dynamic::new(server.channel());
        play_through(&client, &story, Run::First).await;
        let address = format!("http://{}", server.address);
        let at = |name: &str| directory.path().join(name).display().to_string();
        let (monday, tuesday) = (at("monday.clbu"), at("tuesday.clbu"));
        run(format!("backup create {monday} --server {address}")).await;
        let later = crate::support::server::Story::of("sari-kulit", "later", "IDR", &server);
        server.write(later.profile("late", 1_000)).await;
        run(format!(
            "backup create {tuesday} --since {monday} --server {address}"
        ))
        .await;
        run(format!(
            "restore {monday} {tuesday} --data-dir {}",
            at("ledger")
        ))
        .await;
        run(format!("restore {monday} --data-dir {}", at("standby"))).await;

        for ledger in ["ledger", "standby"] {
            copy_keys(server.directory(), &directory.path().join(ledger));
        }
        let mut audit = AuditServiceClient::new(server.channel());
        let asked = audit.get_checkpoint(GetCheckpointRequest::default()).await;
        let signed = asked.unwrap().into_inner().checkpoint;
        fs::write(directory.path().join("checkpoint.txt"), signed).unwrap();
        let keys = audit.list_keys(ListKeysRequest::default()).await.unwrap();
        let key = keys.into_inner().keys.remove(0);
        fs::write(directory.path().join("ledger.vkey"), key.verifier_key).unwrap();
        Self { directory, server }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Makes a directory in which an example can run; it stands for the root of the machine.
    fn set_up(&self, example: &str) -> TempDir {
        let root = TempDir::new().unwrap();
        let at = |name: &str| root.path().join(name);
        for directory in [
            "bin",
            "etc/bash_completion.d",
            "etc/campaign-ledger",
            ".zfunc",
            "tmp",
            "var/lib",
            "backup",
            "standby",
        ] {
            fs::create_dir_all(at(directory)).unwrap();
        }
        symlink(BINARY, at("bin/campaign-ledger")).unwrap();
        // A stand-in: the examples need only that the field exists.
        let jq = at("bin/jq");
        fs::write(&jq, "#!/bin/sh\nexec grep -q \"\\\"${1#.}\\\":\"\n").unwrap();
        fs::set_permissions(&jq, fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(at("policy.toml"), POLICY).unwrap();
        for settings in [
            "etc/campaign-ledger.toml",
            "etc/campaign-ledger/config.toml",
        ] {
            fs::write(at(settings), "max_connections = 100\n").unwrap();
        }
        for name in ["checkpoint.txt", "ledger.vkey"] {
            fs::copy(self.at(name), at(name)).unwrap();
        }
        for name in ["monday.clbu", "tuesday.clbu"] {
            let is_made = example.contains(&format!("create {name}"));
            if !is_made && example.contains(name) {
                fs::copy(self.at(name), at(name)).unwrap();
            }
        }
        // The server makes its own directory: the clock of the story's log is a year off, and such
        // a start is refused.
        if example.contains("ledger serve") || example.contains("ledger demo") {
            return root;
        }
        let is_of_keys = ["replay --open", "keys restore"];
        if is_of_keys.iter().any(|words| example.contains(words)) {
            fs::copy(self.at("ledger/master-key"), at("master-key")).unwrap();
            let backup = Backup::write(
                &self.at("ledger/keyring"),
                log_id_of(&self.at("ledger")).unwrap(),
                &at("monday.clkb"),
            );
            backup.unwrap();
        }
        let makes = example.contains("ledger restore");
        for (place, from) in [
            ("var/lib/campaign-ledger", "ledger"),
            ("backup/campaign-ledger", "ledger"),
            ("standby/campaign-ledger", "standby"),
        ] {
            if example.contains(place) && !makes {
                copy(&self.at(from), &at(place), example);
            }
        }
        if !example.contains("--data-dir") && !example.contains("--server") {
            copy(&self.at("ledger"), &at("campaign-ledger-data"), example);
        }
        if example.contains("keys restore") {
            fs::remove_file(at("var/lib/campaign-ledger/keyring")).unwrap();
        }
        root
    }

    /// Rewrites an example so that it stays within `root` and calls the running server.
    fn localised(&self, example: &str, root: &Path) -> String {
        let address = format!("http://{}", self.server.address);
        let root = root.display();
        let mut line = example
            .replace("http://127.0.0.1:50051", &address)
            .replace("http://10.0.0.7:50051", &address)
            .replace("ledger call ", &format!("ledger call --server {address} "))
            .replace(" /", &format!(" {root}/"))
            .replace("~/", &format!("{root}/"));
        let words: Vec<_> = example.split(' ').take(3).collect();
        let asked = match words[..] {
            // It asks where the configuration says.
            [_, "healthcheck", ..] => {
                let listen = self.server.address;
                return format!("CAMPAIGN_LEDGER_LISTEN={listen} {line}");
            }
            [_, "explain" | "statement", _] => 2,
            [_, "export", table] if table != "events" => 3,
            _ => return line,
        };
        let at = words[..asked].join(" ").len();
        line.insert_str(at, &format!(" --server {address}"));
        line
    }
}

/// A policy that names somebody.
const POLICY: &str =
    "[[principal]]\nname = \"shop\"\nsubjects = [\"shop\"]\nroles = [\"reader\"]\nbrands = \"*\"\n";

/// Copies a data directory, and adds a key unless the example makes the first one.
fn copy(from: &Path, to: &Path, example: &str) {
    let copied = Command::new("cp").arg("-r").arg(from).arg(to).status();
    assert!(copied.unwrap().success());
    if example.contains(" keys ") && !example.contains("keys new") {
        let mut keys = Command::new(BINARY);
        let keys = keys.args(["keys", "new", "--data-dir"]).arg(to);
        assert!(keys.stdout(Stdio::null()).status().unwrap().success());
    }
}

/// Runs a line in a shell. A server is awaited until it is ready, and stopped in order.
fn succeeds(line: &str, root: &Path) {
    let path = format!("{}:/usr/bin:/bin", root.join("bin").display());
    let mut shell = Command::new("sh");
    shell
        .current_dir(root)
        .env("HOME", root)
        .env("PATH", path)
        .env("CAMPAIGN_LEDGER_LISTEN", "127.0.0.1:0");
    let is_demo = line.contains("campaign-ledger demo") && !line.contains("--server");
    if is_demo || line.contains("campaign-ledger serve") && !line.contains("--print-config") {
        let server = shell.arg("-c").arg(format!("exec {line}"));
        Serving::start(server)
            .unwrap_or_else(|(status, said)| panic!("{line}: {status}: {said}"))
            .stop();
        return;
    }
    let ran = shell.arg("-c").arg(line).output().unwrap();
    let said = String::from_utf8([ran.stdout, ran.stderr].concat()).unwrap();
    assert!(ran.status.success(), "{line}: {}: {said}", ran.status);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_example_of_every_help_page_runs() {
    let mut found = Vec::new();
    examples(&mut Arguments::command(), &mut found);
    found.sort();
    found.dedup();
    assert!(found.len() > 40, "{found:#?}");
    let kept = Kept::of_a_story().await;
    let ran = tokio::task::spawn_blocking(move || {
        for example in &found {
            let root = kept.set_up(example);
            succeeds(&kept.localised(example, root.path()), root.path());
        }
        kept
    });
    // Dropped here, within a runtime.
    drop(ran.await.unwrap());
}
