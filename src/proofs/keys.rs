//! The keys of a log: the one in use, and the proof that it follows the earlier ones.
//!
//! They are in one file, which only its owner may read and which is replaced in one step. Its first
//! line is the secret key. A signed note for each rotation follows, in which the older key names
//! its successor. So a verifier that trusts the first key can follow the notes to the last one, and
//! signatures of older keys stay verifiable.

use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::note::{self, Algorithm, Note, SigningKey, VerifierKey};
use crate::files;

/// The first line of the note of a rotation, so that no other note of a key can be taken for one.
const ROTATION: &str = "campaign-ledger key rotation v1";

/// Lines of the note of a rotation, including the empty one before its signature.
const ROTATION_LINES: usize = 6;

/// Why keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// There is no key.
    #[error("there is no signing key in {}: make one with `campaign-ledger keys new`", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// There are keys already.
    #[error("{} exists already: `campaign-ledger keys rotate` replaces it with a new key", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file is damaged.
    #[error("{} is damaged: {reason}: restore it from a backup", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The system refused.
    #[error("the signing key in {} could not be used", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        #[source]
        source: io::Error,
    },
}

/// A rotation: an older key names the one after it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Succession {
    /// The key that is no longer in use.
    pub from: VerifierKey,
    /// The key after it.
    pub to: VerifierKey,
    /// The time, in seconds since 1970.
    pub at: u64,
    /// The note of the rotation, signed by the older key.
    pub note: Note,
}

impl Succession {
    fn new(from: &SigningKey, to: &VerifierKey, at: u64) -> Self {
        let text = format!("{ROTATION}\n{}\n{to}\n{at}\n", from.public());
        let signatures = vec![from.sign(&text, at)];
        Self {
            from: from.public().clone(),
            to: to.clone(),
            at,
            note: Note { text, signatures },
        }
    }
}

impl FromStr for Succession {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let note: Note = text
            .parse()
            .map_err(|error: note::Malformed| error.to_string())?;
        let lines: Vec<_> = note.text.lines().collect();
        let [ROTATION, from, to, at] = lines.as_slice() else {
            return Err("one of its notes is not of a rotation".to_owned());
        };
        let key = |text: &str| VerifierKey::from_str(text).map_err(|error| error.to_string());
        let (from, to) = (key(from)?, key(to)?);
        let at = super::checkpoint::read_size(at);
        let at = at.ok_or_else(|| "a rotation has no time".to_owned())?;
        let signed = note.verify(std::slice::from_ref(&from));
        signed.map_err(|error| format!("a rotation is not signed: {error}"))?;
        Ok(Self { from, to, at, note })
    }
}

/// The keys of a log.
#[derive(Clone, Debug)]
pub struct LogKeys {
    current: SigningKey,
    successions: Vec<Succession>,
}

impl LogKeys {
    /// Makes the first key of a log.
    ///
    /// # Errors
    /// [`KeyError::Exists`] when there is one, [`KeyError::Io`] when the system refuses.
    pub fn create(path: &Path, name: &str) -> Result<Self, KeyError> {
        let failed = |source| io_error(path, source);
        if files::read_text(path).map_err(failed)?.is_some() {
            return Err(KeyError::Exists {
                path: path.to_owned(),
            });
        }
        let keys = Self {
            current: SigningKey::generate(name, Algorithm::Ed25519).map_err(failed)?,
            successions: Vec::new(),
        };
        keys.write(path)?;
        Ok(keys)
    }

    /// Reads the keys of a log.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn open(path: &Path) -> Result<Self, KeyError> {
        let text = files::read_text(path).map_err(|source| io_error(path, source))?;
        let text = text.ok_or_else(|| KeyError::Missing {
            path: path.to_owned(),
        })?;
        text.parse().map_err(|reason| KeyError::Damaged {
            path: path.to_owned(),
            reason,
        })
    }

    /// Replaces the key in use with a new key of the same name. The old key signs a note for the
    /// new one, with this time in seconds since 1970.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn rotate(path: &Path, at: u64) -> Result<Self, KeyError> {
        let mut keys = Self::open(path)?;
        let name = keys.current.public().name();
        let next = SigningKey::generate(name, Algorithm::Ed25519);
        let next = next.map_err(|source| io_error(path, source))?;
        let succession = Succession::new(&keys.current, next.public(), at);
        keys.successions.push(succession);
        keys.current = next;
        keys.write(path)?;
        Ok(keys)
    }

    fn write(&self, path: &Path) -> Result<(), KeyError> {
        let notes = self.successions.iter().map(|one| one.note.to_string());
        let text = format!("{}\n{}", self.current.expose(), notes.collect::<String>());
        let written = files::replace(path, text.as_bytes());
        written.map_err(|source| io_error(path, source))
    }

    /// Returns the key in use.
    pub fn current(&self) -> &SigningKey {
        &self.current
    }

    /// Returns the rotations, the oldest first.
    pub fn successions(&self) -> &[Succession] {
        &self.successions
    }

    /// Returns all public keys, the oldest first, the one in use last.
    pub fn public(&self) -> Vec<VerifierKey> {
        let older = self.successions.iter().map(|one| one.from.clone());
        older.chain([self.current.public().clone()]).collect()
    }
}

impl FromStr for LogKeys {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut lines = text.split_inclusive('\n');
        let secret = lines.next().unwrap_or_default().trim_end();
        let current: SigningKey = secret
            .parse()
            .map_err(|error: note::KeyError| error.to_string())?;
        let lines: Vec<_> = lines.collect();
        let notes = lines
            .chunks(ROTATION_LINES)
            .map(|lines| lines.concat().parse());
        let successions = notes.collect::<Result<Vec<Succession>, String>>()?;
        let next = successions.iter().skip(1).map(|one| &one.from);
        let next = next.chain([current.public()]);
        let holds = |(one, next): (&Succession, &VerifierKey)| one.to == *next;
        if !successions.iter().zip(next).all(holds) {
            return Err("a rotation does not lead to the next key".to_owned());
        }
        Ok(Self {
            current,
            successions,
        })
    }
}

fn io_error(path: &Path, source: io::Error) -> KeyError {
    KeyError::Io {
        path: path.to_owned(),
        source,
    }
}
