//! Work: what both reports show of agreements, deliverables, quality, products and holds.

use super::given::{accepted, expired, handed_in, on_time, rated, revisions, verified};
use super::row::{count, minor, ratio, rows};
use super::{Absent, Exact, Facts, Sides, Unit, exact};
use crate::domain::CollaborationState::{Accepted, Declined, Expired};

fn due(facts: &Facts<'_>) -> Exact {
    exact(facts.totals.delivery.published + facts.overdue())
}

/// Σ (rating − mean)² over the ratings. The mean is that of all of them.
fn variance(facts: &Facts<'_>) -> [Exact; 2] {
    let all = facts.known.ratings;
    let count: i64 = all.iter().sum();
    let sum: i64 = (1..).zip(all).map(|(rating, count)| rating * count).sum();
    let mean = exact(sum) / exact(count.max(1));
    let mut sides = Sides::ratio(exact(0), exact(0));
    for (rating, count) in (1_i64..).zip(facts.totals.ratings) {
        let apart = exact(rating) - &mean;
        sides.add(&Sides::ratio(&apart * &apart * exact(count), exact(count)));
    }
    [sides.numerator, sides.denominator.unwrap_or_default()]
}

rows! {
    /// How many offers were accepted, of those that were answered or expired.
    ACCEPTANCE_RATE = ratio("acceptance_rate", "accepted ÷ (accepted + declined + expired)", |facts| {
        let reached = |state| facts.totals.reached.get(&state).copied().unwrap_or(0);
        let accepted = reached(Accepted);
        [exact(accepted), exact(accepted + reached(Declined) + reached(Expired))]
    })
    .example(&[accepted(3), expired(1)], "3/4");

    /// Deliverables in accepted terms, as amended.
    ACCEPTED = count("delivery.accepted_deliverables", |facts| facts.totals.delivery.accepted.into());

    /// Of those, ever verified. That a post was taken down later does not matter.
    VERIFIED = count("delivery.verified_deliverables", |facts| facts.totals.delivery.verified.into());

    /// How many of the accepted deliverables were verified.
    COMPLETION_RATE = ratio("delivery.completion_rate", "verified ÷ accepted", |facts| {
        let delivery = &facts.totals.delivery;
        [exact(delivery.verified), exact(delivery.accepted)]
    })
    .example(&[verified(3, 4)], "3/4");

    /// Of the accepted deliverables, ever published.
    PUBLISHED = count("delivery.published", |facts| facts.totals.delivery.published.into());

    /// Not published, not waived or rejected, and due before the position that the answer reflects.
    OVERDUE = count("delivery.overdue", |facts| facts.overdue().into());

    /// How often work was on time: first publication at or before the due time in force.
    ON_TIME_RATE = ratio("delivery.on_time_rate", "on time ÷ (published + overdue)", |facts| {
        [exact(facts.totals.delivery.on_time), due(facts)]
    })
    .example(&[on_time(3, 4)], "3/4");

    /// The same against the first due time.
    ON_TIME_RATE_ORIGINAL = ratio(
        "delivery.on_time_rate_original",
        "on time by the first due time ÷ (published + overdue)",
        |facts| [exact(facts.totals.delivery.on_time_original), due(facts)],
    )
    .example(&[on_time(3, 4)], "3/4");

    /// Seconds from the due time in force to the publication, summed over late ones.
    SECONDS_LATE = count("delivery.seconds_late", |facts| facts.totals.delivery.seconds_late)
        .unit(Unit::Seconds);

    /// Versions handed in.
    SUBMISSIONS = count("delivery.submissions", |facts| facts.totals.delivery.submissions.into());

    /// Revision rounds asked for.
    REVISIONS = count("delivery.revisions", |facts| facts.totals.delivery.revisions.into());

    /// Revision rounds for each deliverable that was handed in.
    REVISION_RATE = ratio("delivery.revision_rate", "revisions ÷ deliverables handed in", |facts| {
        let delivery = &facts.totals.delivery;
        [exact(delivery.revisions), exact(delivery.handed_in)]
    })
    .example(&[revisions(3), handed_in(2)], "3/2");

    /// Published late.
    LATE = count("delivery.breaches_late", |facts| {
        (facts.totals.delivery.published - facts.totals.delivery.on_time).into()
    });

    /// Published without approval.
    UNAPPROVED = count("delivery.breaches_unapproved", |facts| {
        facts.totals.delivery.unapproved.into()
    });

    /// Not disclosed where the campaign or the terms demand it; once for a post.
    UNDISCLOSED = count("delivery.breaches_undisclosed", |facts| {
        facts.totals.delivery.undisclosed.into()
    });

    /// Taken down before the terms allow; once for each time.
    REMOVED_EARLY = count("delivery.breaches_removed_early", |facts| {
        facts.totals.delivery.removed_early.into()
    });

    /// Published although the brand had waived it.
    PUBLISHED_WAIVED = count("delivery.breaches_waived", |facts| {
        facts.totals.delivery.waived.into()
    });

    /// Posts that are taken down now. Their numbers stay.
    REMOVED = count("delivery.removed", |facts| facts.totals.delivery.removed.into());

    /// Ratings at approval.
    RATINGS = count("quality.ratings", |facts| facts.totals.ratings.iter().sum::<i64>().into());

    /// Mean of the ratings.
    RATING = ratio("quality.mean", "Σ rating ÷ ratings", |facts| {
        let rated = facts.totals.ratings.iter().zip(1_i64..);
        let sum: i64 = rated.map(|(count, rating)| count * rating).sum();
        [exact(sum), exact(facts.totals.ratings.iter().sum::<i64>())]
    })
    .unit(Unit::Points)
    .zero(Absent::NoObservation)
    .example(&[rated(3), rated(5)], "4/1");

    /// Variance of the ratings, over all of them: how far quality is apart.
    VARIANCE = ratio("quality.variance", "Σ (rating − mean)² ÷ ratings", variance)
        .unit(Unit::Points)
        .zero(Absent::NoObservation)
        .example(&[rated(3), rated(5)], "1/1");

    /// Disputes that are open.
    OPEN_DISPUTES = count("open_disputes", |facts| facts.totals.conduct.open_disputes.into());

    /// Holds ever placed on work.
    HOLDS_PLACED = count("holds.placed", |facts| facts.totals.holds.placed.into());

    /// Of those, not released.
    HOLDS_OPEN = count("holds.open", |facts| facts.totals.holds.open.into());
}

/// Products sent to creators, and what they are worth; in no cost.
pub mod products {
    use super::{count, minor, rows};

    rows! {
        /// Products sent.
        SHIPPED = count("shipped", |facts| facts.totals.products.shipped.into());

        /// Of those, recorded as arrived.
        RECEIVED = count("received", |facts| facts.totals.products.received.into());

        /// Of those sent, come back.
        RETURNED = count("returned", |facts| facts.totals.products.returned.into());

        /// Cost of goods of all products sent.
        COST_OF_GOODS = minor("cost_of_goods_minor", |facts| facts.totals.products.cost_of_goods);

        /// Fair value of all products sent: what they are worth to the creator.
        FAIR_VALUE = minor("fair_value_minor", |facts| facts.totals.products.fair_value);

        /// Of that cost of goods, come back.
        RETURNED_COST_OF_GOODS = minor("returned_cost_of_goods_minor", |facts| {
            facts.totals.products.returned_cost_of_goods
        });

        /// Of that fair value, come back.
        RETURNED_FAIR_VALUE = minor("returned_fair_value_minor", |facts| {
            facts.totals.products.returned_fair_value
        });
    }
}
