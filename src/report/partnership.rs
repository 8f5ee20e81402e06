//! What a brand and a creator did together.

use std::collections::BTreeMap;

use super::figures::{figures, roi_ppm};
use super::metric::{PPM, Shown, ratio, seconds};
use super::posts::posts_of_creator;
use super::{Rates, agreements, delivery, holds, product_figures, quality};
use crate::domain::metrics::{
    CostBasis, Earned, Exact, Facts, Known, Metric, Standing, partnership as of_both, publish, work,
};
use crate::domain::rows::Rows;
use crate::domain::state::Creator;
use crate::domain::{CampaignId, CreatorRef, Currency, Tier, Timestamp, Totals};
use crate::views::{CampaignShare, LastRecorded, Lifetime, Partnership};
use crate::wire::proto::api;

/// Renders a partnership with all it adds up to.
///
/// # Errors
/// When rows cannot be read.
pub fn read_partnership<S: Rows>(
    rows: &S,
    name: &CreatorRef,
    row: &Partnership,
) -> Result<api::Partnership, S::Error> {
    let creator = rows.get::<Creator>(&Creator::key(name))?;
    let mut rates: BTreeMap<CampaignId, Rates> = BTreeMap::new();
    for (campaign, posts) in posts_of_creator(rows, name)? {
        rates.insert(campaign, Rates::of_posts(rows, &posts)?);
    }
    let now = LastRecorded::of(rows)?;
    let together = row.sum(rows, &name.brand)?;
    Ok(partnership(
        name,
        creator.as_deref(),
        row,
        &together,
        &rates,
        now,
    ))
}

/// Renders what a brand and a creator did together.
fn partnership(
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
    let known = Known {
        plan: None,
        earned: None,
        now,
        ratings: all.ratings,
        standing: Standing::of_partnership(row.accepted_at.len(), creator),
    };
    let shown = Shown {
        facts: Facts::of(&all, false, &known),
        currency: None,
    };
    let mut accepted = row.accepted_at.clone();
    accepted.sort();
    let times = |metric: &Metric| metric.of_times(&accepted, together.last_activity_at);
    api::Partnership {
        brand_id: name.brand.to_string(),
        creator_id: name.creator.to_string(),
        blocked: creator.is_some_and(|creator| creator.blocked.is_some()),
        tier_now: creator.map_or(Tier::Unknown, Creator::tier).number(),
        first_invited_at: row.first_invited_at.map(Into::into),
        first_accepted_at: accepted.first().copied().map(Into::into),
        last_accepted_at: accepted.last().copied().map(Into::into),
        last_activity_at: together.last_activity_at.map(Into::into),
        tenure_seconds: seconds(times(&of_both::TENURE), Exact::ceil),
        collaborations: agreements(shown, &of_both::COLLABORATIONS),
        accepted_collaborations: shown.count(&of_both::ACCEPTED),
        repeat_rate: shown.ratio(&of_both::REPEAT_RATE),
        acceptance_rate: shown.ratio(&work::ACCEPTANCE_RATE),
        longest_gap_seconds: seconds(times(&of_both::LONGEST_GAP), Exact::floor),
        mean_gap_seconds: ratio(times(&of_both::MEAN_GAP)),
        delivery: Some(delivery(shown)),
        quality: Some(quality(shown)),
        lifetime: lifetime(together, rates),
        campaigns: trend(together, rates),
        mean_days_until_paid: shown.ratio(&of_both::DAYS_UNTIL_PAID),
        disputes: shown.count(&of_both::DISPUTES),
        open_disputes: shown.count(&work::OPEN_DISPUTES),
        blocks: shown.count(&of_both::BLOCKS),
        products: products_by_currency(together),
        flags: shown.count(&of_both::FLAGS),
        open_flags: shown.count(&of_both::OPEN_FLAGS),
        holds: Some(holds(shown)),
        assessments: shown.count(&of_both::ASSESSMENTS),
        assessment: creator
            .and_then(|creator| creator.assessment.as_ref())
            .map(Into::into),
    }
}

