//! Engagement: counters summed over posts in one audience and kind, rates, and what they cost.

use super::given::{
    clicks, conversions, cost, engagements, impressions, post, price_of_impressions, reach, views,
};
use super::money::FOREIGN_COST;
use super::row::{Formula, Metric, Pick, count, counter, posts, priced, ratio, rows, shares};
use super::{Absent, Check, Exact, Facts, Unit, exact, in_wholes};
use crate::domain::{Counter, Sum};

/// The counters, in their order.
pub static COUNTERS: [&Metric; Counter::COUNT] = [
    &LIKES,
    &COMMENTS,
    &SHARES,
    &SAVES,
    &VIEWS,
    &IMPRESSIONS,
    &REACH,
    &CLICKS,
    &REPLIES,
    &PEAK_VIEWERS,
    &LIVE_SECONDS,
];

fn seen(facts: &Facts<'_>, counter: Counter) -> Sum {
    facts.engagement.counters[counter as usize]
}

const fn unseen(when: &'static str, holds: fn(&Facts<'_>) -> bool) -> Check {
    Check {
        reason: Absent::NoObservation,
        when,
        holds,
    }
}

/// Cost and conversions are those of all posts, also of those counted in another way.
const MIXED: Check = Check {
    reason: Absent::MixedDefinitions,
    when: "the counters of other posts have another definition",
    holds: |facts| facts.is_mixed,
};

const NO_ENGAGEMENTS: Check = unseen("no counter of engagements was seen", |facts| {
    facts.engagement.engagements.posts == 0
});
const NO_VIEWS: Check = unseen("no views were seen", |facts| {
    seen(facts, Counter::Views).posts == 0
});
const NO_CLICKS: Check = unseen("no clicks were seen", |facts| {
    seen(facts, Counter::Clicks).posts == 0
});
const NO_IMPRESSIONS: Check = unseen("no impressions were seen", |facts| {
    seen(facts, Counter::Impressions).posts == 0
});
const NO_REACH: Check = unseen("no reach was seen", |facts| {
    seen(facts, Counter::Reach).posts == 0
});
const NO_FOLLOWERS_PAIR: Check = unseen("no post has both", |facts| {
    facts.engagement.by_followers.posts == 0
});
const NO_REACH_PAIR: Check = unseen("no post has both", |facts| {
    facts.engagement.by_reach.posts == 0
});
const NO_VIEWS_PAIR: Check = unseen("no post has both", |facts| {
    facts.engagement.by_views.posts == 0
});
const NO_CLICKS_PAIR: Check = unseen("no post has both", |facts| {
    facts.engagement.clicks_by_impressions.posts == 0
});
const NO_MODEL: Check = Check {
    reason: Absent::NoModel,
    when: "no model of earned media value is known, as over several campaigns",
    holds: |facts| facts.known.plan.is_none_or(|plan| !plan.is_valued),
};
const NOTHING_PRICED: Check = unseen("no counter with a price was seen", |facts| {
    facts.engagement.worth.posts == 0
});

fn rate(facts: &Facts<'_>, pick: Pick) -> [Exact; 2] {
    let paired = pick(facts.engagement);
    [in_wholes(paired.numerator), in_wholes(paired.denominator)]
}

fn each(facts: &Facts<'_>, units: Sum) -> [Exact; 2] {
    [exact(facts.cost), in_wholes(units.value)]
}

fn thousand(facts: &Facts<'_>, counter: Counter) -> [Exact; 2] {
    [
        exact(facts.cost * 1_000),
        in_wholes(seen(facts, counter).value),
    ]
}

