//! Reports: campaign ROI, collaboration performance, partnership.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::figures::{Basis, figures};
use super::metric::{ratio, ratio_of};
use super::{budget, campaign_state, collaboration_state, count, time};
use crate::domain::metrics::{Absent, Rate, divide, exact, rate, ratings};
use crate::domain::rows::{Rows, Scan};
use crate::domain::state::{
    Campaign, Collaboration, Creator, CreatorCollaboration, CreditedPost, Publication,
};
use crate::domain::{
    CampaignId, CampaignRef, CollaborationRef, CollaborationState, CreatorRef, Currency,
    DeliverableState, EngagementSums, MeasurementKind, MeasurementScope, Paired, PublicationRef,
    Tier, Timestamp, Totals,
};
use crate::proto::{api, values};
use crate::views::{CampaignShare, CampaignTotals, CollaborationTotals, Lifetime, Partnership};

/// The posts that rates are told of, as the rows have them.
pub type Posts = Vec<Arc<Publication>>;

/// Engagement of single posts, whole, for means and medians.
#[derive(Clone, Debug, Default)]
pub struct Rates(BTreeMap<(bool, MeasurementScope, MeasurementKind), Vec<EngagementSums>>);

impl Rates {
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

fn both(totals: &Totals, campaign: &Campaign, rates: &Rates) -> [Option<api::Figures>; 2] {
    let basis = |on_time| Basis {
        currency: campaign.plan.currency,
        margin_bp: campaign.plan.gross_margin_bp,
        emv: campaign.plan.emv_model.as_ref(),
        rates,
        rejected_claims: totals.rejected_claims,
        on_time,
    };
    [
        Some(figures(&totals.counted, &basis(false))),
        Some(figures(&totals.on_time, &basis(true))),
    ]
}

/// Renders what a campaign cost and brought. `now` is when the position reflected was recorded.
pub fn campaign_roi(
    name: &CampaignRef,
    campaign: &Campaign,
    row: &CampaignTotals,
    rates: &Rates,
    now: Timestamp,
) -> api::CampaignRoi {
    let totals = &row.totals;
    let [total, on_time] = both(totals, campaign, rates);
    api::CampaignRoi {
        brand_id: name.brand.to_string(),
        campaign_id: name.campaign.to_string(),
        state: campaign_state(campaign.state) as i32,
        budget: Some(budget(campaign.plan.budget_cap_minor, &campaign.budget)),
        total,
        on_time,
        agreements: agreements(totals),
        deliverables: deliverables(totals),
        acceptance_rate: acceptance_rate(totals),
        delivery: Some(delivery(totals, now)),
        quality: Some(quality(totals)),
        creators_gifted: count(totals.gifted),
        post_rate: ratio_of(totals.gifted_posted, totals.gifted),
        facts_after_measurement: count(totals.after_measurement),
    }
}

/// Renders what a collaboration cost and brought.
pub fn performance(
    name: &CollaborationRef,
    campaign: &Campaign,
    collaboration: &Collaboration,
    creator: Option<&Creator>,
    row: &CollaborationTotals,
    rates: &Rates,
    now: Timestamp,
) -> api::CollaborationPerformance {
    let totals = &row.totals;
    let [total, on_time] = both(totals, campaign, rates);
    let acceptance = collaboration.acceptance.as_ref();
    let frozen = acceptance.map_or(Tier::Unknown, |acceptance| acceptance.tier);
    api::CollaborationPerformance {
        brand_id: name.brand.to_string(),
        campaign_id: name.campaign.to_string(),
        collaboration_id: name.collaboration.to_string(),
        creator_id: collaboration.creator.to_string(),
        state: collaboration_state(collaboration.state) as i32,
        tier_at_acceptance: values::Tier::from(frozen) as i32,
        tier_now: values::Tier::from(creator.map_or(Tier::Unknown, Creator::tier)) as i32,
        total,
        on_time,
        deliverables: deliverables(totals),
        delivery: Some(delivery(totals, now)),
        quality: Some(quality(totals)),
        accepted_on_behalf: acceptance.is_some_and(|one| one.on_behalf_of.is_some()),
    }
}

/// Renders what a brand and a creator did together.
pub fn partnership(
    name: &CreatorRef,
    creator: Option<&Creator>,
    row: &Partnership,
    together: &Lifetime,
    rates: &BTreeMap<CampaignId, Rates>,
    now: Timestamp,
) -> api::Partnership {
    let mut all = Totals::default();
    together
        .campaigns
        .values()
        .for_each(|share| all += &share.totals);
    let accepted = row.accepted_at.len() as i64;
    let (first, last) = (
        row.accepted_at.iter().min().copied(),
        row.accepted_at.iter().max().copied(),
    );
    let tenure = first
        .zip(together.last_activity_at)
        .map(|(first, last)| last.since(first));
    let gaps: Vec<i128> = row.gaps().collect();
    let mean_gap = divide(
        &exact(gaps.iter().sum::<i128>()),
        &exact(gaps.len() as i64 * NANOS),
    );
    let (payments, seconds) = all.payments;
    let days_until_paid = match payments {
        0 => Err(Absent::NoObservation),
        payments => divide(&exact(seconds), &exact(payments * SECONDS_PER_DAY)),
    };
    api::Partnership {
        brand_id: name.brand.to_string(),
        creator_id: name.creator.to_string(),
        blocked: creator.is_some_and(|creator| creator.blocked.is_some()),
        tier_now: values::Tier::from(creator.map_or(Tier::Unknown, Creator::tier)) as i32,
        first_invited_at: row.first_invited_at.map(Into::into),
        first_accepted_at: first.map(Into::into),
        last_accepted_at: last.map(Into::into),
        last_activity_at: together.last_activity_at.map(Into::into),
        tenure_seconds: tenure.map_or(0, |tenure| tenure.seconds_late()),
        collaborations: agreements(&all),
        accepted_collaborations: count(accepted),
        repeat_rate: ratio_of((accepted - 1).max(0), accepted),
        acceptance_rate: acceptance_rate(&all),
        longest_gap_seconds: gaps
            .iter()
            .max()
            .map_or(0, |gap| (gap / i128::from(NANOS)) as u64),
        mean_gap_seconds: ratio(&mean_gap),
        delivery: Some(delivery(&all, now)),
        quality: Some(quality(&all)),
        lifetime: lifetime(together, rates),
        campaigns: trend(together, rates),
        mean_days_until_paid: ratio(&days_until_paid),
        blocks: creator.map_or(0, |creator| u64::from(creator.blocks)),
    }
}

const NANOS: i64 = 1_000_000_000;
const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

/// Lifetime figures by reporting currency: amounts of different currencies are never added.
fn lifetime(together: &Lifetime, rates: &BTreeMap<CampaignId, Rates>) -> Vec<api::Figures> {
    let mut by_currency: BTreeMap<Currency, (Totals, Rates)> = BTreeMap::new();
    for (campaign, share) in &together.campaigns {
        let (totals, all) = by_currency.entry(share.currency).or_default();
        *totals += &share.totals;
        for (key, posts) in rates.get(campaign).into_iter().flat_map(|rates| &rates.0) {
            all.0.entry(*key).or_default().extend(posts.iter().cloned());
        }
    }
    let of = |(currency, (totals, rates)): (Currency, (Totals, Rates))| {
        figures(&totals.counted, &of_currency(currency, &rates))
    };
    by_currency.into_iter().map(of).collect()
}

fn trend(together: &Lifetime, rates: &BTreeMap<CampaignId, Rates>) -> Vec<api::CampaignTrend> {
    let none = Rates::default();
    let mut campaigns: Vec<_> = together.campaigns.iter().collect();
    campaigns.sort_by_key(|(_, share)| share.first_invited_at);
    let of = |(campaign, share): (&CampaignId, &CampaignShare)| {
        let rates = rates.get(campaign).unwrap_or(&none);
        api::CampaignTrend {
            campaign_id: campaign.to_string(),
            first_invited_at: time(share.first_invited_at),
            collaborations: share.collaborations as u64,
            figures: Some(figures(
                &share.totals.counted,
                &of_currency(share.currency, rates),
            )),
        }
    };
    campaigns.into_iter().map(of).collect()
}

/// Over several campaigns neither a margin nor a model holds.
fn of_currency(currency: Currency, rates: &Rates) -> Basis<'_> {
    Basis {
        currency,
        margin_bp: None,
        emv: None,
        rates,
        rejected_claims: 0,
        on_time: false,
    }
}

