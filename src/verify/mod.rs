//! Verify: checks from its blocks alone whether a log is complete and unchanged.
//!
//! Walks the blocks in order. It compares each block with the previous one (numbers, positions,
//! hashes), each record with its position and with the earlier events, and the whole log with
//! checkpoints that were signed and kept elsewhere. It needs no server and no backend: any source
//! of blocks can be verified. A finding names the kind of damage, as far as the bytes show it. Only
//! a checkpoint kept elsewhere reveals a history that was rewritten as a whole.

mod finding;
mod folded;
mod kept;

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use crate::domain::Position;
use crate::log::block::{DecodeError, is_cut};
use crate::log::{Block, Fault, Hash, Head, ReadError};
use crate::proofs::{self, Checkpoint, Frontier, tree};
use crate::store::{self, Store};
use crate::views::{CheckError, Trial};

pub use finding::{Finding, Kind};
pub use folded::{Folded, Unlike, folded};
pub use kept::{KeptError, kept, stated};

/// Blocks after a bad one that are read to classify the damage.
const LOOKED_AHEAD: usize = 4_096;

/// Why a log is damaged or could not be verified.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is damaged.
    #[error(transparent)]
    Found(#[from] Finding),
    /// It could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The events could not be folded.
    #[error("the events could not be folded")]
    Fold(#[source] CheckError),
    /// The file of an earlier fold could not be opened.
    #[error("the file of an earlier fold could not be opened")]
    Folded(#[source] store::Error),
    /// The log is good, but the file of an earlier fold is wrong.
    #[error(transparent)]
    Unlike(#[from] Unlike),
}

/// What a log is compared with.
#[derive(Default)]
pub struct Against<'a> {
    /// Checkpoints whose signatures are verified.
    pub checkpoints: &'a [Checkpoint],
    /// The earlier tree of the log.
    pub tree: Option<&'a Store>,
}

/// How a log compares to a checkpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// It equals what was signed.
    Identical,
    /// It begins with what was signed, and has this many more records.
    Extended(u64),
    /// It ends before the signed size.
    Truncated,
    /// Its records differ from those that were signed.
    Rewritten,
}

/// A verified log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verified {
    /// Its end.
    pub head: Head,
    /// The root of the tree over its records.
    pub root: Hash,
    /// How it compares to each checkpoint.
    pub standings: Vec<Standing>,
    /// The first record that differs in the earlier tree, or that only the tree has.
    pub differs: Option<Position>,
    /// Why the earlier tree is inconsistent, even if it has the hashes of all records.
    pub bad_tree: Option<String>,
}

/// A block from its source. Good blocks may follow a bad one.
pub type Found = Result<Arc<Block>, ReadError>;

/// Decodes a sequence of blocks, such as that of an export.
///
/// # Errors
/// As items: `Io` when the bytes could not be read, `Corrupt` when they are not a block.
pub fn decoded(
    encoded: impl Iterator<Item = std::io::Result<Bytes>>,
) -> impl Iterator<Item = Found> {
    let mut last = Head::EMPTY;
    encoded.map(move |bytes| {
        let bytes = bytes.map_err(|source| ReadError::Io { source })?;
        let found = bytes.len();
        let is_cut = is_cut(&bytes);
        match Block::decode(bytes) {
            Ok(block) => {
                last = block.head();
                Ok(Arc::new(block))
            }
            Err(error) => Err(ReadError::Corrupt {
                block: Some(last.block.saturating_add(1)),
                position: last.position.next(),
                reason: Fault::Undecodable(match is_cut {
                    true => DecodeError::Length { found },
                    false => error,
                }),
            }),
        }
    })
}

