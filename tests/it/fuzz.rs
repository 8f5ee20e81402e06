//! Random bytes and texts: nothing panics, and nothing invalid is accepted.
//!
//! `cargo test` tries a few cases; `FUZZ_CASES` is the number of cases per property, and
//! `FUZZ_SEED` repeats a run.

mod blocks;
mod damage;
mod records;
mod shapes;
mod texts;
mod tokens;
mod wire;

use crate::support::tries::Tries;

/// Enough to find frequent failures, in a second or two for all properties.
const USUAL_CASES: u32 = 256;

fn tries() -> Tries {
    Tries::of("FUZZ", USUAL_CASES)
}
