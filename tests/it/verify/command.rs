//! `keys` and `verify` as users run them: their output and exit codes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use campaign_ledger::log::Log as _;
use campaign_ledger::log::directory::{DataDirectory, ONLY_PARTITION};
use campaign_ledger::log::sled::SledLog;
use campaign_ledger::log::{Block, Head};
use campaign_ledger::proofs::note::{SigningKey, VerifierKey};
use campaign_ledger::proofs::{Live, LogKeys, Settings};
use tempfile::TempDir;

use super::{checkpoint, history, key, sealed, signed};

const BINARY: &str = env!("CARGO_BIN_EXE_campaign-ledger");

/// Runs the program on a data directory; returns its exit code and its output.
fn run(data: &Path, words: &[&str]) -> (Option<i32>, String) {
    let (command, rest) = words.split_at(if words[0] == "keys" { 2 } else { 1 });
    let mut program = Command::new(BINARY);
    program.args(command).arg("--data-dir").arg(data).args(rest);
    let Output {
        status,
        stdout,
        stderr,
    } = program.output().unwrap();
    let said = [stdout, stderr].concat();
    (status.code(), String::from_utf8(said).unwrap())
}

/// Makes a data directory with these blocks.
fn ledger_of(blocks: &[Block]) -> TempDir {
    let data = tempfile::tempdir().unwrap();
    let directory = DataDirectory::open_or_create(data.path()).unwrap();
    let log = SledLog::open(&directory.log_path(), ONLY_PARTITION).unwrap();
    let mut head = Head::EMPTY;
    for block in blocks {
        head = log.append(&head, block).unwrap();
    }
    data
}

/// Folds the tree of a data directory as a server does, and signs.
fn prove(data: &Path) {
    let directory = DataDirectory::open(data).unwrap();
    let log = SledLog::open(&directory.log_path(), ONLY_PARTITION).unwrap();
    let path = data.join("signing-key");
    let settings = Settings {
        tree: directory.tree_path(),
        checkpoint: directory.checkpoint_path(),
        cosignatures: directory.cosignatures_path(),
        log_id: directory.log_id().to_string(),
        keys: LogKeys::open(&path)
            .or_else(|_| LogKeys::create(&path, super::LOG))
            .unwrap(),
        witnesses: Vec::new(),
        interval: std::time::Duration::from_secs(3_600),
    };
    let (live, _) = Live::open(settings, &log).unwrap();
    let ended = tokio_util::sync::CancellationToken::new();
    ended.cancel();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(live.run(std::sync::Arc::new(log), ended));
}

