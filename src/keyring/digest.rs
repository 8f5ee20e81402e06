//! Keyed digests: equal texts of a brand are recognised without being known.
//!
//! HMAC-SHA-256 (RFC 2104) under the secret of the brand, cut to 16 bytes. It is one way. Whoever
//! has the secret can still test whether a text they know has this digest, after an erasure too.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;

use super::contract::{Keyring, Slot};
use super::key::{Key, KeyFor};
use crate::domain::{BrandId, DigestKind, TextDigest};

/// Returns the digest of a normalised text, to look something up by. `None` when the brand has no
/// secret: then nothing of it has a digest.
pub fn digest_of(
    keyring: &dyn Keyring,
    brand: &BrandId,
    kind: DigestKind<'_>,
    text: &str,
) -> Option<TextDigest> {
    match keyring.find(&KeyFor::Secret(brand.clone())) {
        Slot::Key(key) => Some(keyed(&key, kind, text)),
        Slot::Destroyed | Slot::Unknown => None,
    }
}

/// Makes a digest with the secret of a brand.
pub(super) fn keyed(secret: &Key, kind: DigestKind<'_>, text: &str) -> TextDigest {
    let mac = Hmac::<Sha256>::new_from_slice(secret.secret());
    let mut mac = mac.expect("a key of HMAC may have any length");
    // No part has a byte 0, so no two kinds give the same bytes.
    for part in kind.parts() {
        mac.update(part.as_bytes());
        mac.update(&[0]);
    }
    mac.update(text.as_bytes());
    let digest = mac.finalize().into_bytes();
    TextDigest(std::array::from_fn(|index| digest[index]))
}
