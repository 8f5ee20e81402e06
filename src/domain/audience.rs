//! What counters are about: whom they cover, how they came about, and what a platform counted.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{MeasurementKind, MeasurementScope};

/// Longest name of a definition, in characters.
pub const MAX_DEFINITION_CHARS: usize = 32;
/// The rule for names of definitions.
pub const DEFINITION_RULE: &str = "must be 1 to 32 characters of a-z 0-9 - _";

/// Names what a platform counted at the time, such as `view-2025`. Short, because every key of a sum
/// of counters copies it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Definition([u8; MAX_DEFINITION_CHARS]);

impl Definition {
    /// Parses a name.
    ///
    /// # Errors
    /// Returns [`DEFINITION_RULE`] when the text breaks it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let is_kept = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
        let mut name = [0; MAX_DEFINITION_CHARS];
        match name.get_mut(..text.len()) {
            Some(start) if !text.is_empty() && text.bytes().all(is_kept) => {
                start.copy_from_slice(text.as_bytes());
                Ok(Self(name))
            }
            Some(_) | None => Err(DEFINITION_RULE),
        }
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        let end = self.0.iter().position(|byte| *byte == 0);
        let name = self.0.get(..end.unwrap_or(self.0.len()));
        name.and_then(|name| std::str::from_utf8(name).ok())
            .unwrap_or_default()
    }
}

impl fmt::Debug for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Definition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Definition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = smol_str::SmolStr::deserialize(deserializer)?;
        Self::parse(&name).map_err(de::Error::custom)
    }
}

/// Which counters may be added to each other, and stand in one ratio: those of one audience, that
/// came about in one way and mean one thing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Audience {
    /// Whom they cover.
    pub scope: MeasurementScope,
    /// How they came about.
    pub kind: MeasurementKind,
    /// What the platform counted; `None` where nobody said.
    pub definition: Option<Definition>,
}

impl Audience {
    /// What reports always show: everybody, measured, as the platform counts.
    pub const HEADLINE: Self = Self::of(MeasurementScope::Total, MeasurementKind::Measured);

    /// Returns the audience without a definition.
    pub const fn of(scope: MeasurementScope, kind: MeasurementKind) -> Self {
        Self {
            scope,
            kind,
            definition: None,
        }
    }

    /// Returns whether counters of another differ in nothing but their definition.
    pub fn differs_in_definition(&self, other: &Self) -> bool {
        (self.scope, self.kind) == (other.scope, other.kind) && self.definition != other.definition
    }
}
