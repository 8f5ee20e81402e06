//! How rows are found by texts that people and platforms gave: post ids, handles, addresses.

use crate::domain::rows::{Key, Row};
use crate::domain::{BrandId, Venue};

/// Returns the key of an index entry for a text, in a venue where it is unique only there.
///
/// All such keys are made here, so that the text can be kept out of them in one place.
pub fn lookup_key<R: Row>(brand: &BrandId, venue: Option<&Venue>, text: &str) -> Key {
    let key = Key::of::<R>().text(brand.as_str());
    let key = match venue {
        Some(venue) => key.byte(venue.platform as u8).text(venue.name()),
        None => key,
    };
    key.text(text)
}
