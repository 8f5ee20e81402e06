//! Numbers of a report, found in the catalogue by the path of their field.

use super::path::{Path, Segment};
use crate::domain::metrics::{CostBasis, Entry, Facts, Known, Metric, Report, Sides, exact};
use crate::domain::{
    Audience, CampaignId, ConversionType, CostType, Currency, Definition, MeasurementKind,
    MeasurementScope, Numbered, Totals,
};
use crate::wire::proto::{api, values};

/// The part of the facts that a number covers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    /// All of them.
    All,
    /// In campaigns of this reporting currency.
    Currency(Currency),
    /// In one campaign.
    Campaign(CampaignId),
}

/// A number: a row of the catalogue, and the entries of lists on the way to its field.
#[derive(Clone, Debug)]
pub struct Number {
    /// Path of the field within the report, every word in full.
    pub path: String,
    /// The number in the catalogue.
    pub metric: &'static Metric,
    /// Whether only facts up to the end of the campaign count.
    pub on_time: bool,
    /// The facts that it covers.
    pub part: Part,
    entries: Vec<Entry>,
}

impl Number {
    /// Finds a number by the path of its field; `None` when the report has no such number.
    pub fn find(report: Report, path: &str) -> Option<Self> {
        let path = Path::parse(path)?;
        let segments = path.segments();
        let mut found = report.sections().iter().flat_map(|section| {
            let rows = section.rows.iter();
            let places = rows.map(|row| (*row, places(section.prefix, row.path, &segments)));
            places.filter_map(|(row, places)| Some((row, places?)))
        });
        let (metric, places) = found.next()?;
        let mut number = Self {
            path: path.to_string(),
            metric,
            on_time: segments.first() == Some(&("on_time", None)),
            part: Part::All,
            entries: Vec::new(),
        };
        for place in places {
            match place {
                Place::Part(part) => number.part = part,
                Place::Entry(entry) => number.entries.push(entry),
            }
        }
        Some(number)
    }

    /// Returns the audience and kind of engagement it is about, if it is about engagement.
    pub fn audience(&self) -> Option<Audience> {
        self.entries.iter().find_map(|entry| match entry {
            Entry::Audience(audience) => Some(*audience),
            Entry::Basis(_)
            | Entry::CostType(_)
            | Entry::ConversionType(_)
            | Entry::Foreign(_)
            | Entry::Agreements(_)
            | Entry::Deliverables(_) => None,
        })
    }

    /// Takes both sides from totals; empty for a number that is not a sum.
    pub fn sides(&self, totals: &Totals, known: &Known) -> Sides {
        let facts = Facts::of(totals, self.on_time, known);
        let entries = self.entries.iter();
        let facts = entries.fold(facts, |facts, entry| facts.at(*entry));
        let sides = self.metric.sides(&facts);
        sides.unwrap_or_else(|| Sides::whole(exact(0)))
    }
}

/// What an entry on the way to a field means.
enum Place {
    Part(Part),
    Entry(Entry),
}

/// Finds the entries that a path names where a pattern has lists; `None` when it is another path.
fn places(prefix: &str, pattern: &str, path: &[Segment<'_>]) -> Option<Vec<Place>> {
    let mut places = Vec::new();
    let mut path = path.iter();
    for wanted in segments(prefix, pattern) {
        match (wanted, *path.next()?) {
            ((wanted, None), (field, None)) if wanted == field => {}
            ((wanted, Some(list)), (field, Some(words))) if wanted == field => {
                places.push(place(list, words)?);
            }
            _ => return None,
        }
    }
    path.next().is_none().then_some(places)
}

/// Returns the fields of a pattern, and for lists the kind of name that identifies an entry.
pub(super) fn segments<'a>(prefix: &'a str, pattern: &'a str) -> impl Iterator<Item = Segment<'a>> {
    let fields = prefix.split_terminator('.').chain(pattern.split('.'));
    fields.map(|field| match field.split_once('[') {
        Some((field, list)) => (field, list.strip_suffix(']')),
        None => (field, None),
    })
}

fn place(list: &str, words: &str) -> Option<Place> {
    let entry = match list {
        "reporting_currency" => {
            let currency = Currency::parse(words).ok()?;
            return Some(Place::Part(Part::Currency(currency)));
        }
        "campaign_id" => {
            let campaign = CampaignId::parse(words).ok()?;
            return Some(Place::Part(Part::Campaign(campaign)));
        }
        "foreign_currency" => Entry::Foreign(Currency::parse(words).ok()?),
        "basis" => {
            let basis = api::CostBasis::from_str_name(words)?;
            Entry::Basis(CostBasis::from_number(basis.into())?)
        }
        "scope,kind" => {
            let (scope, kind) = words.split_once(',')?;
            let scope = values::MeasurementScope::from_str_name(scope)?;
            let (kind, definition) = match kind.split_once(',') {
                Some((kind, definition)) => (kind, Some(Definition::parse(definition).ok()?)),
                None => (kind, None),
            };
            let kind = values::MeasurementKind::from_str_name(kind)?;
            Entry::Audience(Audience {
                scope: MeasurementScope::from_number(scope.into())?,
                kind: MeasurementKind::from_number(kind.into())?,
                definition,
            })
        }
        "cost_type" => {
            let kind = values::CostType::from_str_name(words)?;
            Entry::CostType(CostType::from_number(kind.into())?)
        }
        "conversion_type" => {
            let kind = values::ConversionType::from_str_name(words)?;
            Entry::ConversionType(ConversionType::from_number(kind.into())?)
        }
        "collaboration_state" => {
            let full = format!("COLLABORATION_STATE_{words}");
            let state = api::CollaborationState::from_str_name(&full)?.as_str_name();
            Entry::Agreements(state.strip_prefix("COLLABORATION_STATE_")?)
        }
        "deliverable_state" => {
            let full = format!("DELIVERABLE_STATE_{words}");
            let state = api::DeliverableState::from_str_name(&full)?.as_str_name();
            Entry::Deliverables(state.strip_prefix("DELIVERABLE_STATE_")?)
        }
        _ => return None,
    };
    Some(Place::Entry(entry))
}
