//! Names of time zones.

use serde::{Deserialize, Serialize};

/// Longest name of a time zone: the longest of IANA has 30 characters.
const MAX_ZONE_CHARS: usize = 64;

/// The rule for names of time zones.
pub const ZONE_RULE: &str = "must be an IANA name such as Asia/Jakarta";

/// Names a time zone, such as `Asia/Jakarta`. Whether there is one of that name is checked at the
/// door: the domain has no tables of time zones.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ZoneName(String);

impl ZoneName {
    /// Parses a name.
    ///
    /// # Errors
    /// Returns [`ZONE_RULE`] when the text can be no name.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let is_kept = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte);
        let fits = (1..=MAX_ZONE_CHARS).contains(&text.len()) && text.bytes().all(is_kept);
        match fits {
            true => Ok(Self(text.to_owned())),
            false => Err(ZONE_RULE),
        }
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
