//! JSON web tokens: whose they are, and until when.
//!
//! Owns which tokens are right. A verified one is remembered by its hash, so that a call with a known
//! token costs one hash. Does not know where keys come from.

mod claims;
mod fetch;
mod keys;
mod ring;

use std::path::PathBuf;
use std::sync::Arc;

use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use quick_cache::sync::Cache;
use sha2::{Digest as _, Sha256};

use super::caller::Caller;
use super::policy::Numbered;
use super::refusal::Refusal;
use crate::domain::Timestamp;
use claims::Claims;
use keys::{KeySet, Keys};

pub use keys::{Source, Wait};

/// Longest token that is looked at: those of large directories have 4 KiB. Headers have 8 KiB.
const MAX_TOKEN_BYTES: usize = 8 << 10;
/// Largest set of keys: a key has less than 2 KiB, and issuers have a few.
const MAX_KEYS_BYTES: usize = 256 << 10;
/// Verified tokens that are remembered: some 200 bytes each.
const REMEMBERED: usize = 16_384;

/// Who issues tokens, and for whom.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The claim `iss`.
    pub issuer: String,
    /// What the claim `aud` must have.
    pub audience: String,
    /// Where the keys come from.
    pub keys: Source,
    /// How far the clocks of issuer and server may differ, in seconds.
    pub skew_s: i64,
}

/// Why tokens cannot be verified.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file of keys cannot be read.
    #[error("the keys of tokens in {} could not be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        #[source]
        source: std::io::Error,
    },
    /// What came has no usable keys.
    #[error("the keys of tokens from {place} cannot be used: {rule}")]
    Keys {
        /// The file or address.
        place: String,
        /// What is wrong.
        rule: String,
    },
    /// The address does not answer.
    #[error("the keys of tokens could not be fetched from {place}: {rule}")]
    Fetch {
        /// The address.
        place: String,
        /// What is wrong.
        rule: String,
    },
}

/// Verifies tokens.
#[derive(Debug)]
pub(super) struct Tokens {
    settings: Settings,
    keys: Keys,
    known: Cache<[u8; 32], Known>,
}

/// A token that was verified by these keys, for this policy.
#[derive(Debug, Clone)]
struct Known {
    keys: u64,
    policy: u64,
    caller: Arc<Caller>,
}

impl Tokens {
    /// Gets the keys for the first time.
    ///
    /// # Errors
    /// The file of keys cannot be used.
    pub(super) async fn open(settings: Settings) -> Result<Self, Error> {
        ring::install();
        Ok(Self {
            keys: Keys::open(settings.keys.clone()).await?,
            settings,
            known: Cache::new(REMEMBERED),
        })
    }

    pub(super) fn newer_keys(&self) -> Option<Wait> {
        self.keys.newer()
    }

    pub(super) fn failed_fetches(&self) -> u64 {
        self.keys.failed()
    }

    pub(super) fn look_again(&self, is_asked: bool) {
        self.keys.look_again(is_asked);
    }

    pub(super) async fn keep_keys(&self) {
        self.keys.keep().await;
    }

    /// Returns whose token it is.
    pub(super) fn caller(
        &self,
        token: &str,
        policy: &Numbered,
        now: Timestamp,
    ) -> Result<Arc<Caller>, Refusal> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Refusal::Malformed);
        }
        let keys = self.keys.current().ok_or(Refusal::NoKeys)?;
        let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let is_current = |known: &Known| known.keys == keys.number && known.policy == policy.number;
        let caller = match self.known.get(&hash).filter(is_current) {
            Some(known) => known.caller,
            None => {
                let claims = self.claims(token, &keys)?;
                let caller = Arc::new(self.allowed(&claims, policy, now)?);
                let known = Known {
                    keys: keys.number,
                    policy: policy.number,
                    caller: Arc::clone(&caller),
                };
                self.known.insert(hash, known);
                caller
            }
        };
        if caller.is_expired(now) {
            self.known.remove(&hash);
            return Err(Refusal::Expired);
        }
        Ok(caller)
    }

    /// Verifies the signature and reads what was signed.
    fn claims(&self, token: &str, keys: &KeySet) -> Result<Claims, Refusal> {
        if token.bytes().filter(|byte| *byte == b'.').count() != 2 {
            return Err(Refusal::Malformed);
        }
        // `none` is no algorithm here, and does not parse.
        let header = decode_header(token).map_err(|_| Refusal::Untrusted)?;
        match header.alg {
            Algorithm::RS256 | Algorithm::ES256 | Algorithm::EdDSA => {}
            _ => return Err(Refusal::Untrusted),
        }
        let key = keys.find(header.kid.as_deref(), header.alg)?;
        // Times, issuer and audience are compared here, with our clock.
        let mut validation = Validation::new(header.alg);
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        let decoded = decode::<Claims>(token, key, &validation);
        decoded
            .map(|data| data.claims)
            .map_err(|error| match error.kind() {
                jsonwebtoken::errors::ErrorKind::Json(_) => Refusal::Malformed,
                _ => Refusal::Untrusted,
            })
    }

    /// Compares what was signed with the settings and the policy.
    fn allowed(
        &self,
        claims: &Claims,
        policy: &Numbered,
        now: Timestamp,
    ) -> Result<Caller, Refusal> {
        let Settings {
            issuer,
            audience,
            skew_s,
            ..
        } = &self.settings;
        if claims.iss != *issuer || !claims.aud.has(audience) {
            return Err(Refusal::ForOthers);
        }
        let (now_s, _) = now.parts();
        if claims.exp.saturating_add(*skew_s) <= now_s {
            return Err(Refusal::Expired);
        }
        if claims
            .nbf
            .is_some_and(|nbf| nbf.saturating_sub(*skew_s) > now_s)
        {
            return Err(Refusal::NotYetValid);
        }
        let policy = &policy.policy;
        let caller = policy.by_subject(&claims.sub).ok_or(Refusal::Unknown)?;
        let names = policy.claims();
        let roles = names.roles.as_deref().map(|name| claims.roles(name));
        let brands = names.brands.as_deref().map(|name| claims.brands(name));
        let roles = roles.transpose()?.flatten();
        let brands = brands.transpose()?.flatten();
        let expires_at = Timestamp::new(claims.exp.saturating_add(*skew_s).max(0), 0);
        let expires_at = expires_at.unwrap_or(Timestamp::from_nanos(i64::MAX));
        Ok(Caller::clone(caller)
            .narrowed(roles, brands.as_ref())
            .until(expires_at))
    }
}
