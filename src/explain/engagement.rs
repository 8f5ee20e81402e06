//! Engagement, taken apart: which observation gives which part of the sums over posts.
//!
//! The counters of a post are those of its head, so the head's observation adds all of them and a
//! superseded one adds nothing. Followers at publication come from the event that put the post
//! live.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::gather::{Behind, Subject};
use super::number::{Number, Part};
use crate::domain::rows::Rows;
use crate::domain::state::{Axis, Campaign, Entry, Heads, Publication};
use crate::domain::{
    Audience, CampaignRef, CollaborationRef, Counter, CounterPrices, Counters, Currency,
    EngagementSums, Paired, Position, PublicationRef, Totals, WHOLE_BP,
};
use crate::report;
use crate::store;

/// A post, and the part of it that is credited.
pub struct Credited {
    /// Its name.
    pub name: PublicationRef,
    /// Its row.
    pub post: Arc<Publication>,
    /// In basis points.
    pub share_bp: u32,
    /// What its counters are worth to its campaign.
    pub prices: CounterPrices,
}

/// The heads that a number reads.
pub(super) fn heads<'a>(
    number: &Number,
    credited: &'a Credited,
    key: Audience,
) -> Option<&'a Heads> {
    let series = credited.post.series.get(&key)?;
    Some(if number.on_time {
        series.on_time()
    } else {
        &series.counted
    })
}

/// Parts of the sums over a post, by the event that gives them.
pub type Pieces = BTreeMap<Position, EngagementSums>;

impl Behind {
    /// Finds the posts that are credited.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn credited(&self, part: &Part) -> Result<Vec<Credited>, store::Error> {
        let mut posts = Vec::new();
        match &self.subject {
            Subject::Campaign(campaign) => {
                for name in report::posts_of_campaign(&self.rows, campaign)? {
                    posts.extend(self.post(name, |_| WHOLE_BP)?);
                }
            }
            Subject::Partnership(creator) => {
                for (campaign, collaboration) in &self.collaborations {
                    let place = CollaborationRef {
                        brand: creator.brand.clone(),
                        campaign: campaign.clone(),
                        collaboration: collaboration.clone(),
                    };
                    if !self.is_in(part, &place.campaign_ref())? {
                        continue;
                    }
                    for name in report::posts_of_collaboration(&self.rows, &place)? {
                        let share = |post: &Publication| {
                            let mut credits = post.credits.iter();
                            let own = credits.find(|one| one.collaboration == *collaboration);
                            own.map_or(0, |credit| credit.share_bp)
                        };
                        posts.extend(self.post(name, share)?);
                    }
                }
            }
        }
        Ok(posts)
    }

    /// Returns whether a campaign is in a part of the facts.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn is_in(&self, part: &Part, campaign: &CampaignRef) -> Result<bool, store::Error> {
        Ok(match part {
            Part::All => true,
            Part::Campaign(id) => *id == campaign.campaign,
            Part::Currency(currency) => self.currency(campaign)? == Some(*currency),
        })
    }

    fn currency(&self, campaign: &CampaignRef) -> Result<Option<Currency>, store::Error> {
        let row = self.rows.get::<Campaign>(&Campaign::key(campaign))?;
        Ok(row.map(|row| row.plan.currency))
    }

    fn post(
        &self,
        name: PublicationRef,
        share_bp: impl Fn(&Publication) -> u32,
    ) -> Result<Option<Credited>, store::Error> {
        let Some(post) = self.rows.get::<Publication>(&Publication::key(&name))? else {
            return Ok(None);
        };
        let campaign = Campaign::key(&name.collaboration.campaign_ref());
        let campaign = self.rows.get::<Campaign>(&campaign)?;
        let prices = campaign.map(|campaign| campaign.emv_prices(post.platform.platform));
        Ok(Some(Credited {
            share_bp: share_bp(&post),
            prices: prices.unwrap_or_default(),
            name,
            post,
        }))
    }

    /// Takes a post apart by the heads of a series.
    pub fn pieces(&self, credited: &Credited, heads: &Heads, share_bp: u32) -> Pieces {
        let published = self.published.get(&credited.name).copied();
        let cut = Cut {
            post: &credited.post,
            prices: &credited.prices,
            share: i128::from(share_bp),
            published: published.unwrap_or_default(),
        };
        cut.apart(heads)
    }

    /// Visits the observations of a series of a post, from the latest back.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn observations(
        &self,
        credited: &Credited,
        audience: Audience,
        visit: &mut dyn FnMut(&Entry),
    ) -> Result<(), store::Error> {
        let axis = Axis::new(&Publication::key(&credited.name), audience);
        axis.walk_back(&self.rows, &mut |entry| {
            visit(entry);
            ControlFlow::Continue(())
        })
    }
}

