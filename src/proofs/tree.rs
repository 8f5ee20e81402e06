//! The tree of RFC 6962 as arithmetic: its root and its proofs.
//!
//! Owns the two hash functions and the choice of subtrees in a proof. Does not know where hashes
//! are stored: the caller passes a function that returns the root of a complete subtree, by level
//! and index. Level 0 has the leaves, and the node *i* of a level covers the leaves from *i* ·
//! 2^level on.

use sha2::{Digest as _, Sha256};

use crate::log::Hash;

/// A function that finds the root of a complete subtree, by its level and its index in that level.
pub type Nodes<'a, E> = &'a dyn Fn(u32, u64) -> Result<Hash, E>;

const LEAF: u8 = 0;
const NODE: u8 = 1;

/// Hashes a record: SHA-256 of a zero byte and its stored bytes.
pub fn leaf_hash(record: &[u8]) -> Hash {
    let digest = Sha256::new().chain_update([LEAF]).chain_update(record);
    Hash::from_bytes(digest.finalize().into())
}

/// Hashes the roots of two neighbouring subtrees: SHA-256 of a one byte and both.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let digest = Sha256::new()
        .chain_update([NODE])
        .chain_update(left.as_bytes())
        .chain_update(right.as_bytes());
    Hash::from_bytes(digest.finalize().into())
}

/// Returns the root of the tree without leaves: SHA-256 of no bytes.
pub fn empty_root() -> Hash {
    Hash::of(&[])
}

/// Computes the root of the tree of the first `size` leaves, `MTH` in RFC 6962, 2.1.
///
/// # Errors
/// When `nodes` fails.
pub fn root<E>(nodes: Nodes<'_, E>, size: u64) -> Result<Hash, E> {
    match size {
        0 => Ok(empty_root()),
        _ => subtree(nodes, 0, size),
    }
}

/// Returns the hashes that lead from the leaf `index`, below `size`, to the root of the tree of the
/// first `size` leaves; `PATH` in RFC 6962, 2.1.1. The leaf's sibling comes first.
///
/// # Errors
/// When `nodes` fails.
pub fn inclusion<E>(nodes: Nodes<'_, E>, index: u64, size: u64) -> Result<Vec<Hash>, E> {
    let (mut start, mut span, mut path) = (0, size, Vec::new());
    while span > 1 {
        let left = split(span);
        if index - start < left {
            path.push(subtree(nodes, start + left, span - left)?);
            span = left;
        } else {
            path.push(subtree(nodes, start, left)?);
            (start, span) = (start + left, span - left);
        }
    }
    path.reverse();
    Ok(path)
}

/// Returns the hashes that prove that the tree of `from` leaves is the beginning of the tree of
/// `to` leaves, where `to` ≥ `from`; `PROOF` in RFC 6962, 2.1.2. The list is empty if `from` is 0
/// or `to`.
///
/// # Errors
/// When `nodes` fails.
pub fn consistency<E>(nodes: Nodes<'_, E>, from: u64, to: u64) -> Result<Vec<Hash>, E> {
    let (mut start, mut span, mut proof) = (0, to, Vec::new());
    if from == 0 {
        return Ok(proof);
    }
    while from - start != span {
        let left = split(span);
        if from - start <= left {
            proof.push(subtree(nodes, start + left, span - left)?);
            span = left;
        } else {
            proof.push(subtree(nodes, start, left)?);
            (start, span) = (start + left, span - left);
        }
    }
    // If `start` is 0, the subtree is the whole older tree, whose root the reader knows.
    if start > 0 {
        proof.push(subtree(nodes, start, span)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Computes the root over the `span` leaves from `start` on, where a subtree of that span begins.
fn subtree<E>(nodes: Nodes<'_, E>, start: u64, span: u64) -> Result<Hash, E> {
    if span.is_power_of_two() {
        return nodes(span.trailing_zeros(), start / span);
    }
    let left = split(span);
    let right = subtree(nodes, start + left, span - left)?;
    Ok(node_hash(&subtree(nodes, start, left)?, &right))
}

/// Returns the number of leaves under the left child of a node over `span` leaves: the largest
/// power of two below `span`, which is above 1.
fn split(span: u64) -> u64 {
    1 << (span - 1).ilog2()
}
