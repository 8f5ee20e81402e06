//! Compression of one body into one zstd frame and back, within bounds that the caller sets.
//!
//! Each thread keeps its contexts. Making one takes 12 µs, which is more than decoding a small
//! block.

use std::cell::RefCell;

use zstd::bulk::{Compressor, Decompressor};

/// The fastest level: a higher one takes more time during a commit than it saves on the disk.
const LEVEL: i32 = 1;

thread_local! {
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> =
        RefCell::new(Compressor::new(LEVEL).ok());
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> =
        RefCell::new(Decompressor::new().ok());
}

/// Compresses `plain`. Returns `None` if that makes it no smaller.
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
/// Never allocates more than `plain_len`, even if the frame states a larger size.
pub(super) fn decompress(stored: &[u8], plain_len: usize) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(plain_len);
    let len = DECOMPRESSOR.with_borrow_mut(|decompressor| {
        let decompressor = decompressor.as_mut()?;
        decompressor.decompress_to_buffer(stored, &mut plain).ok()
    })?;
    (len == plain_len).then_some(plain)
}
