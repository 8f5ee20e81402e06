//! Personal data as the domain sees it: sealed, and opaque.
//!
//! Owns the types of personal texts and of those they are about, and the contract of whoever seals
//! them. Does not know keys or ciphers: rules compare sealed texts, which are equal when the texts
//! are, and never look inside.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::personal_fields::PersonalField;
use super::{BrandId, CampaignId, CampaignRef, CreatorRef, Venue, words};

/// Number of a key in the keyring, from 1. A sealed text names its key with it.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct KeyNumber(u32);

impl KeyNumber {
    /// No key: the text was dropped.
    pub const NONE: Self = Self(0);

    /// Takes a number as it is stored.
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// Returns the number as it is stored.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for KeyNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A personal text that only the holder of its key can read.
///
/// Sealing is deterministic: equal texts of one person in one field are equal here.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Sealed {
    /// The key. [`KeyNumber::NONE`] when the text was dropped.
    pub key: KeyNumber,
    /// The field it was sealed for.
    pub tag: PersonalField,
    /// Ciphertext and authentication tag.
    #[serde(with = "serde_bytes")]
    pub bytes: Box<[u8]>,
}

impl Sealed {
    /// Returns what stands for a text about somebody who was erased.
    pub fn dropped(tag: PersonalField) -> Self {
        Self {
            key: KeyNumber::NONE,
            tag,
            bytes: Box::default(),
        }
    }

    /// Returns whether the text was dropped, so that no key will ever open it.
    pub fn is_dropped(&self) -> bool {
        self.key == KeyNumber::NONE
    }
}

words! {
    /// What the ledger itself writes where a caller would write a personal text. It is about nobody,
    /// so it is never sealed.
    pub enum OwnWords {
        /// A line for a part of the fee.
        FeePart => "FEE_PART",
        /// A line for a bonus.
        Bonus => "BONUS",
        /// A line for a commission.
        Commission => "COMMISSION",
        /// A commission changed with its order.
        CommissionFollows => "COMMISSION_FOLLOWS",
        /// A line for a kill fee.
        KillFee => "KILL_FEE",
        /// The campaign closed.
        CampaignClosed => "CAMPAIGN_CLOSED",
        /// The campaign was cancelled.
        CampaignCancelled => "CAMPAIGN_CANCELLED",
    }
}

impl OwnWords {
    /// Returns the text that people read.
    pub const fn text(self) -> &'static str {
        match self {
            Self::FeePart => "part of the fee by the terms",
            Self::Bonus => "bonus by the terms",
            Self::Commission => "commission by the terms",
            Self::CommissionFollows => "commission follows its order",
            Self::KillFee => "kill fee by the terms",
            Self::CampaignClosed => "the campaign closed",
            Self::CampaignCancelled => "the campaign was cancelled",
        }
    }
}

/// A text about a person.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PersonalText {
    /// As the caller sent it. Between the parsing of a request and the writer, and nowhere else. An
    /// empty text says nothing about anybody and stays as it is, so that presence can be read.
    Clear(String),
    /// As the log has it.
    Sealed(Sealed),
    /// The ledger's own words.
    Own(OwnWords),
}

impl PersonalText {
    /// No text.
    pub const EMPTY: Self = Self::Clear(String::new());

    /// Returns whether there is no text.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Clear(text) => text.is_empty(),
            Self::Sealed(_) | Self::Own(_) => false,
        }
    }

    /// Seals a clear text. Anything else stays as it is, and so does no text.
    pub fn seal(&mut self, of: &DataSubject, field: PersonalField, keys: &mut impl Seals) {
        match self {
            Self::Clear(text) if !text.is_empty() => {
                *self = Self::Sealed(keys.seal(of, field, text));
            }
            Self::Clear(_) | Self::Sealed(_) | Self::Own(_) => {}
        }
    }

    /// Returns how many bytes the text takes in a row and in an event, at most.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Clear(text) => text.len(),
            Self::Sealed(sealed) => sealed.bytes.len(),
            Self::Own(words) => words.name().len(),
        }
    }
}

