//! The keys a log signs with: the one in use, and how it came to follow the ones before.
//!
//! All of it is one file that its owner alone may read, replaced in one step: the secret key in its
//! first line, then a signed note for each rotation, in which the older key names its successor.
//! So who trusts the first key can follow to the last, and what older keys signed stays verifiable.

use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::note::{self, Algorithm, Note, SigningKey, VerifierKey};
use crate::files;

/// Begins the note of a rotation, so that a key never signs it for anything else.
const ROTATION: &str = "campaign-ledger key rotation v1";

/// Lines of the note of a rotation, with the empty one before its signature.
const ROTATION_LINES: usize = 6;

/// Why keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// There are none.
    #[error("there is no signing key in {}: make one with `campaign-ledger keys new`", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// There are some already.
    #[error("{} is there already: `campaign-ledger keys rotate` puts a new key in its place", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file holds something else.
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
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// A rotation: an older key names the one after it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Succession {
    /// The key that is no more in use.
    pub from: VerifierKey,
    /// The key after it.
    pub to: VerifierKey,
    /// When, in seconds since 1970.
    pub at: u64,
    /// The note that says so, signed by the older key.
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
            return Err("a note of it is of no rotation".to_owned());
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
    /// [`KeyError::Exists`] where there is one; [`KeyError::Io`].
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

    /// Puts a new key of the same name in place of the one in use, and has that sign for it, at a
    /// time in seconds since 1970.
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

    /// The key in use.
    pub fn current(&self) -> &SigningKey {
        &self.current
    }

    /// The rotations there were, the oldest first.
    pub fn successions(&self) -> &[Succession] {
        &self.successions
    }

    /// All public keys, the oldest first, the one in use last.
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
            return Err("a rotation leads to another key than the next one".to_owned());
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
