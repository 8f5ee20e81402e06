//! Keys: ordered bytes. A prefix scan finds the rows of a table.
//!
//! Owns the encoding of parts as bytes, and back. Does not know what the parts of a table mean.

use std::borrow::Borrow;
use std::fmt;

use smallvec::SmallVec;

use super::Row;

/// Longest key that needs no allocation. Most keys are a tag, three ids of some fifteen characters
/// and a place on a time axis, which fit. One key then takes 80 bytes.
const INLINE_BYTES: usize = 72;

/// Ends every text part. Ids never contain it, so `a` sorts before `ab`, and the prefix scan of one
/// id never reaches another id.
const TEXT_END: u8 = 0;

/// The key of one row, or the common prefix of several: a table tag, then parts. Keys are ordered
/// by their bytes.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(SmallVec<[u8; INLINE_BYTES]>);

impl Clone for Key {
    /// Copies all bytes at once. The clone of a small vector copies them one by one.
    #[inline]
    fn clone(&self) -> Self {
        Self::from_bytes(&self.0)
    }
}

impl Key {
    /// Starts a key of table `R`: its tag only, which is the prefix of the whole table.
    #[inline]
    pub fn of<R: Row>() -> Self {
        Self(SmallVec::from_slice(&[R::TABLE]))
    }

    /// Appends a text part, which must not contain a zero byte.
    #[inline]
    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        debug_assert!(
            !text.as_bytes().contains(&TEXT_END),
            "a key part holds no zero byte"
        );
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(TEXT_END);
        self
    }

    /// Appends a number as eight bytes that sort like the number.
    #[inline]
    #[must_use]
    pub fn number(mut self, number: u64) -> Self {
        self.0.extend_from_slice(&number.to_be_bytes());
        self
    }

    /// Appends one byte.
    #[inline]
    #[must_use]
    pub fn byte(mut self, byte: u8) -> Self {
        self.0.push(byte);
        self
    }

    /// Appends bytes of a fixed number, as they are.
    #[inline]
    #[must_use]
    pub fn bytes<const N: usize>(mut self, bytes: &[u8; N]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// Returns the key with the same parts in table `R`.
    #[must_use]
    pub fn in_table<R: Row>(&self) -> Self {
        let mut same = self.clone();
        if let Some(tag) = same.0.first_mut() {
            *tag = R::TABLE;
        }
        same
    }

    /// Returns the bytes; the tag comes first.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Makes a key from its bytes.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(SmallVec::from_slice(bytes))
    }

    /// Returns the tag of the key's table; `None` only for a key without bytes.
    pub fn table(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// Returns a reader of the parts, in the order in which they were appended.
    pub fn parts(&self) -> Parts<'_> {
        Parts(self.0.get(1..).unwrap_or_default())
    }
}

impl From<&Key> for Key {
    fn from(key: &Key) -> Self {
        key.clone()
    }
}

impl Borrow<[u8]> for Key {
    fn borrow(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key(\"{}\")", self.0.escape_ascii())
    }
}

/// Reader of the parts of a key, first to last. Each read returns `None` when the key has no such
/// part there.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a>(&'a [u8]);

impl<'a> Parts<'a> {
    /// Reads a text part.
    pub fn text(&mut self) -> Option<&'a str> {
        let end = self.0.iter().position(|byte| *byte == TEXT_END)?;
        let text = std::str::from_utf8(&self.0[..end]).ok()?;
        self.0 = &self.0[end + 1..];
        Some(text)
    }

    /// Reads a number.
    pub fn number(&mut self) -> Option<u64> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u64::from_be_bytes(*number))
    }

    /// Reads one byte.
    pub fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*byte)
    }
}
