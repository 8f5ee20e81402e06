//! The power is cut at every write and every sync, and each unsynced write is torn in every way.

use std::path::Path;

use super::cut_disk_tests::{CutDisk, Tear};
use super::*;

/// What a keyring must have after a cut.
#[derive(Clone, Default, Debug)]
pub struct Model {
    pub live: Vec<Key>,
    pub destroyed: Vec<Key>,
    /// Keys of the change that was cut: there or not.
    pub unsure_made: Vec<Key>,
    /// Keys that the change that was cut was to destroy: there or destroyed.
    pub unsure_destroyed: Vec<Key>,
}

impl Model {
    pub fn make(&mut self, keyring: &dyn Keyring, creators: impl IntoIterator<Item = u32>) -> bool {
        let keys = keys_for(keyring, creators);
        let made = keyring.make(&keys).is_ok();
        let list = if made {
            &mut self.live
        } else {
            &mut self.unsure_made
        };
        list.extend(keys);
        made
    }

    /// Destroys the keys at these places among the live ones.
    pub fn destroy(&mut self, keyring: &dyn Keyring, places: &[usize]) -> bool {
        let keys: Vec<_> = places
            .iter()
            .map(|place| self.live[*place].clone())
            .collect();
        let subjects = keys.iter().map(|key| match key.of() {
            KeyFor::Subject(subject) => subject.clone(),
            KeyFor::Secret(_) => unreachable!("no secret is destroyed"),
        });
        let done = keyring.destroy(&subjects.collect::<Vec<_>>()).is_ok();
        // Readers find them destroyed, whatever the disk says.
        assert!(keys.iter().all(|key| destroyed(keyring, key)));
        self.live
            .retain(|live| !keys.iter().any(|key| same(key, live)));
        let list = if done {
            &mut self.destroyed
        } else {
            &mut self.unsure_destroyed
        };
        list.extend(keys);
        done
    }

    /// Checks a keyring, and learns from it what was unsure.
    pub fn settle(&mut self, keyring: &dyn Keyring) {
        for key in self.unsure_made.drain(..) {
            if has(keyring, &key) {
                self.live.push(key);
            } else {
                assert!(matches!(keyring.find(key.of()), Slot::Unknown), "{key:?}");
            }
        }
        for key in self.unsure_destroyed.drain(..) {
            if destroyed(keyring, &key) {
                self.destroyed.push(key);
            } else {
                self.live.push(key);
            }
        }
        for key in &self.live {
            assert!(has(keyring, key), "lost {key:?}");
        }
        for key in &self.destroyed {
            assert!(destroyed(keyring, key), "back again {key:?}");
        }
        let highest = self
            .live
            .iter()
            .chain(&self.destroyed)
            .map(Key::number)
            .max();
        assert!(highest < Some(keyring.next()));
    }
}

pub fn on(disk: &CutDisk, master: &MasterKey) -> FileKeyring {
    let disk = Box::new(disk.clone());
    FileKeyring::on(disk, Path::new("keyring"), LOG, master.clone()).unwrap()
}

pub fn empty_keyring() -> (Vec<u8>, MasterKey) {
    let place = Place::new();
    let master = MasterKey::open(&place.master()).unwrap();
    (std::fs::read(place.keyring()).unwrap(), master)
}

/// Opens what a cut left, checks it, and changes it once more.
fn survive(bytes: Vec<u8>, master: &MasterKey, mut model: Model) {
    let disk = CutDisk::new(bytes);
    model.settle(&on(&disk, master));
    // What was mended is mended for good.
    let keyring = on(&disk, master);
    assert_eq!(*keyring.healed(), Healed::default());
    let found = (model.live.len(), model.destroyed.len());
    assert!(model.make(&keyring, [900_000, 900_001]));
    assert!(model.destroy(&keyring, &[0]));
    let keyring = on(&disk, master);
    assert_eq!(*keyring.healed(), Healed::default());
    model.settle(&keyring);
    assert_eq!(
        (model.live.len(), model.destroyed.len()),
        (found.0 + 1, found.1 + 1)
    );
}

type Story<'a> = &'a dyn Fn(&dyn Keyring, &mut Model) -> Option<()>;

fn few_keys(keyring: &dyn Keyring, model: &mut Model) -> Option<()> {
    let go_on = |done: bool| done.then_some(());
    go_on(model.make(keyring, [1, 2]))?;
    go_on(model.make(keyring, [3]))?;
    go_on(model.destroy(keyring, &[0]))?;
    go_on(model.make(keyring, [4, 5, 6]))?;
    go_on(model.destroy(keyring, &[1, 3]))
}

