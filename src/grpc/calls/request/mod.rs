//! What requests have in common: the tenant, who writes for whom, pages, items of batches.
//!
//! Below all services, so that each of them parses only what is its own.

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

/// Names the method of a request, which is called as its request without its last word.
///
/// The name is part of digests that are stored, so neither may change.
pub fn method_of<R: Name>() -> &'static str {
    R::NAME.strip_suffix("Request").unwrap_or(R::NAME)
}
