//! Keys of notes: how they are named, written and used.

use std::fmt;
use std::io;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::ed25519::signature::Signer as _;
use ed25519_dalek::{SECRET_KEY_LENGTH, SIGNATURE_LENGTH};
use sha2::{Digest as _, Sha256};

use super::{Signature, Unverified};

/// Begins a secret key in writing.
const SECRET_MARK: &str = "PRIVATE+KEY+";

/// Names a key: the first bytes of SHA-256 over its name, a line feed, and what follows the id in
/// its written form.
pub type KeyId = [u8; 4];

/// How a key signs, by its number in written keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Algorithm {
    /// Ed25519 over the text: how a log signs.
    Ed25519 = 1,
    /// Ed25519 over a time and the text, `cosignature/v1`: how a witness signs.
    CosignatureV1 = 4,
}

/// Why a text is no key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct KeyError(&'static str);

/// Tells whether a key may be named like this.
pub(super) fn is_name(name: &str) -> bool {
    let is_foreign = |char: char| char.is_whitespace() || char.is_control() || char == '+';
    !name.is_empty() && !name.contains(is_foreign)
}

/// A public key with its name, written as `name+id+key`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerifierKey {
    name: String,
    algorithm: Algorithm,
    key: ed25519_dalek::VerifyingKey,
    id: KeyId,
}

impl VerifierKey {
    fn new(name: &str, algorithm: Algorithm, key: ed25519_dalek::VerifyingKey) -> Self {
        let written = written(algorithm, key.as_bytes());
        let digest = Sha256::new()
            .chain_update(name)
            .chain_update("\n")
            .chain_update(&written)
            .finalize();
        let mut id = KeyId::default();
        id.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        Self {
            name: name.to_owned(),
            algorithm,
            key,
            id,
        }
    }

    /// Reads the key of a witness, which signs the time too.
    ///
    /// # Errors
    /// When it is no key, or that of a log.
    pub fn of_witness(text: &str) -> Result<Self, KeyError> {
        let key: Self = text.parse()?;
        match key.algorithm {
            Algorithm::CosignatureV1 => Ok(key),
            Algorithm::Ed25519 => Err(KeyError("the key is of a log, not of a witness")),
        }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it signs.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Tells whether a signature says to be of this key.
    pub fn is_named_by(&self, signature: &Signature) -> bool {
        self.name == signature.name && self.id == signature.key_id
    }

    /// Verifies a signature over a text; gives the seconds since 1970 at which a witness made it.
    ///
    /// # Errors
    /// [`Unverified::OtherKey`] where it names another key, else [`Unverified::BadSignature`].
    pub fn verify(&self, text: &str, signature: &Signature) -> Result<Option<u64>, Unverified> {
        if !self.is_named_by(signature) {
            return Err(Unverified::OtherKey);
        }
        let (time, bytes) = match self.algorithm {
            Algorithm::Ed25519 => (None, signature.bytes.as_slice()),
            Algorithm::CosignatureV1 => {
                let parts = signature.bytes.split_first_chunk();
                let (time, bytes) = parts.ok_or(Unverified::BadSignature)?;
                (Some(u64::from_be_bytes(*time)), bytes)
            }
        };
        let bytes: &[u8; SIGNATURE_LENGTH] =
            bytes.try_into().map_err(|_| Unverified::BadSignature)?;
        let message = match time {
            None => text.to_owned(),
            Some(time) => cosigned(time, text),
        };
        let signature = ed25519_dalek::Signature::from_bytes(bytes);
        let verified = self.key.verify_strict(message.as_bytes(), &signature);
        verified.map_err(|_| Unverified::BadSignature)?;
        Ok(time)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = written(self.algorithm, self.key.as_bytes());
        let id = u32::from_be_bytes(self.id);
        write!(f, "{}+{id:08x}+{}", self.name, STANDARD.encode(key))
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, id, algorithm, key) = read(text)?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(&key);
        let key = key.map_err(|_| KeyError("the key is no Ed25519 public key"))?;
        let key = Self::new(name, algorithm, key);
        match key.id == id {
            true => Ok(key),
            false => Err(KeyError("the id is not of this name and key")),
        }
    }
}

