//! Personal texts in messages: how they are spelled, read, and found.
//!
//! [`Personal`] walks over the personal texts of a message. The build makes it from the option of the
//! fields, so no list of them is kept here. Does not know keys: who opens a text brings them.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use smallvec::SmallVec;

use super::fields::{Fields, Origin};
use super::proto::api;
use crate::domain::{
    KeyNumber, Matched, OwnWords, PersonalField, PersonalText, Sealed, TextDigest, Word as _,
};

/// Begins a sealed text: `~key.field.ciphertext`, with the ciphertext in base64url.
const SEALED: char = '~';
/// Begins the ledger's own words: `=NAME`.
const OWN: char = '=';

/// Spells a personal text as messages have it. A clear text is spelled as it is.
pub fn spell(text: &PersonalText) -> String {
    spelled(text, None)
}

/// Spells a text that is recognised: behind a sealed text stands the digest,
/// `~key.field.ciphertext.digest`.
pub fn spell_matched(matched: &Matched) -> String {
    spelled(&matched.text, Some(matched.digest))
}

fn spelled(text: &PersonalText, digest: Option<TextDigest>) -> String {
    match text {
        PersonalText::Clear(text) => text.clone(),
        PersonalText::Own(words) => format!("{OWN}{}", words.name()),
        PersonalText::Sealed(sealed) => {
            let (key, field) = (sealed.key, sealed.tag.number());
            let mut spelled = format!("{SEALED}{key}.{field}.");
            URL_SAFE_NO_PAD.encode_string(&sealed.bytes, &mut spelled);
            if let Some(TextDigest(digest)) = digest {
                spelled.push('.');
                URL_SAFE_NO_PAD.encode_string(digest, &mut spelled);
            }
            spelled
        }
    }
}

/// Reads a personal text from a message of the log, or of an answer that is not opened yet. What is no
/// spelling is a clear text.
pub fn read_spelled(text: String) -> PersonalText {
    read_matched(text).text
}

/// Reads a text that is recognised. What has no digest has [`TextDigest::NONE`].
pub fn read_matched(text: String) -> Matched {
    let read = match text.chars().next() {
        Some(SEALED) => sealed(&text[1..]),
        Some(OWN) => OwnWords::from_name(&text[1..])
            .map(PersonalText::Own)
            .map(Matched::told),
        Some(_) | None => None,
    };
    read.unwrap_or_else(|| Matched::told(text))
}

fn sealed(text: &str) -> Option<Matched> {
    let mut parts = text.split('.');
    let (key, field, bytes) = (parts.next()?, parts.next()?, parts.next()?);
    let digest = match parts.next() {
        None => TextDigest::NONE,
        Some(digest) => TextDigest(URL_SAFE_NO_PAD.decode(digest).ok()?.try_into().ok()?),
    };
    let sealed = Sealed {
        key: KeyNumber::new(key.parse().ok()?),
        tag: PersonalField::from_number(field.parse().ok()?)?,
        bytes: URL_SAFE_NO_PAD.decode(bytes).ok()?.into(),
    };
    // One text, one spelling: no signs and no zeros before a number, and nothing behind.
    let is_canonical = key == sealed.key.to_string() && field == sealed.tag.number().to_string();
    (is_canonical && parts.next().is_none()).then_some(Matched {
        text: PersonalText::Sealed(sealed),
        digest,
    })
}

/// Texts about people: a caller sends them in clear, the log has them as [`spell`] makes them. What a
/// caller sends keeps the rules of other texts; what is sealed kept them.
impl Fields {
    /// Reads a line about a person of 1 to `most` characters.
    pub fn personal_line(
        &mut self,
        field: &'static str,
        text: String,
        most: usize,
    ) -> PersonalText {
        self.within(field, |fields| fields.personal_line_here(text, most))
    }

    /// Reads the field at hand as a line about a person of 1 to `most` characters.
    pub fn personal_line_here(&mut self, text: String, most: usize) -> PersonalText {
        self.personal_of(text, |fields, text| fields.line_here(text, most))
    }

