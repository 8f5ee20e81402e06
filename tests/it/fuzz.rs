//! Bytes and texts from anywhere: nothing panics, and nothing is taken for what it is not.
//!
//! `cargo test` tries a little of it; `FUZZ_CASES` tries each property that often, and `FUZZ_SEED`
//! repeats a run.

mod blocks;
mod damage;
mod records;
mod shapes;
mod texts;
mod tokens;
mod wire;

use crate::support::tries::Tries;

/// Enough to find what breaks often, in a second or two for all of them.
const USUAL_CASES: u32 = 256;

fn tries() -> Tries {
    Tries::of("FUZZ", USUAL_CASES)
}
