//! Files that cannot serve, and what becomes of them.

use std::fs;
use std::path::Path;

use campaign_ledger::domain::Position;
use campaign_ledger::domain::rows::{Key, Row, Rows, Scan};
use campaign_ledger::store::{Error, Opened, Options, Store, Unusable};
use serde::{Deserialize, Serialize};

use super::{ALL_TABLES, Stamp, Tally, open, options, scratch, tally};

fn key(number: u64) -> Key {
    Key::of::<Tally>().number(number)
}

/// Leaves a closed file behind, at position 5, with enough rows for a tree of some depth.
fn filled(path: &Path) {
    let (mut store, _) = open(path);
    for number in 0..2_000 {
        store.put(key(number), tally(number));
    }
    store.advance(Position::new(5));
    store.checkpoint().unwrap();
}

#[test]
fn a_restart_resumes_at_the_checkpoint() {
    let dir = scratch();
    let path = dir.path().join("rows");
    filled(&path);
    let (mut store, opened) = open(&path);
    assert_eq!(opened, Opened::Resumed);
    assert_eq!(store.position(), Position::new(5));
    assert_eq!(store.checkpoint_position(), Position::new(5));
    let kept = store.digest(ALL_TABLES).unwrap();
    store.put(key(1), tally(99));
    store.advance(Position::new(6));
    assert!(store.dirty_bytes() > 0);
    drop(store);

    let (store, opened) = open(&path);
    assert_eq!(opened, Opened::Resumed);
    assert_eq!(store.position(), Position::new(5));
    assert_eq!(store.digest(ALL_TABLES).unwrap(), kept);
}

#[test]
fn a_position_without_changed_rows_is_kept_too() {
    let dir = scratch();
    let path = dir.path().join("rows");
    filled(&path);
    let (mut store, _) = open(&path);
    store.checkpoint().unwrap();
    assert!(store.freeze().is_none());
    store.advance(Position::new(9));
    store.checkpoint().unwrap();
    drop(store);
    assert_eq!(open(&path).0.position(), Position::new(9));
}