fn products_by_currency(together: &Lifetime) -> Vec<api::ProductFigures> {
    let mut by_currency: BTreeMap<Currency, Totals> = BTreeMap::new();
    for share in together.campaigns.values() {
        *by_currency.entry(share.currency).or_default() += &share.totals;
    }
    let known = Known::default();
    let of = |(currency, totals): (&Currency, &Totals)| {
        product_figures(Shown {
            facts: Facts::of(totals, false, &known),
            currency: Some(*currency),
        })
    };
    by_currency.iter().map(of).collect()
}

/// By what partnerships are listed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PartnershipOrder {
    /// By creator.
    Creator,
    /// By lifetime ROI.
    LifetimeRoi {
        /// Over the campaigns in this currency.
        currency: Currency,
        /// On this cost.
        basis: CostBasis,
    },
    /// By how often work was on time.
    OnTime,
    /// By the last event.
    LastContact,
}

/// The place of a partnership in a list: the greater, the earlier; `None` comes last.
pub fn rank(order: &PartnershipOrder, together: &Lifetime, now: Timestamp) -> Option<i64> {
    let known = Known {
        now,
        ..Known::default()
    };
    let sum = |is_meant: &dyn Fn(&CampaignShare) -> bool| {
        let mut all = Totals::default();
        let shares = together.campaigns.values().filter(|share| is_meant(share));
        shares.for_each(|share| all += &share.totals);
        all
    };
    match order {
        PartnershipOrder::Creator => None,
        PartnershipOrder::LifetimeRoi { currency, basis } => {
            let all = sum(&|share| share.currency == *currency);
            roi_ppm(Facts::of(&all, false, &known), *basis)
        }
        PartnershipOrder::OnTime => {
            let all = sum(&|_| true);
            let rate = work::ON_TIME_RATE.value(&Facts::of(&all, false, &known));
            publish(&rate.ok()?, PPM).ok()
        }
        PartnershipOrder::LastContact => together.last_activity_at.map(Timestamp::nanos),
    }
}

/// Lifetime figures by reporting currency: amounts of different currencies are never added.
fn lifetime(together: &Lifetime, rates: &BTreeMap<CampaignId, Rates>) -> Vec<api::Figures> {
    let mut by_currency: BTreeMap<Currency, (Totals, Rates, Earned)> = BTreeMap::new();
    for (campaign, share) in &together.campaigns {
        let (totals, all, earned) = by_currency.entry(share.currency).or_default();
        *totals += &share.totals;
        earned.add(share.margin_bp, &share.totals.counted);
        if let Some(rates) = rates.get(campaign) {
            all.add(rates);
        }
    }
    let of = |(currency, (totals, rates, earned)): (Currency, (Totals, Rates, Earned))| {
        over_campaigns(&totals, currency, &rates, earned)
    };
    by_currency.into_iter().map(of).collect()
}

fn trend(together: &Lifetime, rates: &BTreeMap<CampaignId, Rates>) -> Vec<api::CampaignTrend> {
    let none = Rates::default();
    let mut campaigns: Vec<_> = together.campaigns.iter().collect();
    campaigns.sort_by_key(|(_, share)| share.first_invited_at);
    let of = |(campaign, share): (&CampaignId, &CampaignShare)| {
        let rates = rates.get(campaign).unwrap_or(&none);
        let mut earned = Earned::default();
        earned.add(share.margin_bp, &share.totals.counted);
        let figures = over_campaigns(&share.totals, share.currency, rates, earned);
        api::CampaignTrend {
            campaign_id: campaign.to_string(),
            first_invited_at: Some(share.first_invited_at.into()),
            collaborations: share.collaborations as u64,
            figures: Some(figures),
        }
    };
    campaigns.into_iter().map(of).collect()
}

/// Shows figures over several campaigns: each earns by its own margin, and no model holds for all of
/// them.
pub(super) fn over_campaigns(
    totals: &Totals,
    currency: Currency,
    rates: &Rates,
    earned: Earned,
) -> api::Figures {
    let known = Known {
        earned: Some(earned),
        ..Known::default()
    };
    let shown = Shown {
        facts: Facts::of(totals, false, &known),
        currency: Some(currency),
    };
    figures(shown, rates, false)
}
