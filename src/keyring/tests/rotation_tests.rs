//! A new master key, with a crash after every step.

use std::fs;

use super::super::rotate::{Step, rotate_in_steps, rotate_into_in_steps};
use super::*;
use crate::files;

const STEPS: [Step; 5] = [
    Step::NewMaster,
    Step::NewKeyring,
    Step::KeyringInPlace,
    Step::OldMasterZeroed,
    Step::MasterInPlace,
];

struct Story {
    place: Place,
    live: Vec<Key>,
    gone: Vec<Key>,
    old: MasterKey,
}

fn story() -> Story {
    let place = Place::new();
    let keyring = place.open().unwrap();
    let mut live = make(&keyring, 0..1030);
    let gone = live.split_off(1020);
    let subjects: Vec<_> = (1020..1030).map(creator).collect();
    keyring.destroy(&subjects).unwrap();
    let old = MasterKey::open(&place.master()).unwrap();
    Story {
        place,
        live,
        gone,
        old,
    }
}

impl Story {
    fn stop_after(&self, last: Step) {
        let (keyring, master) = (self.place.keyring(), self.place.master());
        let rotated = rotate_in_steps(&keyring, &master, LOG, &mut |step| {
            if step == last {
                Err(Error::WithoutKeys)
            } else {
                Ok(())
            }
        });
        assert!(matches!(rotated, Err(Error::WithoutKeys)));
    }

    /// Starts and checks that all is there, and that no file of the rotation is left.
    fn start(&self) -> MasterKey {
        let keyring = self.place.open().unwrap();
        assert!(self.live.iter().all(|key| has(&keyring, key)));
        assert!(self.gone.iter().all(|key| destroyed(&keyring, key)));
        assert_eq!(keyring.next().get(), 1031);
        for path in [self.place.keyring(), self.place.master()] {
            assert!(!files::draft_of(&path).exists());
        }
        MasterKey::open(&self.place.master()).unwrap()
    }

    fn old_is_nowhere(&self) {
        let hex: String = self
            .old
            .secret()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        for entry in fs::read_dir(self.place.dir.path()).unwrap() {
            let bytes = fs::read(entry.unwrap().path()).unwrap();
            assert!(!bytes.windows(64).any(|part| part == hex.as_bytes()));
        }
    }
}

#[test]
fn rotation_wraps_all_again_and_destroys_the_old_master_key() {
    let story = story();
    let copy = story.place.path("copy");
    fs::copy(story.place.keyring(), &copy).unwrap();
    // The bytes of the file, whatever name leads to them.
    fs::hard_link(story.place.master(), story.place.path("link")).unwrap();
    let new = rotate(&story.place.keyring(), &story.place.master(), LOG).unwrap();
    assert_ne!(new, story.old.id());
    let master = story.start();
    assert_eq!(master.id(), new);
    story.old_is_nowhere();
    // An older copy of the keyring is worthless now.
    let refused = FileKeyring::open(&copy, LOG, master.clone());
    assert!(matches!(refused, Err(Error::OtherMaster { .. })));
    // No wrapped key is the same.
    let (before, after) = (
        fs::read(copy).unwrap(),
        fs::read(story.place.keyring()).unwrap(),
    );
    assert!(before[8192 + 142..8192 + 202] != after[8192 + 142..8192 + 202]);
    let refused = FileKeyring::open(&story.place.keyring(), LOG, story.old.clone());
    assert!(matches!(refused, Err(Error::OtherMaster { .. })));
}

#[test]
fn rotation_that_stops_anywhere_is_finished_or_undone() {
    for step in STEPS {
        let story = story();
        story.stop_after(step);
        let master = story.start();
        let finished = step >= Step::KeyringInPlace;
        assert_eq!(master.id() != story.old.id(), finished, "{step:?}");
        if finished {
            story.old_is_nowhere();
        }
        // A start more changes nothing, and the next rotation works.
        assert_eq!(story.start().id(), master.id());
        rotate(&story.place.keyring(), &story.place.master(), LOG).unwrap();
        assert_ne!(story.start().id(), master.id());
    }
}

#[test]
fn half_written_files_of_a_rotation_are_survived() {
    let story = story();
    let draft = files::draft_of(&story.place.master());
    for length in [0, 1, 30, 93, 94, 110] {
        story.stop_after(Step::NewMaster);
        change_file(&draft, |bytes| bytes.truncate(length));
        assert_eq!(story.start().id(), story.old.id());
    }
    let draft = files::draft_of(&story.place.keyring());
    for length in [0, 4096, 100_000, 600_000] {
        story.stop_after(Step::NewKeyring);
        change_file(&draft, |bytes| bytes.truncate(length));
        assert_eq!(story.start().id(), story.old.id());
    }
}