impl Default for PersonalText {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl From<&str> for PersonalText {
    fn from(text: &str) -> Self {
        Self::Clear(text.to_owned())
    }
}

impl From<String> for PersonalText {
    fn from(text: String) -> Self {
        Self::Clear(text)
    }
}

/// What a panic or a log line may show: never the text.
impl fmt::Debug for PersonalText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clear(text) if text.is_empty() => f.write_str("Clear(empty)"),
            Self::Clear(_) => f.write_str("Clear(..)"),
            Self::Sealed(sealed) => sealed.fmt(f),
            Self::Own(words) => words.fmt(f),
        }
    }
}

/// A text about a person that is also recognised: as the code, post id, address, handle or reference
/// that another text names.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Matched {
    /// The text.
    pub text: PersonalText,
    /// What it is recognised by. [`TextDigest::NONE`] until the writer seals it.
    pub digest: TextDigest,
}

impl Matched {
    /// Returns a text as a caller sent it.
    pub fn told(text: impl Into<PersonalText>) -> Self {
        Self {
            text: text.into(),
            digest: TextDigest::NONE,
        }
    }

    /// Returns whether another text names the same, in whatever field.
    pub fn is_same(&self, other: &Self) -> bool {
        self.digest == other.digest
    }

    /// Makes the digest of a clear text, once. What is sealed has one.
    pub fn recognise(&mut self, brand: &BrandId, kind: DigestKind<'_>, keys: &mut impl Seals) {
        if let PersonalText::Clear(text) = &self.text
            && !text.is_empty()
            && self.digest == TextDigest::NONE
        {
            self.digest = keys.digest(brand, kind, &kind.normalised(text));
        }
    }
}

/// Keyed digest of a text: equal texts of a brand have equal digests, and only who has the secret
/// of the brand can make one.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct TextDigest(pub [u8; 16]);

impl TextDigest {
    /// No digest: of no text, or of one that is not sealed yet.
    pub const NONE: Self = Self([0; 16]);
}

/// Whom a personal text is about.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum DataSubject {
    /// A creator.
    Creator(CreatorRef),
    /// Nobody that is known yet, within a campaign.
    Campaign(CampaignRef),
    /// Nobody that is known yet.
    Brand(BrandId),
}

impl DataSubject {
    /// Returns the tenant.
    pub fn brand(&self) -> &BrandId {
        match self {
            Self::Creator(creator) => &creator.brand,
            Self::Campaign(campaign) => &campaign.brand,
            Self::Brand(brand) => brand,
        }
    }
}

