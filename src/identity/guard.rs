//! The one place where what is presented becomes a caller.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;
use parking_lot::Mutex;

use super::api_key::{KEY_PREFIX, KeyHash};
use super::caller::Caller;
use super::certificate::Certificate;
use super::leases::{Lease, Leases};
use super::policy::{Numbered, Policy, PolicyError};
use super::refusal::Refusal;
use super::tls::{self, Tls};
use super::tokens::{self, Tokens, Wait};
use crate::clock::Guard;
use crate::domain::Timestamp;

/// What identity is made of; see the keys of the configuration.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The policy file; without one, nobody is asked who they are.
    pub policy: Option<PathBuf>,
    /// Certificate, key and client CA of the server.
    pub tls: Option<tls::Paths>,
    /// Who issues tokens.
    pub tokens: Option<tokens::Settings>,
}

/// Why identity cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The policy file cannot be used.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The certificate, its key or the client CA cannot be used.
    #[error(transparent)]
    Tls(#[from] tls::Error),
    /// The keys of tokens cannot be used.
    #[error(transparent)]
    Tokens(#[from] tokens::Error),
}

/// What a connection and a call present.
#[derive(Debug, Clone, Copy, Default)]
pub struct Presented<'a> {
    /// The verified certificate of the client.
    pub certificate: Option<&'a Certificate>,
    /// The token or API key of the call.
    pub bearer: Option<&'a str>,
}

/// Makes callers of what is presented. Cheap to clone; clones share everything.
#[derive(Debug, Clone)]
pub struct Identity(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    anyone: Arc<Caller>,
    checked: Option<Checked>,
    tls: Option<Tls>,
    leases: Leases,
}

/// What is there when callers are asked who they are.
#[derive(Debug)]
struct Checked {
    path: PathBuf,
    policy: ArcSwap<Numbered>,
    /// The text of the policy that was tried last, so that a bad one is reported once.
    tried: Mutex<Option<String>>,
    refused_policies: AtomicU64,
    tokens: Option<Tokens>,
    clock: Arc<Guard>,
}

impl Identity {
    /// Asks nobody who they are.
    pub fn unasked() -> Self {
        Self::of(None, None)
    }

    fn of(checked: Option<Checked>, tls: Option<Tls>) -> Self {
        Self(Arc::new(Inner {
            anyone: Arc::new(Caller::anyone()),
            checked,
            tls,
            leases: Leases::default(),
        }))
    }

    /// Reads all files, and asks for the keys of tokens once.
    ///
    /// # Errors
    /// A file cannot be used. Keys of tokens that cannot be had from a URL are no error: they are asked
    /// for again.
    pub async fn open(settings: Settings, clock: Arc<Guard>) -> Result<Self, OpenError> {
        let Some(path) = settings.policy else {
            let tls = settings.tls.map(|paths| Tls::open(paths, false, &clock));
            return Ok(Self::of(None, tls.transpose()?));
        };
        let text = std::fs::read_to_string(&path).map_err(|source| PolicyError::Unreadable {
            path: path.clone(),
            source,
        })?;
        let policy = Policy::parse(&text, &path)?;
        let only = settings.tokens.is_none() && !policy.takes_more_than_certificates();
        let tls = settings.tls.map(|paths| Tls::open(paths, only, &clock));
        let tls = tls.transpose()?;
        let tokens = match settings.tokens {
            Some(settings) => Some(Tokens::open(settings).await?),
            None => None,
        };
        let checked = Checked {
            path,
            policy: ArcSwap::from_pointee(Numbered { number: 0, policy }),
            tried: Mutex::new(Some(text)),
            refused_policies: AtomicU64::new(0),
            tokens,
            clock,
        };
        Ok(Self::of(Some(checked), tls))
    }

    /// Returns what connections are encrypted with.
    pub fn tls(&self) -> Option<&Tls> {
        self.0.tls.as_ref()
    }

    /// Returns whether callers must prove who they are.
    pub fn is_asked(&self) -> bool {
        self.0.checked.is_some()
    }

    /// Counts the policy files that were refused since the start.
    pub fn refused_policies(&self) -> u64 {
        let checked = self.0.checked.as_ref();
        checked.map_or(0, |checked| {
            checked.refused_policies.load(Ordering::Relaxed)
        })
    }

    /// Counts the tries to get the keys of tokens that failed since the start.
    pub fn failed_key_fetches(&self) -> u64 {
        let tokens = self.tokens();
        tokens.map_or(0, Tokens::failed_fetches)
    }

    /// Returns whether there is something that may change while the server runs.
    pub fn is_reloaded(&self) -> bool {
        self.is_asked() || self.tls().is_some()
    }

    /// Returns who calls.
    ///
    /// # Errors
    /// Why nobody knows. Whatever is presented must be right: nothing wrong is ignored because
    /// something else is right.
    pub fn identify(&self, presented: Presented<'_>) -> Result<Arc<Caller>, Refusal> {
        let Some(checked) = &self.0.checked else {
            return Ok(Arc::clone(&self.0.anyone));
        };
        let now = checked.clock.now();
        let policy = checked.policy.load();
        let certificate = presented.certificate;
        let by_certificate = certificate.map(|names| by_certificate(names, &policy.policy, now));
        let by_certificate = by_certificate.transpose()?;
        let by_bearer = presented.bearer;
        let by_bearer = by_bearer.map(|bearer| checked.by_bearer(bearer, &policy, now));
        match (by_certificate, by_bearer.transpose()?) {
            (None, None) => Err(Refusal::Missing),
            (Some(caller), None) | (None, Some(caller)) => Ok(caller),
            (Some(one), Some(other)) => both(&one, other),
        }
    }

