//! API keys: 256 random bits that the policy knows only by their SHA-256.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// How every key begins, so that scanners of leaked secrets find it.
pub const KEY_PREFIX: &str = "clk_";

/// SHA-256 of a whole key. A key has 256 random bits, so it needs neither salt nor a slow hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyHash([u8; 32]);

impl KeyHash {
    /// Hashes what was presented as a key.
    pub fn of(presented: &str) -> Self {
        Self(Sha256::digest(presented.as_bytes()).into())
    }

    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut hash = [0; 32];
        for (byte, digits) in hash.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let digits = std::str::from_utf8(digits).ok()?;
            if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return None;
            }
            *byte = u8::from_str_radix(digits, 16).ok()?;
        }
        Some(Self(hash))
    }

    /// Compares in a time that does not depend on where the two differ.
    pub fn is(&self, other: &Self) -> bool {
        subtle::ConstantTimeEq::ct_eq(&self.0[..], &other.0[..]).into()
    }
}

impl fmt::Display for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A new key; cleared when it is dropped.
pub struct ApiKey(Zeroizing<String>);

impl ApiKey {
    /// Makes one.
    ///
    /// # Errors
    /// The system has no random bytes.
    #[expect(clippy::disallowed_methods, reason = "a key is chance")]
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bits = Zeroizing::new([0; 32]);
        getrandom::fill(&mut bits[..])?;
        let mut key = Zeroizing::new(String::with_capacity(64));
        key.push_str(KEY_PREFIX);
        URL_SAFE_NO_PAD.encode_string(&bits[..], &mut key);
        Ok(Self(key))
    }

    /// Returns what a client presents.
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// Returns what the policy has.
    pub fn hash(&self) -> KeyHash {
        KeyHash::of(&self.0)
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_and_their_hash_reads_back() {
        let (one, other) = (ApiKey::random().unwrap(), ApiKey::random().unwrap());
        assert_ne!(one.secret(), other.secret());
        assert_eq!(one.secret().len(), KEY_PREFIX.len() + 43);
        let hash = KeyHash::parse(&one.hash().to_string()).unwrap();
        assert!(hash.is(&one.hash()) && !hash.is(&other.hash()));
        assert_eq!(format!("{one:?}"), "ApiKey");
    }

    #[test]
    fn a_hash_is_64_digits() {
        for bad in ["", "ab", &"g".repeat(64), &"+f".repeat(32), &"é".repeat(32)] {
            assert_eq!(KeyHash::parse(bad), None, "{bad}");
        }
    }
}
