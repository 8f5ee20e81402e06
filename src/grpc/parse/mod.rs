//! Parse, don't validate: from request messages to commands and queries.
//!
//! Owns the rules of single requests: every field, the fields of one message against each other, and
//! times against the server's. All violations are found at once. Does not know any state: whether a
//! campaign exists, or what its currency is, is `decide`'s to say.

mod audit;
mod bulk;
mod campaign;
mod collaboration;
mod context;
mod creator;
mod deliverable;
mod digest;
mod dispute;
mod engagement;
mod explain;
mod finals;
mod hold;
mod insights;
mod items;
mod measurement;
mod negotiation;
mod page;
mod proofs;
mod publication;
mod report;
mod rights;
mod seeding;
mod selection;
mod settlement;
mod subscriptions;
mod worklist;

pub use audit::*;
pub use bulk::*;
pub use campaign::*;
pub use collaboration::*;
pub use context::{Parsed, Write};
pub use creator::*;
pub use deliverable::*;
pub use dispute::*;
pub use engagement::*;
pub use explain::*;
pub use finals::*;
pub use hold::*;
pub use insights::*;
pub use items::{Batch, Items, MAX_ITEMS};
pub use measurement::*;
pub use negotiation::*;
pub use page::{DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, Page, When};
pub use proofs::*;
pub use publication::*;
pub use report::*;
pub use rights::*;
pub use seeding::*;
pub use selection::*;
pub use settlement::*;
pub use subscriptions::*;
pub use worklist::*;

use crate::domain::Violation;

/// A query, or every violation of its request.
pub type Read<T> = Result<T, Vec<Violation>>;
