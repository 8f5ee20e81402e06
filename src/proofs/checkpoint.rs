//! A checkpoint, C2SP tlog-checkpoint: the text that is signed for a tree.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::log::Hash;

/// The size and the root of a log, by name: the text of a signed note.
///
/// ```
/// use campaign_ledger::proofs::{Checkpoint, tree};
///
/// let checkpoint = Checkpoint::new("example.org/log", 0, tree::empty_root());
/// let text = "example.org/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
/// assert_eq!(checkpoint.text(), text);
/// assert_eq!(text.parse(), Ok(checkpoint));
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checkpoint {
    text: String,
    /// Number of records in the log.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Hash,
}

/// Why a text is not a checkpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the checkpoint {0}")]
pub struct Malformed(&'static str);

impl Checkpoint {
    /// Makes the checkpoint of a log with this name, this many records, and this root.
    pub fn new(origin: &str, size: u64, root: Hash) -> Self {
        let hash = STANDARD.encode(root.as_bytes());
        Self {
            text: format!("{origin}\n{size}\n{hash}\n"),
            size,
            root,
        }
    }

    /// Returns the text that is signed. It ends with a line feed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the name of the log.
    pub fn origin(&self) -> &str {
        self.text.lines().next().unwrap_or_default()
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Checkpoint {
    type Err = Malformed;

    /// Reads a checkpoint. Lines after the third are extensions; they are kept because they are
    /// signed too.
    fn from_str(text: &str) -> Result<Self, Malformed> {
        let whole = text.strip_suffix('\n');
        let mut lines = whole
            .ok_or(Malformed("has no line feed at its end"))?
            .split('\n');
        let origin = lines.next().filter(|origin| !origin.is_empty());
        origin.ok_or(Malformed("does not name a log"))?;
        let size = lines.next().and_then(read_size);
        let root = lines.next().and_then(read_hash);
        if lines.any(str::is_empty) {
            return Err(Malformed("has an empty line"));
        }
        Ok(Self {
            text: text.to_owned(),
            size: size.ok_or(Malformed("has no size"))?,
            root: root.ok_or(Malformed("has no root hash"))?,
        })
    }
}

/// Reads a decimal number without leading zeros and without a sign.
pub(super) fn read_size(line: &str) -> Option<u64> {
    let size: u64 = line.parse().ok()?;
    (size.to_string() == line).then_some(size)
}

/// Reads 32 bytes of base64.
pub(super) fn read_hash(line: &str) -> Option<Hash> {
    let bytes = STANDARD.decode(line).ok()?;
    bytes.try_into().ok().map(Hash::from_bytes)
}
