//! Where posts live: a platform, by name where it is another than the listed ones.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::Platform;

/// Longest name of a platform, in characters.
pub const MAX_PLATFORM_CHARS: usize = 64;
/// The rule for names of platforms.
pub const PLATFORM_NAME_RULE: &str = "must be 1 to 64 characters without control characters";

/// The name of a platform that the ledger does not list, in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct PlatformName(SmolStr);

impl PlatformName {
    /// Parses a name and converts it to lower case.
    ///
    /// # Errors
    /// Returns [`PLATFORM_NAME_RULE`] when the text breaks it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let is_line = !text.chars().any(char::is_control);
        if is_line && (1..=MAX_PLATFORM_CHARS).contains(&text.chars().count()) {
            Ok(Self(text.to_lowercase().into()))
        } else {
            Err(PLATFORM_NAME_RULE)
        }
    }

    /// Returns the name of the site that an address leads to: its host. A host that is too long
    /// keeps its end, which tells sites apart.
    pub fn of_address(url: &str) -> Option<Self> {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let authority = rest.split(['/', '?', '#']).next()?;
        let host = authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host);
        let host = host.split_once(':').map_or(host, |(host, _)| host);
        let beyond = host.chars().count().saturating_sub(MAX_PLATFORM_CHARS);
        let end: String = host.chars().skip(beyond).collect();
        Self::parse(&end).ok()
    }

    /// Returns the name in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The rule for where a name of a platform may be given.
pub const NAMED_VENUE_RULE: &str = "must be absent unless the platform is OTHER";

impl Platform {
    /// Returns whether a name tells one such platform from another.
    pub fn takes_name(self) -> bool {
        self == Self::Other
    }
}

/// Where posts live. Follower counts and handles are one a venue, and ids of posts are unique within
/// one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Venue {
    /// The platform.
    pub platform: Platform,
    /// Its name; only of an `OTHER` platform.
    pub name: Option<PlatformName>,
}

impl From<Platform> for Venue {
    fn from(platform: Platform) -> Self {
        Self {
            platform,
            name: None,
        }
    }
}

impl Venue {
    /// Returns the name, empty when there is none.
    pub fn name(&self) -> &str {
        self.name.as_ref().map_or("", PlatformName::as_str)
    }

    /// Returns whether a filter for this venue keeps another: one without a name keeps any name.
    pub fn covers(&self, other: &Self) -> bool {
        self.platform == other.platform && (self.name.is_none() || self.name == other.name)
    }

    /// Returns where a post lives that was promised here: under the name given for it, or the name
    /// promised.
    #[must_use]
    pub fn named(&self, given: Option<&PlatformName>) -> Self {
        let told = given.or(self.name.as_ref()).cloned();
        Self {
            platform: self.platform,
            name: told.filter(|_| self.platform.takes_name()),
        }
    }

    /// Returns where the id of a post is unique: on a platform without a name, within the site of its
    /// address. The name of a site may be that of a person, so this never leaves the writer.
    #[must_use]
    pub fn of_post_ids(&self, given: Option<&PlatformName>, url: &str) -> Self {
        let mut venue = self.named(given);
        if venue.platform.takes_name() && venue.name.is_none() {
            venue.name = PlatformName::of_address(url);
        }
        venue
    }
}
