//! Numbers that are spelled nearly like what was asked for.

use prost_reflect::EnumDescriptor;

use super::number::{self, Number};
use super::path::Path;
use crate::domain::metrics::Report;
use crate::log::codec::json::pool;

/// Longest path that is compared: a little longer than the longest there is, so that nonsense costs
/// nothing.
const MAX_COMPARED: usize = 160;
/// Most that are suggested: few enough to read, and to fit a message.
const MAX_SUGGESTED: usize = 3;

/// Finds the numbers of a report that are spelled most like a path, the nearest first.
pub fn near(report: Report, asked: &str) -> Vec<String> {
    if asked.len() > MAX_COMPARED {
        return Vec::new();
    }
    let asked = Path::parse(asked).map_or_else(|| asked.to_owned(), |path| path.to_string());
    let wanted = last_of(&asked);
    let mut ranked: Vec<_> = numbers(report, &asked)
        .into_iter()
        .filter_map(|path| {
            let field = away(wanted, last_of(&path));
            let whole = strsim::levenshtein(&asked, &path);
            // A word may have a third of its letters wrong; with more it is another word.
            (field <= (wanted.len() / 3).max(1)).then_some((field, whole, path))
        })
        .collect();
    ranked.sort();
    ranked.truncate(MAX_SUGGESTED);
    ranked.into_iter().map(|(_, _, path)| path).collect()
}

/// Counts the wrong letters; an unfinished word has one.
fn away(wanted: &str, field: &str) -> usize {
    match wanted.len() > 2 && field.starts_with(wanted) && field != wanted {
        true => 1,
        false => strsim::levenshtein(wanted, field),
    }
}

fn last_of(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// Lists every number of a report. If the entries of a list are not identified by an enum, but for
/// example by a currency, they have the name in the requested path.
fn numbers(report: Report, asked: &str) -> Vec<String> {
    let word = word_of(asked).unwrap_or("IDR");
    let rows = report.sections().iter().flat_map(|section| {
        let rows = section.rows.iter();
        rows.map(|row| (section.prefix, row.path))
    });
    let paths = rows.flat_map(|(prefix, path)| {
        let fields = number::segments(prefix, path);
        fields.fold(vec![String::new()], |paths, (field, list)| {
            let entries = list.map_or_else(
                || vec![field.to_owned()],
                |list| {
                    let words = entries(field, list).unwrap_or_else(|| vec![word.to_owned()]);
                    words
                        .iter()
                        .map(|words| format!("{field}[{words}]"))
                        .collect()
                },
            );
            joined(&paths, ".", &entries)
        })
    });
    let is_number =
        |path: &String| Number::find(report, path).is_some_and(|number| number.path == *path);
    paths.filter(is_number).collect()
}

fn word_of(path: &str) -> Option<&str> {
    let (_, rest) = path.split_once('[')?;
    Some(rest.split_once(']')?.0)
}

/// Lists the names that the entries of a list may have; `None` if they are not identified by an
/// enum.
fn entries(field: &str, list: &str) -> Option<Vec<String>> {
    let list: &[&str] = match list {
        "basis" => &["v1.CostBasis"],
        "scope,kind" => &["type.v1.MeasurementScope", "type.v1.MeasurementKind"],
        "cost_type" => &["type.v1.CostType"],
        "conversion_type" => &["type.v1.ConversionType"],
        "collaboration_state" => &["v1.CollaborationState"],
        "deliverable_state" => &["v1.DeliverableState"],
        _ => return None,
    };
    let words = list.iter().map(|name| {
        let words = pool().get_enum_by_name(&format!("campaign.ledger.{name}"));
        words
            .map(|words| words_of(field, &words))
            .unwrap_or_default()
    });
    Some(words.fold(vec![String::new()], |names, words| {
        joined(&names, ",", &words)
    }))
}

/// Joins each of the first to each of the second.
fn joined(firsts: &[String], by: &str, seconds: &[String]) -> Vec<String> {
    let each = |first: &String| -> Vec<String> {
        let one = |second: &String| match first.as_str() {
            "" => second.clone(),
            first => format!("{first}{by}{second}"),
        };
        seconds.iter().map(one).collect()
    };
    firsts.iter().flat_map(each).collect()
}

/// The names of an enumeration except "unspecified", as a list shows them: states without their
/// prefix.
fn words_of(list: &str, words: &EnumDescriptor) -> Vec<String> {
    let given = words.values().filter(|word| word.number() != 0);
    let shown = given.map(|word| Path::state_in_short(list, word.name()).to_owned());
    shown.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(report: Report, asked: &str) -> Option<String> {
        near(report, asked).into_iter().next()
    }

    #[test]
    fn a_mistyped_metric_is_near_the_one_meant() {
        for (asked, meant) in [
            ("total.revenue.net_minr", "total.revenue.net_minor"),
            ("totl.revenue.net_minor", "total.revenue.net_minor"),
            (
                "total.returns[ACRUED].roi",
                "total.returns[COST_BASIS_ACCRUED].roi",
            ),
            (
                "total.return[ACCRUED].roi",
                "total.returns[COST_BASIS_ACCRUED].roi",
            ),
            ("agreements[INVITD].count", "agreements[INVITED].count"),
            ("budget.cap", "budget.cap_minor"),
        ] {
            let found = near(Report::Roi, asked);
            assert!(found.iter().any(|path| path == meant), "{asked}: {found:?}");
        }
        assert_eq!(
            first(Report::Partnership, "lifetime[USD].revenue.net").as_deref(),
            Some("lifetime[USD].revenue.net_minor")
        );
    }

    #[test]
    fn a_field_alone_is_near_where_it_is() {
        let found = near(Report::Roi, "roi");
        assert_eq!(found.len(), MAX_SUGGESTED);
        assert!(found.iter().all(|path| path.ends_with(".roi")), "{found:?}");
    }

    #[test]
    fn nothing_is_near_nonsense() {
        for asked in ["", "nonsense", "[[[", &"total.".repeat(10_000)] {
            assert_eq!(
                near(Report::Roi, asked),
                Vec::<String>::new(),
                "{asked:.20}"
            );
        }
    }

    #[test]
    fn what_is_listed_is_found() {
        for report in [Report::Roi, Report::Partnership] {
            assert!(numbers(report, "").len() > 50);
        }
    }
}
