//! Verify: whether a log is whole and true, told from its blocks alone.
//!
//! Walks blocks in order and holds them to each other (numbers, positions, hashes), their records to
//! their places and to what came before, and all of it to what was signed and kept elsewhere. Needs
//! no server and no backend: whatever gives blocks can be verified. What is wrong is named by what
//! was done, as far as bytes can tell; only a checkpoint kept elsewhere tells of a history that was
//! rewritten as a whole.

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

/// Blocks after a bad one that are looked at, to tell what happened to it.
const LOOKED_AHEAD: usize = 4_096;

/// Why a log is not good, or could not be verified.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not what a ledger wrote.
    #[error(transparent)]
    Found(#[from] Finding),
    /// It could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// What events are folded into could not be kept.
    #[error("what is folded")]
    Fold(#[source] CheckError),
    /// What was folded before could not be opened.
    #[error("what was folded before")]
    Folded(#[source] store::Error),
    /// The log is good, and what was folded from it before is not.
    #[error(transparent)]
    Unlike(#[from] Unlike),
}

/// What a log is held to beyond itself.
#[derive(Default)]
pub struct Against<'a> {
    /// Checkpoints that were signed, whose signatures are verified.
    pub checkpoints: &'a [Checkpoint],
    /// The tree that was folded from it before.
    pub tree: Option<&'a Store>,
}

/// How a log stands to a checkpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// It is what was signed.
    Identical,
    /// It begins with what was signed, and has so many records more.
    Extended(u64),
    /// It ends before what was signed does.
    Truncated,
    /// It has other records than were signed.
    Rewritten,
}

/// A log that is whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verified {
    /// Where it ends.
    pub head: Head,
    /// The root of the tree over it.
    pub root: Hash,
    /// How it stands to each checkpoint.
    pub standings: Vec<Standing>,
    /// The first record that the tree folded before has otherwise, or that only the tree has.
    pub differs: Option<Position>,
    /// Why the tree folded before is none of these records, though it may have all of them.
    pub bad_tree: Option<String>,
}

/// Blocks as they come from wherever they are kept. After a bad one the others may follow.
pub type Found = Result<Arc<Block>, ReadError>;

/// Decodes blocks that lie one after the other, such as those of an export.
///
/// # Errors
/// As items: `Io` when they could not be had, `Corrupt` when they are no blocks.
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
/// `trial` folds every event, where that is wanted; `progress` is told each position reached.
///
/// # Errors
/// The first thing that is wrong, named; or why it could not be verified.
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

/// The tree of what was walked over, and how it compares.
struct Walk<'a> {
    against: &'a Against<'a>,
    frontier: Frontier,
    /// The root at each size that was signed.
    roots: BTreeMap<u64, Hash>,
    known: Comparison<'a>,
}

/// How the tree that was folded before compares, node by node.
struct Comparison<'a> {
    tree: Option<&'a Store>,
    /// The first record that it has otherwise.
    differs: Option<Position>,
    /// What else is wrong with it.
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
                    format!("node {index} of level {level} is not the hash of those below it");
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
