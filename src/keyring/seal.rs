//! Sealing and opening texts.
//!
//! ```text
//! mark ── seal a command ──┬─ accepted ──> pending ── take ──> Keyring::make ──> durable
//!                          └─ refused ──> rollback: no key is left behind
//! ```
//! New keys are in memory until their group is made durable. The next group may need them before
//! that, so they stay findable here until the keyring has them.

use std::sync::Arc;

use hashbrown::HashMap;
use zeroize::Zeroizing;

use super::contract::{Keyring, Slot};
use super::digest::keyed;
use super::error::Error;
use super::key::{Key, KeyFor, NewKey};
use super::wrap::{self, Bound, TAG_BYTES};
use crate::domain::{
    BrandId, DataSubject, DigestKind, KeyNumber, PersonalField, PersonalText, Sealed, Seals,
    TextDigest,
};

/// Why a sealed text can't be shown.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Hidden {
    /// Its key is destroyed, or it was dropped because it was about somebody erased.
    Erased,
    /// This copy of the ledger does not have its key.
    NoKey,
}

/// A place in the order of new keys to go back to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark(usize);

/// Seals the texts of commands, for the one writer of a log.
#[derive(Debug)]
pub struct Sealer {
    keyring: Arc<dyn Keyring>,
    /// Keys of the group that is being decided.
    pending: Vec<NewKey>,
    /// Keys of the groups before it that the keyring may not have yet.
    taken: Vec<NewKey>,
    /// All of `pending` and `taken`.
    fresh: HashMap<KeyFor, Key>,
    /// Why a text could not be sealed.
    failed: Option<Error>,
}

impl Sealer {
    /// Seals with the keys of a keyring, and makes new ones for it.
    pub fn new(keyring: Arc<dyn Keyring>) -> Self {
        Self {
            keyring,
            pending: Vec::new(),
            taken: Vec::new(),
            fresh: HashMap::new(),
            failed: None,
        }
    }

    /// Returns the place to go back to if what is sealed next is refused.
    pub fn mark(&self) -> Mark {
        Mark(self.pending.len())
    }

    /// Forgets the keys that were made since a mark. What was sealed with them must not be kept.
    pub fn rollback(&mut self, to: Mark) {
        for key in self.pending.drain(to.0.min(self.pending.len())..) {
            self.fresh.remove(key.of());
        }
    }

    /// Returns the keys that were made since a mark, to open an answer that is only a trial.
    pub fn since(&self, mark: Mark) -> &[NewKey] {
        self.pending.get(mark.0..).unwrap_or_default()
    }

    /// Returns why a text could not be sealed since this was last asked. Whoever seals a command asks
    /// before they decide: nothing of it may be kept.
    pub fn failure(&mut self) -> Option<Error> {
        self.failed.take()
    }

    /// Takes the new keys of a group. They must be durable before an event of the group is appended.
    pub fn take(&mut self) -> Vec<NewKey> {
        let (keyring, fresh) = (&self.keyring, &mut self.fresh);
        self.taken.retain(|key| {
            let stored = !matches!(keyring.key(key.number()), Slot::Unknown);
            if stored {
                fresh.remove(key.of());
            }
            !stored
        });
        self.taken.extend_from_slice(&self.pending);
        std::mem::take(&mut self.pending)
    }

    /// Forgets all keys that the keyring does not have, after a group was given up.
    pub fn clear(&mut self) {
        self.pending.clear();
        self.taken.clear();
        self.fresh.clear();
        self.failed = None;
    }

    /// Returns the key of somebody, or makes one. `None` when it was destroyed or can't be made.
    fn key(&mut self, of: KeyFor) -> Option<Key> {
        // The keyring first: what it has destroyed is destroyed, whatever is left here.
        match self.keyring.find(&of) {
            Slot::Key(key) => return Some(key),
            Slot::Destroyed => return None,
            Slot::Unknown => {}
        }
        if let Some(key) = self.fresh.get(&of) {
            return Some(key.clone());
        }
        let made = match self.keyring.makes_keys() {
            true => self.new_key(of.clone()),
            false => Err(Error::WithoutKeys),
        };
        match made {
            Ok(key) => {
                self.pending.push(key.clone());
                self.fresh.insert(of, key.clone());
                Some(key)
            }
            Err(error) => {
                self.failed.get_or_insert(error);
                None
            }
        }
    }

