//! Files that cannot be used, and what the store does with them.

use std::fs;
use std::path::Path;

use campaign_ledger::domain::Position;
use campaign_ledger::domain::rows::{Key, Row, Rows, RowsMut, Scan};
use campaign_ledger::store::{Error, Opened, Options, Store, Unusable};
use serde::{Deserialize, Serialize};

use super::{ALL_TABLES, Name, Stamp, Tally, open, options, scratch, tally};

fn key(number: u64) -> Key {
    Key::of::<Tally>().number(number)
}

/// Leaves a closed file at position 5, with enough rows for a tree of some depth.
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
        Opened::Discarded { reason, .. } => reason,
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

/// Uses a damaged file as a fold would; there may be errors but no panic.
fn survives(path: &Path) {
    let options = Options {
        redb_cache_bytes: 0,
        ..options()
    };
    let (mut store, _) = Store::open(path, &options).unwrap();
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
        fs::write(&path, &bad).unwrap();
        survives(&path);
    }
    for length in [1, 100, 320, 4096, good.len() / 2, good.len() - 1] {
        fs::write(&path, &good[..length]).unwrap();
        survives(&path);
    }
}

/// Returns the whole content of the file as bytes.
fn said(path: &Path) -> Result<[u8; 32], Error> {
    Store::open(path, &options())?.0.digest(ALL_TABLES)
}

#[test]
fn flipped_byte_never_changes_what_is_read() {
    let dir = scratch();
    let path = dir.path().join("rows");
    filled(&path);
    let whole = said(&path).unwrap();
    let good = fs::read(&path).unwrap();
    let mut chance = fastrand::Rng::with_seed(5);
    let mut refused = 0;
    for start in (0..good.len()).step_by(1 << 11) {
        let mut bad = good.clone();
        bad[start + chance.usize(..1 << 11)] ^= 1 << chance.u8(..8);
        fs::write(&path, &bad).unwrap();
        let (store, opened) = open(&path);
        if opened != Opened::Resumed {
            assert_eq!(store.position(), Position::START);
            refused += 1;
            continue;
        }
        match store.digest(ALL_TABLES) {
            Ok(digest) => assert_eq!(digest, whole, "near {start}"),
            Err(Error::Corrupt { .. }) => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert!(refused > 10, "{refused} flips were found");
}

#[test]
fn rows_that_changed_places_are_found() {
    let dir = scratch();
    let path = dir.path().join("rows");
    let (mut store, _) = open(&path);
    for number in 0..10 {
        let key = Key::of::<Name>().number(number);
        store.put(key, Name(format!("name number {number}")));
    }
    store.checkpoint().unwrap();
    drop(store);
    let mut bytes = fs::read(&path).unwrap();
    let find = |bytes: &[u8], name: &str| {
        let mut windows = bytes.windows(name.len());
        windows.position(|window| window == name.as_bytes())
    };
    let (one, other) = ("name number 3", "name number 7");
    let (at, then) = (find(&bytes, one).unwrap(), find(&bytes, other).unwrap());
    bytes[at..at + one.len()].copy_from_slice(other.as_bytes());
    bytes[then..then + other.len()].copy_from_slice(one.as_bytes());
    fs::write(&path, bytes).unwrap();
    let (store, opened) = open(&path);
    if let Opened::Discarded { .. } = opened {
        return; // A page that opening needs was among them.
    }
    let found = store.get::<Name>(&Key::of::<Name>().number(3));
    assert!(matches!(found, Err(Error::Corrupt { .. })), "{found:?}");
}

#[test]
fn file_that_is_only_looked_at_stays_where_it_is() {
    let dir = scratch();
    let path = dir.path().join("rows");
    assert!(Store::look(&path, &options()).unwrap().is_none());
    filled(&path);
    let length = fs::metadata(&path).unwrap().len();
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    let noise = vec![0xA5; length as usize - 8192];
    std::os::unix::fs::FileExt::write_all_at(&file, &noise, 8192).unwrap();
    match Store::look(&path, &options()).unwrap().unwrap() {
        Ok(store) => {
            let failed = store.digest(ALL_TABLES);
            assert!(matches!(failed, Err(Error::Corrupt { .. })), "{failed:?}");
            assert!(store.is_damaged());
        }
        Err(reason) => assert!(reason.is_damage(), "{reason}"),
    }
    assert!(path.exists());
    fs::write(&path, b"redb\x1a\x0a and more").unwrap();
    let reason = Store::look(&path, &options()).unwrap().unwrap();
    assert_eq!(reason.unwrap_err(), Unusable::OtherLayout);
}

#[test]
fn damage_found_while_open_ends_the_file() {
    let dir = scratch();
    let path = dir.path().join("rows");
    filled(&path);
    // Keeps no page in memory, so that reads meet the damage.
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
    // Changes made meanwhile are not reported as durable in a file that is gone.
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
