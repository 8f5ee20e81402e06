//! Money: what a set of facts cost and brought, and what came back for the money.

use super::given::{conversions, cost, margin_bp, posts, revenue};
use super::row::{count, minor, ratio, rows, shares};
use super::{Absent, Check, Unit, exact, in_wholes};

/// A cost has no exchange rate.
pub(super) const FOREIGN_COST: Check = Check {
    reason: Absent::MissingFx,
    when: "a cost, or on PAID a payment, has no exchange rate and is left out of C",
    holds: |facts| facts.cost_is_partial,
};

const FOREIGN_MONEY: Check = Check {
    reason: Absent::MissingFx,
    when: "what C or R is made of has no exchange rate and is left out",
    holds: |facts| facts.cost_is_partial || !facts.tally.foreign_revenue.is_empty(),
};

const NEGATIVE_COST: Check = Check {
    reason: Absent::NegativeCost,
    when: "recoveries exceed costs",
    holds: |facts| facts.cost < 0,
};

const NO_MARGIN: Check = Check {
    reason: Absent::MarginUnknown,
    when: "the gross margin of a campaign with revenue is unknown",
    holds: |facts| facts.known.earned(facts.tally).is_none(),
};

rows! {
    /// Accepted fees, or fee lines where those are more, commission from the order on, and all other
    /// costs less recoveries: C on the basis COMMITTED.
    COMMITTED = minor("cost.committed_minor", |facts| facts.tally.committed);

    /// Recorded cost lines less recoveries: C on the basis ACCRUED.
    ACCRUED = minor("cost.accrued_minor", |facts| facts.tally.accrued());

    /// Payments less recoveries paid back: C on the basis PAID.
    PAID = minor("cost.paid_minor", |facts| facts.tally.paid());

    /// Cost lines of one type, less what was reversed. A recovery is positive here.
    TYPE_ACCRUED = minor("cost.by_type[cost_type].accrued_minor", |facts| facts.lines.accrued);

    /// Payments of cost lines of one type.
    TYPE_PAID = minor("cost.by_type[cost_type].paid_minor", |facts| facts.lines.paid);

    /// Attributed revenue before refunds.
    GROSS = minor("revenue.gross_minor", |facts| facts.tally.gross);

    /// Refunds of attributed revenue.
    REFUNDS = minor("revenue.refunds_minor", |facts| facts.tally.refunds);

    /// R: gross revenue less refunds.
    NET = minor("revenue.net_minor", |facts| facts.tally.net_revenue());

    /// Net value of conversions that are credited to nobody; in no ratio.
    UNATTRIBUTED = minor("revenue.unattributed_minor", |facts| facts.tally.unattributed);

    /// Conversions of one type, credited; rounded half-even.
    ATTRIBUTED_OF_TYPE = shares(
        "revenue.conversions[conversion_type].attributed",
        |facts| facts.conversions.attributed_bp,
    );

    /// Conversions of one type, credited to nobody.
    UNATTRIBUTED_OF_TYPE = count(
        "revenue.conversions[conversion_type].unattributed",
        |facts| facts.conversions.unattributed.into(),
    );

    /// Second claims of orders. They are a campaign's: 0 over several.
    REJECTED_CLAIMS = count("revenue.rejected_claims", |facts| match facts.known.plan {
        Some(_) => facts.totals.rejected_claims.into(),
        None => 0,
    });

    /// Costs in a currency that has no exchange rate; in no total.
    FOREIGN_COSTS = minor("missing_fx[foreign_currency].cost_minor", |facts| facts.foreign[0])
        .unit(Unit::ForeignMinor);

    /// Revenue net of refunds in a currency that has no exchange rate; in no total.
    FOREIGN_REVENUE = minor("missing_fx[foreign_currency].revenue_minor", |facts| facts.foreign[1])
        .unit(Unit::ForeignMinor);

    /// Payments less recoveries paid back, in a currency that has no exchange rate; in no total.
    FOREIGN_PAID = minor("missing_fx[foreign_currency].paid_minor", |facts| facts.foreign[2])
        .unit(Unit::ForeignMinor);

    /// C on one basis.
    COST = minor("returns[basis].cost", |facts| facts.cost).unless(&[FOREIGN_COST]);

    /// What is left of the revenue after cost.
    NET_RETURN = minor("returns[basis].net_return", |facts| facts.tally.net_revenue() - facts.cost)
        .unless(&[FOREIGN_MONEY]);

    /// Return on investment: 2 is 200 %. "300 %" for the same is revenue over cost.
    ROI = ratio("returns[basis].roi", "(R − C) ÷ C", |facts| {
        [exact(facts.tally.net_revenue() - facts.cost), exact(facts.cost)]
    })
    .unless(&[FOREIGN_MONEY, NEGATIVE_COST])
    .zero(Absent::ZeroCost)
    .example(&[cost(500_000_000), revenue(1_500_000_000)], "2/1");

    /// Return on margin: what is earned of the revenue, over cost, minus one. The first margin of a
    /// campaign covers all orders up to the next one, and each later one the orders from its time on.
    /// Over several campaigns, each earns by its own margins.
    ROI_ON_MARGIN = ratio("returns[basis].roi_on_margin", "(R · margin − C) ÷ C", |facts| {
        let earned = in_wholes(facts.known.earned(facts.tally).unwrap_or(0));
        [earned - exact(facts.cost), exact(facts.cost)]
    })
    .unless(&[FOREIGN_MONEY, NO_MARGIN, NEGATIVE_COST])
    .zero(Absent::ZeroCost)
    .example(&[cost(100), revenue(300), margin_bp(4_000)], "1/5");

    /// Return on ad spend.
    ROAS = ratio("returns[basis].roas", "R ÷ C", |facts| {
        [exact(facts.tally.net_revenue()), exact(facts.cost)]
    })
    .unless(&[FOREIGN_MONEY, NEGATIVE_COST])
    .zero(Absent::ZeroCost)
    .example(&[cost(500_000_000), revenue(1_500_000_000)], "3/1");

    /// What one post cost.
    COST_PER_POST = ratio("returns[basis].cost_per_post", "C ÷ posts published", |facts| {
        [exact(facts.cost), exact(facts.tally.posts)]
    })
    .unit(Unit::Minor)
    .unless(&[FOREIGN_COST])
    .example(&[cost(1_000), posts(3)], "1000/3");

    /// Cost per action: what one attributed conversion cost.
    CPA = ratio("returns[basis].cpa", "C ÷ attributed conversions", |facts| {
        [exact(facts.cost), in_wholes(facts.tally.conversions_bp())]
    })
    .unit(Unit::Minor)
    .unless(&[FOREIGN_COST])
    .example(&[cost(1_000), conversions(8)], "125/1");

    /// Posts published. A JOINT post counts once for its campaign, and once for each of its
    /// collaborations.
    POSTS_PUBLISHED = count("posts_published", |facts| facts.tally.posts.into());
}