fn agreements(totals: &Totals) -> Vec<api::StateCount> {
    let counts = totals.agreements.iter();
    counts
        .map(|(state, count)| state_count(state.name(), *count))
        .collect()
}

fn deliverables(totals: &Totals) -> Vec<api::StateCount> {
    let counts = totals.deliverables.iter();
    counts
        .map(|(state, count)| state_count(state.name(), *count))
        .collect()
}

fn state_count(state: &str, number: i64) -> api::StateCount {
    api::StateCount {
        state: state.to_owned(),
        count: count(number),
    }
}

fn acceptance_rate(totals: &Totals) -> Option<api::RatioMetric> {
    let reached = |state| totals.reached.get(&state).copied().unwrap_or(0);
    let accepted = reached(CollaborationState::Accepted);
    let refused = reached(CollaborationState::Declined) + reached(CollaborationState::Expired);
    ratio_of(accepted, accepted + refused)
}

fn delivery(totals: &Totals, now: Timestamp) -> api::Delivery {
    let delivery = &totals.delivery;
    let verified = totals
        .deliverables
        .get(&DeliverableState::Verified)
        .copied()
        .unwrap_or(0);
    let overdue: i64 = delivery
        .open_dues
        .range(..now)
        .map(|(_, count)| count)
        .sum();
    let due = delivery.published + overdue;
    api::Delivery {
        accepted_deliverables: count(delivery.accepted),
        verified_deliverables: count(verified),
        completion_rate: ratio_of(verified, delivery.accepted),
        published: count(delivery.published),
        overdue: count(overdue),
        on_time_rate: ratio_of(delivery.on_time, due),
        on_time_rate_original: ratio_of(delivery.on_time_original, due),
        seconds_late: u64::try_from(delivery.seconds_late).unwrap_or(u64::MAX),
        submissions: count(delivery.submissions),
        revisions: count(delivery.revisions),
        revision_rate: ratio_of(delivery.revisions, delivery.handed_in),
        breaches_late: count(delivery.published - delivery.on_time),
        breaches_unapproved: count(delivery.unapproved),
        breaches_undisclosed: count(delivery.undisclosed),
    }
}

fn quality(totals: &Totals) -> api::Quality {
    let rated = ratings(&totals.ratings);
    let (mean, variance) = match rated {
        Ok((mean, variance)) => (Ok(mean), Ok(variance)),
        Err(reason) => (Err(reason), Err(reason)),
    };
    api::Quality {
        ratings: count(totals.ratings.iter().sum()),
        mean: ratio(&mean),
        variance: ratio(&variance),
    }
}
