//! A slot of the file: the wrapped key of one number, or what is left of it.
//!
//! ```text
//! 0 state  1 kind  4 number  8 first of its batch  12 brand  77 id  142 nonce  154 wrapped key
//! 248 checksum: the first 8 bytes of the SHA-256 of what is before it
//! ```
//! Numbers are big-endian; brand and id have their length in front. A slot of zeros is free.

use sha2::{Digest as _, Sha256};

use super::key::KeyFor;
use super::wrap::{NONCE_BYTES, WRAPPED_BYTES};
use crate::domain::{KeyNumber, MAX_ID_CHARS};

/// Length of a slot. It divides a sector of a disk, so a slot is never in two sectors.
pub(super) const SLOT_BYTES: usize = 256;
/// Length of a checksum.
pub(super) const CHECK_BYTES: usize = 8;

const CHECKED: usize = SLOT_BYTES - CHECK_BYTES;
const NUMBER: usize = 4;
const BATCH: usize = 8;
const BRAND: usize = 12;
const ID: usize = BRAND + 1 + MAX_ID_CHARS;
const NONCE: usize = ID + 1 + MAX_ID_CHARS;
const WRAPPED: usize = NONCE + NONCE_BYTES;
const END: usize = WRAPPED + WRAPPED_BYTES;

const KEY: u8 = 1;
const TOMBSTONE: u8 = 2;
const VOID: u8 = 3;

/// A slot that is in use.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Record {
    pub number: KeyNumber,
    /// First number of the keys that were made with one sync. Only slots of the last batch may be
    /// torn.
    pub batch: KeyNumber,
    pub content: Content,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Content {
    /// A key, wrapped by the master key.
    Key {
        of: KeyFor,
        nonce: [u8; NONCE_BYTES],
        wrapped: [u8; WRAPPED_BYTES],
    },
    /// A destroyed key. Whose it was stays, so that they get no other.
    Tombstone { of: KeyFor },
    /// A key whose making was cut short, before anything was sealed with it.
    Void,
}

/// One of the two copies of a slot, as it is on disk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Copy {
    Free,
    Unreadable,
    Good(Record),
}

/// What two copies say together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Settled {
    /// Never used.
    Free,
    /// No copy can be read, and at least one has something.
    Torn,
    /// Both copies have it.
    Whole(Record),
    /// One copy has it, or knows better; the other one is to be written.
    Mend(Record),
    /// The copies are good and contradict each other, which no cut can do.
    Contradiction,
}

/// Returns the first bytes of the SHA-256 of `bytes`.
pub(super) fn checksum(bytes: &[u8]) -> [u8; CHECK_BYTES] {
    let hash = Sha256::digest(bytes);
    std::array::from_fn(|index| hash[index])
}

impl Record {
    pub(super) fn encode(&self) -> [u8; SLOT_BYTES] {
        let mut slot = [0; SLOT_BYTES];
        slot[NUMBER..BATCH].copy_from_slice(&self.number.get().to_be_bytes());
        slot[BATCH..BRAND].copy_from_slice(&self.batch.get().to_be_bytes());
        match &self.content {
            Content::Key { of, nonce, wrapped } => {
                slot[0] = KEY;
                put_holder(&mut slot, of);
                slot[NONCE..WRAPPED].copy_from_slice(nonce);
                slot[WRAPPED..END].copy_from_slice(wrapped);
            }
            Content::Tombstone { of } => {
                slot[0] = TOMBSTONE;
                put_holder(&mut slot, of);
            }
            Content::Void => slot[0] = VOID,
        }
        let check = checksum(&slot[..CHECKED]);
        slot[CHECKED..].copy_from_slice(&check);
        slot
    }
}

fn put_holder(slot: &mut [u8; SLOT_BYTES], of: &KeyFor) {
    let (kind, brand, id) = of.parts();
    slot[1] = kind;
    for (at, text) in [(BRAND, brand), (ID, id)] {
        slot[at] = u8::try_from(text.len()).expect("an id has at most 64 characters");
        slot[at + 1..at + 1 + text.len()].copy_from_slice(text.as_bytes());
    }
}

impl Copy {
    /// Reads a copy of the slot `number`. One that names another number is unreadable: it was
    /// written to the wrong place.
    pub(super) fn decode(number: KeyNumber, slot: &[u8; SLOT_BYTES]) -> Self {
        if *slot == [0; SLOT_BYTES] {
            return Self::Free;
        }
        match record(slot).filter(|record| record.number == number) {
            Some(record) => Self::Good(record),
            None => Self::Unreadable,
        }
    }
}

fn record(slot: &[u8; SLOT_BYTES]) -> Option<Record> {
    if checksum(&slot[..CHECKED]) != slot[CHECKED..] {
        return None;
    }
    let number = KeyNumber::new(u32::from_be_bytes(slot[NUMBER..BATCH].try_into().ok()?));
    let batch = KeyNumber::new(u32::from_be_bytes(slot[BATCH..BRAND].try_into().ok()?));
    let content = match slot[0] {
        KEY => Content::Key {
            of: holder(slot)?,
            nonce: slot[NONCE..WRAPPED].try_into().ok()?,
            wrapped: slot[WRAPPED..END].try_into().ok()?,
        },
        TOMBSTONE => Content::Tombstone { of: holder(slot)? },
        VOID => Content::Void,
        _ => return None,
    };
    Some(Record {
        number,
        batch,
        content,
    })
}

fn holder(slot: &[u8; SLOT_BYTES]) -> Option<KeyFor> {
    let text = |at: usize| {
        let length = usize::from(slot[at]);
        let fits = length <= MAX_ID_CHARS;
        let bytes = fits.then(|| &slot[at + 1..at + 1 + length])?;
        std::str::from_utf8(bytes).ok()
    };
    KeyFor::of_parts(slot[1], text(BRAND)?, text(ID)?)
}

/// Settles what two copies of a slot say. A good copy wins over one that is not, and a tombstone
/// over the key that it stands for.
pub(super) fn settle(first: Copy, second: Copy) -> Settled {
    match (first, second) {
        (Copy::Free, Copy::Free) => Settled::Free,
        (Copy::Free | Copy::Unreadable, Copy::Free | Copy::Unreadable) => Settled::Torn,
        (Copy::Good(good), Copy::Free | Copy::Unreadable)
        | (Copy::Free | Copy::Unreadable, Copy::Good(good)) => Settled::Mend(good),
        (Copy::Good(first), Copy::Good(second)) if first == second => Settled::Whole(first),
        (Copy::Good(first), Copy::Good(second)) => of_two(first, second),
    }
}

fn of_two(first: Record, second: Record) -> Settled {
    match (&first.content, &second.content) {
        (Content::Tombstone { of }, Content::Key { of: before, .. }) if of == before => {
            Settled::Mend(first)
        }
        (Content::Key { of: before, .. }, Content::Tombstone { of }) if of == before => {
            Settled::Mend(second)
        }
        (
            Content::Key { .. } | Content::Tombstone { .. } | Content::Void,
            Content::Key { .. } | Content::Tombstone { .. } | Content::Void,
        ) => Settled::Contradiction,
    }
}
