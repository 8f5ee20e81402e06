//! Signed notes, C2SP signed-note: a text and lines of signatures.
//!
//! Owns the format of notes and keys, and two kinds of signatures: the plain one of a log, and the
//! timestamped one of a witness, C2SP tlog-cosignature. Does not know what a text means. Notes are
//! untrusted text until a signature of a known key is verified.
//!
//! ```text
//! example.org/log            the text, which ends with a line feed
//! 7
//! qJeb3ZIzoDV7…
//!                            an empty line
//! — example.org/log w3nLv…   name, base64 of the key's id and the signature
//! ```

mod keys;

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub use keys::{Algorithm, KeyError, KeyId, SigningKey, VerifierKey};

/// Longest note that is read: many times the size of a checkpoint.
pub const MAX_NOTE_BYTES: usize = 64 << 10;

/// Most signatures of a note that are read, each of which may have to be verified.
pub const MAX_SIGNATURES: usize = 100;

const SIGNATURE_MARK: &str = "— ";

/// A text and its signatures.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// The signed text; ends with a line feed.
    pub text: String,
    /// The signatures of the note. Reading a note does not verify them.
    pub signatures: Vec<Signature>,
}

/// One line under a note.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signature {
    /// The key's name.
    pub name: String,
    /// The key's id.
    pub key_id: KeyId,
    /// The signature in the format of the key's algorithm.
    pub(crate) bytes: Vec<u8>,
}

/// Why a text is not a note.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the note {0}")]
pub struct Malformed(&'static str);

/// Why no signature of a note can be trusted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unverified {
    /// No known key signed it.
    #[error("it is not signed by a known key")]
    OtherKey,
    /// The signature names a known key, but that key did not make it.
    #[error("the signature was not made by the key that it names")]
    BadSignature,
}

impl Note {
    /// Makes a note without signatures.
    pub fn unsigned(text: String) -> Self {
        Self {
            text,
            signatures: Vec::new(),
        }
    }

    /// Verifies the first signature by one of these keys.
    ///
    /// # Errors
    /// See [`Unverified`]. A wrong signature that names a known key is always an error.
    pub fn verify<'k>(&self, keys: &'k [VerifierKey]) -> Result<&'k VerifierKey, Unverified> {
        let mut verified = Err(Unverified::OtherKey);
        for signature in &self.signatures {
            let is_it = |key: &&VerifierKey| key.is_named_by(signature);
            if let Some(key) = keys.iter().find(is_it) {
                key.verify(&self.text, signature)?;
                verified = verified.or(Ok(key));
            }
        }
        verified
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures
            .iter()
            .try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

impl FromStr for Note {
    type Err = Malformed;

    fn from_str(note: &str) -> Result<Self, Malformed> {
        if note.len() > MAX_NOTE_BYTES {
            return Err(Malformed("is too long"));
        }
        if note.chars().any(|char| char < ' ' && char != '\n') {
            return Err(Malformed("has control characters"));
        }
        let parts = note.rsplit_once("\n\n");
        let (text, signatures) = parts.ok_or(Malformed("is not signed"))?;
        let lines = signatures.strip_suffix('\n');
        let lines = lines.ok_or(Malformed("has no end"))?.split('\n');
        let signatures = lines.take(MAX_SIGNATURES + 1).map(str::parse);
        let signatures = signatures.collect::<Result<Vec<Signature>, Malformed>>()?;
        if signatures.len() > MAX_SIGNATURES {
            return Err(Malformed("has too many signatures"));
        }
        Ok(Self {
            text: format!("{text}\n"),
            signatures,
        })
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.key_id.as_slice(), &self.bytes].concat();
        write!(
            f,
            "{SIGNATURE_MARK}{} {}",
            self.name,
            STANDARD.encode(bytes)
        )
    }
}

impl FromStr for Signature {
    type Err = Malformed;

    fn from_str(line: &str) -> Result<Self, Malformed> {
        let signed = line.strip_prefix(SIGNATURE_MARK);
        let signed = signed.ok_or(Malformed("has a line that is not a signature"))?;
        let parts = signed.split_once(' ');
        let (name, bytes) = parts.ok_or(Malformed("has a signature without a key"))?;
        if !keys::is_name(name) {
            return Err(Malformed("has a signature without a name"));
        }
        let bytes = STANDARD.decode(bytes);
        let bytes = bytes.map_err(|_| Malformed("has a signature that is not base64"))?;
        let parts = bytes.split_first_chunk();
        let (key_id, bytes) = parts.ok_or(Malformed("has a signature that is too short"))?;
        if bytes.is_empty() {
            return Err(Malformed("has a signature that is too short"));
        }
        Ok(Self {
            name: name.to_owned(),
            key_id: *key_id,
            bytes: bytes.to_vec(),
        })
    }
}
