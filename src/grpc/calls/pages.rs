//! Pages of lists: rows under a prefix, or sorted elements.

use std::ops::ControlFlow;

use prost::Message;

use super::page_token::Query;
use crate::domain::Timestamp;
use crate::domain::rows::{Key, Row, Rows, Scan};
use crate::store::{self, Snapshot};

/// Most rows that are read for one page: a rare filter gives short pages and not slow ones.
const MAX_SCANNED: usize = 10_000;
/// Bytes of encoded rows that end a page: with one more row it still fits the 4 MiB that clients
/// accept by default.
const PAGE_BYTES: usize = 1 << 20;
/// Upper bound of the bytes of any row: see `docs/bounds.md`.
const MAX_ROW_BYTES: usize = 3 << 20;

/// The elements of a page, with the key after which to continue, if there may be more.
pub type Listed<T> = (Vec<T>, Option<Key>);

/// The requested page of a list.
#[derive(Clone)]
pub struct Part {
    /// The query: the next page must be of the same query.
    pub query: Query,
    /// The key after which it begins; `None` for the first page.
    pub start: Option<Key>,
    /// At most this many elements.
    pub size: usize,
    /// The time of the request.
    pub now: Timestamp,
}

impl Part {
    /// Begins after a key, unless the page begins later anyway.
    pub fn not_before(&self, key: Option<Key>) -> Self {
        let start = self.start.clone().max(key);
        Self {
            start,
            ..self.clone()
        }
    }
}

/// Reads an id back from the text part of a key; `None` when the key is not of this shape.
pub fn id_at<T>(
    key: &Key,
    part: usize,
    parse: impl FnOnce(&str) -> Result<T, &'static str>,
) -> Option<T> {
    let mut parts = key.parts();
    for _ in 0..part {
        parts.text()?;
    }
    parse(parts.text()?).ok()
}

/// Collects a page of the rows under a prefix that `keep` converts. Returns it with the key after
/// which to continue, if there may be more. Large rows make the page shorter than `size`.
///
/// # Errors
/// When rows cannot be read.
pub fn page<R: Row, T: Message>(
    rows: &Snapshot,
    prefix: &Key,
    part: &Part,
    mut keep: impl FnMut(&Key, &R) -> Option<T>,
) -> Result<Listed<T>, store::Error> {
    let scan = match &part.start {
        Some(start) => Scan::of(prefix).after(start),
        None => Scan::of(prefix),
    };
    let (mut kept, mut bytes, mut scanned) = (Vec::new(), 0, 0);
    let (mut last, mut more) = (None, false);
    rows.scan::<R>(scan, &mut |key, row| {
        if kept.len() == part.size || bytes >= PAGE_BYTES || scanned == MAX_SCANNED {
            more = true;
            return ControlFlow::Break(());
        }
        scanned += 1;
        if let Some(one) = keep(key, row) {
            bytes += bytes_of(&one);
            kept.push(one);
        }
        last = Some(key.clone());
        ControlFlow::Continue(())
    })?;
    Ok((kept, last.filter(|_| more)))
}

/// Collects a page as [`page`] does, for conversions of rows that read other rows.
///
/// # Errors
/// When rows cannot be read.
pub fn joined_page<R: Row, T: Message>(
    rows: &Snapshot,
    prefix: &Key,
    part: &Part,
    mut keep: impl FnMut(&Key, &R) -> Result<Option<T>, store::Error>,
) -> Result<Listed<T>, store::Error> {
    let mut failed = None;
    let listed = page(rows, prefix, part, |key, row| {
        keep(key, row).unwrap_or_else(|error| {
            failed = Some(error);
            None
        })
    })?;
    failed.map_or(Ok(listed), Err)
}

/// Collects a page of elements that are sorted by their keys, as [`page`] does.
///
/// # Errors
/// Those of `show`.
pub fn ranked_page<R, T: Message, E>(
    mut ranked: Vec<(Key, R)>,
    part: &Part,
    show: impl Fn(&R) -> Result<T, E>,
) -> Result<Listed<T>, E> {
    ranked.sort_by(|(one, _), (other, _)| one.cmp(other));
    let (mut shown, mut bytes, mut last) = (Vec::new(), 0, None);
    for (key, one) in ranked {
        if part.start.as_ref().is_some_and(|start| key <= *start) {
            continue;
        }
        if shown.len() == part.size || bytes >= PAGE_BYTES {
            return Ok((shown, last));
        }
        let one = show(&one)?;
        bytes += bytes_of(&one);
        shown.push(one);
        last = Some(key);
    }
    Ok((shown, None))
}

fn bytes_of(row: &impl Message) -> usize {
    let bytes = row.encoded_len();
    debug_assert!(bytes <= MAX_ROW_BYTES, "a row takes {bytes} bytes");
    bytes
}