    fn new_key(&self, of: KeyFor) -> Result<Key, Error> {
        let last = self.pending.last().or(self.taken.last());
        let after = |last: &Key| last.number().get().checked_add(1);
        // The keyring is further than what was taken, once that is stored.
        let stored = self.keyring.next().get();
        let next = last.map_or(Some(stored), |last| Some(after(last)?.max(stored)));
        let number = next.ok_or(Error::Full { keys: u32::MAX })?;
        Key::generate(KeyNumber::new(number), of)
    }
}

impl Seals for Sealer {
    fn seal(&mut self, of: &DataSubject, tag: PersonalField, text: &str) -> Sealed {
        let Some(key) = self.key(KeyFor::Subject(of.clone())) else {
            return Sealed::dropped(tag);
        };
        let bound = Bound::text(key.number(), key.of());
        match wrap::encrypt(key.secret(), &tag.nonce(), &bound, text.as_bytes()) {
            Ok(bytes) => Sealed {
                key: key.number(),
                tag,
                bytes,
            },
            Err(wrap::Refused) => {
                self.failed.get_or_insert(Error::TooLong);
                Sealed::dropped(tag)
            }
        }
    }

    fn digest(&mut self, brand: &BrandId, kind: DigestKind<'_>, text: &str) -> TextDigest {
        match self.key(KeyFor::Secret(brand.clone())) {
            Some(secret) => keyed(&secret, kind, text),
            // A secret is never destroyed, so it could not be made: `failure` says so.
            None => TextDigest::NONE,
        }
    }
}

/// Opens a text in any of its forms. `fresh` as for [`open`].
///
/// # Errors
/// [`Hidden`]: why the text can't be shown.
pub fn open_text(
    keyring: &dyn Keyring,
    fresh: &[NewKey],
    text: PersonalText,
) -> Result<Zeroizing<String>, Hidden> {
    match text {
        PersonalText::Clear(text) => Ok(Zeroizing::new(text)),
        PersonalText::Own(words) => Ok(Zeroizing::new(words.text().to_owned())),
        PersonalText::Sealed(sealed) => open(keyring, fresh, &sealed),
    }
}

/// Opens a sealed text. `fresh` are keys that the keyring does not have, of an answer that is only a
/// trial.
///
/// # Errors
/// [`Hidden`]: why the text can't be shown.
pub fn open(
    keyring: &dyn Keyring,
    fresh: &[NewKey],
    sealed: &Sealed,
) -> Result<Zeroizing<String>, Hidden> {
    if sealed.key == KeyNumber::NONE {
        return Err(Hidden::Erased);
    }
    let key = match keyring.key(sealed.key) {
        Slot::Key(key) => key,
        Slot::Destroyed => return Err(Hidden::Erased),
        Slot::Unknown => {
            let key = fresh.iter().find(|key| key.number() == sealed.key);
            key.ok_or(Hidden::NoKey)?.clone()
        }
    };
    let length = sealed.bytes.len().checked_sub(TAG_BYTES);
    let mut text = Zeroizing::new(vec![0; length.ok_or(Hidden::NoKey)?]);
    let bound = Bound::text(key.number(), key.of());
    let nonce = sealed.tag.nonce();
    let opened = wrap::decrypt(key.secret(), &nonce, &bound, &sealed.bytes, &mut text);
    if opened.is_err() || str::from_utf8(&text).is_err() {
        // The keyring is older than the log, or a stored byte has changed.
        tracing::warn!(key = sealed.key.get(), field = ?sealed.tag, "text is not of its key");
        return Err(Hidden::NoKey);
    }
    let text = String::from_utf8(std::mem::take(&mut *text)).map_err(|_| Hidden::NoKey)?;
    Ok(Zeroizing::new(text))
}
