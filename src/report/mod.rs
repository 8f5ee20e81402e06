//! Reports: rows added up and shown as messages.
//!
//! Owns what a report reads, which number is in which field, and how two reports differ. Does not
//! know who asks, nor how an answer is sent.

mod awareness;
mod budget;
mod compare;
mod comparison;
mod figures;
mod finals;
mod metric;
mod partnership;
mod posts;

pub use awareness::{Days, zone_named};
pub use budget::budget;
pub use compare::{changes, fields_of};
pub use comparison::{Group, Groups};
pub use finals::{final_report, final_roi};
pub use metric::{PPM, fraction, minor, ratio_of};
pub use partnership::{PartnershipOrder, rank, read_partnership};
pub use posts::{Rates, posts_of_campaign, posts_of_collaboration};

use figures::figures;
use metric::Shown;

use crate::domain::metrics::work::products;
use crate::domain::metrics::{
    Entry, Facts, Known, Metric, Plan, Standing, campaign as of_campaign, work,
};
use crate::domain::rows::Rows;
use crate::domain::state::{Campaign, Collaboration, CommissionAccount, Creator};
use crate::domain::{
    CampaignRef, CollaborationRef, CollaborationState, DeliverableState, Tier, Timestamp, Totals,
};
use crate::views::{CampaignTotals, CollaborationTotals, LastRecorded};
use crate::wire::decimals::Decimals;
use crate::wire::proto::api;

/// Looks at the facts of a campaign or of one of its collaborations.
fn looked_at<'a>(totals: &'a Totals, known: &'a Known, campaign: &Campaign) -> Shown<'a> {
    Shown {
        facts: Facts::of(totals, false, known),
        currency: Some(campaign.plan.currency),
    }
}

fn known(campaign: &Campaign, totals: &Totals, now: Timestamp) -> Known {
    Known {
        plan: Some(Plan::of(campaign)),
        earned: None,
        now,
        ratings: totals.ratings,
        standing: Standing::of_campaign(campaign),
    }
}

fn on_time(shown: Shown<'_>, rates: &Rates) -> api::Figures {
    let facts = Facts::of(shown.facts.totals, true, shown.facts.known);
    figures(Shown { facts, ..shown }, rates, true)
}

/// Renders the cost and the results of a campaign, from rows that do not change.
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

/// Renders the cost and the results of a campaign. `now` is when the reflected position was
/// recorded.
pub fn campaign_roi(
    name: &CampaignRef,
    campaign: &Campaign,
    row: &CampaignTotals,
    rates: &Rates,
    now: Timestamp,
) -> api::CampaignRoi {
    let known = known(campaign, &row.totals, now);
    let shown = looked_at(&row.totals, &known, campaign);
    api::CampaignRoi {
        brand_id: name.brand.to_string(),
        campaign_id: name.campaign.to_string(),
        state: campaign.state.number(),
        budget: Some(budget(campaign)),
        total: Some(figures(shown, rates, false)),
        on_time: Some(on_time(shown, rates)),
        agreements: agreements(shown, &of_campaign::AGREEMENTS),
        deliverables: deliverables(shown),
        acceptance_rate: shown.ratio(&work::ACCEPTANCE_RATE),
        delivery: Some(delivery(shown)),
        quality: Some(quality(shown)),
        creators_gifted: shown.count(&of_campaign::GIFTED),
        post_rate: shown.ratio(&of_campaign::POST_RATE),
        facts_after_measurement: shown.count(&of_campaign::AFTER_MEASUREMENT),
        disputed_numbers: shown.count(&of_campaign::DISPUTED_NUMBERS),
        open_disputes: shown.count(&work::OPEN_DISPUTES),
        products: Some(product_figures(shown)),
        report_revisions: campaign.reports,
        emv_model_version: emv_model_version(campaign),
        holds: Some(holds(shown)),
    }
}

