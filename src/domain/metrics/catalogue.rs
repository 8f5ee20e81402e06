//! The catalogue: every number of the reports, by the part of the report it is in.

use super::{Metric, campaign, engagement, money, partnership, work};

/// A report.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Report {
    /// `CampaignRoi`.
    Roi,
    /// `Partnership`.
    Partnership,
}

/// A part of a report, and its numbers.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// What it is about.
    pub title: &'static str,
    /// Where the paths of its rows begin.
    pub prefix: &'static str,
    /// Its numbers, in the order of the fields.
    pub rows: &'static [&'static Metric],
}

const fn section(
    title: &'static str,
    prefix: &'static str,
    rows: &'static [&'static Metric],
) -> Section {
    Section {
        title,
        prefix,
        rows,
    }
}

static ROI: [Section; 7] = [
    section("Money", "total.", money::ROWS),
    section("Engagement", "total.", engagement::ROWS),
    section("Money", "on_time.", money::ROWS),
    section("Engagement", "on_time.", engagement::ROWS),
    section("A campaign", "", campaign::ROWS),
    section("Work", "", work::ROWS),
    section("Products", "products.", work::products::ROWS),
];

static PARTNERSHIP: [Section; 8] = [
    section("Money", "lifetime[reporting_currency].", money::ROWS),
    section(
        "Engagement",
        "lifetime[reporting_currency].",
        engagement::ROWS,
    ),
    section(
        "A campaign of a partnership",
        "campaigns[campaign_id].",
        partnership::trend::ROWS,
    ),
    section("Money", "campaigns[campaign_id].figures.", money::ROWS),
    section(
        "Engagement",
        "campaigns[campaign_id].figures.",
        engagement::ROWS,
    ),
    section("A partnership", "", partnership::ROWS),
    section("Work", "", work::ROWS),
    section(
        "Products",
        "products[reporting_currency].",
        work::products::ROWS,
    ),
];

impl Report {
    /// Returns the name of its message.
    pub fn message(self) -> &'static str {
        match self {
            Self::Roi => "CampaignRoi",
            Self::Partnership => "Partnership",
        }
    }

    /// Returns its parts.
    pub fn sections(self) -> &'static [Section] {
        match self {
            Self::Roi => &ROI,
            Self::Partnership => &PARTNERSHIP,
        }
    }
}
