//! What only the report of a campaign shows.

use super::given::{gifted, gifted_posted};
use super::row::{count, ratio, row, rows};
use super::{Unit, exact};

rows! {
    /// The cap of the budget; 0 while the draft has none.
    CAP = row("budget.cap_minor", Unit::Minor, |row| row.cap);

    /// Fees of open offers.
    RESERVED = row("budget.reserved_minor", Unit::Minor, |row| row.reserved);

    /// Accepted fees, or the fee lines where those are more.
    COMMITTED = row("budget.committed_minor", Unit::Minor, |row| row.committed);

    /// Other recorded costs, less recoveries.
    OTHER = row("budget.other_minor", Unit::Minor, |row| row.other);

    /// What is left: the cap less all three; 0 when they are more.
    AVAILABLE = row("budget.available_minor", Unit::Minor, |row| {
        (row.cap - row.reserved - row.committed - row.other).max(0)
    });

    /// By how much all three are over the cap; 0 within it, and while the draft has none.
    OVER_BUDGET = row("budget.over_budget_minor", Unit::Minor, |row| row.over_budget);

    /// Collaborations in one state.
    AGREEMENTS = count("agreements[collaboration_state].count", |facts| facts.in_state.into());

    /// Deliverables in one state.
    DELIVERABLES = count("deliverables[deliverable_state].count", |facts| facts.in_state.into());

    /// Creators a product was sent to.
    GIFTED = count("creators_gifted", |facts| facts.totals.gifted.into());

    /// How many of the creators a product was sent to have posted.
    POST_RATE = ratio("post_rate", "gifted creators who posted ÷ gifted creators", |facts| {
        [exact(facts.totals.gifted_posted), exact(facts.totals.gifted)]
    })
    .example(&[gifted(4), gifted_posted(3)], "3/4");

    /// Facts after the end of measurement: recorded, in no total.
    AFTER_MEASUREMENT = count("facts_after_measurement", |facts| {
        facts.totals.after_measurement.into()
    });

    /// Numbers of collaborations under an open dispute.
    DISPUTED_NUMBERS = count("disputed_numbers", |facts| {
        facts.totals.conduct.disputed_numbers.into()
    });

    /// Revisions of the report that stay. 0 in a revision itself.
    REVISIONS = row("report_revisions", Unit::Count, |row| row.reports);
}
