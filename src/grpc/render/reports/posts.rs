//! The posts behind a report, and what rates are told of.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::domain::metrics::{Rate, rate};
use crate::domain::rows::{Rows, Scan};
use crate::domain::state::{CreatorCollaboration, CreditedPost, Publication};
use crate::domain::{
    CampaignId, CampaignRef, CollaborationRef, CreatorRef, EngagementSums, MeasurementKind,
    MeasurementScope, Paired, PublicationRef,
};

/// The posts that rates are told of, as the rows have them.
pub type Posts = Vec<Arc<Publication>>;

/// Engagement of single posts, whole, for means and medians.
#[derive(Clone, Debug, Default)]
pub struct Rates(BTreeMap<(bool, MeasurementScope, MeasurementKind), Vec<EngagementSums>>);

impl Rates {
    /// Takes in the rates of other posts.
    pub fn add(&mut self, others: &Self) {
        for (key, posts) in &others.0 {
            let known = self.0.entry(*key).or_default();
            known.extend(posts.iter().cloned());
        }
    }

    /// Takes the rates of posts.
    pub fn of_posts(posts: &Posts) -> Self {
        let mut rates = Self::default();
        for post in posts {
            for ((scope, kind), series) in &post.series {
                for (on_time, heads) in [(true, series.on_time()), (false, &series.counted)] {
                    let sums = EngagementSums::of_post(post, &heads.values());
                    let of_kind = rates.0.entry((on_time, *scope, *kind));
                    of_kind.or_default().push(sums);
                }
            }
        }
        rates
    }

    /// Returns the rates of the posts that have both numerator and a denominator that is not 0.
    pub fn of(
        &self,
        on_time: bool,
        scope: MeasurementScope,
        kind: MeasurementKind,
        pick: fn(&EngagementSums) -> Paired,
    ) -> Vec<Rate> {
        let posts = self.0.get(&(on_time, scope, kind)).into_iter().flatten();
        posts
            .map(pick)
            .filter(|paired| paired.posts > 0)
            .filter_map(|paired| rate(paired.numerator, paired.denominator))
            .collect()
    }
}

/// Reads the rows of posts.
///
/// # Errors
/// When rows cannot be read.
pub fn read_posts<S: Rows>(rows: &S, posts: &[PublicationRef]) -> Result<Posts, S::Error> {
    let read = |post| rows.get(&Publication::key(post)).transpose();
    posts.iter().filter_map(read).collect()
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
