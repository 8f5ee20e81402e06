//! Counts of disputes between the two sides.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

/// What happened to a dispute.
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
    /// Of the open ones, those about numbers.
    pub disputed_numbers: i64,
}

impl ConductTotals {
    /// Adds one event to the counts.
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
