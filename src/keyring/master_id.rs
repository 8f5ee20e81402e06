//! The id of a master key, which may be shown.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// Names a master key without giving it away: the first 8 bytes of a SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct MasterKeyId([u8; 8]);

impl MasterKeyId {
    pub(super) fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    pub(super) fn to_bytes(self) -> [u8; 8] {
        self.0
    }

    /// Names a key.
    pub(super) fn of(secret: &[u8; 32]) -> Self {
        let mut hash = Sha256::new_with_prefix(b"campaign-ledger master key id v1");
        hash.update(secret);
        let hash = hash.finalize();
        Self(std::array::from_fn(|index| hash[index]))
    }
}

impl fmt::Display for MasterKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for MasterKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
