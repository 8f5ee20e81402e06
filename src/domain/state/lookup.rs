//! How rows are found by texts that people and platforms gave: codes, post ids, handles, addresses.
//! Their keys hold digests, never the texts.

use serde::{Deserialize, Serialize};

use super::table;
use crate::domain::rows::{Key, Row};
use crate::domain::{BrandId, CreatorId, PublicationRef, TextDigest};

/// Returns the key of an index entry for a text of a brand. The digest knows the kind of the text and
/// where it is unique.
pub fn lookup_key<R: Row>(brand: &BrandId, text: TextDigest) -> Key {
    Key::of::<R>().text(brand.as_str()).bytes(&text.0)
}

/// An index entry: a creator has a handle on a platform.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct HandleHolder {
    /// The creator.
    pub creator: CreatorId,
}

impl Row for HandleHolder {
    const TABLE: u8 = table::HANDLE;
}

impl HandleHolder {
    /// Returns the prefix of everybody with a handle: a brand may have recorded one person twice.
    pub fn of(brand: &BrandId, handle: TextDigest) -> Key {
        lookup_key::<Self>(brand, handle)
    }

    /// Returns the key of an entry.
    pub fn key(brand: &BrandId, handle: TextDigest, creator: &CreatorId) -> Key {
        Self::of(brand, handle).text(creator.as_str())
    }
}

/// An index entry: a post is at an address.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PostUrl {
    /// The post.
    pub post: PublicationRef,
}

impl Row for PostUrl {
    const TABLE: u8 = table::POST_URL;
}

impl PostUrl {
    /// Returns the prefix of the posts at an address.
    pub fn of(brand: &BrandId, url: TextDigest) -> Key {
        lookup_key::<Self>(brand, url)
    }

    /// Returns the key of an entry.
    pub fn key(url: TextDigest, post: &PublicationRef) -> Key {
        let place = &post.collaboration;
        Self::of(&place.brand, url)
            .text(place.campaign.as_str())
            .text(place.collaboration.as_str())
            .text(post.publication.as_str())
    }
}