/// Plays a story with a cut at each step, and gives the disk and the model to `each`.
fn cut_everywhere(
    story: Story<'_>,
    start: &[u8],
    master: &MasterKey,
    each: &dyn Fn(&CutDisk, Model),
) {
    let steps = {
        let disk = CutDisk::new(start.to_vec());
        story(&on(&disk, master), &mut Model::default()).unwrap();
        disk.done()
    };
    for step in 0..steps {
        let disk = CutDisk::new(start.to_vec());
        let keyring = on(&disk, master);
        disk.cut_after(step);
        let mut model = Model::default();
        assert_eq!(story(&keyring, &mut model), None, "step {step}");
        assert!(matches!(
            keyring.make(&keys_for(&keyring, [77])),
            Err(Error::Stopped { .. })
        ));
        each(&disk, model);
    }
}

const TEARS: [Tear; 9] = [
    Tear::Nothing,
    Tear::All,
    Tear::Prefix(1),
    Tear::Prefix(200),
    Tear::Prefix(256),
    Tear::Suffix(1),
    Tear::Suffix(255),
    Tear::Noise(1),
    Tear::Noise(2),
];

#[test]
fn every_pair_of_torn_writes_is_survived() {
    let (start, master) = empty_keyring();
    cut_everywhere(&few_keys, &start, &master, &|disk, model| {
        for first in TEARS {
            // A single write has no second one to tear.
            let seconds = if disk.unsynced() > 1 {
                &TEARS[..]
            } else {
                &TEARS[..1]
            };
            for second in seconds {
                let tears = [first, *second].into_iter().cycle();
                survive(disk.after_cut(tears), &master, model.clone());
            }
        }
    });
}

#[test]
fn write_torn_at_every_byte_is_survived() {
    let (start, master) = empty_keyring();
    cut_everywhere(&few_keys, &start, &master, &|disk, model| {
        for byte in (0..=256).step_by(3).chain(246..=256) {
            for tears in [
                [Tear::Prefix(byte), Tear::Nothing],
                [Tear::Suffix(byte), Tear::Prefix(byte)],
                [Tear::All, Tear::Suffix(byte)],
            ] {
                let tears = tears.into_iter().cycle();
                let bytes = disk.after_cut(tears);
                let keyring = on(&CutDisk::new(bytes), &master);
                model.clone().settle(&keyring);
            }
        }
    });
}

#[test]
fn growing_file_survives_cuts() {
    let (start, master) = empty_keyring();
    let disk = CutDisk::new(start);
    let mut full = Model::default();
    let keyring = on(&disk, &master);
    assert!(full.make(&keyring, 0..1023));
    // Tombstones are read faster than keys.
    assert!(full.destroy(&keyring, &(5..1020).collect::<Vec<_>>()));
    let start = disk.after_cut([]);
    let beyond = |keyring: &dyn Keyring, model: &mut Model| {
        *model = full.clone();
        model.make(keyring, [2000, 2001, 2002]).then_some(())
    };
    cut_everywhere(&beyond, &start, &master, &|disk, model| {
        // 42 is within the checksum of a header.
        for tear in [
            Tear::Nothing,
            Tear::All,
            Tear::Prefix(42),
            Tear::Prefix(300),
            Tear::Suffix(42),
            Tear::Noise(1),
        ] {
            survive(disk.after_cut([tear; 4]), &master, model.clone());
        }
        let tears = [Tear::Nothing, Tear::All, Tear::Prefix(300)];
        survive(disk.after_cut(tears), &master, model);
    });
}

#[test]
fn mending_survives_cuts() {
    let (start, master) = empty_keyring();
    let disk = CutDisk::new(start);
    let mut model = Model::default();
    let keyring = on(&disk, &master);
    model.make(&keyring, [1, 2, 3]);
    // Of a batch of four, the second key is torn and the last one is whole.
    let before = disk.done();
    disk.cut_after(2);
    assert!(!model.make(&keyring, [4, 5, 6, 7]));
    assert!(disk.done() > before);
    let torn = disk.after_cut([Tear::Suffix(300), Tear::Suffix(700)]);
    for step in 0..6 {
        for tear in TEARS {
            let disk = CutDisk::new(torn.clone());
            disk.cut_after(step);
            let path = Path::new("keyring");
            let opened = FileKeyring::on(Box::new(disk.clone()), path, LOG, master.clone());
            let cut = opened.is_err();
            let disk = CutDisk::new(disk.after_cut([tear; 16]));
            let mut model = model.clone();
            let keyring = on(&disk, &master);
            model.settle(&keyring);
            assert_eq!(keyring.next().get(), 8);
            assert!(cut || *keyring.healed() == Healed::default());
        }
    }
}
