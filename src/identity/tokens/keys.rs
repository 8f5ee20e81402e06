//! The keys of the issuer, from a file or an address (JWKS).
//!
//! The keys are fetched at the start, then every few minutes, and when a token names a key that is not
//! among them. Where they cannot be had, the old ones stay.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use parking_lot::Mutex;
use tokio::sync::{Notify, watch};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout};

use super::fetch::{Address, fetch};
use super::{Error, MAX_KEYS_BYTES};
use crate::causes::with_causes;
use crate::identity::refusal::Refusal;

/// Time between two looks. A key that the issuer withdrew is trusted for no longer.
const EVERY: Duration = Duration::from_secs(300);
/// The same while there are no keys at all.
const EVERY_WITHOUT_KEYS: Duration = Duration::from_secs(5);
/// Time between two looks because of unknown keys: anybody can make up names of keys.
const BETWEEN_UNKNOWN: Duration = Duration::from_secs(10);
/// Longest time that a call waits for a look.
const LONGEST_WAIT: Duration = Duration::from_secs(6);
/// Calls that may wait at a time; each costs its headers.
const MOST_WAITING: u64 = 256;
/// Most keys.
const MAX_KEYS: usize = 64;

/// Where keys come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// An address, and the authorities of its certificate; the system's where there is no file.
    Url {
        /// `https://…`, or `http://…` of this machine.
        url: String,
        /// PEM file.
        ca: Option<PathBuf>,
    },
}

/// Keys that were had at the same time.
#[derive(Debug)]
pub(super) struct KeySet {
    pub(super) number: u64,
    keys: Vec<Key>,
}

#[derive(Debug)]
struct Key {
    id: Option<String>,
    algorithm: Algorithm,
    key: DecodingKey,
}

