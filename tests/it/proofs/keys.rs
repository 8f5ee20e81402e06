//! The keys of a log: made once, rotated in a chain, kept private.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use campaign_ledger::proofs::{KeyError, LogKeys};

#[test]
fn a_key_is_made_once_and_for_its_owner_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("key");
    assert!(matches!(
        LogKeys::open(&path),
        Err(KeyError::Missing { .. })
    ));
    assert!(matches!(
        LogKeys::rotate(&path, 1),
        Err(KeyError::Missing { .. })
    ));
    let made = LogKeys::create(&path, "example.org/log").unwrap();
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let read = LogKeys::open(&path).unwrap();
    assert_eq!(read.public(), made.public());
    let again = LogKeys::create(&path, "example.org/log");
    assert!(matches!(again, Err(KeyError::Exists { .. })));
    assert_eq!(LogKeys::open(&path).unwrap().public(), made.public());
    assert!(LogKeys::create(&directory.path().join("bad"), "two words").is_err());
}

#[test]
fn each_key_names_its_successor() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("key");
    let mut all = vec![LogKeys::create(&path, "example.org/log").unwrap().public()[0].clone()];
    for at in [100, 200] {
        let rotated = LogKeys::rotate(&path, at).unwrap();
        all.push(rotated.current().public().clone());
        assert_eq!(rotated.public(), all);
    }
    let keys = LogKeys::open(&path).unwrap();
    assert_eq!(keys.public(), all);
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let [first, second] = keys.successions() else {
        panic!("two rotations");
    };
    assert_eq!((first.at, second.at), (100, 200));
    assert_eq!(first.note.verify(&all[..1]), Ok(&all[0]));
    assert_eq!(second.note.verify(&all[1..2]), Ok(&all[1]));
    for (succession, next) in [(first, &all[1]), (second, &all[2])] {
        assert_eq!(&succession.to, next);
        assert!(succession.note.text.contains(&next.to_string()));
    }
}

#[test]
fn a_file_that_was_changed_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("key");
    LogKeys::create(&path, "example.org/log").unwrap();
    LogKeys::rotate(&path, 100).unwrap();
    LogKeys::rotate(&path, 200).unwrap();
    let good = fs::read_to_string(&path).unwrap();
    let lines: Vec<_> = good.lines().collect();
    let without = |from: usize, to: usize| {
        let kept = lines[..from].iter().chain(&lines[to..]);
        kept.map(|line| format!("{line}\n")).collect::<String>()
    };
    for bad in [
        String::new(),
        good.replace("\n100\n", "\n101\n"),
        without(0, 1),
        // Without the first rotation the second one still leads to the current key; without the
        // second one nothing does.
        without(7, 13),
        without(12, 13),
        good.replace("PRIVATE+KEY+", ""),
    ] {
        fs::write(&path, &bad).unwrap();
        let refused = LogKeys::open(&path);
        assert!(matches!(refused, Err(KeyError::Damaged { .. })), "{bad}");
    }
    fs::write(&path, &good).unwrap();
    assert_eq!(LogKeys::open(&path).unwrap().successions().len(), 2);
}