/// A secret key with its name, written as `PRIVATE+KEY+name+id+seed`.
#[derive(Clone)]
pub struct SigningKey {
    key: ed25519_dalek::SigningKey,
    public: VerifierKey,
}

impl SigningKey {
    /// Makes a new key.
    ///
    /// # Errors
    /// When the name cannot be a key's, or the system gives no random bytes.
    #[expect(clippy::disallowed_methods, reason = "a key is made of chance")]
    pub fn generate(name: &str, algorithm: Algorithm) -> io::Result<Self> {
        let mut seed = [0; SECRET_KEY_LENGTH];
        getrandom::fill(&mut seed).map_err(io::Error::other)?;
        let named = Self::of_seed(name, algorithm, &seed);
        named.map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))
    }

    /// Takes the key of a seed, which must be as hard to guess as the key.
    ///
    /// # Errors
    /// When the name cannot be a key's.
    pub fn of_seed(name: &str, algorithm: Algorithm, seed: &[u8; 32]) -> Result<Self, KeyError> {
        if !is_name(name) {
            return Err(KeyError("the name has spaces or a plus, or is empty"));
        }
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        let public = VerifierKey::new(name, algorithm, key.verifying_key());
        Ok(Self { key, public })
    }

    /// The public key.
    pub fn public(&self) -> &VerifierKey {
        &self.public
    }

    /// Signs a text; a witness says when, in seconds since 1970, which a log does not.
    pub fn sign(&self, text: &str, time: u64) -> Signature {
        let bytes = match self.public.algorithm {
            Algorithm::Ed25519 => self.key.sign(text.as_bytes()).to_bytes().to_vec(),
            Algorithm::CosignatureV1 => {
                let signature = self.key.sign(cosigned(time, text).as_bytes());
                [time.to_be_bytes().as_slice(), &signature.to_bytes()].concat()
            }
        };
        Signature {
            name: self.public.name.clone(),
            key_id: self.public.id,
            bytes,
        }
    }

    /// Writes the key down: whoever reads it can sign.
    pub fn expose(&self) -> String {
        let seed = written(self.public.algorithm, self.key.as_bytes());
        let id = u32::from_be_bytes(self.public.id);
        let name = &self.public.name;
        format!("{SECRET_MARK}{name}+{id:08x}+{}", STANDARD.encode(seed))
    }
}

impl FromStr for SigningKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let secret = text.strip_prefix(SECRET_MARK);
        let (name, id, algorithm, seed) = read(secret.ok_or(KeyError("it is no secret key"))?)?;
        let key = Self::of_seed(name, algorithm, &seed)?;
        match key.public.id == id {
            true => Ok(key),
            false => Err(KeyError("the id is not of this name and key")),
        }
    }
}

/// Shows which key it is, not the key.
impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public)
    }
}

/// What a witness signs.
fn cosigned(time: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

fn written(algorithm: Algorithm, key: &[u8]) -> Vec<u8> {
    [&[algorithm as u8], key].concat()
}

/// Reads `name+id+key`.
fn read(text: &str) -> Result<(&str, KeyId, Algorithm, [u8; 32]), KeyError> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(KeyError("it is not written as name+id+key"));
    };
    if !is_name(name) {
        return Err(KeyError("the name has spaces or a plus, or is empty"));
    }
    let is_hex = id.len() == 8 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let id = u32::from_str_radix(id, 16).ok().filter(|_| is_hex);
    let id = id.ok_or(KeyError("the id is not 8 hexadecimal digits"))?;
    let key = STANDARD.decode(key);
    let key = key.map_err(|_| KeyError("the key is not base64"))?;
    let (algorithm, key) = match key.split_first() {
        Some((1, key)) => (Algorithm::Ed25519, key),
        Some((4, key)) => (Algorithm::CosignatureV1, key),
        Some(_) | None => return Err(KeyError("the key is of an unknown kind")),
    };
    let key = key.try_into();
    let key = key.map_err(|_| KeyError("the key has not 32 bytes"))?;
    Ok((name, id.to_be_bytes(), algorithm, key))
}
