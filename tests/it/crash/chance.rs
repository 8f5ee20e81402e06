//! Repeatable chance: every number follows from the seed.

use std::time::Duration;

/// A generator of numbers (SplitMix64).
pub struct Chance(u64);

impl Chance {
    /// Makes a generator with this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Uses the seed in `CRASH_SEED`, or a random one.
    pub fn of_environment() -> Self {
        let seed = match std::env::var("CRASH_SEED") {
            Ok(seed) => seed.parse().expect("CRASH_SEED is a number"),
            Err(_) => getrandom::u64().unwrap(),
        };
        eprintln!("CRASH_SEED={seed}");
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// Returns true in this many of a hundred cases.
    pub fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// Returns a time shorter than `end`.
    pub fn time(&mut self, end: Duration) -> Duration {
        let micros = u64::try_from(end.as_micros()).unwrap();
        Duration::from_micros(self.below(micros.max(1)))
    }

    /// Returns one of the choices.
    pub fn one_of<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        if choices.is_empty() {
            return None;
        }
        choices.get(self.below(choices.len() as u64) as usize)
    }
}
