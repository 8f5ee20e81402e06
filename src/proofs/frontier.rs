//! The right edge of the tree: enough to add leaves and to compute the root.

use super::tree::{empty_root, node_hash};
use crate::log::Hash;

/// The roots of the complete subtrees of which a tree consists, the largest first.
///
/// Takes one leaf after the other in bounded memory, for a reader that walks a log once and needs
/// no proofs.
#[derive(Clone, Debug, Default)]
pub struct Frontier {
    size: u64,
    roots: Vec<Hash>,
}

impl Frontier {
    /// Returns the number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf by its hash.
    pub fn push(&mut self, leaf: Hash) {
        self.push_telling(leaf, &mut |_, _, _| ());
    }

    /// Adds a leaf by its hash. Calls `tell` with each subtree that it completes: level, index in
    /// that level, root. The leaf comes first.
    pub fn push_telling(&mut self, leaf: Hash, tell: &mut dyn FnMut(u32, u64, Hash)) {
        let mut hash = leaf;
        tell(0, self.size, leaf);
        // The leaf completes as many subtrees as the size has trailing one bits.
        for level in 0..self.size.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                hash = node_hash(&left, &hash);
                tell(level + 1, self.size >> (level + 1), hash);
            }
        }
        self.roots.push(hash);
        self.size += 1;
    }

    /// Computes the root.
    pub fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev();
        let Some(last) = roots.next() else {
            return empty_root();
        };
        roots.fold(*last, |right, left| node_hash(left, &right))
    }
}
