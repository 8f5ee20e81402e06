//! The keys in memory: by number and by holder.

use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashSet, HashTable};

use super::contract::Slot;
use super::error::Error;
use super::key::{Key, KeyFor, NewKey};
use crate::domain::{DataSubject, KeyNumber};

/// What a number has.
#[derive(Debug)]
pub(super) enum Entry {
    Key(Key),
    /// Whose key it was.
    Destroyed(Box<KeyFor>),
    Void,
}

impl Entry {
    fn holder(&self) -> Option<&KeyFor> {
        match self {
            Self::Key(key) => Some(key.of()),
            Self::Destroyed(of) => Some(of),
            Self::Void => None,
        }
    }

    fn slot(&self) -> Slot {
        match self {
            Self::Key(key) => Slot::Key(key.clone()),
            Self::Destroyed(_) => Slot::Destroyed,
            Self::Void => Slot::Unknown,
        }
    }
}

/// All entries. The entry of the number `n` is at `n - 1`.
#[derive(Debug, Default)]
pub(super) struct Index {
    entries: Vec<Entry>,
    by_holder: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Index {
    fn entry(&self, number: u32) -> Option<&Entry> {
        self.entries.get((number as usize).checked_sub(1)?)
    }

    fn number_of(&self, of: &KeyFor) -> Option<u32> {
        let is = |number: &u32| self.entry(*number).and_then(Entry::holder) == Some(of);
        self.by_holder.find(self.hasher.hash_one(of), is).copied()
    }

    pub(super) fn find(&self, of: &KeyFor) -> Slot {
        let entry = self.number_of(of).and_then(|number| self.entry(number));
        entry.map_or(Slot::Unknown, Entry::slot)
    }

    pub(super) fn key(&self, number: KeyNumber) -> Slot {
        self.entry(number.get()).map_or(Slot::Unknown, Entry::slot)
    }

    pub(super) fn next(&self) -> KeyNumber {
        let used = u32::try_from(self.entries.len()).expect("a keyring has fewer keys");
        KeyNumber::new(used + 1)
    }

    /// Adds the entry of a number, and leaves void what it passes over. Returns false, and adds
    /// nothing, when the number is not beyond all others or its holder has a slot.
    pub(super) fn push(&mut self, number: KeyNumber, entry: Entry) -> bool {
        let holder = entry.holder();
        if number < self.next() || holder.is_some_and(|of| self.number_of(of).is_some()) {
            return false;
        }
        if let Some(of) = holder {
            let (entries, hasher) = (&self.entries, &self.hasher);
            let hash = |number: &u32| {
                let of = entries[*number as usize - 1].holder();
                hasher.hash_one(of.expect("only entries with a holder are found by it"))
            };
            let hashed = hasher.hash_one(of);
            self.by_holder.insert_unique(hashed, number.get(), hash);
        }
        self.entries
            .resize_with(number.get() as usize - 1, || Entry::Void);
        self.entries.push(entry);
        true
    }

    /// Checks that all of these keys could be added.
    pub(super) fn check(&self, new: &[NewKey]) -> Result<(), Error> {
        let mut numbers = self.next().get()..;
        let mut seen = HashSet::with_capacity(new.len());
        for key in new {
            let is_next = numbers.next() == Some(key.number().get());
            let known = self.number_of(key.of()).is_some();
            let twice = !seen.insert(key.of());
            if !is_next || known || twice {
                return Err(Error::Conflict {
                    number: key.number(),
                });
            }
        }
        Ok(())
    }

    /// Adds keys that [`Index::check`] has passed.
    pub(super) fn add(&mut self, new: &[NewKey]) {
        for key in new {
            let added = self.push(key.number(), Entry::Key(key.clone()));
            debug_assert!(added, "checked before");
        }
    }

    /// Forgets the keys of these people. Returns the keys that there were.
    pub(super) fn destroy(&mut self, subjects: &[DataSubject]) -> Vec<(KeyNumber, KeyFor)> {
        let mut destroyed = Vec::new();
        for subject in subjects {
            let of = KeyFor::Subject(subject.clone());
            let Some(number) = self.number_of(&of) else {
                continue;
            };
            let entry = &mut self.entries[number as usize - 1];
            if matches!(entry, Entry::Key(_)) {
                *entry = Entry::Destroyed(Box::new(of.clone()));
                destroyed.push((KeyNumber::new(number), of));
            }
        }
        destroyed
    }
}
