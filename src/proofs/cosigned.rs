//! What witnesses signed: their signatures, kept with the size and the root they are over.

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

/// Most sizes whose cosignatures are kept, the largest of them: witnesses sign every few seconds
/// at the most, and who wants an old one had time to fetch it.
const MAX_SIZES: usize = 1_000;

/// What starting without the file gives up.
const SIGNATURES: &str = "what witnesses signed";

/// Why a cosignature is not taken.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// It is not written as one.
    #[error(transparent)]
    Malformed(#[from] note::Malformed),
    /// It is of nobody that was configured as a witness.
    #[error("no witness of this log has the key it names")]
    UnknownWitness,
    /// The witness signed something else.
    #[error("it is not over the checkpoint of this log at this size")]
    BadSignature,
    /// The checkpoint could not be made, or the signature not be kept.
    #[error(transparent)]
    Failed(#[from] Error),
}

/// Signatures of witnesses over checkpoints.
#[derive(Clone, Debug, Default)]
pub struct Cosigned {
    path: PathBuf,
    /// By size: what the tree was, and who signed it.
    by_size: BTreeMap<u64, (Hash, Vec<Signature>)>,
}

impl Cosigned {
    /// Reads what is kept in a file.
    ///
    /// # Errors
    /// When it cannot be read, or holds something else.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let text = files::read_text(path).map_err(|source| file_error(path, source))?;
        let by_size = read(&text.unwrap_or_default()).map_err(|line| Error::Damaged {
            path: path.to_owned(),
            reason: format!("line {line} is no cosignature"),
            given_up: SIGNATURES,
        })?;
        Ok(Self {
            path: path.to_owned(),
            by_size,
        })
    }

    /// Takes a signature over a checkpoint if it is a witness's, and keeps it.
    ///
    /// One that the same witness made before over the same checkpoint gives way to it.
    ///
    /// # Errors
    /// See [`AddError`]; nothing is kept then.
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

    /// The signatures over a checkpoint.
    pub fn of(&self, checkpoint: &Checkpoint) -> &[Signature] {
        match self.by_size.get(&checkpoint.size) {
            Some((root, signatures)) if *root == checkpoint.root => signatures,
            Some(_) | None => &[],
        }
    }

    /// Verifies the signatures of these witnesses over these checkpoints.
    ///
    /// # Errors
    /// When one is not what the witness signed.
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

    /// The largest size that so many witnesses signed.
    pub fn latest(&self, at_least: usize) -> Option<u64> {
        let mut latest = self.by_size.iter().rev();
        let found = latest.find(|(_, (_, signatures))| signatures.len() >= at_least);
        found.map(|(size, _)| *size)
    }

    /// What the tree was at each size that was signed, the smallest first.
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

/// Reads the lines; an error is the number of the first bad one.
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
