//! Starts: what is refused, with which sentence, and what is mended.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::super::header::{CHUNK_BYTES, HEADER_BYTES, Header, slot_at};
use super::super::slot::{CHECK_BYTES, SLOT_BYTES, checksum};
use super::*;

fn range(number: u32, copy: usize) -> std::ops::Range<usize> {
    let at = usize::try_from(slot_at(number)[copy]).unwrap();
    at..at + SLOT_BYTES
}

#[test]
fn files_are_private_and_complete_at_once() {
    let place = Place::new();
    let names: BTreeSet<_> = fs::read_dir(place.dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names, ["keyring", "master-key"].map(str::to_owned).into());
    for path in [place.keyring(), place.master()] {
        assert_eq!(
            fs::metadata(path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
    assert_eq!(place.open().unwrap().next().get(), 1);
}

#[test]
fn existing_files_are_never_written_over() {
    let place = Place::new();
    let before = [place.keyring(), place.master()].map(|path| fs::read(path).unwrap());
    let master = MasterKey::open(&place.master()).unwrap();
    let made = FileKeyring::create(&place.keyring(), LOG, master);
    assert!(matches!(made, Err(Error::Exists { .. })));
    let made = MasterKey::create(&place.master());
    assert!(matches!(made, Err(Error::Exists { .. })));
    let after = [place.keyring(), place.master()].map(|path| fs::read(path).unwrap());
    assert_eq!(before, after);
}

#[test]
fn four_failures_of_a_start_have_four_sentences() {
    let place = Place::new();
    make(&place.open().unwrap(), [1]);
    let other = Place::new();
    let master = MasterKey::open(&place.master()).unwrap();
    let open = |path: &str, log, master: &MasterKey| {
        FileKeyring::open(&place.path(path), log, master.clone()).unwrap_err()
    };
    let missing = open("nothing", LOG, &master);
    let other_log = open("keyring", Uuid::from_u128(8), &master);
    let other_master = open("keyring", LOG, &MasterKey::open(&other.master()).unwrap());
    let both = FileKeyring::open(
        &place.keyring(),
        Uuid::from_u128(8),
        MasterKey::open(&other.master()).unwrap(),
    );
    place.change(|bytes| bytes.truncate(100_000));
    let truncated = open("keyring", LOG, &master);
    assert!(matches!(missing, Error::Missing { .. }));
    assert!(matches!(other_log, Error::OtherLog { .. }));
    assert!(matches!(other_master, Error::OtherMaster { .. }));
    assert!(matches!(truncated, Error::Damaged { .. }));
    // The log first: the master key of the wrong keyring does not help.
    assert!(matches!(both, Err(Error::OtherLog { .. })));
    let sentences = [missing, other_log, other_master, truncated].map(|error| error.to_string());
    for (sentence, word) in sentences
        .iter()
        .zip(["missing", "log", "master key", "damaged"])
    {
        assert!(sentence.contains(word), "{sentence}");
    }
    assert_eq!(BTreeSet::from(sentences).len(), 4);
}

#[test]
fn refused_file_is_not_changed() {
    let place = Place::new();
    make(&place.open().unwrap(), [1, 2]);
    // There is something to mend, too.
    place.change(|bytes| bytes[range(1, 0).start] ^= 1);
    let before = fs::read(place.keyring()).unwrap();
    let master = MasterKey::open(&Place::new().master()).unwrap();
    for (log, key) in [
        (
            Uuid::from_u128(8),
            MasterKey::open(&place.master()).unwrap(),
        ),
        (LOG, master),
    ] {
        FileKeyring::open(&place.keyring(), log, key).unwrap_err();
        assert_eq!(fs::read(place.keyring()).unwrap(), before);
    }
}

#[test]
fn truncated_file_is_refused_at_any_length() {
    let place = Place::new();
    make(&place.open().unwrap(), 0..1030);
    let whole = fs::read(place.keyring()).unwrap();
    assert_eq!(whole.len(), 2 * HEADER_BYTES + 4 * CHUNK_BYTES);
    let chunk = 2 * HEADER_BYTES + 2 * CHUNK_BYTES;
    for length in [
        0,
        1,
        4096,
        8191,
        8192,
        8193,
        chunk - 1,
        chunk,
        chunk + 1,
        whole.len() - 1,
    ] {
        place.change(|bytes| *bytes = whole[..length].to_vec());
        let reason = damage(place.open());
        assert!(reason.contains("truncated"), "{length}: {reason}");
    }
}

#[test]
fn one_damaged_copy_is_mended() {
    for byte in (0..SLOT_BYTES).step_by(17) {
        let place = Place::new();
        let keys = make(&place.open().unwrap(), [1, 2, 3]);
        place.open().unwrap().destroy(&[creator(2)]).unwrap();
        let whole = fs::read(place.keyring()).unwrap();
        for (number, copy) in [(1, 0), (1, 1), (2, 0), (2, 1)] {
            place.change(|bytes| bytes[range(number, copy)][byte] ^= 0x40);
            let keyring = place.open().unwrap();
            assert_eq!(keyring.healed().copies, 1);
            assert!(has(&keyring, &keys[0]) && destroyed(&keyring, &keys[1]));
            assert!(fs::read(place.keyring()).unwrap() == whole);
        }
    }
    let place = Place::new();
    let whole = fs::read(place.keyring()).unwrap();
    for copy in 0..2 {
        place.change(|bytes| bytes[copy * HEADER_BYTES + 20] ^= 1);
        assert_eq!(place.open().unwrap().healed().copies, 1);
        assert!(fs::read(place.keyring()).unwrap() == whole);
    }
}

#[test]
fn lost_key_is_named() {
    let place = Place::new();
    let keyring = place.open().unwrap();
    make(&keyring, [1, 2]);
    make(&keyring, [3]);
    drop(keyring);
    let whole = fs::read(place.keyring()).unwrap();
    for spoil in [0xff, 0] {
        place.change(|bytes| {
            *bytes = whole.clone();
            bytes[range(2, 0)].fill(spoil);
            bytes[range(2, 1)].fill(spoil);
        });
        assert!(damage(place.open()).contains("key 2 "));
    }
    // A tombstone does not make older keys look new.
    place.change(|bytes| *bytes = whole.clone());
    place.open().unwrap().destroy(&[creator(3)]).unwrap();
    place.change(|bytes| {
        bytes[range(2, 0)].fill(0xff);
        bytes[range(2, 1)].fill(0xff);
    });
    assert!(damage(place.open()).contains("key 2 "));
    // Both copies of the last key look like a making that was cut short, so a start says so.
    place.change(|bytes| {
        *bytes = whole.clone();
        bytes[range(3, 0).start] ^= 1;
        bytes[range(3, 1).start] ^= 1;
    });
    let keyring = place.open().unwrap();
    assert_eq!(keyring.healed().torn, [KeyNumber::new(3)]);
    assert_eq!(keyring.next().get(), 3);
}

#[test]
fn damaged_headers_are_named() {
    let place = Place::new();
    let whole = fs::read(place.keyring()).unwrap();
    let reason = |at: usize, value: u8, checked: bool| {
        place.change(|bytes| {
            *bytes = whole.clone();
            for copy in 0..2 {
                let header = &mut bytes[copy * HEADER_BYTES..(copy + 1) * HEADER_BYTES];
                header[at] = value;
                if checked {
                    let check = checksum(&header[..40]);
                    header[40..40 + CHECK_BYTES].copy_from_slice(&check);
                }
            }
        });
        damage(place.open())
    };
    assert!(reason(0, b'X', true).contains("neither copy"));
    assert!(reason(9, 1, false).contains("neither copy"));
    assert!(reason(7, 2, true).contains("newer version"));
    place.change(|bytes| {
        *bytes = whole.clone();
        let other = Header {
            log: Uuid::from_u128(8),
            ..Header::decode(bytes).unwrap()
        };
        bytes[..HEADER_BYTES].copy_from_slice(&other.encode());
    });
    assert!(damage(place.open()).contains("differ"));
}

#[test]
fn slots_of_another_place_or_keyring_are_refused() {
    let place = Place::new();
    make(&place.open().unwrap(), [1, 2]);
    make(&place.open().unwrap(), [3]);
    let whole = fs::read(place.keyring()).unwrap();
    // Two slots swapped.
    place.change(|bytes| {
        for copy in 0..2 {
            bytes[range(1, copy)].copy_from_slice(&whole[range(2, copy)]);
            bytes[range(2, copy)].copy_from_slice(&whole[range(1, copy)]);
        }
    });
    assert!(damage(place.open()).contains("key 1 "));
    // The slots of another keyring of the same log under this header.
    let other = Place::new();
    make(&other.open().unwrap(), [1, 2]);
    let slots = fs::read(other.keyring()).unwrap();
    place.change(|bytes| {
        *bytes = whole.clone();
        bytes[2 * HEADER_BYTES..].copy_from_slice(&slots[2 * HEADER_BYTES..]);
    });
    assert!(damage(place.open()).contains("not of this master key"));
    // One of their copies.
    place.change(|bytes| {
        *bytes = whole.clone();
        bytes[range(1, 1)].copy_from_slice(&slots[range(1, 1)]);
    });
    assert!(damage(place.open()).contains("contradict"));
    // The whole keyring of another log, under a header that says it is of this one.
    place.change(|bytes| {
        *bytes = whole.clone();
        let header = Header {
            log: Uuid::from_u128(8),
            ..Header::decode(bytes).unwrap()
        };
        for copy in 0..2 {
            bytes[copy * HEADER_BYTES..(copy + 1) * HEADER_BYTES].copy_from_slice(&header.encode());
        }
    });
    let master = MasterKey::open(&place.master()).unwrap();
    let opened = FileKeyring::open(&place.keyring(), Uuid::from_u128(8), master);
    assert!(damage(opened).contains("not of this master key"));
}

#[test]
fn tombstone_in_one_copy_wins() {
    for copy in 0..2 {
        let place = Place::new();
        let keyring = place.open().unwrap();
        let keys = make(&keyring, [1, 2]);
        let before = fs::read(place.keyring()).unwrap();
        keyring.destroy(&[creator(1)]).unwrap();
        drop(keyring);
        let after = fs::read(place.keyring()).unwrap();
        // Nothing of the wrapped key is left in the file.
        let wrapped = &before[range(1, 0)][142..202];
        assert!(!after.windows(16).any(|bytes| bytes == &wrapped[..16]));
        place.change(|bytes| bytes[range(1, copy)].copy_from_slice(&before[range(1, copy)]));
        let keyring = place.open().unwrap();
        assert!(destroyed(&keyring, &keys[0]) && has(&keyring, &keys[1]));
        assert!(fs::read(place.keyring()).unwrap() == after);
    }
}

#[test]
fn master_key_is_read_as_it_was_made_or_refused() {
    let place = Place::new();
    let path = place.path("another");
    let made = MasterKey::create(&path).unwrap();
    let text = fs::read(&path).unwrap();
    let opened = MasterKey::open(&path).unwrap();
    assert_eq!(opened.id(), made.id());
    assert_eq!(opened.secret(), made.secret());
    for length in 0..text.len() - 1 {
        fs::write(&path, &text[..length]).unwrap();
        let refused = MasterKey::open(&path);
        assert!(matches!(refused, Err(Error::Damaged { .. })), "{length}");
    }
    for at in 0..text.len() - 1 {
        let mut changed = text.clone();
        changed[at] ^= 1;
        fs::write(&path, &changed).unwrap();
        let refused = MasterKey::open(&path);
        assert!(matches!(refused, Err(Error::Damaged { .. })), "{at}");
    }
    // Whoever copies it by hand may lose the end of the line.
    fs::write(&path, &text[..text.len() - 1]).unwrap();
    assert_eq!(MasterKey::open(&path).unwrap().id(), made.id());
    let missing = MasterKey::open(&place.path("nothing"));
    assert!(matches!(missing, Err(Error::Missing { .. })));
}

#[test]
fn nothing_shows_a_key() {
    let place = Place::new();
    let master = MasterKey::open(&place.master()).unwrap();
    let keyring = place.open().unwrap();
    let key = make(&keyring, [1]).remove(0);
    let secrets = [*master.secret(), *key.secret()];
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let shown = format!(
        "{keyring:?} {keyring:#?} {key:?} {master:?} {}",
        master.id()
    );
    for secret in secrets {
        assert!(!shown.contains(&hex(&secret[..4])));
        assert!(!shown.contains(&format!("{}, {}, {}", secret[0], secret[1], secret[2])));
    }
}
