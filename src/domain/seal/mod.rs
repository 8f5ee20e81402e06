//! Sealing a command: which of its texts are about a person, and about whom.
//!
//! The writer seals a command before it decides, so that rules, rows and records have sealed texts
//! only. No walk over texts here has a catch-all arm: a new verb does not compile until it says what
//! of it is personal. One file by track.

mod collaboration;
mod creator;
mod deliverable;
mod order;
mod subject;
mod texts;

use sha2::{Digest as _, Sha256};

use super::rows::Rows;
use super::state::is_erased;
use super::{
    Command, DataSubject, DigestKind, Matched, OrderVerb, Patch, PersonalField, PersonalText,
    Request, Sealed, Seals,
};
use subject::subject_of;
pub use subject::{TextScope, scope_of};

/// Bytes of a request digest that are of what is plain. The others change with the sealed texts.
const PLAIN_DIGEST_BYTES: usize = 8;

/// What is done with the personal texts of a command.
pub trait VisitTexts {
    /// A text, and the field of the log it goes into.
    fn text(&mut self, field: PersonalField, text: &mut PersonalText);

    /// A text that is also recognised.
    fn matched(&mut self, field: PersonalField, kind: DigestKind<'_>, text: &mut Matched);
}

/// Seals the personal texts of a request. Returns whether some were dropped, because they are about
/// somebody who was erased.
///
/// The digest of the request takes the sealed texts in, unless `is_shared`: a request id that many
/// commands share has one digest, whomever they are about.
///
/// # Errors
/// When rows can't be read.
pub fn seal<S: Rows>(
    rows: &S,
    request: &mut Request,
    is_shared: bool,
    keys: &mut impl Seals,
) -> Result<bool, S::Error> {
    if let Command::RecordConversion { campaign, claim } = &mut request.command
        && let Some(code) = &mut claim.code
    {
        // Whom a code is about is known by its digest.
        code.recognise(&request.brand, DigestKind::Code(campaign), keys);
        claim.digest = mixed(claim.digest, &code.digest.0);
    }
    let scope = scope_of(rows, request)?;
    if let Command::Order {
        verb: OrderVerb::Correct(correction),
        ..
    } = &mut request.command
        && let (Patch::Set(code), Some(campaign)) = (&mut correction.code, &scope.campaign)
    {
        code.recognise(&request.brand, DigestKind::Code(campaign), keys);
    }
    let of = subject_of(rows, request)?;
    let is_erased = match &of {
        DataSubject::Creator(creator) => is_erased(rows, creator)?,
        DataSubject::Campaign(_) | DataSubject::Brand(_) => false,
    };
    let mut sealing = Sealing {
        of,
        is_erased,
        keys,
        hash: Sha256::new(),
        any: false,
        dropped: false,
    };
    request.each_text(&scope, &mut sealing);
    let Sealing {
        hash, any, dropped, ..
    } = sealing;
    if let Some(stamp) = request.stamp.as_mut().filter(|_| any && !is_shared) {
        let sealed: [u8; 32] = hash.finalize().into();
        for (byte, sealed) in stamp.digest[PLAIN_DIGEST_BYTES..].iter_mut().zip(sealed) {
            *byte ^= sealed;
        }
    }
    Ok(dropped)
}

/// Returns whether two digests are of the same request. Of one about somebody erased, only what is
/// plain can be compared.
pub fn is_same_request(one: &[u8; 16], other: &[u8; 16], was_dropped: bool) -> bool {
    match was_dropped {
        true => one[..PLAIN_DIGEST_BYTES] == other[..PLAIN_DIGEST_BYTES],
        false => one == other,
    }
}

/// Mixes more into a digest of 16 bytes.
fn mixed(digest: [u8; 16], more: &[u8]) -> [u8; 16] {
    let hash = Sha256::new().chain_update(digest).chain_update(more);
    let hash: [u8; 32] = hash.finalize().into();
    std::array::from_fn(|index| hash[index])
}

struct Sealing<'a, K> {
    of: DataSubject,
    /// Whether texts are dropped, whatever keys there are.
    is_erased: bool,
    keys: &'a mut K,
    /// Of the sealed texts, in the order of the walk.
    hash: Sha256,
    any: bool,
    dropped: bool,
}

impl<K: Seals> Sealing<'_, K> {
    fn note(&mut self, field: PersonalField, bytes: &[u8]) {
        self.any = true;
        self.hash.update(field.number().to_be_bytes());
        self.hash.update((bytes.len() as u64).to_be_bytes());
        self.hash.update(bytes);
    }

    fn seal(&mut self, field: PersonalField, text: &mut PersonalText) {
        match text {
            PersonalText::Clear(clear) if self.is_erased && !clear.is_empty() => {
                *text = PersonalText::Sealed(Sealed::dropped(field));
            }
            PersonalText::Clear(_) | PersonalText::Sealed(_) | PersonalText::Own(_) => {
                text.seal(&self.of, field, self.keys);
            }
        }
        self.dropped |= matches!(text, PersonalText::Sealed(sealed) if sealed.is_dropped());
    }
}

impl<K: Seals> VisitTexts for Sealing<'_, K> {
    fn text(&mut self, field: PersonalField, text: &mut PersonalText) {
        self.seal(field, text);
        if let PersonalText::Sealed(sealed) = text {
            self.note(field, &sealed.bytes);
        }
    }

    fn matched(&mut self, field: PersonalField, kind: DigestKind<'_>, text: &mut Matched) {
        text.recognise(self.of.brand(), kind, self.keys);
        self.seal(field, &mut text.text);
        if !text.text.is_empty() {
            // The digest, not the sealed text: whom a code is about may change.
            self.note(field, &text.digest.0);
        }
    }
}