rows! {
    /// Likes.
    LIKES = counter("engagement[scope,kind].counters.likes", Counter::Likes);
    /// Comments.
    COMMENTS = counter("engagement[scope,kind].counters.comments", Counter::Comments);
    /// Shares or reposts.
    SHARES = counter("engagement[scope,kind].counters.shares", Counter::Shares);
    /// Saves or bookmarks.
    SAVES = counter("engagement[scope,kind].counters.saves", Counter::Saves);
    /// Views or plays.
    VIEWS = counter("engagement[scope,kind].counters.views", Counter::Views);
    /// Impressions.
    IMPRESSIONS = counter("engagement[scope,kind].counters.impressions", Counter::Impressions);
    /// Reach, not deduplicated: people who saw two posts count twice.
    REACH = counter("engagement[scope,kind].counters.reach", Counter::Reach);
    /// Clicks on tracked links.
    CLICKS = counter("engagement[scope,kind].counters.clicks", Counter::Clicks);
    /// Replies.
    REPLIES = counter("engagement[scope,kind].counters.replies", Counter::Replies);
    /// Most people who watched a live at once, summed over posts.
    PEAK_VIEWERS = counter("engagement[scope,kind].counters.peak_viewers", Counter::PeakViewers);
    /// Seconds that lives ran.
    LIVE_SECONDS = counter("engagement[scope,kind].counters.live_seconds", Counter::LiveSeconds);

    /// Engagements (e-v1): likes, comments, shares and saves.
    ENGAGEMENTS = shares("engagement[scope,kind].engagements", |facts| {
        facts.engagement.engagements.value
    })
    .unless(&[NO_ENGAGEMENTS]);

    /// Posts with at least one counter.
    POSTS_OBSERVED = count("engagement[scope,kind].posts_observed", |facts| {
        facts.engagement.posts.into()
    });

    /// Engagement rate by followers at publication, over the posts that have both. Giveaways are
    /// left out.
    ER_FOLLOWERS = ratio(
        "engagement[scope,kind].er_followers.overall",
        "Σ engagements ÷ Σ followers",
        |facts| rate(facts, |sums| sums.by_followers),
    )
    .unless(&[NO_FOLLOWERS_PAIR])
    .covers(|facts| facts.engagement.by_followers.posts)
    .example(&[post(570, 10_000)], "57/1000");

    /// Mean of the posts' rates. The fraction of the mean of more than 64 posts is not shown.
    ER_FOLLOWERS_MEAN = posts(
        "engagement[scope,kind].er_followers.mean",
        "Σ (engagements ÷ followers) ÷ posts",
        Formula::Mean(|sums| sums.by_followers),
    )
    .unless(&[NO_FOLLOWERS_PAIR])
    .covers(|facts| facts.engagement.by_followers.posts)
    .example(&[post(1, 2), post(1, 3)], "5/12");

    /// Median of the posts' rates; of an even count, the mean of the middle two.
    ER_FOLLOWERS_MEDIAN = posts(
        "engagement[scope,kind].er_followers.median",
        "the middle one of engagements ÷ followers",
        Formula::Median(|sums| sums.by_followers),
    )
    .unless(&[NO_FOLLOWERS_PAIR])
    .covers(|facts| facts.engagement.by_followers.posts)
    .example(&[post(1, 10), post(2, 10), post(9, 10)], "1/5");

    /// Posts that have both.
    ER_FOLLOWERS_POSTS = count("engagement[scope,kind].er_followers.posts", |facts| {
        facts.engagement.by_followers.posts.into()
    });

    /// Engagement rate by reach, over the posts that have both. Giveaways are left out.
    ER_REACH = ratio(
        "engagement[scope,kind].er_reach.overall",
        "Σ engagements ÷ Σ reach",
        |facts| rate(facts, |sums| sums.by_reach),
    )
    .unless(&[NO_REACH_PAIR])
    .covers(|facts| facts.engagement.by_reach.posts)
    .example(&[post(570, 10_000)], "57/1000");

    /// Mean of the posts' rates. The fraction of the mean of more than 64 posts is not shown.
    ER_REACH_MEAN = posts(
        "engagement[scope,kind].er_reach.mean",
        "Σ (engagements ÷ reach) ÷ posts",
        Formula::Mean(|sums| sums.by_reach),
    )
    .unless(&[NO_REACH_PAIR])
    .covers(|facts| facts.engagement.by_reach.posts)
    .example(&[post(1, 2), post(1, 3)], "5/12");

    /// Median of the posts' rates; of an even count, the mean of the middle two.
    ER_REACH_MEDIAN = posts(
        "engagement[scope,kind].er_reach.median",
        "the middle one of engagements ÷ reach",
        Formula::Median(|sums| sums.by_reach),
    )
    .unless(&[NO_REACH_PAIR])
    .covers(|facts| facts.engagement.by_reach.posts)
    .example(&[post(1, 10), post(9, 10)], "1/2");

    /// Posts that have both.
    ER_REACH_POSTS = count("engagement[scope,kind].er_reach.posts", |facts| {
        facts.engagement.by_reach.posts.into()
    });

    /// Engagement rate by views, over the posts that have both. Giveaways are left out.
    ER_VIEWS = ratio(
        "engagement[scope,kind].er_views.overall",
        "Σ engagements ÷ Σ views",
        |facts| rate(facts, |sums| sums.by_views),
    )
    .unless(&[NO_VIEWS_PAIR])
    .covers(|facts| facts.engagement.by_views.posts)
    .example(&[post(570, 10_000)], "57/1000");

    /// Mean of the posts' rates. The fraction of the mean of more than 64 posts is not shown.
    ER_VIEWS_MEAN = posts(
        "engagement[scope,kind].er_views.mean",
        "Σ (engagements ÷ views) ÷ posts",
        Formula::Mean(|sums| sums.by_views),
    )
    .unless(&[NO_VIEWS_PAIR])
    .covers(|facts| facts.engagement.by_views.posts)
    .example(&[post(1, 2), post(1, 3)], "5/12");

    /// Median of the posts' rates; of an even count, the mean of the middle two.
    ER_VIEWS_MEDIAN = posts(
        "engagement[scope,kind].er_views.median",
        "the middle one of engagements ÷ views",
        Formula::Median(|sums| sums.by_views),
    )
    .unless(&[NO_VIEWS_PAIR])
    .covers(|facts| facts.engagement.by_views.posts)
    .example(&[post(1, 10), post(2, 10), post(9, 10)], "1/5");

    /// Posts that have both.
    ER_VIEWS_POSTS = count("engagement[scope,kind].er_views.posts", |facts| {
        facts.engagement.by_views.posts.into()
    });

    /// Click-through rate, over the posts that have both.
    CTR = ratio("engagement[scope,kind].ctr", "Σ clicks ÷ Σ impressions", |facts| {
        rate(facts, |sums| sums.clicks_by_impressions)
    })
    .unless(&[NO_CLICKS_PAIR])
    .covers(|facts| facts.engagement.clicks_by_impressions.posts)
    .example(&[clicks(30), impressions(1_500)], "1/50");

    /// Conversion rate.
    CVR = ratio("engagement[scope,kind].cvr", "attributed conversions ÷ clicks", |facts| {
        let clicks = seen(facts, Counter::Clicks);
        [in_wholes(facts.tally.conversions_bp()), in_wholes(clicks.value)]
    })
    .unless(&[NO_CLICKS, MIXED])
    .covers(|facts| seen(facts, Counter::Clicks).posts)
    .example(&[conversions(8), clicks(30)], "4/15");

    /// Earned media value: counters at the prices that the campaign's model has for their platform.
    EMV = priced("engagement[scope,kind].emv", "Σ counter · price of a thousand ÷ 1,000", |facts| {
        in_wholes(facts.engagement.worth.value) / exact(1_000)
    })
    .unless(&[NO_MODEL, NOTHING_PRICED])
    .covers(|facts| facts.engagement.worth.posts)
    .example(&[impressions(1_500), price_of_impressions(200)], "300/1");

    /// Cost per engagement.
    CPE = ratio("engagement[scope,kind].unit_costs[basis].cpe", "C ÷ engagements", |facts| {
        each(facts, facts.engagement.engagements)
    })
    .unit(Unit::Minor)
    .unless(&[NO_ENGAGEMENTS, MIXED, FOREIGN_COST])
    .covers(|facts| facts.engagement.engagements.posts)
    .example(&[cost(500), engagements(200)], "5/2");

    /// Cost per view.
    CPV = ratio("engagement[scope,kind].unit_costs[basis].cpv", "C ÷ views", |facts| {
        each(facts, seen(facts, Counter::Views))
    })
    .unit(Unit::Minor)
    .unless(&[NO_VIEWS, MIXED, FOREIGN_COST])
    .covers(|facts| seen(facts, Counter::Views).posts)
    .example(&[cost(500), views(1_500)], "1/3");

    /// Cost per click.
    CPC = ratio("engagement[scope,kind].unit_costs[basis].cpc", "C ÷ clicks", |facts| {
        each(facts, seen(facts, Counter::Clicks))
    })
    .unit(Unit::Minor)
    .unless(&[NO_CLICKS, MIXED, FOREIGN_COST])
    .covers(|facts| seen(facts, Counter::Clicks).posts)
    .example(&[cost(500), clicks(30)], "50/3");

    /// Cost per thousand impressions.
    CPM_IMPRESSIONS = ratio(
        "engagement[scope,kind].unit_costs[basis].cpm_impressions",
        "1,000 · C ÷ impressions",
        |facts| thousand(facts, Counter::Impressions),
    )
    .unit(Unit::Minor)
    .unless(&[NO_IMPRESSIONS, MIXED, FOREIGN_COST])
    .covers(|facts| seen(facts, Counter::Impressions).posts)
    .example(&[cost(500), impressions(1_500)], "1000/3");

    /// Cost per thousand people reached, not deduplicated.
    CPM_REACH = ratio(
        "engagement[scope,kind].unit_costs[basis].cpm_reach",
        "1,000 · C ÷ reach",
        |facts| thousand(facts, Counter::Reach),
    )
    .unit(Unit::Minor)
    .unless(&[NO_REACH, MIXED, FOREIGN_COST])
    .covers(|facts| seen(facts, Counter::Reach).posts)
    .example(&[cost(500), reach(1_500)], "1000/3");

    /// Cost per thousand views.
    CPM_VIEWS = ratio(
        "engagement[scope,kind].unit_costs[basis].cpm_views",
        "1,000 · C ÷ views",
        |facts| thousand(facts, Counter::Views),
    )
    .unit(Unit::Minor)
    .unless(&[NO_VIEWS, MIXED, FOREIGN_COST])
    .covers(|facts| seen(facts, Counter::Views).posts)
    .example(&[cost(500), views(1_500)], "1000/3");
}
