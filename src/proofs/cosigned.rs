//! Cosignatures: signatures of witnesses, kept with the size and the root that they sign.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Error;
use super::checkpoint::{read_hash, read_size};
use super::note::{Note, Signature, Unverified, VerifierKey};
use super::{Checkpoint, note};
use crate::files;
use crate::log::Hash;

/// Most sizes whose cosignatures are kept; the largest sizes stay. Witnesses sign every few seconds
/// at most, so clients have time to fetch a cosignature.
const MAX_SIZES: usize = 1_000;

/// What a start without the file loses.
const SIGNATURES: &str = "the signatures of witnesses";

/// Why a cosignature is refused.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// It is malformed.
    #[error(transparent)]
    Malformed(#[from] note::Malformed),
    /// It is not from a configured witness.
    #[error("no witness of this log has the key that it names")]
    UnknownWitness,
    /// It does not match the checkpoint.
    #[error("it does not sign the checkpoint of this log at this size")]
    BadSignature,
    /// The checkpoint could not be made, or the signature could not be written.
    #[error(transparent)]
    Failed(#[from] Error),
}

/// Signatures of witnesses over checkpoints.
#[derive(Clone, Debug, Default)]
pub struct Cosigned {
    path: PathBuf,
    /// The root and the signatures, by size.
    by_size: BTreeMap<u64, (Hash, Vec<Signature>)>,
}

impl Cosigned {
    /// Reads the cosignatures in a file.
    ///
    /// # Errors
    /// [`Error::File`] when the file cannot be read, [`Error::Damaged`] when a line of it is
    /// invalid.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let text = files::read_text(path).map_err(|source| file_error(path, source))?;
        let by_size = read(&text.unwrap_or_default()).map_err(|line| Error::Damaged {
            path: path.to_owned(),
            reason: format!("line {line} is not a cosignature"),
            given_up: SIGNATURES,
        })?;
        Ok(Self {
            path: path.to_owned(),
            by_size,
        })
    }

    /// Adds a signature over a checkpoint, if it is from a witness, and writes the file.
    ///
    /// It replaces an earlier signature of the same witness over the same checkpoint.
    ///
    /// # Errors
    /// See [`AddError`]; nothing is added then.
    pub fn add(
        &mut self,
        witnesses: &[VerifierKey],
        checkpoint: &Checkpoint,
        line: &str,
    ) -> Result<(), AddError> {
        let signature: Signature = line.trim_end_matches('\n').parse()?;
        let witness = witnesses.iter().find(|key| key.is_named_by(&signature));
        let witness = witness.ok_or(AddError::UnknownWitness)?;
        let verified = witness.verify(checkpoint.text(), &signature);
        verified.map_err(|error| match error {
            Unverified::OtherKey => AddError::UnknownWitness,
            Unverified::BadSignature => AddError::BadSignature,
        })?;
        let mut more = self.clone();
        let mut signatures = self.of(checkpoint).to_vec();
        signatures.retain(|one| !witness.is_named_by(one));
        signatures.push(signature);
        more.by_size
            .insert(checkpoint.size, (checkpoint.root, signatures));
        if more.by_size.len() > MAX_SIZES {
            more.by_size.pop_first();
        }
        let kept = files::replace(&self.path, more.to_string().as_bytes());
        kept.map_err(|source| file_error(&self.path, source))?;
        *self = more;
        Ok(())
    }

    /// Returns the signatures over a checkpoint.
    pub fn of(&self, checkpoint: &Checkpoint) -> &[Signature] {
        match self.by_size.get(&checkpoint.size) {
            Some((root, signatures)) if *root == checkpoint.root => signatures,
            Some(_) | None => &[],
        }
    }

    /// Verifies the signatures of these witnesses over these checkpoints.
    ///
    /// # Errors
    /// [`Error::Damaged`] for the first signature that does not match.
    pub fn verify(&self, witnesses: &[VerifierKey], signed: &[Checkpoint]) -> Result<(), Error> {
        for checkpoint in signed {
            let note = Note {
                text: checkpoint.text().to_owned(),
                signatures: self.of(checkpoint).to_vec(),
            };
            if note.verify(witnesses) == Err(Unverified::BadSignature) {
                return Err(Error::Damaged {
                    path: self.path.clone(),
                    reason: format!(
                        "at size {} a witness signed something else",
                        checkpoint.size
                    ),
                    given_up: SIGNATURES,
                });
            }
        }
        Ok(())
    }

    /// Returns the largest size that at least this many witnesses signed.
    pub fn latest(&self, at_least: usize) -> Option<u64> {
        let mut latest = self.by_size.iter().rev();
        let found = latest.find(|(_, (_, signatures))| signatures.len() >= at_least);
        found.map(|(size, _)| *size)
    }

    /// Returns each signed size and its root, the smallest size first.
    pub fn roots(&self) -> impl Iterator<Item = (u64, Hash)> {
        self.by_size.iter().map(|(size, (root, _))| (*size, *root))
    }
}

/// Writes a line for each signature: size, root, and the line of the note.
impl fmt::Display for Cosigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (size, (root, signatures)) in &self.by_size {
            let root = STANDARD.encode(root.as_bytes());
            for signature in signatures {
                writeln!(f, "{size} {root} {signature}")?;
            }
        }
        Ok(())
    }
}

/// Reads the lines. The error is the number of the first bad line.
fn read(text: &str) -> Result<BTreeMap<u64, (Hash, Vec<Signature>)>, usize> {
    let mut by_size = BTreeMap::new();
    for (number, line) in (1..).zip(text.lines()) {
        let (size, root, signature) = read_line(line).ok_or(number)?;
        let (first, signatures) = by_size.entry(size).or_insert_with(|| (root, Vec::new()));
        if *first != root {
            return Err(number);
        }
        signatures.push(signature);
    }
    Ok(by_size)
}

fn read_line(line: &str) -> Option<(u64, Hash, Signature)> {
    let mut parts = line.splitn(3, ' ');
    let size = read_size(parts.next()?)?;
    let root = read_hash(parts.next()?)?;
    let signature = Signature::from_str(parts.next()?).ok()?;
    Some((size, root, signature))
}

fn file_error(path: &Path, source: io::Error) -> Error {
    Error::File {
        path: path.to_owned(),
        source,
    }
}
