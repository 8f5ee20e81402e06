//! Scans: which rows of a table, and in which order.
//!
//! Owns the arithmetic from a prefix and a resume key to two bounds. Does not read rows.

use std::ops::{Bound, RangeInclusive};

use super::Key;

/// What a scan visits: the rows whose key starts with a prefix, in key order or against it.
///
/// ```
/// use campaign_ledger::domain::rows::{Key, Scan};
/// let prefix = Key::from_bytes(b"\x07brand-1\0");
/// let last_seen = Key::from_bytes(b"\x07brand-1\0campaign-9\0");
/// let next_page = Scan::of(&prefix).descending().after(&last_seen);
/// # let _ = next_page;
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Scan<'a> {
    prefix: &'a Key,
    after: Option<&'a Key>,
    descending: bool,
}

impl<'a> Scan<'a> {
    /// Visits every row under `prefix`, smallest key first.
    pub fn of(prefix: &'a Key) -> Self {
        Self {
            prefix,
            after: None,
            descending: false,
        }
    }

    /// Skips all rows up to and including `key`, in the direction of the scan: an ascending scan
    /// visits greater keys only, a descending one smaller keys only.
    #[must_use]
    pub fn after(self, key: &'a Key) -> Self {
        Self {
            after: Some(key),
            ..self
        }
    }

    /// Visits the greatest key first.
    #[must_use]
    pub fn descending(self) -> Self {
        Self {
            descending: true,
            ..self
        }
    }

    /// Tells whether the greatest key comes first.
    pub fn is_descending(&self) -> bool {
        self.descending
    }

    /// Gives the tag of the table the scan is in; `None` for a prefix of no bytes.
    pub fn table(&self) -> Option<u8> {
        self.prefix.table()
    }

    /// Gives the span of keys to visit; `None` when no key can be in it.
    pub fn span(&self) -> Option<Span> {
        let mut span = Span::of_prefix(self.prefix.as_bytes());
        match self.after {
            Some(after) if self.descending => span.end_before(after),
            Some(after) => span.start_after(after),
            None => {}
        }
        span.holds_keys().then_some(span)
    }
}

/// A contiguous span of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    low: Bound<Key>,
    high: Bound<Key>,
}

impl Span {
    /// Spans the tables with these tags.
    pub fn of_tables(tags: &RangeInclusive<u8>) -> Self {
        Self {
            low: Bound::Included(Key::from_bytes(&[*tags.start()])),
            high: successor(&[*tags.end()]).map_or(Bound::Unbounded, Bound::Excluded),
        }
    }

    fn of_prefix(prefix: &[u8]) -> Self {
        Self {
            low: Bound::Included(Key::from_bytes(prefix)),
            high: successor(prefix).map_or(Bound::Unbounded, Bound::Excluded),
        }
    }

    /// Gives the bounds as bytes.
    pub fn bounds(&self) -> (Bound<&[u8]>, Bound<&[u8]>) {
        (
            self.low.as_ref().map(Key::as_bytes),
            self.high.as_ref().map(Key::as_bytes),
        )
    }

    /// Gives up the keys up to and including `key`.
    pub fn start_after(&mut self, key: &Key) {
        let starts_later = match &self.low {
            Bound::Included(low) => low <= key,
            Bound::Excluded(low) => low < key,
            Bound::Unbounded => true,
        };
        if starts_later {
            self.low = Bound::Excluded(key.clone());
        }
    }

    /// Gives up the keys from `key` on, itself included.
    pub fn end_before(&mut self, key: &Key) {
        let ends_sooner = match &self.high {
            Bound::Included(high) => high >= key,
            Bound::Excluded(high) => high > key,
            Bound::Unbounded => true,
        };
        if ends_sooner {
            self.high = Bound::Excluded(key.clone());
        }
    }

    /// Tells whether the bounds leave room for a key, which ordered maps insist on.
    pub fn holds_keys(&self) -> bool {
        match (&self.low, &self.high) {
            (Bound::Unbounded, _) | (_, Bound::Unbounded) => true,
            (Bound::Included(low), Bound::Included(high)) => low <= high,
            (Bound::Included(low) | Bound::Excluded(low), Bound::Excluded(high))
            | (Bound::Excluded(low), Bound::Included(high)) => low < high,
        }
    }
}

/// Gives the smallest key above every key that starts with `prefix`, if there is one.
fn successor(prefix: &[u8]) -> Option<Key> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut bytes = prefix[..=last].to_vec();
    bytes[last] += 1;
    Some(Key::from_bytes(&bytes))
}