/// What a keyed digest is made of. Digests of different kinds or scopes never meet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DigestKind<'a> {
    /// A discount code of a campaign.
    Code(&'a CampaignId),
    /// An id of a post in a venue.
    Post(&'a Venue),
    /// A handle in a venue.
    Handle(&'a Venue),
    /// An address of a post.
    Url,
    /// A reference of a payment.
    PaymentReference,
}

impl DigestKind<'_> {
    /// Returns the name of the kind and the two parts of its scope. None has a byte 0.
    pub fn parts(&self) -> [&str; 3] {
        match self {
            Self::Code(campaign) => ["CODE", campaign.as_str(), ""],
            Self::Post(venue) => ["POST", venue.platform.name(), venue.name()],
            Self::Handle(venue) => ["HANDLE", venue.platform.name(), venue.name()],
            Self::Url => ["URL", "", ""],
            Self::PaymentReference => ["PAYMENT_REFERENCE", "", ""],
        }
    }

    /// Returns the text as it is compared: codes and handles are the same in upper and lower case,
    /// and a handle is the same with its sign.
    pub fn normalised(&self, text: &str) -> String {
        let text = text.trim();
        match self {
            Self::Code(_) => text.to_ascii_uppercase(),
            Self::Handle(_) => text.trim_start_matches('@').to_lowercase(),
            Self::Post(_) | Self::Url | Self::PaymentReference => text.to_owned(),
        }
    }
}

/// Seals texts and makes their digests. Total: what it can't do shows before the events of the
/// command are appended.
pub trait Seals {
    /// Seals a text about somebody. Who was erased gets [`Sealed::dropped`].
    fn seal(&mut self, of: &DataSubject, field: PersonalField, text: &str) -> Sealed;

    /// Makes the digest of a normalised text.
    fn digest(&mut self, brand: &BrandId, kind: DigestKind<'_>, text: &str) -> TextDigest;
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::domain::{CreatorId, Platform};

    /// Turns texts around, and remembers for whom.
    #[derive(Default)]
    struct Backwards(Vec<DataSubject>);

    impl Seals for Backwards {
        fn seal(&mut self, of: &DataSubject, field: PersonalField, text: &str) -> Sealed {
            self.0.push(of.clone());
            Sealed {
                key: KeyNumber::new(7),
                tag: field,
                bytes: text.bytes().rev().collect(),
            }
        }

        fn digest(&mut self, _: &BrandId, _: DigestKind<'_>, _: &str) -> TextDigest {
            TextDigest([0; 16])
        }
    }

    fn ayu() -> DataSubject {
        DataSubject::Creator(CreatorRef {
            brand: BrandId::parse("kopi").unwrap(),
            creator: CreatorId::parse("ayu").unwrap(),
        })
    }

    const FIELD: PersonalField = PersonalField::CreatorBlockedReason;

    #[test]
    fn only_a_clear_text_is_sealed_and_only_once() {
        let mut keys = Backwards::default();
        let mut text = PersonalText::from("late twice");
        text.seal(&ayu(), FIELD, &mut keys);
        let sealed = PersonalText::Sealed(Sealed {
            key: KeyNumber::new(7),
            tag: FIELD,
            bytes: b"eciwt etal"[..].into(),
        });
        assert_eq!(text, sealed);
        for stays in [
            sealed,
            PersonalText::EMPTY,
            PersonalText::Own(OwnWords::Bonus),
            PersonalText::Sealed(Sealed::dropped(FIELD)),
        ] {
            let mut text = stays.clone();
            text.seal(&ayu(), FIELD, &mut keys);
            assert_eq!(text, stays);
        }
        assert_eq!(keys.0, [ayu()]);
    }

    #[test]
    fn only_no_text_is_empty() {
        assert!(PersonalText::EMPTY.is_empty());
        assert!(PersonalText::default().is_empty());
        for text in [
            PersonalText::from("a"),
            PersonalText::Own(OwnWords::FeePart),
            PersonalText::Sealed(Sealed::dropped(FIELD)),
        ] {
            assert!(!text.is_empty());
        }
        assert!(Sealed::dropped(FIELD).is_dropped());
    }

    #[test]
    fn a_clear_text_never_shows_in_debug_output() {
        let shown = format!("{:?}", PersonalText::from("Ayu of Bandung"));
        assert_eq!(shown, "Clear(..)");
    }

    #[test]
    fn rows_keep_every_form() {
        for text in [
            PersonalText::EMPTY,
            PersonalText::Own(OwnWords::KillFee),
            PersonalText::Sealed(Sealed::dropped(FIELD)),
            PersonalText::Sealed(Sealed {
                key: KeyNumber::new(u32::MAX),
                tag: FIELD,
                bytes: vec![7; 300].into(),
            }),
        ] {
            let bytes = postcard::to_stdvec(&text).unwrap();
            assert_eq!(postcard::from_bytes::<PersonalText>(&bytes).unwrap(), text);
        }
    }

    #[test]
    fn numbers_and_nonces_of_fields_are_their_own() {
        let mut numbers = std::collections::BTreeSet::new();
        let mut nonces = std::collections::BTreeSet::new();
        for field in PersonalField::ALL {
            assert_eq!(PersonalField::from_number(field.number()), Some(*field));
            assert!(field.number() > 0);
            assert!(numbers.insert(field.number()) && nonces.insert(field.nonce()));
        }
        assert_eq!(PersonalField::from_number(0), None);
    }

    #[test]
    fn digests_are_made_of_what_is_compared() {
        let campaign = CampaignId::parse("panen").unwrap();
        let code = DigestKind::Code(&campaign);
        assert_eq!(code.normalised(" ayu10 "), "AYU10");
        assert_eq!(code.parts(), ["CODE", "panen", ""]);
        let tiktok = Venue::from(Platform::Tiktok);
        let handle = DigestKind::Handle(&tiktok);
        assert_eq!(handle.normalised("@Ayu.Pagi"), "ayu.pagi");
        assert_eq!(handle.parts(), ["HANDLE", "TIKTOK", ""]);
        assert_eq!(DigestKind::Post(&tiktok).normalised("aB1"), "aB1");
    }
}
