//! Backups of a keyring and what they give back.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::*;

struct Story {
    place: Place,
    keys: Vec<Key>,
    backup: PathBuf,
}

/// A backup of 1,030 keys, of which one is destroyed before it and one after it.
fn story() -> Story {
    let place = Place::new();
    let keyring = place.open().unwrap();
    let keys = make(&keyring, 0..1030);
    keyring.destroy(&[creator(7)]).unwrap();
    let backup = place.path("keys.backup");
    let made = Backup::write(&place.keyring(), LOG, &backup).unwrap();
    assert_eq!(made.slots, 1030);
    assert_eq!(made, Backup::verify(&backup).unwrap());
    keyring.destroy(&[creator(8)]).unwrap();
    Story {
        place,
        keys,
        backup,
    }
}

#[test]
fn backup_gives_the_keyring_back() {
    let Story {
        place,
        keys,
        backup,
    } = story();
    assert_eq!(
        fs::metadata(&backup).unwrap().permissions().mode() & 0o777,
        0o600
    );
    // Today's keyring is never written over.
    let refused = Backup::restore(&backup, &place.keyring(), LOG);
    assert!(matches!(refused, Err(Error::Exists { .. })));
    fs::remove_file(place.keyring()).unwrap();
    let restored = Backup::restore(&backup, &place.keyring(), LOG).unwrap();
    assert_eq!((restored.keys, restored.destroyed), (1029, 1));
    let keyring = place.open().unwrap();
    assert_eq!(*keyring.healed(), Healed::default());
    for (number, key) in (0..).zip(&keys) {
        assert_eq!(destroyed(&keyring, key), number == 7);
        assert_eq!(has(&keyring, key), number != 7);
    }
    // Who was erased after the backup is destroyed again by the start.
    keyring.destroy(&[creator(7), creator(8)]).unwrap();
    assert!(destroyed(&place.open().unwrap(), &keys[8]));
}

#[test]
fn backup_is_worthless_after_a_rotation() {
    let Story { place, backup, .. } = story();
    rotate(&place.keyring(), &place.master(), LOG).unwrap();
    fs::remove_file(place.keyring()).unwrap();
    Backup::restore(&backup, &place.keyring(), LOG).unwrap();
    assert!(matches!(place.open(), Err(Error::OtherMaster { .. })));
}

#[test]
fn damaged_backup_is_refused() {
    let Story { place, backup, .. } = story();
    let whole = fs::read(&backup).unwrap();
    let copy = place.path("copy");
    let refused = |bytes: &[u8]| {
        fs::write(&copy, bytes).unwrap();
        let target = place.path("restored");
        let refused = Backup::restore(&copy, &target, LOG);
        let is_bad = matches!(refused, Err(Error::BadBackup { .. }));
        assert!(is_bad, "{refused:?}");
        assert!(!target.exists());
    };
    for length in [0, 3, 35, 36, 67, 68, 1000, whole.len() - 1] {
        refused(&whole[..length]);
    }
    refused(&[whole.as_slice(), b"x"].concat());
    for at in [0, 5, 10, 25, 33, 36, 100, 5000, whole.len() - 1] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        refused(&changed);
    }
}

#[test]
fn backup_of_another_log_is_refused() {
    let Story { place, backup, .. } = story();
    let (log, target) = (Uuid::from_u128(8), place.path("restored"));
    let refused = Backup::restore(&backup, &target, log);
    assert!(matches!(refused, Err(Error::OtherLog { .. })));
    let refused = Backup::write(&place.keyring(), log, &place.path("another"));
    assert!(matches!(refused, Err(Error::OtherLog { .. })));
    let refused = Backup::write(&place.keyring(), LOG, &backup);
    assert!(matches!(refused, Err(Error::Exists { .. })));
    let missing = Backup::restore(&place.path("nothing"), &target, LOG);
    assert!(matches!(missing, Err(Error::Io { .. })));
}
