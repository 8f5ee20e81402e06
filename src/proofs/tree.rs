//! The tree of RFC 6962 as arithmetic: what its root, and the proofs about it, are made of.
//!
//! Owns the two hashes and which subtrees a proof lists. Does not know where hashes are kept: it is
//! lent a way to ask for the root of a complete subtree, by level and index; level 0 has the
//! leaves, and the node *i* of a level covers the leaves from *i* · 2^level on.

use sha2::{Digest as _, Sha256};

use crate::log::Hash;

/// Finds the root of a complete subtree, by its level and its index there.
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

/// The root of the tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    Hash::of(&[])
}

/// Computes the root of the tree of the first `size` leaves, `MTH` in RFC 6962, 2.1.
///
/// # Errors
/// When a node cannot be had.
pub fn root<E>(nodes: Nodes<'_, E>, size: u64) -> Result<Hash, E> {
    match size {
        0 => Ok(empty_root()),
        _ => subtree(nodes, 0, size),
    }
}

/// Lists the hashes that lead from the leaf `index`, below `size`, to the root of the tree of the
/// first `size` leaves; `PATH` in RFC 6962, 2.1.1. The leaf's sibling comes first.
///
/// # Errors
/// When a node cannot be had.
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

/// Lists the hashes that show the tree of `from` leaves to be the beginning of the tree of `to`
/// leaves, at least as many; `PROOF` in RFC 6962, 2.1.2. None are needed when `from` is 0 or `to`.
///
/// # Errors
/// When a node cannot be had.
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
    // From the first leaf on it is the whole older tree, whose root the reader knows.
    if start > 0 {
        proof.push(subtree(nodes, start, span)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Computes the root over the `span` leaves from `start` on, which begins a subtree of that span.
fn subtree<E>(nodes: Nodes<'_, E>, start: u64, span: u64) -> Result<Hash, E> {
    if span.is_power_of_two() {
        return nodes(span.trailing_zeros(), start / span);
    }
    let left = split(span);
    let right = subtree(nodes, start + left, span - left)?;
    Ok(node_hash(&subtree(nodes, start, left)?, &right))
}

/// The leaves of the left child of a node over more than one leaf: the largest power of two below.
fn split(span: u64) -> u64 {
    1 << (span - 1).ilog2()
}
