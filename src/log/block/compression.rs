//! One zstd frame in, one out, within bounds that the caller sets.
//!
//! Each thread keeps its contexts: making one costs 12 µs, more than a small block's whole decoding.

use std::cell::RefCell;

use zstd::bulk::{Compressor, Decompressor};

/// The fastest level: a higher one costs the commit path more time than it saves the disk.
const LEVEL: i32 = 1;

thread_local! {
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> =
        RefCell::new(Compressor::new(LEVEL).ok());
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> =
        RefCell::new(Decompressor::new().ok());
}

/// Compresses `plain`, unless that makes it no smaller.
pub(super) fn compress(plain: &[u8]) -> Option<Vec<u8>> {
    let mut smaller = Vec::with_capacity(plain.len().saturating_sub(1));
    COMPRESSOR.with_borrow_mut(|compressor| {
        let compressor = compressor.as_mut()?;
        compressor.compress_to_buffer(plain, &mut smaller).ok()
    })?;
    (smaller.len() < plain.len()).then_some(smaller)
}

/// Decompresses `stored` to exactly `plain_len` bytes, or not at all.
///
/// Allocates no more than `plain_len`, whatever the frame claims.
pub(super) fn decompress(stored: &[u8], plain_len: usize) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(plain_len);
    let len = DECOMPRESSOR.with_borrow_mut(|decompressor| {
        let decompressor = decompressor.as_mut()?;
        decompressor.decompress_to_buffer(stored, &mut plain).ok()
    })?;
    (len == plain_len).then_some(plain)
}