fn discarded(path: &Path, options: &Options) -> Unusable {
    let (store, opened) = Store::open(path, options).unwrap();
    assert_eq!(store.position(), Position::START);
    assert!(store.get::<Tally>(&key(1)).unwrap().is_none());
    match opened {
        Opened::Discarded { reason } => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_of_another_schema_is_discarded() {
    let dir = scratch();
    let path = dir.path().join("rows");
    filled(&path);
    let newer = Options {
        schema: 2,
        ..options()
    };
    assert_eq!(discarded(&path, &newer), Unusable::OtherSchema { found: 1 });
    let (_, opened) = Store::open(&path, &newer).unwrap();
    assert_eq!(opened, Opened::Resumed);
}

#[test]
fn a_file_of_another_log_is_discarded() {
    let dir = scratch();
    let path = dir.path().join("rows");
    filled(&path);
    let other = Options {
        log_id: "log-b".to_owned(),
        ..options()
    };
    let found = "log-a".to_owned();
    assert_eq!(discarded(&path, &other), Unusable::OtherLog { found });
}

#[test]
fn garbage_is_discarded() {
    let dir = scratch();
    let path = dir.path().join("rows");
    let noise: Vec<u8> = (0..50_000u32).map(|i| (i * i % 251) as u8).collect();
    for garbage in [&b"x"[..], &[0; 4096], &noise] {
        fs::write(&path, garbage).unwrap();
        assert!(matches!(
            discarded(&path, &options()),
            Unusable::Unreadable { .. }
        ));
    }
}

#[test]
fn an_empty_file_is_as_good_as_none() {
    let dir = scratch();
    let path = dir.path().join("rows");
    fs::write(&path, b"").unwrap();
    assert_eq!(open(&path).1, Opened::Fresh);
}

#[test]
fn what_is_no_file_is_an_error_and_left_alone() {
    let dir = scratch();
    let refused = Store::open(dir.path(), &options());
    assert!(matches!(refused, Err(Error::Io { .. })));
    let nowhere = dir.path().join("missing").join("rows");
    let refused = Store::open(&nowhere, &options());
    assert!(matches!(refused, Err(Error::Io { .. })));
    assert!(dir.path().is_dir());
}

#[test]
fn a_file_in_use_is_left_alone() {
    let dir = scratch();
    let path = dir.path().join("rows");
    filled(&path);
    let (store, _) = open(&path);
    let other = Options {
        schema: 2,
        ..options()
    };
    let refused = Store::open(&path, &other);
    assert!(matches!(refused, Err(Error::InUse { .. })));
    assert!(store.get::<Tally>(&key(1)).unwrap().is_some());
}

/// Uses a damaged file the way a fold would; no panic may come through, only errors.
fn survives(path: &Path, checked: bool) {
    let options = Options {
        redb_cache_bytes: 0,
        ..options()
    };
    let opened = if checked {
        Store::open_checked(path, &options)
    } else {
        Store::open(path, &options)
    };
    let (mut store, _) = opened.unwrap();
    let use_it = |store: &mut Store| -> Result<(), Error> {
        for number in (0..2_000).step_by(97) {
            store.get::<Tally>(&key(number))?;
        }
        store.page::<Tally>(Scan::of(&Key::of::<Tally>()), usize::MAX)?;
        store.put(key(7), tally(8));
        store.advance(store.position().next());
        store.checkpoint()
    };
    if let Err(error) = use_it(&mut store) {
        assert!(matches!(error, Error::Corrupt { .. }), "{error:?}");
        assert!(!path.exists(), "a damaged file is not resumed again");
        drop(store);
        assert_eq!(open(path).1, Opened::Fresh);
    }
}

#[test]
fn damage_anywhere_is_an_error_or_a_discard_and_never_a_panic() {
    let dir = scratch();
    let path = dir.path().join("rows");
    filled(&path);
    let good = fs::read(&path).unwrap();
    let pages = good.len() / 4096;
    for page in 0..pages {
        let mut bad = good.clone();
        let start = page * 4096;
        bad[start..start + 200].fill(0xA5);
        for checked in [false, true] {
            fs::write(&path, &bad).unwrap();
            survives(&path, checked);
        }
    }
    for length in [1, 100, 320, 4096, good.len() / 2, good.len() - 1] {
        fs::write(&path, &good[..length]).unwrap();
        survives(&path, false);
    }
}

#[test]
fn damage_found_while_open_ends_the_file() {
    let dir = scratch();
    let path = dir.path().join("rows");
    filled(&path);
    // Keeps no page, so that the damage is met.
    let options = Options {
        redb_cache_bytes: 0,
        ..options()
    };
    let (store, opened) = Store::open(&path, &options).unwrap();
    assert_eq!(opened, Opened::Resumed);
    let length = fs::metadata(&path).unwrap().len();
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    let noise = vec![0xA5; length as usize - 4096];
    std::os::unix::fs::FileExt::write_all_at(&file, &noise, 4096).unwrap();
    let failed = store.get::<Tally>(&key(1_500));
    assert!(matches!(failed, Err(Error::Corrupt { .. })), "{failed:?}");
    drop(store);
    assert_eq!(open(&path).1, Opened::Fresh);
}

#[test]
fn rows_that_no_longer_decode_end_the_file() {
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Changed(String, String);
    impl Row for Changed {
        const TABLE: u8 = Tally::TABLE;
    }
    let dir = scratch();
    let path = dir.path().join("rows");
    filled(&path);
    let (mut store, _) = open(&path);
    let failed = store.get::<Changed>(&key(1_000));
    assert!(matches!(failed, Err(Error::Corrupt { .. })), "{failed:?}");
    // What was changed meanwhile is not claimed to be durable in a file that is gone.
    store.put(key(1), tally(2));
    assert!(matches!(store.checkpoint(), Err(Error::Corrupt { .. })));
    drop(store);
    assert_eq!(open(&path).1, Opened::Fresh);
}

#[test]
fn a_row_without_an_encoding_fails_the_checkpoint_and_nothing_else() {
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Odd(#[serde(serialize_with = "refuse")] u8);
    impl Row for Odd {
        const TABLE: u8 = Stamp::TABLE;
    }
    fn refuse<S: serde::Serializer>(_: &u8, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("no"))
    }
    let dir = scratch();
    let path = dir.path().join("rows");
    let (mut store, _) = open(&path);
    store.put(key(1), tally(1));
    store.put(Key::of::<Odd>(), Odd(1));
    let failed = store.checkpoint();
    assert!(matches!(
        failed,
        Err(Error::Unencodable { table: Some(3), .. })
    ));
    assert_eq!(store.get::<Tally>(&key(1)).unwrap().unwrap().count, 1);
}
