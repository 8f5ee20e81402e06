//! A key in memory, and whom it is for.

use std::fmt;
use std::sync::Arc;

use zeroize::{Zeroize as _, Zeroizing};

use super::error::Error;
use crate::domain::{BrandId, CampaignRef, CreatorRef, DataSubject, KeyNumber};

/// Length of every key: 256 bits.
pub(super) const KEY_BYTES: usize = 32;

/// Bytes of a secret. They are zeroed when they are dropped.
pub(super) type Secret = Zeroizing<[u8; KEY_BYTES]>;

/// Whom a key is for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum KeyFor {
    /// Seals the texts about somebody.
    Subject(DataSubject),
    /// The secret of a brand, for keyed digests. It is never destroyed: digests keep ids unique.
    Secret(BrandId),
}

impl KeyFor {
    /// Returns the stored number of the kind, the brand, and the id within the brand.
    pub(super) fn parts(&self) -> (u8, &str, &str) {
        match self {
            Self::Subject(DataSubject::Creator(of)) => (1, of.brand.as_str(), of.creator.as_str()),
            Self::Subject(DataSubject::Campaign(of)) => {
                (2, of.brand.as_str(), of.campaign.as_str())
            }
            Self::Subject(DataSubject::Brand(brand)) => (3, brand.as_str(), ""),
            Self::Secret(brand) => (4, brand.as_str(), ""),
        }
    }

    /// Reads what [`KeyFor::parts`] gave. Returns `None` for what it never gives.
    pub(super) fn of_parts(kind: u8, brand: &str, id: &str) -> Option<Self> {
        let brand = BrandId::parse(brand).ok()?;
        match (kind, id) {
            (1, id) => {
                let creator = crate::domain::CreatorId::parse(id).ok()?;
                Some(Self::Subject(DataSubject::Creator(CreatorRef {
                    brand,
                    creator,
                })))
            }
            (2, id) => {
                let campaign = crate::domain::CampaignId::parse(id).ok()?;
                Some(Self::Subject(DataSubject::Campaign(CampaignRef {
                    brand,
                    campaign,
                })))
            }
            (3, "") => Some(Self::Subject(DataSubject::Brand(brand))),
            (4, "") => Some(Self::Secret(brand)),
            _ => None,
        }
    }
}

/// A key that can be used. Copies share the bytes, which are zeroed with the last copy.
#[derive(Clone)]
pub struct Key(Arc<Held>);

/// A key that may not be stored yet.
pub type NewKey = Key;

struct Held {
    number: KeyNumber,
    of: KeyFor,
    secret: Secret,
}

impl Key {
    /// Makes a key from chance.
    pub(super) fn generate(number: KeyNumber, of: KeyFor) -> Result<Self, Error> {
        Self::fill(number, of, |secret| chance(secret))
    }

    /// Makes a key whose bytes are written where they stay, so that no copy is left on the stack.
    pub(super) fn fill<E>(
        number: KeyNumber,
        of: KeyFor,
        fill: impl FnOnce(&mut [u8; KEY_BYTES]) -> Result<(), E>,
    ) -> Result<Self, E> {
        let secret = Zeroizing::new([0; KEY_BYTES]);
        let mut held = Arc::new(Held { number, of, secret });
        if let Some(held) = Arc::get_mut(&mut held)
            && let Err(error) = fill(&mut held.secret)
        {
            held.secret.zeroize();
            return Err(error);
        }
        Ok(Self(held))
    }

    /// Returns the number that sealed values name the key by.
    pub fn number(&self) -> KeyNumber {
        self.0.number
    }

    /// Returns whom the key is for.
    pub fn of(&self) -> &KeyFor {
        &self.0.of
    }

    pub(super) fn secret(&self) -> &[u8; KEY_BYTES] {
        &self.0.secret
    }
}

/// Keys are the same when they are the same slot: secrets are never compared.
impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        (self.number(), self.of()) == (other.number(), other.of())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("number", &self.0.number.get())
            .field("of", &self.0.of)
            .finish_non_exhaustive()
    }
}

/// Fills bytes with the randomness of the system.
#[expect(clippy::disallowed_methods, reason = "chance makes keys and nonces")]
pub(super) fn chance(bytes: &mut [u8]) -> Result<(), Error> {
    getrandom::fill(bytes).map_err(Error::NoChance)
}
