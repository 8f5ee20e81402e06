//! The policy: principals, how each is recognised, and what it is granted.
//!
//! Owns the file's format and its rules. A policy is whole or it is refused with file, line and rule.

mod describe;
mod read;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::api_key::KeyHash;
use super::caller::{Caller, Grant, Proof};

/// A policy file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// It cannot be read.
    #[error("the policy {} could not be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        #[source]
        source: std::io::Error,
    },
    /// It breaks a rule.
    #[error("{}:{line}: {rule}", path.display())]
    Rule {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The rule and what breaks it.
        rule: String,
    },
}

/// Principals and how they are recognised.
#[derive(Debug, Default)]
pub struct Policy {
    principals: Vec<Listed>,
    /// Ready callers, by what each proof is.
    certificates: HashMap<Arc<str>, Arc<Caller>>,
    subjects: HashMap<Arc<str>, Arc<Caller>>,
    api_keys: HashMap<KeyHash, Arc<Caller>>,
    claims: ClaimNames,
}

/// A policy, and how many there were before it.
#[derive(Debug)]
pub(super) struct Numbered {
    pub(super) number: u64,
    pub(super) policy: Policy,
}

/// The claims of a token that narrow what the policy grants.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct ClaimNames {
    pub(super) roles: Option<String>,
    pub(super) brands: Option<String>,
}

/// A principal as the file has it.
#[derive(Debug)]
struct Listed {
    line: usize,
    grant: Arc<Grant>,
    proofs: Vec<Proof>,
}

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// See [`PolicyError`].
    pub fn read(path: &Path) -> Result<Self, PolicyError> {
        let text = std::fs::read_to_string(path).map_err(|source| PolicyError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text, path)
    }

    /// Parses the text of the file at `path`.
    ///
    /// # Errors
    /// The first rule that the text breaks, with its line.
    pub fn parse(text: &str, path: &Path) -> Result<Self, PolicyError> {
        read::policy(text).map_err(|broken| PolicyError::Rule {
            path: path.to_owned(),
            line: broken.line,
            rule: broken.rule,
        })
    }

    /// Finds the principal that a name of a certificate belongs to.
    pub(super) fn by_certificate(&self, name: &str) -> Option<&Arc<Caller>> {
        self.certificates.get(name)
    }

    /// Finds the principal of a token's subject.
    pub(super) fn by_subject(&self, subject: &str) -> Option<&Arc<Caller>> {
        self.subjects.get(subject)
    }

    /// Finds the principal of an API key.
    pub(super) fn by_api_key(&self, hash: &KeyHash) -> Option<&Arc<Caller>> {
        let (known, caller) = self.api_keys.get_key_value(hash)?;
        known.is(hash).then_some(caller)
    }

    pub(super) fn claims(&self) -> &ClaimNames {
        &self.claims
    }

    /// Returns whether somebody can be recognised by something else than a certificate.
    pub fn takes_more_than_certificates(&self) -> bool {
        !self.subjects.is_empty() || !self.api_keys.is_empty()
    }

    /// Returns whether a caller of an earlier policy would be granted the same by this one.
    pub(super) fn still_grants(&self, caller: &Caller) -> bool {
        let found = match caller.proof() {
            Proof::Unasked => return true,
            Proof::Certificate(name) => self.by_certificate(name),
            Proof::Subject(subject) => self.by_subject(subject),
            Proof::ApiKey(hash) => self.by_api_key(hash),
        };
        found.is_some_and(|found| found.grant() == caller.grant())
    }

    /// Adds a principal; `false` if one of its proofs is another's already.
    fn add(&mut self, listed: Listed) -> Result<(), Proof> {
        for proof in &listed.proofs {
            let caller = Caller::granted(Arc::clone(&listed.grant), proof.clone());
            let caller = Arc::new(caller);
            let before = match proof {
                Proof::Unasked => None,
                Proof::Certificate(name) => self.certificates.insert(Arc::clone(name), caller),
                Proof::Subject(subject) => self.subjects.insert(Arc::clone(subject), caller),
                Proof::ApiKey(hash) => self.api_keys.insert(*hash, caller),
            };
            if before.is_some() {
                return Err(proof.clone());
            }
        }
        self.principals.push(listed);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