#[test]
fn half_zeroed_master_key_is_survived() {
    let story = story();
    let mut old = story.old.id();
    for zeros in [0, 1, 30, 60, 94, 110] {
        story.stop_after(Step::KeyringInPlace);
        change_file(&story.place.master(), |bytes| bytes[..zeros].fill(0));
        let new = story.start().id();
        assert_ne!(new, old);
        old = new;
    }
    // Some file systems lose the name of what was being replaced.
    story.stop_after(Step::OldMasterZeroed);
    fs::remove_file(story.place.master()).unwrap();
    assert_ne!(story.start().id(), old);
}

#[test]
fn unfinished_rotation_of_another_keyring_is_left_alone() {
    let (place, other) = (Place::new(), Place::new());
    let master = fs::read(other.master()).unwrap();
    fs::write(place.master(), &master).unwrap();
    fs::write(files::draft_of(&place.master()), &master).unwrap();
    assert!(matches!(place.open(), Err(Error::OtherMaster { .. })));
    assert_eq!(fs::read(place.master()).unwrap(), master);
    assert_eq!(fs::read(files::draft_of(&place.master())).unwrap(), master);
}

#[test]
fn new_master_key_in_another_file_destroys_the_old_file() {
    let story = story();
    let new = story.place.path("elsewhere");
    fs::hard_link(story.place.master(), story.place.path("link")).unwrap();
    let (keyring, old) = (story.place.keyring(), story.place.master());
    let id = rotate_into(&keyring, &old, &new, LOG).unwrap();
    assert!(!old.exists());
    story.old_is_nowhere();
    let master = MasterKey::open(&new).unwrap();
    assert_eq!(master.id(), id);
    let keyring = FileKeyring::open(&keyring, LOG, master).unwrap();
    assert!(story.live.iter().all(|key| has(&keyring, key)));
    assert!(story.gone.iter().all(|key| destroyed(&keyring, key)));
}

#[test]
fn rotation_into_another_file_that_stops_anywhere_leaves_a_master_key_that_opens() {
    for step in &STEPS[..4] {
        let story = story();
        let new = story.place.path("elsewhere");
        let (keyring, old) = (story.place.keyring(), story.place.master());
        let stopped = rotate_into_in_steps(&keyring, &old, &new, LOG, &mut |after| {
            if after == *step {
                Err(Error::WithoutKeys)
            } else {
                Ok(())
            }
        });
        assert!(matches!(stopped, Err(Error::WithoutKeys)));
        let in_use = if *step < Step::KeyringInPlace {
            &old
        } else {
            &new
        };
        resume(&keyring, in_use).unwrap();
        assert!(!files::draft_of(&keyring).exists());
        let opened = FileKeyring::open(&keyring, LOG, MasterKey::open(in_use).unwrap()).unwrap();
        assert!(story.live.iter().all(|key| has(&opened, key)), "{step:?}");
        drop(opened);
        // The next attempt says what is in the way, and destroys nothing.
        let before = fs::read(&old).unwrap();
        let refused = rotate_into(&keyring, &old, &new, LOG).unwrap_err();
        match in_use == &old {
            true => assert!(matches!(refused, Error::Exists { .. }), "{refused}"),
            false => assert!(matches!(refused, Error::Changed { .. }), "{refused}"),
        }
        assert_eq!(fs::read(&old).unwrap(), before);
    }
}

#[test]
fn label_and_content_are_read_without_a_master_key() {
    let story = story();
    fs::remove_file(story.place.master()).unwrap();
    let label = Label::read(&story.place.keyring()).unwrap();
    assert_eq!((label.log, label.master), (LOG, story.old.id()));
    let found = inspect(&story.place.keyring(), LOG).unwrap();
    assert_eq!((found.keys, found.destroyed), (1020, 10));
    let other = inspect(&story.place.keyring(), Uuid::from_u128(8));
    assert!(matches!(other, Err(Error::OtherLog { .. })));
    let missing = inspect(&story.place.path("nothing"), LOG);
    assert!(matches!(missing, Err(Error::Missing { .. })));
    story.place.change(|bytes| bytes.truncate(100_000));
    let damaged = inspect(&story.place.keyring(), LOG);
    assert!(matches!(damaged, Err(Error::Damaged { .. })));
}
