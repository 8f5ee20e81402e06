//! What a token says, as far as it counts. Every value that counts has its type, so that a wrong one
//! is refused and never taken for absent.

use std::collections::BTreeSet;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::domain::BrandId;
use crate::identity::refusal::Refusal;
use crate::identity::role::{Role, Roles};

/// The claims of a token.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    pub(super) iss: String,
    pub(super) sub: String,
    pub(super) aud: Audience,
    #[serde(deserialize_with = "seconds")]
    pub(super) exp: i64,
    #[serde(default, deserialize_with = "some_seconds")]
    pub(super) nbf: Option<i64>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// For whom a token is.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    pub(super) fn has(&self, wanted: &str) -> bool {
        match self {
            Self::One(one) => one == wanted,
            Self::Many(many) => many.iter().any(|one| one == wanted),
        }
    }
}

impl Claims {
    /// Returns the roles that a claim has; `None` if the token lacks the claim. Roles of other systems
    /// are no roles here.
    pub(super) fn roles(&self, claim: &str) -> Result<Option<Roles>, Refusal> {
        let words = self.words(claim)?;
        Ok(words.map(|words| words.into_iter().filter_map(Role::named).collect()))
    }

    /// Returns the brands that a claim has.
    pub(super) fn brands(&self, claim: &str) -> Result<Option<BTreeSet<BrandId>>, Refusal> {
        let words = self.words(claim)?;
        let brand = |word: &str| BrandId::parse(word).ok();
        Ok(words.map(|words| words.into_iter().filter_map(brand).collect()))
    }

    /// A claim is a list of texts, or one text with spaces between the words.
    fn words(&self, claim: &str) -> Result<Option<Vec<&str>>, Refusal> {
        match self.rest.get(claim) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.split_whitespace().collect())),
            Some(Value::Array(list)) => {
                let words = list.iter().map(Value::as_str);
                words
                    .collect::<Option<_>>()
                    .map(Some)
                    .ok_or(Refusal::Malformed)
            }
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) => {
                Err(Refusal::Malformed)
            }
        }
    }
}

/// Seconds since 1970; parts of a second are left out.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let number = serde_json::Number::deserialize(deserializer)?;
    let whole = number.to_string();
    let whole = whole.split(['.', 'e', 'E']).next().unwrap_or_default();
    if number.to_string().contains(['e', 'E']) {
        return Err(D::Error::custom("a time without an exponent"));
    }
    whole.parse().map_err(D::Error::custom)
}

fn some_seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    seconds(deserializer).map(Some)
}
