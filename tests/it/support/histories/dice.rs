//! Dice: the same seed rolls the same numbers (splitmix64).

/// Rolls numbers.
pub struct Dice(u64);

impl Dice {
    /// Makes dice with a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Rolls a number below `sides`.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides.max(1)
    }

    /// Returns true in this many of a hundred rolls.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }

    /// Picks one of some.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        self.pick_any(from).expect("there is something to pick")
    }

    /// Picks one, if there are any.
    pub fn pick_any<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.roll(from.len() as u64) as usize)
    }

    /// Shuffles the things.
    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        for last in (1..things.len()).rev() {
            things.swap(last, self.roll(last as u64 + 1) as usize);
        }
    }
}