    /// Returns what to wait for before an [`Refusal::UnknownKey`] is final; `None` if it is already.
    pub fn newer_keys(&self) -> Option<Wait> {
        self.tokens()?.newer_keys()
    }

    /// Takes a lease for an answer that goes on.
    pub fn lease(&self, caller: &Arc<Caller>) -> Lease {
        let lease = self.0.leases.take(Arc::clone(caller));
        // The policy may have changed since the call began.
        if let Some(checked) = &self.0.checked
            && !checked.policy.load().policy.still_grants(caller)
        {
            lease.revoke();
        }
        lease
    }

    /// Ends the streams whose token or certificate has expired.
    pub fn end_expired(&self) {
        if let Some(checked) = &self.0.checked {
            self.0.leases.end_expired(checked.clock.now());
        }
    }

    /// Fetches the keys of tokens again and again, until it is dropped.
    pub async fn keep_keys(&self) {
        match self.tokens() {
            Some(tokens) => tokens.keep_keys().await,
            None => std::future::pending().await,
        }
    }

    /// Reads the files again, and takes those that changed and are right. Says what is wrong with the
    /// others, once for each content. Reads files, so it has no place on the async runtime.
    ///
    /// Keys of tokens at an address are fetched again too if somebody asked for it.
    pub fn reload(&self, is_asked: bool) {
        let mut only = false;
        if let Some(checked) = &self.0.checked {
            if checked.reload() {
                self.0.leases.end_revoked(&checked.policy.load().policy);
            }
            let policy = &checked.policy.load().policy;
            only = checked.tokens.is_none() && !policy.takes_more_than_certificates();
            if let Some(tokens) = &checked.tokens {
                tokens.look_again(is_asked);
            }
        }
        if let Some(tls) = self.tls() {
            tls.reload(only);
        }
    }

    fn tokens(&self) -> Option<&Tokens> {
        self.0.checked.as_ref()?.tokens.as_ref()
    }
}

impl Checked {
    fn by_bearer(
        &self,
        bearer: &str,
        policy: &Numbered,
        now: Timestamp,
    ) -> Result<Arc<Caller>, Refusal> {
        if bearer.starts_with(KEY_PREFIX) {
            let found = policy.policy.by_api_key(&KeyHash::of(bearer));
            return found.cloned().ok_or(Refusal::Unknown);
        }
        match &self.tokens {
            Some(tokens) => tokens.caller(bearer, policy, now),
            None => Err(Refusal::Unknown),
        }
    }

    /// Returns whether there is a new policy.
    fn reload(&self) -> bool {
        let read = std::fs::read_to_string(&self.path);
        let content = read.as_ref().ok().cloned();
        let mut tried = self.tried.lock();
        if *tried == content {
            return false;
        }
        tried.clone_from(&content);
        let parsed = match read {
            Ok(text) => Policy::parse(&text, &self.path),
            Err(source) => Err(PolicyError::Unreadable {
                path: self.path.clone(),
                source,
            }),
        };
        match parsed {
            Ok(policy) => {
                let number = self.policy.load().number + 1;
                self.policy.store(Arc::new(Numbered { number, policy }));
                tracing::info!(policy = %self.path.display(), "the policy was reloaded");
                true
            }
            Err(error) => {
                self.refused_policies.fetch_add(1, Ordering::Relaxed);
                let error = crate::causes::with_causes(&error);
                tracing::error!(
                    error,
                    "the new policy is refused: the old one stays in force"
                );
                false
            }
        }
    }
}

fn by_certificate(
    certificate: &Certificate,
    policy: &Policy,
    now: Timestamp,
) -> Result<Arc<Caller>, Refusal> {
    let mut found: Option<&Arc<Caller>> = None;
    for name in certificate.names() {
        let Some(caller) = policy.by_certificate(name) else {
            continue;
        };
        match found {
            Some(other) if other.principal() != caller.principal() => return Err(Refusal::Differ),
            Some(_) => {}
            None => found = Some(caller),
        }
    }
    let caller = found.ok_or(Refusal::Unknown)?;
    let caller = Caller::clone(caller).until(certificate.expires_at());
    if caller.is_expired(now) {
        return Err(Refusal::Expired);
    }
    Ok(Arc::new(caller))
}

/// Joins two proofs of the same principal: the caller may do what the token grants, until the first
/// of them expires.
fn both(certificate: &Arc<Caller>, bearer: Arc<Caller>) -> Result<Arc<Caller>, Refusal> {
    if certificate.principal() != bearer.principal() {
        return Err(Refusal::Differ);
    }
    let expires = [certificate.expires_at(), bearer.expires_at()];
    match expires.into_iter().flatten().min() {
        Some(first) if bearer.expires_at() != Some(first) => {
            Ok(Arc::new(Caller::clone(&bearer).until(first)))
        }
        Some(_) | None => Ok(bearer),
    }
}