    /// Reads a line about a person of at most `most` characters. An empty one is none.
    pub fn personal_optional_line(
        &mut self,
        field: &'static str,
        text: String,
        most: usize,
    ) -> Option<PersonalText> {
        let text = self.within(field, |fields| {
            fields.personal_optional_line_here(text, most)
        });
        Some(text).filter(|text| !text.is_empty())
    }

    /// Reads the field at hand as a line about a person of at most `most` characters.
    pub fn personal_optional_line_here(&mut self, text: String, most: usize) -> PersonalText {
        self.personal_of(text, |fields, text| fields.optional_line_here(text, most))
    }

    /// Reads a note about a person of 1 to `most` characters, such as a reason.
    pub fn personal_note(
        &mut self,
        field: &'static str,
        text: String,
        most: usize,
    ) -> PersonalText {
        self.within(field, |fields| fields.personal_note_here(text, most))
    }

    /// Reads the field at hand as a note about a person of 1 to `most` characters.
    pub fn personal_note_here(&mut self, text: String, most: usize) -> PersonalText {
        self.personal_of(text, |fields, text| fields.note_here(text, most))
    }

    /// Reads a note about a person of at most `most` characters.
    pub fn personal_optional_note(
        &mut self,
        field: &'static str,
        text: String,
        most: usize,
    ) -> PersonalText {
        self.personal_of(text, |fields, text| fields.optional_note(field, text, most))
    }

    /// Reads a line of 1 to `most` characters that is also recognised.
    pub fn matched_line(&mut self, field: &'static str, text: String, most: usize) -> Matched {
        match self.origin() {
            Origin::Call => Matched::told(self.line(field, text, most)),
            Origin::Log => read_matched(text),
        }
    }

    /// Reads a text that keeps its rules.
    pub fn personal(&self, text: String) -> PersonalText {
        match self.origin() {
            Origin::Call => PersonalText::Clear(text),
            Origin::Log => read_spelled(text),
        }
    }

    /// Reads a text that keeps its rules. An empty one is none.
    pub fn personal_if_any(&self, text: String) -> Option<PersonalText> {
        Some(self.personal(text)).filter(|text| !text.is_empty())
    }

    /// Reads a text that keeps its rules and is also recognised.
    pub fn matched(&self, text: String) -> Matched {
        match self.origin() {
            Origin::Call => Matched::told(text),
            Origin::Log => read_matched(text),
        }
    }

    /// Reads a text that keeps its rules and is also recognised. An empty one is none.
    pub fn matched_if_any(&self, text: String) -> Option<Matched> {
        Some(self.matched(text)).filter(|matched| !matched.text.is_empty())
    }

    fn personal_of(
        &mut self,
        text: String,
        check: impl FnOnce(&mut Self, String) -> String,
    ) -> PersonalText {
        match self.origin() {
            Origin::Call => PersonalText::Clear(check(self, text)),
            Origin::Log => read_spelled(text),
        }
    }
}

/// Fields within fields that take no allocation.
const TYPICAL_DEPTH: usize = 6;

#[derive(Clone, Copy, Debug)]
enum Step {
    Field(&'static str),
    Index(usize),
}

/// The way from a message to one of its texts, such as `profile.handles[0].handle`.
#[derive(Clone, Debug, Default)]
pub struct Path(SmallVec<[Step; TYPICAL_DEPTH]>);

impl Path {
    /// Goes into a field.
    pub fn enter(&mut self, field: &'static str) {
        self.0.push(Step::Field(field));
    }

    /// Goes into an element of the field at hand.
    pub fn at(&mut self, index: usize) {
        self.0.push(Step::Index(index));
    }