fn file(directory: &TempDir, text: &str) -> PathBuf {
    let path = directory.path().join("kept.txt");
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn keys_are_made_shown_and_rotated() {
    let data = tempfile::tempdir().unwrap();
    assert_eq!(run(data.path(), &["keys", "show"]).0, Some(1));
    let (code, made) = run(data.path(), &["keys", "new", "--name", "example.org/log"]);
    assert_eq!(code, Some(0), "{made}");
    let first: VerifierKey = made.trim().parse().unwrap();
    assert_eq!(first.name(), "example.org/log");
    let (code, refused) = run(data.path(), &["keys", "new"]);
    assert_eq!(code, Some(1), "{refused}");
    assert_eq!(run(data.path(), &["keys", "show"]), (Some(0), made.clone()));
    let (code, both) = run(data.path(), &["keys", "rotate"]);
    assert_eq!(code, Some(0), "{both}");
    assert!(both.starts_with(&made), "{both}");
    assert_eq!(both.lines().count(), 2);
    let secret = fs::read_to_string(data.path().join("signing-key")).unwrap();
    let secret: SigningKey = secret.lines().next().unwrap().parse().unwrap();
    assert_eq!(
        Some(secret.public().to_string().as_str()),
        both.lines().last()
    );
    // A ledger can be created where a key was made first.
    assert!(DataDirectory::open_or_create(data.path()).is_ok());
}

#[test]
fn a_log_is_held_against_a_checkpoint_that_was_kept() {
    let records = history();
    let data = ledger_of(&sealed(&records));
    let elsewhere = tempfile::tempdir().unwrap();
    let vkey = key(1).public().to_string();
    let against = |text: &str, vkey: &str| {
        let path = file(&elsewhere, text);
        let path = path.to_str().unwrap();
        run(data.path(), &["verify", "--against", path, "--key", vkey])
    };
    let (code, said) = run(data.path(), &["verify"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.starts_with("good: 60 events in 20 blocks, head "),
        "{said}"
    );

    let (code, said) = against(&signed(&checkpoint(&records), &key(1)), &vkey);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("identical to the checkpoint of 60 events"),
        "{said}"
    );
    let (code, said) = against(&signed(&checkpoint(&records[..9]), &key(1)), &vkey);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("extends the checkpoint of 27 events by 33"),
        "{said}"
    );

    let mut longer = records.clone();
    longer.push(records[0].clone());
    let (code, said) = against(&signed(&checkpoint(&longer), &key(1)), &vkey);
    assert_eq!(code, Some(5), "{said}");
    assert!(said.contains("truncated"), "{said}");
    let (code, said) = against(&signed(&checkpoint(&records[1..9]), &key(1)), &vkey);
    assert_eq!(code, Some(6), "{said}");
    assert!(said.contains("rewritten"), "{said}");
    let (code, said) = against(&signed(&checkpoint(&records), &key(2)), &vkey);
    assert_eq!(code, Some(7), "{said}");
    assert!(said.contains("another key"), "{said}");
    let (code, said) = against("no checkpoint", &vkey);
    assert_eq!(code, Some(7), "{said}");
    // Without a trusted key, a checkpoint proves nothing.
    let path = elsewhere.path().join("kept.txt");
    let (code, _) = run(
        data.path(),
        &["verify", "--against", path.to_str().unwrap()],
    );
    assert_eq!(code, Some(2));
}

#[test]
fn a_log_is_held_to_what_its_directory_remembers() {
    let records = history();
    let data = ledger_of(&sealed(&records));
    prove(data.path());
    let (code, said) = run(data.path(), &["verify"]);
    assert_eq!(code, Some(0), "{said}");

    // Another log with the tree and the checkpoint of this one.
    let mut other = records.clone();
    other[9].swap(0, 1);
    let mut forged = codec_record(&other[12][1]);
    forged.actor.id = campaign_ledger::domain::ActorId::parse("mallory").unwrap();
    other[9] = records[9].clone();
    other[12][1] = campaign_ledger::log::codec::encode(&forged);
    let rewritten = ledger_of(&sealed(&other));
    let short = ledger_of(&sealed(&records[..18]));
    for name in ["signing-key", "checkpoint", "FORMAT", "tree"] {
        for to in [&rewritten, &short] {
            fs::copy(data.path().join(name), to.path().join(name)).unwrap();
        }
        if name == "FORMAT" {
            for (to, said) in [(&rewritten, "rewritten"), (&short, "truncated")] {
                let (code, told) = run(to.path(), &["verify"]);
                assert_eq!(code, Some(3), "{told}");
                assert!(told.contains(said), "{told}");
            }
        }
    }
    for to in [&rewritten, &short] {
        fs::remove_file(to.path().join("checkpoint")).unwrap();
    }
    // The tree finds the exact record.
    let (code, told) = run(rewritten.path(), &["verify"]);
    assert_eq!(code, Some(3), "{told}");
    assert!(told.contains("at position 38"), "{told}");
    let (code, told) = run(short.path(), &["verify"]);
    assert_eq!(code, Some(3), "{told}");
    assert!(told.contains("at position 55"), "{told}");

    // Another key signed the checkpoint in the directory.
    let forged = signed(&checkpoint(&records), &key(9));
    fs::write(data.path().join("checkpoint"), forged).unwrap();
    let (code, told) = run(data.path(), &["verify"]);
    assert_eq!(code, Some(3), "{told}");
    assert!(told.contains("another key"), "{told}");
}

fn codec_record(bytes: &[u8]) -> campaign_ledger::domain::Record {
    campaign_ledger::log::codec::decode(bytes).unwrap()
}
