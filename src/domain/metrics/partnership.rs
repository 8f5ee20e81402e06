//! What only the report of a partnership shows.

use super::given::{accepted_at, active_at, ever_accepted, paid_after};
use super::row::{count, ratio, row, row_ratio, rows, times};
use super::{Absent, Times, Unit, exact};

const NANOS_PER_DAY: i64 = 24 * 60 * 60 * 1_000_000_000;

rows! {
    /// From the first acceptance to the last activity, rounded up; 0 when none.
    TENURE = times("tenure_seconds", "last activity − first acceptance", Times::Tenure)
        .example(&[accepted_at(10), accepted_at(25), active_at(40)], "30/1");

    /// Collaborations in one state.
    COLLABORATIONS = count("collaborations[collaboration_state].count", |facts| {
        facts.in_state.into()
    });

    /// Collaborations ever accepted.
    ACCEPTED = row("accepted_collaborations", Unit::Count, |row| row.accepted);

    /// How many of the accepted collaborations came after the first.
    REPEAT_RATE = row_ratio("repeat_rate", "(accepted − 1) ÷ accepted", |row| {
        [(row.accepted - 1).max(0), row.accepted]
    })
    .example(&[ever_accepted(4)], "3/4");

    /// The longest time between the acceptance of one collaboration and that of the next, rounded
    /// down; 0 with fewer than two.
    LONGEST_GAP = times(
        "longest_gap_seconds",
        "max (acceptance − acceptance before)",
        Times::LongestGap,
    )
    .example(&[accepted_at(10), accepted_at(25), accepted_at(30)], "15/1");

    /// Mean of those times.
    MEAN_GAP = times(
        "mean_gap_seconds",
        "Σ (acceptance − acceptance before) ÷ gaps",
        Times::MeanGap,
    )
    .example(&[accepted_at(10), accepted_at(25), accepted_at(30)], "10/1");

    /// Mean time from a cost being incurred to its payment, per payment, with or without a rate.
    /// Negative when costs were paid in advance.
    DAYS_UNTIL_PAID = ratio("mean_days_until_paid", "Σ nanoseconds ÷ 86,400·10⁹ ÷ payments", |facts| {
        let (payments, nanos) = facts.totals.payments;
        [exact(nanos), exact(payments) * exact(NANOS_PER_DAY)]
    })
    .unit(Unit::Days)
    .zero(Absent::NoObservation)
    .example(&[paid_after(86_400), paid_after(43_200)], "3/4");

    /// How often the brand blocked the creator.
    BLOCKS = row("blocks", Unit::Count, |row| row.blocks);

    /// Disputes with the creator, ever.
    DISPUTES = count("disputes", |facts| facts.totals.conduct.disputes.into());

    /// Safety flags ever raised.
    FLAGS = row("flags", Unit::Count, |row| row.flags);

    /// Of those, not cleared.
    OPEN_FLAGS = row("open_flags", Unit::Count, |row| row.open_flags);

    /// How often the brand assessed the creator.
    ASSESSMENTS = row("assessments", Unit::Count, |row| row.assessments);
}

/// What the report of a partnership shows of one campaign.
pub mod trend {
    use super::{count, rows};

    rows! {
        /// Collaborations with the creator in the campaign: each begins with an offer or an
        /// application, once.
        COLLABORATIONS = count("collaborations", |facts| {
            facts.totals.agreements.values().sum::<i64>().into()
        });
    }
}
