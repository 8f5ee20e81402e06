//! The tree as rows: tiles of 256 neighbouring hashes, as in C2SP tlog-tiles.
//!
//! A tile of level *l* holds roots of complete subtrees of 256^*l* leaves. Nodes between two levels
//! are computed on demand, with at most 255 hashes. So a record costs 32 bytes and a 256th of a row
//! for any size of the log, and a written hash never changes.

use serde::{Deserialize, Serialize};

use super::tree::node_hash;
use crate::domain::rows::{Key, Row, Rows, RowsMut};
use crate::log::Hash;

/// Fingerprint of the fold, made by the build. A file with another fingerprint is rebuilt.
pub const SCHEMA: u64 = include!(concat!(env!("OUT_DIR"), "/tree.schema"));

/// Hashes of a tile, and the levels of the tree that one level of tiles covers.
const WIDTH: u64 = 1 << HEIGHT;
const HEIGHT: u32 = 8;

/// Neighbouring hashes of one level, up to 256; only the last tile of a level has fewer.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Tile {
    #[serde(with = "serde_bytes")]
    hashes: Vec<u8>,
}

impl Row for Tile {
    const TABLE: u8 = 1;
}

/// Why a hash of the tree is not available.
#[derive(Debug, thiserror::Error)]
pub enum TreeError<E> {
    /// The rows could not be read.
    #[error(transparent)]
    Rows(#[from] E),
    /// The rows are not those of a tree.
    #[error("the tree lacks node {index} of level {level}")]
    Missing {
        /// Level of the node.
        level: u32,
        /// Its index there.
        index: u64,
    },
}

impl Tile {
    fn key(level: u32, index: u64) -> Key {
        // 64 bits of leaves are 8 levels of tiles.
        Key::of::<Self>().byte(level as u8).number(index)
    }

    fn push(&mut self, hashes: &[Hash]) {
        for hash in hashes {
            self.hashes.extend_from_slice(hash.as_bytes());
        }
    }

    /// Returns the root over `span` hashes, a power of two, beginning at `from`. Returns `None` if
    /// there are fewer.
    fn root(&self, from: u64, span: u64) -> Option<Hash> {
        let bytes = |count: u64| usize::try_from(count).ok()?.checked_mul(Hash::LEN);
        let hashes = self.hashes.get(bytes(from)?..bytes(from + span)?)?;
        let mut level: Vec<Hash> = hashes
            .as_chunks()
            .0
            .iter()
            .map(|hash| Hash::from_bytes(*hash))
            .collect();
        while level.len() > 1 {
            let pairs = level.as_chunks().0.iter();
            level = pairs.map(|[left, right]| node_hash(left, right)).collect();
        }
        level.pop()
    }
}

/// Adds the hashes of leaves to a tree of `size` leaves.
///
/// # Errors
/// When rows cannot be read.
pub fn append<S: RowsMut>(rows: &mut S, size: u64, leaves: &[Hash]) -> Result<(), S::Error> {
    extend(rows, 0, size, leaves)
}

/// Adds hashes to a level of tiles that has `count` hashes, and to the levels above.
fn extend<S: RowsMut>(
    rows: &mut S,
    level: u32,
    count: u64,
    hashes: &[Hash],
) -> Result<(), S::Error> {
    let (mut at, mut left, mut complete) = (count, hashes, Vec::new());
    while !left.is_empty() {
        let room = WIDTH - at % WIDTH;
        let taken = left.len().min(room as usize);
        let (now, later) = left.split_at(taken);
        let tile: &mut Tile = rows.upsert(&Tile::key(level, at / WIDTH))?;
        tile.push(now);
        (at, left) = (at + taken as u64, later);
        if at.is_multiple_of(WIDTH) {
            complete.extend(tile.root(0, WIDTH));
        }
    }
    match complete.is_empty() {
        true => Ok(()),
        false => extend(rows, level + 1, count / WIDTH, &complete),
    }
}

/// Returns whether tiles hold the roots of complete subtrees of a level. Those of other levels are
/// computed on demand.
pub fn is_held(level: u32) -> bool {
    level.is_multiple_of(HEIGHT)
}

/// Finds the root of a complete subtree.
///
/// # Errors
/// When rows cannot be read, or the tree has no such node.
pub fn node<S: Rows>(rows: &S, level: u32, index: u64) -> Result<Hash, TreeError<S::Error>> {
    let (tiles, above) = (level / HEIGHT, level % HEIGHT);
    let (first, span) = (index << above, 1 << above);
    let tile = rows.get::<Tile>(&Tile::key(tiles, first / WIDTH))?;
    let root = tile.and_then(|tile| tile.root(first % WIDTH, span));
    root.ok_or(TreeError::Missing { level, index })
}
