//! Tests of the keyring, and what they share.

mod backup_tests;
mod cost_tests;
mod cut_disk_tests;
mod model_tests;
mod power_tests;
mod rotation_tests;
mod seal_tests;
mod start_tests;

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::domain::{BrandId, CreatorId, CreatorRef, DataSubject, KeyNumber};

const LOG: Uuid = Uuid::from_u128(7);

fn creator(number: u32) -> DataSubject {
    DataSubject::Creator(CreatorRef {
        brand: BrandId::parse("acme").unwrap(),
        creator: CreatorId::parse(&format!("creator-{number}")).unwrap(),
    })
}

fn holder(number: u32) -> KeyFor {
    KeyFor::Subject(creator(number))
}

/// The next keys of a keyring, for the creators with these numbers.
fn keys_for(keyring: &dyn Keyring, creators: impl IntoIterator<Item = u32>) -> Vec<NewKey> {
    let numbers = keyring.next().get()..;
    let key = |(number, creator)| Key::generate(KeyNumber::new(number), holder(creator)).unwrap();
    numbers.zip(creators).map(key).collect()
}

/// Makes keys and returns them.
fn make(keyring: &dyn Keyring, creators: impl IntoIterator<Item = u32>) -> Vec<Key> {
    let keys = keys_for(keyring, creators);
    keyring.make(&keys).unwrap();
    keys
}

fn same(one: &Key, other: &Key) -> bool {
    one.number() == other.number() && one.of() == other.of() && one.secret() == other.secret()
}

fn has(keyring: &dyn Keyring, key: &Key) -> bool {
    match (keyring.find(key.of()), keyring.key(key.number())) {
        (Slot::Key(found), Slot::Key(named)) => same(&found, key) && same(&named, key),
        _ => false,
    }
}

fn destroyed(keyring: &dyn Keyring, key: &Key) -> bool {
    matches!(keyring.find(key.of()), Slot::Destroyed)
        && matches!(keyring.key(key.number()), Slot::Destroyed)
}

/// A directory with a keyring and its master key.
struct Place {
    dir: TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        let master = MasterKey::create(&place.master()).unwrap();
        FileKeyring::create(&place.keyring(), LOG, master).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn keyring(&self) -> PathBuf {
        self.path("keyring")
    }

    fn master(&self) -> PathBuf {
        self.path("master-key")
    }

    fn open(&self) -> Result<FileKeyring, Error> {
        resume(&self.keyring(), &self.master())?;
        FileKeyring::open(&self.keyring(), LOG, MasterKey::open(&self.master())?)
    }

    /// Changes the bytes of the keyring.
    fn change(&self, change: impl FnOnce(&mut Vec<u8>)) {
        change_file(&self.keyring(), change);
    }
}

fn change_file(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(path).unwrap();
    change(&mut bytes);
    std::fs::write(path, bytes).unwrap();
}

/// Returns what the error of damage says is wrong.
fn damage(opened: Result<FileKeyring, Error>) -> String {
    match opened {
        Err(Error::Damaged { reason, .. }) => reason,
        other => panic!("not damaged: {other:?}"),
    }
}
