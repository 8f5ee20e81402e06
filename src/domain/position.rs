//! Positions in the log.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Numbers an event within its partition: 1, 2, 3 … without gaps. 0 means "before everything".
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct Position(u64);

impl Position {
    /// The position before the first event.
    pub const START: Position = Position(0);

    /// Makes the position with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Returns the number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Returns the next position. Saturates at the last number, which no log reaches but which a
    /// caller of the API may send.
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
