//! Proofs: that a record is in the log, and that the log only ever grew.
//!
//! The Merkle tree of RFC 6962 over the stored bytes of every record is one more fold over the log,
//! in its own store. It is disposable, it is folded outside of commits, and it covers only durable
//! records. Its root is signed with Ed25519 as a C2SP checkpoint. Everyone who keeps a checkpoint
//! can later prove whether the log still matches it, without trusting the operator.
//!
//! ```text
//! log ── tail ──▶ fold: leaf hashes ──▶ tiles ──▶ root ── sign ──▶ checkpoint ◀── witnesses cosign
//!                                         └────▶ inclusion, consistency
//! ```
//!
//! It is apart from the views because views depend on the meaning of events, and proofs only on
//! their bytes: this module decodes no record, and verifying needs none of the modules above it.
//!
//! The data that cannot be rebuilt is in plain files: the signing key with its rotations, the
//! signatures of witnesses, and the last signed checkpoint.

mod checkpoint;
mod cosigned;
mod error;
mod frontier;
mod keys;
mod live;
pub mod note;
mod remembered;
mod tiles;
pub mod tree;

pub use checkpoint::{Checkpoint, Malformed};
pub use cosigned::{AddError, Cosigned};
pub use error::Error;
pub use frontier::Frontier;
pub use keys::{KeyError, LogKeys, Succession};
pub use live::{Live, Proofs, Settings, Signed, tree_options};
pub use remembered::{GUARD, remembered};
pub use tiles::{SCHEMA, Tile, TreeError, append, is_held, node};

/// Reads the keys of witnesses from a text, one in each line. Empty lines and lines that begin with
/// `#` are ignored.
///
/// # Errors
/// For the first line that is not the key of a witness.
pub fn witness_keys(text: &str) -> Result<Vec<note::VerifierKey>, note::KeyError> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(note::VerifierKey::of_witness)
        .collect()
}
