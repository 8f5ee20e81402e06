//! The posts behind a report, and the rates of each.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use crate::domain::metrics::{Rate, rate};
use crate::domain::rows::{Rows, Scan};
use crate::domain::state::{CreatorCollaboration, CreditedPost, Publication};
use crate::domain::{
    Audience, CampaignId, CampaignRef, CollaborationRef, CreatorRef, EngagementSums, PublicationRef,
};

/// Rates of single posts, for means and medians.
#[derive(Clone, Debug, Default)]
pub struct Rates(BTreeMap<(bool, Audience), OfPosts>);

/// Rates of the posts that have both the numerator and the denominator.
#[derive(Clone, Debug, Default)]
pub struct OfPosts {
    /// Engagements by followers.
    pub by_followers: Rated,
    /// Engagements by reach.
    pub by_reach: Rated,
    /// Engagements by views.
    pub by_views: Rated,
}

/// One rate of posts.
#[derive(Clone, Debug, Default)]
pub struct Rated {
    /// That of each post whose denominator is not 0.
    pub rates: Vec<Rate>,
    /// How many posts have a denominator of 0, and so no rate.
    pub zero: usize,
}

impl Rated {
    fn add(&mut self, others: &Self) {
        self.rates.extend(&others.rates);
        self.zero += others.zero;
    }
}

impl OfPosts {
    fn add(&mut self, post: &EngagementSums) {
        for (rates, paired) in [
            (&mut self.by_followers, &post.by_followers),
            (&mut self.by_reach, &post.by_reach),
            (&mut self.by_views, &post.by_views),
        ] {
            if paired.posts > 0 {
                match rate(paired.numerator, paired.denominator) {
                    Some(rate) => rates.rates.push(rate),
                    None => rates.zero += 1,
                }
            }
        }
    }
}

impl Rates {
    /// Reads the rates of the posts of a campaign, each once. A campaign may have many posts, so
    /// none of them is kept.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn of_campaign<S: Rows>(rows: &S, campaign: &CampaignRef) -> Result<Self, S::Error> {
        let mut rates = Self::default();
        let prefix = Publication::of_campaign(campaign);
        rows.scan::<Publication>(Scan::of(&prefix), &mut |_, post| {
            rates.add_post(post);
            ControlFlow::Continue(())
        })?;
        Ok(rates)
    }

    /// Reads the rates of the posts a collaboration is credited with.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn of_collaboration<S: Rows>(rows: &S, place: &CollaborationRef) -> Result<Self, S::Error> {
        Self::of_posts(rows, &posts_of_collaboration(rows, place)?)
    }

    /// Reads the rates of posts.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn of_posts<S: Rows>(rows: &S, posts: &[PublicationRef]) -> Result<Self, S::Error> {
        let mut rates = Self::default();
        for post in posts {
            if let Some(post) = rows.get::<Publication>(&Publication::key(post))? {
                rates.add_post(&post);
            }
        }
        Ok(rates)
    }

    fn add_post(&mut self, post: &Publication) {
        for (audience, series) in &post.series {
            for (on_time, heads) in [(true, series.on_time()), (false, &series.counted)] {
                let of_kind = self.0.entry((on_time, *audience));
                let sums = EngagementSums::of_post(post, &heads.values());
                of_kind.or_default().add(&sums);
            }
        }
    }

    /// Takes in the rates of other posts.
    pub fn add(&mut self, others: &Self) {
        for (key, posts) in &others.0 {
            let known = self.0.entry(*key).or_default();
            known.by_followers.add(&posts.by_followers);
            known.by_reach.add(&posts.by_reach);
            known.by_views.add(&posts.by_views);
        }
    }

    /// Returns the rates of one audience and kind.
    pub fn of(&self, on_time: bool, audience: Audience) -> Option<&OfPosts> {
        self.0.get(&(on_time, audience))
    }
}

/// Finds the posts of a campaign, each once.
///
/// # Errors
/// When rows cannot be read.
pub fn posts_of_campaign<S: Rows>(
    rows: &S,
    campaign: &CampaignRef,
) -> Result<Vec<PublicationRef>, S::Error> {
    posts_under(rows, campaign, &CreditedPost::of_campaign(campaign))
}

/// Finds the posts a collaboration is credited with.
///
/// # Errors
/// When rows cannot be read.
pub fn posts_of_collaboration<S: Rows>(
    rows: &S,
    place: &CollaborationRef,
) -> Result<Vec<PublicationRef>, S::Error> {
    posts_under(
        rows,
        &place.campaign_ref(),
        &CreditedPost::of_collaboration(place),
    )
}

/// Finds the posts a creator is credited with, by campaign.
///
/// # Errors
/// When rows cannot be read.
pub fn posts_of_creator<S: Rows>(
    rows: &S,
    creator: &CreatorRef,
) -> Result<BTreeMap<CampaignId, Vec<PublicationRef>>, S::Error> {
    let prefix = CreatorCollaboration::of_creator(&creator.brand, &creator.creator);
    let mut posts: BTreeMap<CampaignId, Vec<PublicationRef>> = BTreeMap::new();
    for (_, entry) in rows.page::<CreatorCollaboration>(Scan::of(&prefix), usize::MAX)? {
        let place = CollaborationRef {
            brand: creator.brand.clone(),
            campaign: entry.campaign.clone(),
            collaboration: entry.collaboration.clone(),
        };
        let of_one = posts_of_collaboration(rows, &place)?;
        posts
            .entry(entry.campaign.clone())
            .or_default()
            .extend(of_one);
    }
    Ok(posts)
}

fn posts_under<S: Rows>(
    rows: &S,
    campaign: &CampaignRef,
    prefix: &crate::domain::rows::Key,
) -> Result<Vec<PublicationRef>, S::Error> {
    let mut posts = Vec::new();
    rows.scan::<CreditedPost>(Scan::of(prefix), &mut |_, entry| {
        posts.push(PublicationRef {
            collaboration: CollaborationRef {
                brand: campaign.brand.clone(),
                campaign: campaign.campaign.clone(),
                collaboration: entry.owner.clone(),
            },
            publication: entry.publication.clone(),
        });
        ControlFlow::Continue(())
    })?;
    posts.sort();
    posts.dedup();
    Ok(posts)
}
