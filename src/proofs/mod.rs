//! Proofs: that a record is in the log, and that the log only ever grew.
//!
//! The Merkle tree of RFC 6962 over the stored bytes of every record is one more fold over the log,
//! in a store of its own: disposable, folded off the way of a commit, and only as far as the log is
//! durable. Its root is signed with Ed25519 as a C2SP checkpoint, so that who keeps one can hold
//! the operator to it for ever, without trusting the operator in anything.
//!
//! ```text
//! log ── tail ──▶ fold: leaf hashes ──▶ tiles ──▶ root ── sign ──▶ checkpoint ◀── witnesses cosign
//!                                         └────▶ inclusion, consistency
//! ```
//!
//! A room of its own, because views say what the events mean and this says what their bytes are: it
//! decodes no record, and verifying needs nothing of what is above it.
//!
//! What of it can't be folded anew lies in plain files of its own: the signing key with what it
//! succeeded, what witnesses signed, and the last checkpoint that was signed.

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

/// Reads the keys of witnesses in a text: one a line; empty lines and those that begin with `#` say
/// nothing.
///
/// # Errors
/// The first line that is no key of a witness.
pub fn witness_keys(text: &str) -> Result<Vec<note::VerifierKey>, note::KeyError> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(note::VerifierKey::of_witness)
        .collect()
}
