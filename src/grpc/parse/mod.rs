//! Parse, don't validate: from request messages to commands and queries.
//!
//! Owns the rules of single requests: every field, the fields of one message against each other, and
//! times against the server's. All violations are found at once. Does not know any state: whether a
//! campaign exists, or what its currency is, is `decide`'s to say.

mod audit;
mod campaign;
mod collaboration;
mod context;
mod creator;
mod deliverable;
mod digest;
mod dispute;
mod engagement;
mod measurement;
mod page;
mod report;
mod settlement;

pub use audit::*;
pub use campaign::*;
pub use collaboration::*;
pub use context::{Parsed, Write};
pub use creator::*;
pub use deliverable::*;
pub use dispute::*;
pub use engagement::*;
pub use measurement::*;
pub use page::{DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, Page};
pub use report::*;
pub use settlement::*;

use crate::domain::Violation;

/// A query, or every violation of its request.
pub type Read<T> = Result<T, Vec<Violation>>;
