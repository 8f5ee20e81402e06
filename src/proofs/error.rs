//! Errors of proofs, by what the caller can do about them.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::KeyError;
use super::tiles::TreeError;
use crate::domain::Position;
use crate::log::ReadError;
use crate::store;

/// Why a proof or its tree is not available.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The rows of the tree could not be read or written.
    #[error("the rows of the tree could not be read or written")]
    Store(#[from] store::Error),
    /// The rows are not those of a complete tree. Without its file, the tree is rebuilt.
    #[error("the tree is incomplete")]
    Tree(#[from] TreeError<store::Error>),
    /// The signing key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A file beside the tree could not be read or written.
    #[error("{} could not be used", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        #[source]
        source: io::Error,
    },
    /// A file beside the tree is damaged.
    #[error(
        "{} is damaged ({reason}): restore it from a backup, or, to give up {given_up}, start once \
         with `serve --accept-loss`",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
        /// What a start without the file loses.
        given_up: &'static str,
    },
    /// The log ends before a position that was folded or signed.
    #[error(
        "the log ends at position {log}, before position {reached} that was signed: the log lost \
         its end; restore it from a backup, or, to give up the events in between, start once with \
         `serve --accept-loss`"
    )]
    Ahead {
        /// That position.
        reached: Position,
        /// Where the log ends.
        log: Position,
    },
    /// The log differs from what was signed.
    #[error(
        "the first {size} records are not those that were signed: the log was rewritten; restore \
         it from a backup"
    )]
    Rewritten {
        /// Size of the signed tree.
        size: u64,
    },
    /// An earlier fold failed; its reason was logged.
    #[error("the tree has stopped: {0}")]
    Stopped(Arc<str>),
}

impl Error {
    /// Returns whether the tree's own file is the cause, so that rebuilding it helps.
    pub fn is_of_tree(&self) -> bool {
        match self {
            Self::Store(error) | Self::Tree(TreeError::Rows(error)) => {
                matches!(error, store::Error::Corrupt { .. })
            }
            Self::Tree(TreeError::Missing { .. }) => true,
            Self::Read(_)
            | Self::Key(_)
            | Self::File { .. }
            | Self::Damaged { .. }
            | Self::Ahead { .. }
            | Self::Rewritten { .. }
            | Self::Stopped(_) => false,
        }
    }

    /// Returns whether stored data is damaged.
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Read(ReadError::Corrupt { .. })
            | Self::Damaged { .. }
            | Self::Ahead { .. }
            | Self::Rewritten { .. } => true,
            Self::Read(ReadError::Io { .. })
            | Self::Store(_)
            | Self::Tree(_)
            | Self::Key(_)
            | Self::File { .. }
            | Self::Stopped(_) => false,
        }
    }
}