/// Verifies the blocks of a partition from the first to the last.
///
/// `trial`, if given, folds every event. `progress` is called with each reached position.
///
/// # Errors
/// The first damage, or why the log could not be verified.
pub fn verify(
    mut blocks: impl Iterator<Item = Found>,
    partition: u32,
    mut trial: Option<&mut Trial>,
    against: &Against<'_>,
    mut progress: impl FnMut(Position),
) -> Result<Verified, Error> {
    let mut walk = Walk::new(against);
    let mut head = Head::EMPTY;
    while let Some(found) = blocks.next() {
        let block = match found {
            Ok(block) if block.follows(partition, &head).is_ok() => block,
            Err(error @ ReadError::Io { .. }) => return Err(error.into()),
            bad => {
                let later: Vec<_> = blocks.by_ref().take(LOOKED_AHEAD).flatten().collect();
                return Err(finding::of_chain(partition, &head, bad, &later).into());
            }
        };
        if let Some(trial) = &mut trial {
            match trial.fold(&block) {
                Ok(()) => {}
                Err(CheckError::Record { position, reason }) => {
                    let later = blocks.by_ref().take(LOOKED_AHEAD).flatten();
                    let near: Vec<_> = [Arc::clone(&block)].into_iter().chain(later).collect();
                    return Err(finding::of_record(position, reason, &near).into());
                }
                Err(other) => return Err(Error::Fold(other)),
            }
        }
        walk.pass(&block);
        head = block.head();
        progress(head.position);
    }
    Ok(walk.end(head))
}

/// The tree over the records so far, and its comparison with the earlier tree.
struct Walk<'a> {
    against: &'a Against<'a>,
    frontier: Frontier,
    /// The root at each size that was signed.
    roots: BTreeMap<u64, Hash>,
    known: Comparison<'a>,
}

/// Compares the earlier tree, node by node.
struct Comparison<'a> {
    tree: Option<&'a Store>,
    /// The first record that differs.
    differs: Option<Position>,
    /// What else is wrong with the tree.
    bad: Option<String>,
}

impl Comparison<'_> {
    fn look(&mut self, level: u32, index: u64, hash: Hash) {
        let last = Position::new((index + 1) << level);
        let Some(rows) = self.tree.filter(|rows| last <= rows.position()) else {
            return;
        };
        if !proofs::is_held(level) || self.differs.is_some() || self.bad.is_some() {
            return;
        }
        match proofs::node(rows, level, index) {
            Ok(known) if known == hash => {}
            Ok(_) if level == 0 => self.differs = Some(last),
            Ok(_) => {
                let reason =
                    format!("node {index} of level {level} is not the hash of its children");
                self.bad = Some(reason);
            }
            Err(error) => self.bad = Some(error.to_string()),
        }
    }
}

impl<'a> Walk<'a> {
    fn new(against: &'a Against<'a>) -> Self {
        let sizes = against.checkpoints.iter().map(|one| one.size);
        Self {
            against,
            frontier: Frontier::default(),
            roots: sizes.map(|size| (size, tree::empty_root())).collect(),
            known: Comparison {
                tree: against.tree,
                differs: None,
                bad: None,
            },
        }
    }

    fn pass(&mut self, block: &Block) {
        for (position, record) in block.records_after(Position::START) {
            let Self {
                frontier, known, ..
            } = self;
            frontier.push_telling(tree::leaf_hash(record), &mut |level, index, hash| {
                known.look(level, index, hash);
            });
            if let Some(root) = self.roots.get_mut(&position.get()) {
                *root = self.frontier.root();
            }
        }
    }

    fn end(self, head: Head) -> Verified {
        let standing = |one: &Checkpoint| match self.roots.get(&one.size) {
            _ if one.size > head.position.get() => Standing::Truncated,
            Some(root) if *root == one.root => match head.position.get() - one.size {
                0 => Standing::Identical,
                more => Standing::Extended(more),
            },
            Some(_) | None => Standing::Rewritten,
        };
        let known = self.against.tree.map_or(head.position, Store::position);
        let is_short = known > head.position;
        Verified {
            head,
            root: self.frontier.root(),
            standings: self.against.checkpoints.iter().map(standing).collect(),
            differs: self
                .known
                .differs
                .or(is_short.then(|| head.position.next())),
            bad_tree: self.known.bad,
        }
    }
}
