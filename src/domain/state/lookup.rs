//! How rows are found by texts that people and platforms gave: codes, post ids, handles, addresses.
//! Their keys hold digests, never the texts.

use crate::domain::rows::{Key, Row};
use crate::domain::{BrandId, TextDigest};

/// Returns the key of an index entry for a text of a brand. The digest knows the kind of the text and
/// where it is unique.
pub fn lookup_key<R: Row>(brand: &BrandId, text: TextDigest) -> Key {
    Key::of::<R>().text(brand.as_str()).bytes(&text.0)
}
