//! What a brand owes its creators.

use super::{parse, render};
use crate::domain::state::Balance;
use crate::domain::{CampaignRef, Money};
use crate::grpc::calls::{Listed, Lookup, Part, page};
use crate::grpc::campaign::reads::known_campaign;
use crate::report::minor;
use crate::store::Snapshot;
use crate::wire::proto::api;

/// Answers a page of `ListBalances`: of a brand, over all of its campaigns or in one of them.
pub(super) fn listed(
    rows: &Snapshot,
    query: &parse::BalancesQuery,
    part: &Part,
) -> Result<Listed<api::Balance>, Lookup> {
    let (prefix, over_budget) = match &query.campaign {
        Some(campaign) => {
            let name = CampaignRef {
                brand: query.brand.clone(),
                campaign: campaign.clone(),
            };
            let campaign = known_campaign(rows, &name)?;
            let over_budget = (minor(campaign.over_budget_minor()), campaign.plan.currency);
            (Balance::of_campaign(&name), Some(over_budget))
        }
        None => (Balance::of_brand(&query.brand), None),
    };
    let prefix = match &query.creator {
        Some(creator) => prefix.text(creator.as_str()),
        None => prefix,
    };
    let listed = page(rows, &prefix, part, |key, row: &Balance| {
        let (creator, currency) = Balance::named(key)?;
        let is_open = row.owed_minor() != 0 || row.carried_minor != 0;
        let wanted = query.currency.is_none_or(|only| only == currency)
            && query.open.is_none_or(|open| open == is_open);
        let (brand, campaign) = (&query.brand, query.campaign.as_ref());
        wanted.then(|| api::Balance {
            over_budget_minor: over_budget.map(|(minor, _)| minor),
            over_budget_decimal: over_budget.map_or_else(String::new, |(minor, currency)| {
                Money { currency, minor }.decimal()
            }),
            ..render::balance(brand, campaign, &creator, currency, row)
        })
    });
    Ok(listed?)
}
