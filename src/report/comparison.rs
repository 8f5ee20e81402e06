//! Collaborations by tier, niche and platform, side by side.

use std::collections::BTreeMap;

use super::Rates;
use super::count;
use super::partnership::over_campaigns;
use crate::domain::metrics::Earned;
use crate::domain::{Currency, Niche, Tier, Totals, Venue};
use crate::wire::proto::api;
use crate::wire::values::optional_number;

/// The common properties of the collaborations of a group; `None` if they are not grouped by it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Group {
    /// Tier at acceptance.
    pub tier: Option<Tier>,
    /// A niche of the creator that the campaign looks for; `Some(None)` when there is none.
    pub niche: Option<Option<Niche>>,
    /// Platform of everything promised; `Some(None)` when there are several.
    pub platform: Option<Option<Venue>>,
    /// Amounts of different currencies are never added.
    pub currency: Currency,
}

/// The totals of the collaborations of each group.
#[derive(Default)]
pub struct Groups(BTreeMap<Group, Sums>);

/// Collaborations, their totals, the rates of their posts, and what they earned.
type Sums = (i64, Totals, Rates, Earned);

impl Groups {
    /// Adds a collaboration to a group. It earns by the margin of its campaign.
    pub fn add(&mut self, group: Group, of_one: &Totals, of_posts: &Rates, margin: Option<u32>) {
        let (collaborations, totals, rates, earned) = self.0.entry(group).or_default();
        *collaborations += 1;
        earned.add(margin, &of_one.counted);
        *totals += of_one;
        rates.add(of_posts);
    }

    /// Counts the groups.
    #[expect(
        clippy::len_without_is_empty,
        reason = "nobody asks whether there are none"
    )]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Renders the groups in order.
    pub fn render(self) -> Vec<api::ComparisonRow> {
        let of = |(group, (collaborations, totals, rates, earned)): (Group, Sums)| {
            let mixed_platforms = group.platform == Some(None);
            let venue = group.platform.flatten();
            let niche = group.niche.flatten();
            api::ComparisonRow {
                tier: optional_number(group.tier),
                niche: niche.map(|niche| niche.to_string()).unwrap_or_default(),
                platform: optional_number(venue.as_ref().map(|venue| venue.platform)),
                platform_name: venue
                    .map(|venue| venue.name().to_owned())
                    .unwrap_or_default(),
                mixed_platforms,
                collaborations: count(collaborations),
                figures: Some(over_campaigns(&totals, group.currency, &rates, earned)),
            }
        };
        self.0.into_iter().map(of).collect()
    }
}
