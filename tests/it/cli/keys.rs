//! The keys of personal data: made once, refused when they are not the right ones, backed up, restored,
//! and wrapped by a new master key.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{Serving, run};
use crate::support::keys::copy_keys;

/// A ledger in `data`, whose log has an event.
struct Place {
    dir: TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        let serving = Serving::on(&place.data(), &[]).ok().unwrap();
        let context = r#"{"request_id":"r","actor":{"kind":"ACTOR_KIND_BRAND","id":"nina"}}"#;
        let profile = r#"{"display_name":"Ayu"}"#;
        let said = place.succeeds(&format!(
            r#"call --server {} CreatorService/RecordCreatorProfile {{"brand_id":"kopi","creator_id":"ayu","profile":{profile},"context":{context}}}"#,
            serving.url
        ));
        assert!(said.contains("Ayu"), "{said}");
        serving.stop();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn data(&self) -> PathBuf {
        self.path("data")
    }

    fn keyring(&self) -> PathBuf {
        self.path("data/keyring")
    }

    fn master(&self) -> PathBuf {
        self.path("data/master-key")
    }

    #[track_caller]
    fn succeeds(&self, line: &str) -> String {
        self.ends(line, 0)
    }

    #[track_caller]
    fn ends(&self, line: &str, with: i32) -> String {
        let (code, said) = run(self.dir.path(), line);
        assert_eq!(code, Some(with), "{line}: {said}");
        said
    }

    /// Starts and stops a server.
    #[track_caller]
    fn serves(&self, flags: &[&str]) {
        let started = Serving::on(&self.data(), flags);
        started
            .unwrap_or_else(|refused| panic!("{refused:?}"))
            .stop();
    }

    /// Starts a server that must refuse; returns why it does. Nothing is changed.
    #[track_caller]
    fn refuses(&self, flags: &[&str], with: i32) -> String {
        let before = self.keys();
        let Err((status, said)) = Serving::on(&self.data(), flags) else {
            panic!("it serves");
        };
        assert_eq!(status.code(), Some(with), "{said}");
        assert_eq!(self.keys(), before);
        let reason = said.lines().find_map(|line| line.strip_prefix("error: "));
        reason.unwrap_or_else(|| panic!("{said}")).to_owned()
    }

    /// The files of keys in the data directory, by name.
    fn keys(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(self.data()).unwrap();
        let files = entries.map(|entry| entry.unwrap());
        let named = files.map(|file| (file.file_name().into_string().unwrap(), file.path()));
        named
            .filter(|(name, _)| name.starts_with("keyring") || name.starts_with("master-key"))
            .map(|(name, path)| (name, fs::read(path).unwrap()))
            .collect()
    }
}

/// Returns a directory in which a server has been, without an event.
fn fresh() -> Place {
    let place = Place {
        dir: tempfile::tempdir().unwrap(),
    };
    place.serves(&[]);
    place
}

