//! Opening: the sealed texts of an answer become readable, at this one place.
//!
//! Handlers render texts as the log spells them. The answer is opened after that, as a whole. What
//! can't be opened is left out, and the answer says which fields and why.

use std::sync::Arc;

use tonic::Status;

use super::Calls;
use super::authority::sees;
use crate::domain::{BrandId, CreatorRef, DataSubject, DigestKind, Matched, PersonalText, Sealed};
use crate::grpc::edge::status;
use crate::identity::Roles;
use crate::keyring::{Hidden, KeyFor, Keyring, NewKey, Slot, digest_of, open_text};
use crate::wire::personal::{Path, Personal, read_spelled};
use crate::wire::proto::api;

/// Opens sealed texts.
#[derive(Clone, Debug)]
pub struct Opening(Arc<dyn Keyring>);

impl Opening {
    /// Opens with the keys of a keyring.
    pub fn new(keyring: Arc<dyn Keyring>) -> Self {
        Self(keyring)
    }

    /// Opens every personal text of a message. `trial` are keys of what was only validated. Returns
    /// the texts that stay hidden.
    pub fn open<M: Personal>(
        &self,
        roles: Roles,
        message: &mut M,
        trial: &[NewKey],
    ) -> Vec<api::HiddenField> {
        self.open_if(roles, message, trial, |_| true)
    }

    fn open_if<M: Personal>(
        &self,
        roles: Roles,
        message: &mut M,
        trial: &[NewKey],
        is_meant: impl Fn(&Sealed) -> bool,
    ) -> Vec<api::HiddenField> {
        let mut hidden = Vec::new();
        message.each_personal(&mut Path::default(), &mut |path, text| {
            if text.is_empty() {
                return;
            }
            let read = read_spelled(text.clone());
            if matches!(&read, PersonalText::Sealed(sealed) if !is_meant(sealed)) {
                return;
            }
            text.clear();
            let is_seen = match &read {
                PersonalText::Sealed(sealed) => sees(roles, sealed.tag),
                PersonalText::Clear(_) | PersonalText::Own(_) => true,
            };
            let opened = match is_seen {
                true => self.text(read, trial).map_err(reason_of),
                false => Err(api::HiddenReason::NoRole),
            };
            match opened {
                Ok(opened) => *text = opened,
                Err(reason) => hidden.push(api::HiddenField {
                    path: path.to_string(),
                    reason: reason as i32,
                }),
            }
        });
        hidden
    }

    /// Opens the texts about one person, for that person. Texts about others stay sealed.
    pub fn open_of<M: Personal>(
        &self,
        person: &CreatorRef,
        message: &mut M,
    ) -> Vec<api::HiddenField> {
        let person = KeyFor::Subject(DataSubject::Creator(person.clone()));
        self.open_if(Roles::all(), message, &[], |sealed| {
            match self.0.key(sealed.key) {
                Slot::Key(key) => *key.of() == person,
                Slot::Destroyed | Slot::Unknown => true,
            }
        })
    }

    /// Opens one text as messages spell it, for a page that people read.
    pub fn shown(&self, roles: Roles, spelled: String) -> String {
        let read = read_spelled(spelled);
        if matches!(&read, PersonalText::Sealed(sealed) if !sees(roles, sealed.tag)) {
            return "(not shown to this role)".to_owned();
        }
        match self.text(read, &[]) {
            Ok(text) => text,
            Err(Hidden::Erased) => "(erased)".to_owned(),
            Err(Hidden::NoKey) => "(no key)".to_owned(),
        }
    }

    fn text(&self, text: PersonalText, trial: &[NewKey]) -> Result<String, Hidden> {
        // An answer is sent, so its texts leave what is zeroed.
        open_text(&*self.0, trial, text).map(|mut text| std::mem::take(&mut *text))
    }
}

fn reason_of(why: Hidden) -> api::HiddenReason {
    match why {
        Hidden::Erased => api::HiddenReason::Erased,
        Hidden::NoKey => api::HiddenReason::NoKey,
    }
}

impl Calls {
    /// Opens an answer, as far as the roles of the caller reach.
    pub fn opened<M: Personal>(&self, answer: M) -> M {
        self.opened_with(answer, &[])
    }

    /// Opens the answer to a write, with the keys of what was only validated.
    pub fn opened_with<M: Personal>(&self, mut answer: M, trial: &[NewKey]) -> M {
        let hidden = self.opening.open(self.caller.roles(), &mut answer, trial);
        answer.note_hidden(hidden);
        answer
    }

    /// Gives a text that is asked for its digest, so that stored ones are found by it.
    ///
    /// # Errors
    /// `NO_KEYRING` when this copy of the ledger is served without keys.
    pub fn recognise(
        &self,
        asked: &mut Matched,
        brand: &BrandId,
        kind: DigestKind<'_>,
    ) -> Result<(), Status> {
        let PersonalText::Clear(text) = &asked.text else {
            return Ok(());
        };
        let keyring = &*self.opening.0;
        if !keyring.makes_keys() {
            return Err(status::no_keyring());
        }
        // A brand without a secret has no text yet: nothing has this digest.
        let digest = digest_of(keyring, brand, kind, &kind.normalised(text));
        asked.digest = digest.unwrap_or_default();
        Ok(())
    }
}
