//! Erased creators, and the legal holds that keep a creator from being erased.
//!
//! The rows of an erased creator stay as they are: what erases the texts in them is that their key
//! is destroyed.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::{Occurrence, table};
use crate::domain::rows::{Key, Row, Rows, Scan};
use crate::domain::{
    CollaborationRef, CreatorRef, ErasureGround, LegalHoldGround, LegalHoldId, Position, Reference,
};

/// That a creator was erased, and why.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Erasure {
    /// When the ledger recorded it: the key is destroyed then, whatever time the caller stated.
    pub erased: Occurrence,
    /// Why.
    pub ground: ErasureGround,
    /// The request or case, as another system names it.
    pub reference: Reference,
}

/// A legal hold that is on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LegalHold {
    /// Unique within the creator.
    pub id: LegalHoldId,
    /// When it was placed.
    pub placed: Occurrence,
    /// Why.
    pub ground: LegalHoldGround,
    /// The case or order, as another system names it.
    pub reference: Reference,
}

/// That a creator has had a legal hold of an id, so that the id is not used again. A hold that is on is
/// in the row of its creator.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct KnownLegalHold {
    /// The event that released it; `None` while it is on.
    pub released: Option<Position>,
}

impl Row for KnownLegalHold {
    const TABLE: u8 = table::LEGAL_HOLD;
}

impl KnownLegalHold {
    /// Returns the key of a legal hold.
    pub fn key(creator: &CreatorRef, hold: &LegalHoldId) -> Key {
        of_creator::<Self>(creator).text(hold.as_str())
    }
}

/// An index entry: a collaboration of a creator has not ended.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LiveCollaboration {
    /// The collaboration.
    pub collaboration: CollaborationRef,
}

impl Row for LiveCollaboration {
    const TABLE: u8 = table::LIVE_COLLABORATION;
}

impl LiveCollaboration {
    /// Returns the key of an entry.
    pub fn key(creator: &CreatorRef, collaboration: &CollaborationRef) -> Key {
        Self::of_creator(creator)
            .text(collaboration.campaign.as_str())
            .text(collaboration.collaboration.as_str())
    }

    /// Returns the prefix of the live collaborations of a creator.
    pub fn of_creator(creator: &CreatorRef) -> Key {
        of_creator::<Self>(creator)
    }
}

/// An index entry: a creator was erased.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ErasedCreator {
    /// The creator.
    pub creator: CreatorRef,
}

impl Row for ErasedCreator {
    const TABLE: u8 = table::ERASED;
}

impl ErasedCreator {
    /// Returns the key of this entry.
    pub fn key(&self) -> Key {
        of_creator::<Self>(&self.creator)
    }
}

/// Finds the erased creators of all brands, so that a start can destroy their keys again.
///
/// # Errors
/// Returns an error when rows cannot be read.
pub fn erased_creators<S: Rows>(rows: &S) -> Result<Vec<CreatorRef>, S::Error> {
    let mut erased = Vec::new();
    let all = Key::of::<ErasedCreator>();
    rows.scan::<ErasedCreator>(Scan::of(&all), &mut |_, row| {
        erased.push(row.creator.clone());
        ControlFlow::Continue(())
    })?;
    Ok(erased)
}

/// Returns whether a creator was erased.
///
/// # Errors
/// Returns an error when the row cannot be read.
pub fn is_erased<S: Rows>(rows: &S, creator: &CreatorRef) -> Result<bool, S::Error> {
    let key = of_creator::<ErasedCreator>(creator);
    Ok(rows.get::<ErasedCreator>(&key)?.is_some())
}

fn of_creator<R: Row>(creator: &CreatorRef) -> Key {
    Key::of::<R>()
        .text(creator.brand.as_str())
        .text(creator.creator.as_str())
}