#[test]
fn an_empty_log_makes_its_keys_once() {
    let place = fresh();
    let first = place.keys();
    assert_eq!(Vec::from_iter(first.keys()), ["keyring", "master-key"]);
    for path in [place.keyring(), place.master()] {
        let mode = fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    place.serves(&[]);
    assert_eq!(place.keys(), first);

    // As a crash leaves it after the master key, within the keyring, and within the master key.
    fs::remove_file(place.keyring()).unwrap();
    place.serves(&[]);
    assert_eq!(place.keys()["master-key"], first["master-key"]);
    fs::rename(place.keyring(), place.path("data/keyring.new")).unwrap();
    place.serves(&[]);
    assert_eq!(place.keys()["master-key"], first["master-key"]);
    fs::remove_file(place.keyring()).unwrap();
    fs::rename(place.master(), place.path("data/master-key.new")).unwrap();
    place.serves(&[]);
    assert_eq!(
        Vec::from_iter(place.keys().keys()),
        ["keyring", "master-key"]
    );

    // A keyring is never left without the master key that wraps it.
    fs::remove_file(place.master()).unwrap();
    assert!(place.refuses(&[], 9).contains("master-key is missing"));
}

#[test]
fn a_log_with_events_gets_no_new_keys() {
    let place = Place::new();
    let keys = place.keys();
    for lost in [
        vec!["keyring"],
        vec!["master-key"],
        vec!["keyring", "master-key"],
    ] {
        for name in &lost {
            fs::remove_file(place.path("data").join(name)).unwrap();
        }
        let reason = place.refuses(&[], 9);
        assert!(
            reason.contains(&format!("{} is missing", lost[0])),
            "{reason}"
        );
        assert!(reason.contains("--without-keys"), "{reason}");
        for (name, bytes) in &keys {
            fs::write(place.path("data").join(name), bytes).unwrap();
        }
    }
    place.serves(&[]);
}

#[test]
fn keys_that_are_not_the_right_ones_are_refused_each_in_its_own_way() {
    let (place, other) = (Place::new(), Place::new());
    let keys = place.keys();
    let put_back = || {
        for (name, bytes) in &keys {
            fs::write(place.path("data").join(name), bytes).unwrap();
        }
    };
    let truncated = &keys["keyring"][..5_000];
    fs::write(place.keyring(), truncated).unwrap();
    let damaged = place.refuses(&[], 10);
    assert!(
        damaged.contains("keyring is damaged: it is truncated"),
        "{damaged}"
    );
    let (_, said) = run(place.dir.path(), "verify --data-dir data");
    assert!(said.contains("is damaged"), "{said}");
    place.ends("verify --data-dir data", 10);
    put_back();

    fs::write(place.master(), "not a key").unwrap();
    let damaged = place.refuses(&[], 10);
    assert!(damaged.contains("master-key is damaged"), "{damaged}");
    put_back();

    copy_keys(&other.data(), &place.data());
    let of_other = place.refuses(&[], 11);
    assert!(of_other.contains("belongs to the log"), "{of_other}");
    place.ends("verify --data-dir data", 11);
    put_back();

    fs::copy(other.master(), place.master()).unwrap();
    let by_other = place.refuses(&[], 12);
    assert!(
        by_other.contains("is wrapped by the master key"),
        "{by_other}"
    );
    place.ends("verify --data-dir data", 12);
    place.ends("replay --open --data-dir data", 12);
    // A copy without keys is served, whatever they are.
    let serving = Serving::on(&place.data(), &["--without-keys"])
        .ok()
        .unwrap();
    assert!(serving.stop().contains("without keys"));
    put_back();
    let said = place.succeeds("verify --data-dir data");
    assert!(said.contains("good: a keyring with"), "{said}");
    place.serves(&[]);
}

#[test]
fn a_master_key_is_kept_where_the_settings_say() {
    let place = Place {
        dir: tempfile::tempdir().unwrap(),
    };
    let master = place.path("elsewhere");
    let flags = ["--master-key", master.to_str().unwrap()];
    place.serves(&flags);
    assert!(master.exists() && !place.master().exists());
    place.serves(&flags);
    assert!(place.refuses(&[], 9).contains("data/master-key is missing"));
}

#[test]
fn a_log_does_not_begin_without_keys() {
    let place = Place {
        dir: tempfile::tempdir().unwrap(),
    };
    fs::create_dir(place.data()).unwrap();
    let reason = place.refuses(&["--without-keys"], 2);
    assert!(reason.contains("without --without-keys"), "{reason}");
    assert!(place.keys().is_empty());
}

#[test]
fn backups_of_keys_are_worthless_after_a_rotation() {
    let place = Place::new();
    let said = place.succeeds("keys backup one.clkb --data-dir data");
    assert!(said.contains("wrapped by the master key"), "{said}");
    let mode = fs::metadata(place.path("one.clkb")).unwrap().permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    let said = place.ends("keys backup one.clkb --data-dir data", 2);
    assert!(said.contains("exists already"), "{said}");
    let said = place.ends("keys restore one.clkb --data-dir data", 2);
    assert!(said.contains("exists already"), "{said}");

    // Lost, and back.
    let before = place.keys();
    fs::remove_file(place.keyring()).unwrap();
    let said = place.succeeds("keys restore one.clkb --data-dir data");
    assert!(said.contains("it needs the master key"), "{said}");
    place.serves(&[]);
    assert_eq!(place.keys(), before);

    let said = place.succeeds("keys rotate-master --data-dir data");
    assert!(said.contains("new master key"), "{said}");
    let after = place.keys();
    assert_eq!(Vec::from_iter(after.keys()), ["keyring", "master-key"]);
    assert!(before.iter().all(|(name, bytes)| after[name] != *bytes));
    place.serves(&[]);
    place.succeeds("keys backup two.clkb --data-dir data");

    fs::remove_file(place.keyring()).unwrap();
    place.succeeds("keys restore one.clkb --data-dir data");
    assert!(
        place
            .refuses(&[], 12)
            .contains("is wrapped by the master key")
    );
    fs::remove_file(place.keyring()).unwrap();
    place.succeeds("keys restore two.clkb --data-dir data");
    place.serves(&[]);

    let mut bytes = fs::read(place.path("two.clkb")).unwrap();
    bytes[40] ^= 1;
    fs::write(place.path("two.clkb"), bytes).unwrap();
    fs::remove_file(place.keyring()).unwrap();
    let said = place.ends("keys restore two.clkb --data-dir data", 10);
    assert!(
        said.contains("the backup of keys two.clkb is damaged"),
        "{said}"
    );
    let said = place.ends("keys restore three.clkb --data-dir data", 1);
    assert!(said.contains("three.clkb"), "{said}");
}

#[test]
fn keys_are_backed_up_while_the_server_runs_and_nothing_else_is_done_to_them() {
    let place = Place::new();
    let serving = Serving::on(&place.data(), &[]).ok().unwrap();
    place.succeeds("keys backup one.clkb --data-dir data");
    for line in [
        "keys restore one.clkb --data-dir data",
        "keys rotate-master --data-dir data",
        "replay --open --data-dir data",
    ] {
        place.ends(line, 4);
    }
    serving.stop();
    let other = Place::new();
    fs::copy(place.path("one.clkb"), other.path("one.clkb")).unwrap();
    fs::remove_file(other.keyring()).unwrap();
    other.ends("keys restore one.clkb --data-dir data", 11);
    other.ends("keys backup two.clkb --data-dir data", 9);
    place.ends("keys backup two.clkb --data-dir nowhere", 1);
}

#[test]
fn a_new_master_key_may_be_made_elsewhere() {
    let place = Place::new();
    fs::copy(place.keyring(), place.path("old")).unwrap();
    let line = "keys rotate-master --data-dir data --new-master-key new-key";
    let said = place.succeeds(line);
    assert!(said.contains("in new-key"), "{said}");
    assert!(!place.master().exists());
    assert!(place.refuses(&[], 9).contains("master-key is missing"));
    let new = place.path("new-key");
    place.serves(&["--master-key", new.to_str().unwrap()]);
    // Back again, in place.
    place.succeeds("keys rotate-master --data-dir data --master-key new-key");
    place.succeeds("replay --open --data-dir data --master-key new-key");
    fs::copy(place.path("old"), place.keyring()).unwrap();
    place.refuses(&["--master-key", new.to_str().unwrap()], 12);
}

#[test]
fn a_start_finishes_a_rotation_that_was_cut_short() {
    let place = Place::new();
    let before = place.keys();
    place.succeeds("keys rotate-master --data-dir data");
    let after = place.keys();
    // The keyring is in place, and the old master key is still there.
    fs::write(place.master(), &before["master-key"]).unwrap();
    fs::write(place.path("data/master-key.new"), &after["master-key"]).unwrap();
    place.serves(&[]);
    assert_eq!(place.keys(), after);
    // The keyring is not in place yet.
    fs::write(place.keyring(), &before["keyring"]).unwrap();
    fs::write(place.path("data/keyring.new"), &after["keyring"]).unwrap();
    fs::write(place.master(), &before["master-key"]).unwrap();
    fs::write(place.path("data/master-key.new"), &after["master-key"]).unwrap();
    place.serves(&[]);
    assert_eq!(place.keys(), before);
}

#[test]
fn a_restored_log_takes_the_keyring_of_its_own() {
    let (place, other) = (Place::new(), Place::new());
    place.succeeds("backup create log.clbu --data-dir data");
    let said = place.succeeds("restore log.clbu --data-dir bare");
    assert!(
        said.contains("keys: put today's keyring of the log"),
        "{said}"
    );

    // Today's keyring is there before the log, and stays as it is.
    let beside = Place {
        dir: tempfile::tempdir().unwrap(),
    };
    copy_keys(&place.data(), &beside.data());
    let keys = beside.keys();
    let reason = beside.refuses(&[], 1);
    assert!(reason.contains("has a keyring and no log"), "{reason}");
    let backup = place.path("log.clbu").display().to_string();
    let said = beside.succeeds(&format!("restore {backup} --data-dir data"));
    assert!(said.contains("is of this log"), "{said}");
    let said = beside.succeeds(&format!("import {backup} --data-dir data"));
    assert!(said.contains("is of this log"), "{said}");
    assert_eq!(beside.keys(), keys);
    beside.serves(&[]);
    let opened = beside.succeeds("replay --open --data-dir data");
    assert!(opened.contains(r#""displayName":"Ayu""#), "{opened}");
    let stored = beside.succeeds("replay --data-dir data");
    assert!(stored.contains(r#""displayName":"~"#), "{stored}");

    let wrong = Place {
        dir: tempfile::tempdir().unwrap(),
    };
    copy_keys(&other.data(), &wrong.data());
    let said = wrong.succeeds(&format!("restore {backup} --data-dir data"));
    assert!(said.contains("is of the log"), "{said}");
    assert!(
        wrong
            .refuses(&[], 11)
            .contains("put the keyring of this log")
    );
    let shown = |place: &Path| run(place, "verify --data-dir bare").1;
    assert!(!shown(place.dir.path()).contains("keyring"));
}
