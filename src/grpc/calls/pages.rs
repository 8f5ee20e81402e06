//! Pages of lists: rows under a prefix, or what was put in order.

use std::ops::ControlFlow;

use prost::Message;

use crate::domain::rows::{Key, Row, Rows, Scan};
use crate::store::{self, Snapshot};

/// Most rows one page looks at: a rare filter gives short pages rather than slow ones.
const MAX_SCANNED: usize = 10_000;
/// Encoded rows that end a page: with one row more it still fits the 4 MiB clients take by default.
const PAGE_BYTES: usize = 1 << 20;
/// What no single row takes, whatever is in it: see `docs/bounds.md`.
const MAX_ROW_BYTES: usize = 3 << 20;

/// Collects a page of the rows under a prefix that `keep` makes something of; returns it with the
/// key to go on after, if there may be more. Large rows make the page shorter than `size`.
///
/// # Errors
/// When rows cannot be read.
pub fn page<R: Row, T: Message>(
    rows: &Snapshot,
    prefix: &Key,
    start: Option<&Key>,
    size: usize,
    mut keep: impl FnMut(&Key, &R) -> Option<T>,
) -> Result<(Vec<T>, Option<Key>), store::Error> {
    let scan = match start {
        Some(start) => Scan::of(prefix).after(start),
        None => Scan::of(prefix),
    };
    let (mut kept, mut bytes, mut scanned) = (Vec::new(), 0, 0);
    let (mut last, mut more) = (None, false);
    rows.scan::<R>(scan, &mut |key, row| {
        if kept.len() == size || bytes >= PAGE_BYTES || scanned == MAX_SCANNED {
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

/// Collects a page as [`page`] does, where making something of a row reads other rows.
///
/// # Errors
/// When rows cannot be read.
pub fn joined_page<R: Row, T: Message>(
    rows: &Snapshot,
    prefix: &Key,
    start: Option<&Key>,
    size: usize,
    mut keep: impl FnMut(&Key, &R) -> Result<Option<T>, store::Error>,
) -> Result<(Vec<T>, Option<Key>), store::Error> {
    let mut failed = None;
    let listed = page(rows, prefix, start, size, |key, row| {
        keep(key, row).unwrap_or_else(|error| {
            failed = Some(error);
            None
        })
    })?;
    failed.map_or(Ok(listed), Err)
}

/// Collects a page of what was put in order by its keys, as [`page`] does.
///
/// # Errors
/// Those of `show`.
pub fn ranked_page<R, T: Message, E>(
    mut ranked: Vec<(Key, R)>,
    start: Option<&Key>,
    size: usize,
    show: impl Fn(&R) -> Result<T, E>,
) -> Result<(Vec<T>, Option<Key>), E> {
    ranked.sort_by(|(one, _), (other, _)| one.cmp(other));
    let (mut shown, mut bytes, mut last) = (Vec::new(), 0, None);
    for (key, one) in ranked {
        if start.is_some_and(|start| key <= *start) {
            continue;
        }
        if shown.len() == size || bytes >= PAGE_BYTES {
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
