//! The common parts of requests: the tenant, who writes for whom, pages, items of batches.
//!
//! All services import it, so that each of them parses only its own fields.

pub mod context;
pub mod digest;
pub mod items;
pub mod page;

pub use context::{Parsed, Write};
pub use items::{Batch, Items, MAX_ITEMS};
pub use page::{DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, Page, When};

use prost::Name;

use crate::domain::Violation;

/// A query, or every violation of its request.
pub type Read<T> = Result<T, Vec<Violation>>;

/// Returns the method of a request: the name of the request without its last word.
///
/// The name is part of digests that are stored, so neither may change.
pub fn method_of<R: Name>() -> &'static str {
    R::NAME.strip_suffix("Request").unwrap_or(R::NAME)
}
