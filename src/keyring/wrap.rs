//! AES-256-GCM-SIV (RFC 8452), the only cipher of this room.
//!
//! A nonce that repeats shows only that two texts are equal. Sealing a text uses that on purpose.

use aes_gcm_siv::aead::AeadInPlace as _;
use aes_gcm_siv::{Aes256GcmSiv, KeyInit as _};
use uuid::Uuid;

use super::key::{KEY_BYTES, Key, KeyFor};
use crate::domain::{KeyNumber, MAX_ID_CHARS};

/// Length of a nonce.
pub(super) const NONCE_BYTES: usize = 12;
/// Length of an authentication tag, by which a ciphertext is longer than its text.
pub(super) const TAG_BYTES: usize = 16;
/// Length of a wrapped key.
pub(super) const WRAPPED_BYTES: usize = KEY_BYTES + TAG_BYTES;

/// The ciphertext does not belong to this key, or was changed; or a text is too long.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused;

/// Additional data: log (only of wrapped keys), number, kind, brand and id, each with its length.
pub(super) struct Bound {
    bytes: [u8; 16 + 4 + 1 + 2 * (1 + MAX_ID_CHARS)],
    length: usize,
}

impl Bound {
    /// What a text is bound to.
    pub(super) fn text(number: KeyNumber, of: &KeyFor) -> Self {
        Self::new(&[], number, of)
    }

    /// What a wrapped key is bound to.
    pub(super) fn key(log: Uuid, number: KeyNumber, of: &KeyFor) -> Self {
        Self::new(log.as_bytes(), number, of)
    }

    fn new(log: &[u8], number: KeyNumber, of: &KeyFor) -> Self {
        let mut bound = Self {
            bytes: [0; _],
            length: 0,
        };
        let (kind, brand, id) = of.parts();
        bound.put(log);
        bound.put(&number.get().to_be_bytes());
        bound.put(&[kind]);
        for part in [brand, id] {
            let length = u8::try_from(part.len()).expect("an id has at most 64 characters");
            bound.put(&[length]);
            bound.put(part.as_bytes());
        }
        bound
    }

    fn put(&mut self, part: &[u8]) {
        let end = self.length + part.len();
        self.bytes[self.length..end].copy_from_slice(part);
        self.length = end;
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// Encrypts a text. The result is `TAG_BYTES` longer.
pub(super) fn encrypt(
    key: &[u8; KEY_BYTES],
    nonce: &[u8; NONCE_BYTES],
    bound: &Bound,
    text: &[u8],
) -> Result<Box<[u8]>, Refused> {
    // With its final capacity from the start: growing would leave a copy of the text behind.
    let mut bytes = Vec::with_capacity(text.len() + TAG_BYTES);
    bytes.extend_from_slice(text);
    let cipher = Aes256GcmSiv::new(key.into());
    let tag = cipher.encrypt_in_place_detached(nonce.into(), bound.as_bytes(), &mut bytes);
    bytes.extend_from_slice(&tag.map_err(|_| Refused)?);
    Ok(bytes.into_boxed_slice())
}

/// Decrypts into `text`, which is as long as the text. On an error it has nothing of the text.
pub(super) fn decrypt(
    key: &[u8; KEY_BYTES],
    nonce: &[u8; NONCE_BYTES],
    bound: &Bound,
    sealed: &[u8],
    text: &mut [u8],
) -> Result<(), Refused> {
    let (bytes, tag) = sealed.split_last_chunk::<TAG_BYTES>().ok_or(Refused)?;
    if bytes.len() != text.len() {
        return Err(Refused);
    }
    text.copy_from_slice(bytes);
    let cipher = Aes256GcmSiv::new(key.into());
    let opened = cipher.decrypt_in_place_detached(nonce.into(), bound.as_bytes(), text, tag.into());
    opened.map_err(|_| Refused)
}

/// Wraps a key by the master key.
pub(super) fn wrap(
    master: &[u8; KEY_BYTES],
    log: Uuid,
    nonce: &[u8; NONCE_BYTES],
    key: &Key,
) -> Result<[u8; WRAPPED_BYTES], Refused> {
    let bound = Bound::key(log, key.number(), key.of());
    let wrapped = encrypt(master, nonce, &bound, key.secret())?;
    <[u8; WRAPPED_BYTES]>::try_from(&*wrapped).map_err(|_| Refused)
}

/// Unwraps a key.
pub(super) fn unwrap(
    master: &[u8; KEY_BYTES],
    log: Uuid,
    number: KeyNumber,
    of: &KeyFor,
    nonce: &[u8; NONCE_BYTES],
    wrapped: &[u8; WRAPPED_BYTES],
) -> Result<Key, Refused> {
    let bound = Bound::key(log, number, of);
    Key::fill(number, of.clone(), |secret| {
        decrypt(master, nonce, &bound, wrapped, secret)
    })
}
