//! Scans: which rows of a table to visit, and in which order.
//!
//! Owns the arithmetic from a prefix and a resume key to two bounds. Does not read rows.

use std::ops::{Bound, RangeInclusive};

use super::Key;

/// What a scan visits: the rows whose key starts with a prefix, in ascending or descending key
/// order.
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
    /// Visits every row under `prefix`, in ascending order.
    pub fn of(prefix: &'a Key) -> Self {
        Self {
            prefix,
            after: None,
            descending: false,
        }
    }

    /// Skips all rows up to and including `key`, in the direction of the scan: an ascending scan
    /// visits only greater keys, a descending one only smaller keys.
    #[must_use]
    pub fn after(self, key: &'a Key) -> Self {
        Self {
            after: Some(key),
            ..self
        }
    }

    /// Reverses the order: the greatest key comes first.
    #[must_use]
    pub fn descending(self) -> Self {
        Self {
            descending: true,
            ..self
        }
    }

    /// Returns whether the greatest key comes first.
    pub fn is_descending(&self) -> bool {
        self.descending
    }

    /// Returns the tag of the scan's table; `None` for an empty prefix.
    pub fn table(&self) -> Option<u8> {
        self.prefix.table()
    }

    /// Returns the span of keys to visit.
    pub fn span(&self) -> Span {
        let span = Span::of_prefix(self.prefix.as_bytes());
        match self.after {
            Some(after) => span.after(after, self.descending),
            None => span,
        }
    }
}

/// A contiguous span of keys. It may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    low: Bound<Key>,
    high: Bound<Key>,
}

impl Span {
    /// Returns the span of the tables with these tags.
    pub fn of_tables(tags: &RangeInclusive<u8>) -> Self {
        Self {
            low: Bound::Included(Key::from_bytes(&[*tags.start()])),
            high: successor(&[*tags.end()]).map_or(Bound::Unbounded, Bound::Excluded),
        }
        .in_order()
    }

    fn of_prefix(prefix: &[u8]) -> Self {
        Self {
            low: Bound::Included(Key::from_bytes(prefix)),
            high: successor(prefix).map_or(Bound::Unbounded, Bound::Excluded),
        }
    }

    /// Returns the bounds as bytes; the lower one is never above the upper one.
    pub fn bounds(&self) -> (Bound<&[u8]>, Bound<&[u8]>) {
        (
            self.low.as_ref().map(Key::as_bytes),
            self.high.as_ref().map(Key::as_bytes),
        )
    }

    /// Returns the rest of the span after a walk, up or down, has passed `key`.
    #[must_use]
    pub fn after(mut self, key: &Key, descending: bool) -> Self {
        if descending {
            let sooner = match &self.high {
                Bound::Included(high) => high >= key,
                Bound::Excluded(high) => high > key,
                Bound::Unbounded => true,
            };
            if sooner {
                self.high = Bound::Excluded(key.clone());
            }
        } else {
            let later = match &self.low {
                Bound::Included(low) => low <= key,
                Bound::Excluded(low) => low < key,
                Bound::Unbounded => true,
            };
            if later {
                self.low = Bound::Excluded(key.clone());
            }
        }
        self.in_order()
    }

    /// Turns a span whose bounds are in the wrong order into an empty one that ordered maps accept.
    fn in_order(self) -> Self {
        let has_room = match (&self.low, &self.high) {
            (Bound::Unbounded, _) | (_, Bound::Unbounded) => true,
            (Bound::Included(low), Bound::Included(high)) => low <= high,
            (Bound::Included(low) | Bound::Excluded(low), Bound::Excluded(high))
            | (Bound::Excluded(low), Bound::Included(high)) => low < high,
        };
        if has_room {
            return self;
        }
        let nowhere = Key::from_bytes(&[]);
        Self {
            low: Bound::Included(nowhere.clone()),
            high: Bound::Excluded(nowhere),
        }
    }
}

/// Returns the smallest key above all keys that start with `prefix`, if there is one.
fn successor(prefix: &[u8]) -> Option<Key> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut bytes = prefix[..=last].to_vec();
    bytes[last] += 1;
    Some(Key::from_bytes(&bytes))
}