impl KeySet {
    /// Finds the key of this name. Without a name, the only one of the algorithm.
    pub(super) fn find(
        &self,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<&DecodingKey, Refusal> {
        let mut fitting = self.keys.iter().filter(|key| key.algorithm == algorithm);
        let Some(id) = id else {
            let only = fitting.next().ok_or(Refusal::UnknownKey)?;
            return match fitting.next() {
                None => Ok(&only.key),
                Some(_) => Err(Refusal::Untrusted),
            };
        };
        if let Some(found) = fitting.find(|key| key.id.as_deref() == Some(id)) {
            return Ok(&found.key);
        }
        match self.keys.iter().any(|key| key.id.as_deref() == Some(id)) {
            // A key for another algorithm.
            true => Err(Refusal::Untrusted),
            false => Err(Refusal::UnknownKey),
        }
    }
}

/// The keys, kept current.
#[derive(Debug)]
pub(super) struct Keys {
    source: Source,
    address: Option<Address>,
    current: ArcSwapOption<KeySet>,
    /// What they were read from, so that equal ones are not new ones.
    text: Mutex<Vec<u8>>,
    wanted: Notify,
    /// Counts the looks that ended.
    looks: watch::Sender<u64>,
    /// When the last unknown key was, and how many looks had ended then.
    asked: Mutex<Option<(Instant, u64)>>,
    waiting: Arc<AtomicU64>,
    failed: AtomicU64,
    /// The last failure that was reported.
    reported: Mutex<Option<String>>,
}

/// Waits for the next look at the keys.
#[derive(Debug)]
pub struct Wait {
    looks: watch::Receiver<u64>,
    _place: Place,
}

#[derive(Debug)]
struct Place(Arc<AtomicU64>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Wait {
    /// Waits until the look has ended, or for a few seconds.
    pub async fn over(mut self) {
        let _ = timeout(LONGEST_WAIT, self.looks.changed()).await;
    }
}

impl Keys {
    pub(super) async fn open(source: Source) -> Result<Self, Error> {
        let address = match &source {
            Source::File(_) => None,
            Source::Url { url, ca } => Some(Address::parse(url, ca.as_deref())?),
        };
        let keys = Self {
            source,
            address,
            current: ArcSwapOption::empty(),
            text: Mutex::default(),
            wanted: Notify::new(),
            looks: watch::Sender::new(0),
            asked: Mutex::new(None),
            waiting: Arc::default(),
            failed: AtomicU64::new(0),
            reported: Mutex::default(),
        };
        match (keys.look().await, &keys.source) {
            (Err(error), Source::File(_)) => Err(error),
            (Err(error), Source::Url { .. }) => {
                keys.report(&error);
                Ok(keys)
            }
            (Ok(()), _) => Ok(keys),
        }
    }

    pub(super) fn current(&self) -> Option<Arc<KeySet>> {
        self.current.load_full()
    }

    pub(super) fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    /// Looks at a file again soon; at an address only if somebody asked for it.
    pub(super) fn look_again(&self, is_asked: bool) {
        match self.source {
            Source::Url { .. } if !is_asked => {}
            Source::File(_) | Source::Url { .. } => self.wanted.notify_one(),
        }
    }

    /// Asks for a look because of an unknown key; `None` if there was one a short time ago.
    pub(super) fn newer(&self) -> Option<Wait> {
        let mut asked = self.asked.lock();
        let looks = self.looks.subscribe();
        let (now, done) = (Instant::now(), *looks.borrow());
        let is_recent = |at: Instant| now.saturating_duration_since(at) < BETWEEN_UNKNOWN;
        match *asked {
            Some((at, before)) if is_recent(at) && done > before => return None,
            // It is under way.
            Some((at, _)) if is_recent(at) => {}
            Some(_) | None => {
                *asked = Some((now, done));
                self.wanted.notify_one();
            }
        }
        let place = Place(Arc::clone(&self.waiting));
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        (before < MOST_WAITING).then_some(Wait {
            looks,
            _place: place,
        })
    }

    /// Looks again and again, until it is dropped.
    pub(super) async fn keep(&self) {
        loop {
            let every = match self.current.load().is_some() {
                true => EVERY,
                false => EVERY_WITHOUT_KEYS,
            };
            // Over when it is time or when somebody wants it.
            let _ = timeout(every, self.wanted.notified()).await;
            match self.look().await {
                Ok(()) => *self.reported.lock() = None,
                Err(error) => self.report(&error),
            }
            self.looks.send_modify(|looks| *looks += 1);
        }
    }

    /// Reads the keys, and takes them if they are right and new.
    async fn look(&self) -> Result<(), Error> {
        let text = match (&self.source, &self.address) {
            (Source::File(path), _) => {
                let file = path.clone();
                let read = spawn_blocking(move || std::fs::read(file)).await;
                let read = read.unwrap_or_else(|lost| Err(std::io::Error::other(lost)));
                read.map_err(|source| Error::Unreadable {
                    path: path.clone(),
                    source,
                })?
            }
            (Source::Url { .. }, Some(address)) => fetch(address).await?,
            (Source::Url { .. }, None) => return Ok(()),
        };
        let mut before = self.text.lock();
        if *before == text {
            return Ok(());
        }
        let keys = read(&text).map_err(|rule| Error::Keys {
            place: self.place(),
            rule,
        })?;
        let number = self.current.load().as_ref().map_or(0, |set| set.number + 1);
        tracing::info!(
            keys = keys.len(),
            place = self.place(),
            "keys of tokens were read"
        );
        self.current.store(Some(Arc::new(KeySet { number, keys })));
        *before = text;
        Ok(())
    }

    fn place(&self) -> String {
        match &self.source {
            Source::File(path) => path.display().to_string(),
            Source::Url { url, .. } => url.clone(),
        }
    }

    /// Says why there are no newer keys, once for each reason.
    fn report(&self, error: &Error) {
        self.failed.fetch_add(1, Ordering::Relaxed);
        let error = with_causes(error);
        let mut reported = self.reported.lock();
        if reported.as_ref() == Some(&error) {
            return;
        }
        match self.current.load().is_some() {
            true => tracing::error!(error, "no newer keys of tokens: the old ones stay in use"),
            false => tracing::error!(error, "no keys of tokens yet: no token is accepted"),
        }
        *reported = Some(error);
    }
}

/// Reads the keys that can be used; those of other kinds and for other uses are passed over.
fn read(text: &[u8]) -> Result<Vec<Key>, String> {
    if text.len() > MAX_KEYS_BYTES {
        return Err(format!("must have at most {MAX_KEYS_BYTES} bytes"));
    }
    let set: Set = serde_json::from_slice(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        format!("must be a JSON object with a list `keys` (line {line}, column {column})")
    })?;
    if set.keys.len() > MAX_KEYS {
        return Err(format!("must have at most {MAX_KEYS} keys"));
    }
    let keys: Vec<_> = set.keys.iter().filter_map(key).collect();
    match keys.is_empty() {
        true => Err(String::from("must have a key for RS256, ES256 or EdDSA")),
        false => Ok(keys),
    }
}

/// A set whose keys may be of kinds that nobody here knows.
#[derive(serde::Deserialize)]
struct Set {
    keys: Vec<serde_json::Value>,
}

fn key(value: &serde_json::Value) -> Option<Key> {
    let jwk: Jwk = serde_json::from_value(value.clone()).ok()?;
    if !matches!(
        jwk.common.public_key_use,
        None | Some(PublicKeyUse::Signature)
    ) {
        return None;
    }
    let algorithm = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => (Algorithm::RS256, KeyAlgorithm::RS256),
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => {
            (Algorithm::ES256, KeyAlgorithm::ES256)
        }
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
            (Algorithm::EdDSA, KeyAlgorithm::EdDSA)
        }
        // Other curves, shared secrets, and what later versions of the crate know.
        _ => return None,
    };
    let (algorithm, named) = algorithm;
    if jwk
        .common
        .key_algorithm
        .is_some_and(|stated| stated != named)
    {
        return None;
    }
    Some(Key {
        id: jwk.common.key_id.clone(),
        algorithm,
        key: DecodingKey::from_jwk(&jwk).ok()?,
    })
}