/// What an observation would add if all its counters counted.
pub fn as_if_standing(credited: &Credited, counters: &Counters, share_bp: u32) -> EngagementSums {
    let mut sums = EngagementSums::default();
    sums.apply(&crate::domain::EngagementChange {
        before: Counters::default(),
        after: *counters,
        followers: credited.post.followers,
        incentivised: credited.post.incentivised,
        share_bp,
        prices: credited.prices,
    });
    sums
}

/// Puts sums where the formula of a number reads them.
pub fn as_totals(key: Audience, sums: EngagementSums) -> Totals {
    let mut totals = Totals::default();
    let sums = Box::new(sums);
    totals.counted.engagement.insert(key, sums.clone());
    totals.on_time.engagement.insert(key, sums);
    totals
}

struct Cut<'a> {
    post: &'a Publication,
    prices: &'a CounterPrices,
    share: i128,
    published: Position,
}

impl Cut<'_> {
    fn apart(&self, heads: &Heads) -> Pieces {
        let mut pieces = Pieces::new();
        for counter in Counter::ALL {
            if let Some(head) = heads.get(counter) {
                let sum = &mut pieces.entry(head.latest).or_default().counters[counter as usize];
                sum.value += i128::from(head.value) * self.share;
                sum.posts += 1;
            }
        }
        // The number of posts comes from the last event of each.
        if let Some(mut last) = pieces.last_entry() {
            last.get_mut().posts += 1;
        }
        let engaged = Counter::ENGAGEMENTS.iter();
        let engaged: Vec<_> = engaged.filter_map(|counter| heads.get(*counter)).collect();
        let parts: Vec<_> = engaged
            .iter()
            .map(|head| (head.latest, head.value))
            .collect();
        for (at, value) in &parts {
            let sum = &mut pieces.entry(*at).or_default().engagements;
            sum.value += i128::from(*value) * self.share;
        }
        if let Some(last) = parts.iter().map(|(at, _)| *at).max() {
            pieces.entry(last).or_default().engagements.posts += 1;
        }
        let one = |counter| heads.get(counter).map(|head| (head.latest, head.value));
        if !self.post.incentivised {
            let followers = self.post.followers.map(|value| (self.published, value));
            self.pair(&mut pieces, &parts, followers, |sums| {
                &mut sums.by_followers
            });
            self.pair(&mut pieces, &parts, one(Counter::Reach), |sums| {
                &mut sums.by_reach
            });
            self.pair(&mut pieces, &parts, one(Counter::Views), |sums| {
                &mut sums.by_views
            });
        }
        let clicks: Vec<_> = one(Counter::Clicks).into_iter().collect();
        let impressions = one(Counter::Impressions);
        self.pair(&mut pieces, &clicks, impressions, |sums| {
            &mut sums.clicks_by_impressions
        });
        self.worth(&mut pieces, heads);
        pieces
    }

    /// Adds what the counters with a price are worth.
    fn worth(&self, pieces: &mut Pieces, heads: &Heads) {
        let priced = Counter::ALL.into_iter().filter_map(|counter| {
            let price = i128::from(self.prices.of(counter));
            let head = heads.get(counter).filter(|_| price > 0)?;
            Some((head.latest, i128::from(head.value) * price))
        });
        let priced: Vec<_> = priced.collect();
        for (at, worth) in &priced {
            pieces.entry(*at).or_default().worth.value += worth * self.share;
        }
        if let Some(last) = priced.iter().map(|(at, _)| *at).max() {
            pieces.entry(last).or_default().worth.posts += 1;
        }
    }

    /// Adds to both sides of a ratio, if the post has both.
    fn pair(
        &self,
        pieces: &mut Pieces,
        numerators: &[(Position, u64)],
        denominator: Option<(Position, u64)>,
        of: fn(&mut EngagementSums) -> &mut Paired,
    ) {
        let Some(((by, value), last)) = denominator.zip(numerators.iter().map(|(at, _)| *at).max())
        else {
            return;
        };
        for (at, value) in numerators {
            let paired = of(pieces.entry(*at).or_default());
            paired.numerator += i128::from(*value) * self.share;
        }
        of(pieces.entry(by).or_default()).denominator += i128::from(value) * self.share;
        of(pieces.entry(last).or_default()).posts += 1;
    }
}