    /// Goes back one step.
    pub fn leave(&mut self) {
        self.0.pop();
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.0.iter().enumerate() {
            match step {
                Step::Field(name) if number == 0 => f.write_str(name)?,
                Step::Field(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// What is done with a personal text of a message.
pub type Visit<'a> = dyn FnMut(&Path, &mut String) + 'a;

/// A message whose personal texts can be found.
pub trait Personal {
    /// Visits every personal text, empty ones too, in the order of the fields. Stored events within
    /// answers are left alone: they go out as they are.
    fn each_personal(&mut self, path: &mut Path, visit: &mut Visit<'_>);

    /// Says which texts could not be opened. Only answers have a place for that.
    fn note_hidden(&mut self, _: Vec<api::HiddenField>) {}
}

/// `impl Personal` for every message.
#[allow(
    unused_variables,
    clippy::all,
    clippy::too_many_lines,
    reason = "made by the build; most messages have no personal text"
)]
mod walks {
    use super::{Path, Personal, Visit};
    use crate::wire::proto::{api, event, values};

    include!(concat!(env!("OUT_DIR"), "/personal.rs"));
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::wire::proto::{api, values};

    fn sealed(bytes: &[u8]) -> PersonalText {
        PersonalText::Sealed(Sealed {
            key: KeyNumber::new(12),
            tag: PersonalField::CreatorHandleHandle,
            bytes: bytes.into(),
        })
    }

    #[test]
    fn every_form_reads_back() {
        for (text, spelled) in [
            (PersonalText::EMPTY, ""),
            (PersonalText::from("as it is"), "as it is"),
            (PersonalText::Own(OwnWords::KillFee), "=KILL_FEE"),
            (sealed(&[0xfb, 0xff, 1]), "~12.3.-_8B"),
            (
                PersonalText::Sealed(Sealed::dropped(PersonalField::CreatorHandleHandle)),
                "~0.3.",
            ),
        ] {
            assert_eq!(spell(&text), spelled);
            assert_eq!(read_spelled(spelled.to_owned()), text);
        }
    }

    #[test]
    fn recognised_text_reads_back_with_its_digest() {
        let matched = Matched {
            text: sealed(&[0xfb, 0xff, 1]),
            digest: TextDigest([7; 16]),
        };
        let spelled = spell_matched(&matched);
        assert_eq!(spelled, "~12.3.-_8B.BwcHBwcHBwcHBwcHBwcHBw");
        assert_eq!(read_matched(spelled.clone()), matched);
        assert_eq!(read_spelled(spelled), matched.text);
    }

    #[test]
    fn what_is_no_spelling_is_a_clear_text() {
        for text in [
            "~",
            "~12",
            "~12.3",
            "~012.3.AA",
            "~+12.3.AA",
            "~12.3.A",
            "~12.3.AA.",
            "~12.3.AA.AA",
            "~12.3.AA.AAAAAAAAAAAAAAAAAAAAAA.",
            "~12.3.AA=",
            "~12.0.AA",
            "~12.9999.AA",
            "=",
            "=NOTHING",
            "Ünïcode",
        ] {
            assert_eq!(read_spelled(text.to_owned()), PersonalText::from(text));
        }
    }

    #[test]
    fn texts_are_visited_with_their_paths() {
        let mut creator = api::Creator {
            profile: Some(api::CreatorProfile {
                display_name: "Ayu".to_owned(),
                handles: vec![
                    api::CreatorHandle::default(),
                    api::CreatorHandle {
                        handle: "ayu.pagi".to_owned(),
                        ..Default::default()
                    },
                ],
                ..Default::default()
            }),
            assessment: Some(values::Assessment {
                evidence: vec![values::Evidence {
                    reference: "seen".to_owned(),
                    ..Default::default()
                }],
                ..Default::default()
            }),
            ..Default::default()
        };
        let mut found = Vec::new();
        creator.each_personal(&mut Path::default(), &mut |path, text| {
            if !text.is_empty() {
                found.push(format!("{path}: {text}"));
                *text = "opened".to_owned();
            }
        });
        assert_eq!(
            found,
            [
                "profile.display_name: Ayu",
                "profile.handles[1].handle: ayu.pagi",
                "assessment.evidence[0].reference: seen",
            ]
        );
        assert_eq!(creator.profile.unwrap().display_name, "opened");
    }
}
