//! Reports: campaign ROI, collaboration performance, and here what a partnership shares with them.

mod awareness;
mod comparison;
mod finals;
mod partnership;
mod posts;

pub use awareness::Days;
pub use comparison::{Group, Groups};
pub use finals::{final_report, final_roi};
pub use partnership::{rank, read_partnership};
pub use posts::{OfPosts, Rates, posts_of_campaign, posts_of_collaboration};

use super::figures::{Basis, figures};
use super::metric::{ratio, ratio_of};
use super::{budget, count, minor};
use crate::domain::metrics::ratings;
use crate::domain::rows::Rows;
use crate::domain::state::{Campaign, Collaboration, CommissionAccount, Creator};
use crate::domain::{
    CampaignRef, CollaborationRef, CollaborationState, Currency, Tier, Timestamp, Totals,
};
use crate::views::{CampaignTotals, CollaborationTotals, LastRecorded};
use crate::wire::proto::api;

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

/// Renders what a campaign cost and brought, from rows that stay as they are.
///
/// # Errors
/// When rows cannot be read.
pub fn read_roi<S: Rows>(
    rows: &S,
    name: &CampaignRef,
    campaign: &Campaign,
) -> Result<api::CampaignRoi, S::Error> {
    let totals = rows.get::<CampaignTotals>(&CampaignTotals::key(name))?;
    let (totals, rates) = (totals.unwrap_or_default(), Rates::of_campaign(rows, name)?);
    let now = LastRecorded::of(rows)?;
    Ok(campaign_roi(name, campaign, &totals, &rates, now))
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
        state: campaign.state.number(),
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
        disputed_numbers: count(totals.conduct.disputed_numbers),
        open_disputes: count(totals.conduct.open_disputes),
        products: Some(products(totals, campaign.plan.currency)),
        report_revisions: campaign.reports,
        holds: Some(holds(totals)),
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
        state: collaboration.state.number(),
        tier_at_acceptance: frozen.number(),
        tier_now: creator.map_or(Tier::Unknown, Creator::tier).number(),
        total,
        on_time,
        deliverables: deliverables(totals),
        delivery: Some(delivery(totals, now)),
        quality: Some(quality(totals)),
        commission: commission(&collaboration.commission),
        accepted_on_behalf: acceptance.is_some_and(|one| one.on_behalf_of.is_some()),
        products: Some(products(totals, campaign.plan.currency)),
        holds: Some(holds(totals)),
    }
}

fn holds(totals: &Totals) -> api::HoldTotals {
    api::HoldTotals {
        placed: count(totals.holds.placed),
        open: count(totals.holds.open),
    }
}

fn commission(account: &CommissionAccount) -> Option<api::CommissionBalance> {
    let none = *account == CommissionAccount::default();
    (!none).then_some(api::CommissionBalance {
        earned_minor: account.earned_minor,
        carried_minor: account.carried_minor,
    })
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
    let overdue: i64 = delivery
        .open_dues
        .range(..now)
        .map(|(_, count)| count)
        .sum();
    let due = delivery.published + overdue;
    api::Delivery {
        accepted_deliverables: count(delivery.accepted),
        verified_deliverables: count(delivery.verified),
        completion_rate: ratio_of(delivery.verified, delivery.accepted),
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
        breaches_removed_early: count(delivery.removed_early),
        removed: count(delivery.removed),
    }
}

fn products(totals: &Totals, currency: Currency) -> api::ProductFigures {
    let products = &totals.products;
    api::ProductFigures {
        currency_code: currency.to_string(),
        shipped: count(products.shipped),
        received: count(products.received),
        returned: count(products.returned),
        cost_of_goods_minor: minor(products.cost_of_goods),
        fair_value_minor: minor(products.fair_value),
        returned_cost_of_goods_minor: minor(products.returned_cost_of_goods),
        returned_fair_value_minor: minor(products.returned_fair_value),
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