/// Renders the cost and the results of a collaboration.
pub fn performance(
    name: &CollaborationRef,
    campaign: &Campaign,
    collaboration: &Collaboration,
    creator: Option<&Creator>,
    row: &CollaborationTotals,
    rates: &Rates,
    now: Timestamp,
) -> api::CollaborationPerformance {
    let known = known(campaign, &row.totals, now);
    let shown = looked_at(&row.totals, &known, campaign);
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
        total: Some(figures(shown, rates, false)),
        on_time: Some(on_time(shown, rates)),
        deliverables: deliverables(shown),
        delivery: Some(delivery(shown)),
        quality: Some(quality(shown)),
        commission: commission(shown, &collaboration.commission),
        emv_model_version: emv_model_version(campaign),
        accepted_on_behalf: acceptance.is_some_and(|one| one.on_behalf_of.is_some()),
        products: Some(product_figures(shown)),
        holds: Some(holds(shown)),
    }
}

fn emv_model_version(campaign: &Campaign) -> String {
    let model = campaign.emv_model.as_ref();
    model.map_or_else(String::new, |model| model.version.as_str().to_owned())
}

fn commission(shown: Shown<'_>, account: &CommissionAccount) -> Option<api::CommissionBalance> {
    let none = *account == CommissionAccount::default();
    let balance = api::CommissionBalance {
        earned_minor: account.earned_minor,
        carried_minor: account.carried_minor,
        ..api::CommissionBalance::default()
    };
    (!none).then(|| balance.with_decimals(shown.currency))
}

fn holds(shown: Shown<'_>) -> api::HoldTotals {
    api::HoldTotals {
        placed: shown.count(&work::HOLDS_PLACED),
        open: shown.count(&work::HOLDS_OPEN),
    }
}

fn agreements(shown: Shown<'_>, metric: &Metric) -> Vec<api::StateCount> {
    let states = shown.facts.totals.agreements.keys();
    let of = |state: &CollaborationState| api::StateCount {
        state: state.name().to_owned(),
        count: shown.at(Entry::Agreements(state.name())).count(metric),
    };
    states.map(of).collect()
}

fn deliverables(shown: Shown<'_>) -> Vec<api::StateCount> {
    let states = shown.facts.totals.deliverables.keys();
    let of = |state: &DeliverableState| {
        let shown = shown.at(Entry::Deliverables(state.name()));
        api::StateCount {
            state: state.name().to_owned(),
            count: shown.count(&of_campaign::DELIVERABLES),
        }
    };
    states.map(of).collect()
}

fn delivery(shown: Shown<'_>) -> api::Delivery {
    api::Delivery {
        accepted_deliverables: shown.count(&work::ACCEPTED),
        verified_deliverables: shown.count(&work::VERIFIED),
        completion_rate: shown.ratio(&work::COMPLETION_RATE),
        published: shown.count(&work::PUBLISHED),
        overdue: shown.count(&work::OVERDUE),
        on_time_rate: shown.ratio(&work::ON_TIME_RATE),
        on_time_rate_original: shown.ratio(&work::ON_TIME_RATE_ORIGINAL),
        seconds_late: shown.count(&work::SECONDS_LATE),
        submissions: shown.count(&work::SUBMISSIONS),
        revisions: shown.count(&work::REVISIONS),
        revision_rate: shown.ratio(&work::REVISION_RATE),
        breaches_late: shown.count(&work::LATE),
        breaches_unapproved: shown.count(&work::UNAPPROVED),
        breaches_undisclosed: shown.count(&work::UNDISCLOSED),
        breaches_removed_early: shown.count(&work::REMOVED_EARLY),
        removed: shown.count(&work::REMOVED),
        breaches_waived: shown.count(&work::PUBLISHED_WAIVED),
    }
}

fn product_figures(shown: Shown<'_>) -> api::ProductFigures {
    api::ProductFigures {
        currency_code: shown.currency_code(),
        shipped: shown.count(&products::SHIPPED),
        received: shown.count(&products::RECEIVED),
        returned: shown.count(&products::RETURNED),
        cost_of_goods_minor: shown.minor(&products::COST_OF_GOODS),
        fair_value_minor: shown.minor(&products::FAIR_VALUE),
        returned_cost_of_goods_minor: shown.minor(&products::RETURNED_COST_OF_GOODS),
        returned_fair_value_minor: shown.minor(&products::RETURNED_FAIR_VALUE),
        ..api::ProductFigures::default()
    }
    .with_decimals(shown.currency)
}

fn quality(shown: Shown<'_>) -> api::Quality {
    api::Quality {
        ratings: shown.count(&work::RATINGS),
        mean: shown.ratio(&work::RATING),
        variance: shown.ratio(&work::VARIANCE),
    }
}

fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}
