//! What a brand and a creator did together.

use std::collections::BTreeMap;

use super::posts::posts_of_creator;
use super::{Rates, acceptance_rate, agreements, delivery, holds, products, quality};
use crate::domain::metrics::{Absent, divide, exact};
use crate::domain::rows::Rows;
use crate::domain::state::Creator;
use crate::domain::{CampaignId, CreatorRef, Currency, Tier, Timestamp, Totals};
use crate::grpc::parse::PartnershipOrder;
use crate::grpc::render::figures::{Basis, figures, roi_ppm};
use crate::grpc::render::metric::{ratio, ratio_of};
use crate::grpc::render::{count, time};
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
        tier_now: creator.map_or(Tier::Unknown, Creator::tier).number(),
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
        disputes: count(all.conduct.disputes),
        open_disputes: count(all.conduct.open_disputes),
        blocks: creator.map_or(0, |creator| u64::from(creator.blocks)),
        products: products_by_currency(together),
        flags: creator.map_or(0, |creator| u64::from(creator.flags)),
        open_flags: creator.map_or(0, |creator| creator.open_flags.len() as u64),
        holds: Some(holds(&all)),
        assessments: creator.map_or(0, |creator| u64::from(creator.assessments)),
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
    let sums = by_currency.iter();
    sums.map(|(currency, totals)| products(totals, *currency))
        .collect()
}

/// Where a partnership stands in a list: the more, the earlier; `None` comes last.
pub fn rank(order: &PartnershipOrder, together: &Lifetime, now: Timestamp) -> Option<i64> {
    let mut all = Totals::default();
    let shares = together.campaigns.values();
    match order {
        PartnershipOrder::Creator => None,
        PartnershipOrder::LifetimeRoi { currency, basis } => {
            shares
                .filter(|share| share.currency == *currency)
                .for_each(|share| all += &share.totals);
            roi_ppm(&all.counted, *basis)
        }
        PartnershipOrder::OnTime => {
            shares.for_each(|share| all += &share.totals);
            parts_per_million(delivery(&all, now).on_time_rate)
        }
        PartnershipOrder::LastContact => together.last_activity_at.map(Timestamp::nanos),
    }
}

fn parts_per_million(metric: Option<api::RatioMetric>) -> Option<i64> {
    match metric?.value? {
        api::ratio_metric::Value::PartsPerMillion(ppm) => Some(ppm),
        api::ratio_metric::Value::Absent(_) => None,
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
        if let Some(rates) = rates.get(campaign) {
            all.add(rates);
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
pub(super) fn of_currency(currency: Currency, rates: &Rates) -> Basis<'_> {
    Basis {
        currency,
        margin_bp: None,
        emv: None,
        rates,
        rejected_claims: 0,
        on_time: false,
    }
}
