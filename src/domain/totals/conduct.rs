//! What went wrong between the two sides, counted.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

/// Something between the two sides.
#[derive(Clone, Copy, PartialEq, Debug)]
#[expect(missing_docs, reason = "the fields of ConductTotals document them")]
pub enum Conduct {
    DisputeOpened { about_number: bool },
    DisputeResolved { about_number: bool },
}

/// Counts of it.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct ConductTotals {
    /// Disputes, ever.
    pub disputes: i64,
    /// Disputes that are open.
    pub open_disputes: i64,
    /// Of those, about numbers.
    pub disputed_numbers: i64,
}

impl ConductTotals {
    /// Counts one more.
    pub fn apply(&mut self, conduct: Conduct) {
        match conduct {
            Conduct::DisputeOpened { about_number } => {
                self.disputes += 1;
                self.open_disputes += 1;
                self.disputed_numbers += i64::from(about_number);
            }
            Conduct::DisputeResolved { about_number } => {
                self.open_disputes -= 1;
                self.disputed_numbers -= i64::from(about_number);
            }
        }
    }
}

impl AddAssign<&ConductTotals> for ConductTotals {
    fn add_assign(&mut self, other: &ConductTotals) {
        self.disputes += other.disputes;
        self.open_disputes += other.open_disputes;
        self.disputed_numbers += other.disputed_numbers;
    }
}
