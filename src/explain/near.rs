//! Metrics that are spelled nearly like what was asked for.

use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};

use super::metric::{Metric, Report};
use super::path::Path;
use crate::log::codec::json::pool;

const PACKAGE: &str = "campaign.ledger.v1";
/// Longest path that is compared: a little longer than the longest there is, so that nonsense costs
/// nothing.
const MAX_COMPARED: usize = 160;
/// Most that are suggested: few enough to read, and to fit a message.
const MAX_SUGGESTED: usize = 3;
/// Fields within fields that reports have at most.
const MAX_DEPTH: usize = 6;

/// Finds the metrics of a report that are spelled most like a path, the nearest first.
pub fn near(report: Report, asked: &str) -> Vec<String> {
    if asked.len() > MAX_COMPARED {
        return Vec::new();
    }
    let asked = Path::parse(asked).map_or_else(|| asked.to_owned(), |path| path.to_string());
    let wanted = last_of(&asked);
    let mut ranked: Vec<_> = metrics(report, &asked)
        .into_iter()
        .filter_map(|path| {
            let field = away(wanted, last_of(&path));
            let whole = strsim::levenshtein(&asked, &path);
            // A third of a word mistyped is the word; more is another one.
            (field <= (wanted.len() / 3).max(1)).then_some((field, whole, path))
        })
        .collect();
    ranked.sort();
    ranked.truncate(MAX_SUGGESTED);
    ranked.into_iter().map(|(_, _, path)| path).collect()
}

/// Counts the letters that are wrong; a word that was not ended has one.
fn away(wanted: &str, field: &str) -> usize {
    match wanted.len() > 2 && field.starts_with(wanted) && field != wanted {
        true => 1,
        false => strsim::levenshtein(wanted, field),
    }
}

fn last_of(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// Lists every metric of a report. What lists are told apart by that is no small vocabulary, such as
/// a currency, is as in the path that was asked for.
fn metrics(report: Report, asked: &str) -> Vec<String> {
    let kind = pool().get_message_by_name(&format!("{PACKAGE}.{}", report.message()));
    let mut fields = Fields {
        word: word_of(asked).unwrap_or("IDR").to_owned(),
        found: Vec::new(),
    };
    if let Some(kind) = kind {
        fields.walk(&kind, "", 0);
    }
    let is_metric =
        |path: &String| Metric::find(report, path).is_some_and(|metric| metric.path == *path);
    fields.found.into_iter().filter(is_metric).collect()
}

fn word_of(path: &str) -> Option<&str> {
    let (_, rest) = path.split_once('[')?;
    Some(rest.split_once(']')?.0)
}

struct Fields {
    word: String,
    found: Vec<String>,
}

impl Fields {
    fn walk(&mut self, kind: &MessageDescriptor, within: &str, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        for field in kind.fields() {
            let path = match within {
                "" => field.name().to_owned(),
                within => format!("{within}.{}", field.name()),
            };
            match field.kind() {
                Kind::Message(kind) if field.is_list() => {
                    for words in self.entries(&field, &kind) {
                        self.walk(&kind, &format!("{path}[{words}]"), depth + 1);
                    }
                }
                Kind::Message(kind) => {
                    self.walk(&kind, &path, depth + 1);
                    self.found.push(path);
                }
                _ => self.found.push(path),
            }
        }
    }

    /// Lists how the entries of a list may be called: by the enums they begin with, or by a word.
    fn entries(&self, list: &FieldDescriptor, kind: &MessageDescriptor) -> Vec<String> {
        let states = match list.name() {
            "agreements" | "collaborations" => Some("CollaborationState"),
            "deliverables" => Some("DeliverableState"),
            _ => None,
        };
        let states = states.and_then(|name| pool().get_enum_by_name(&format!("{PACKAGE}.{name}")));
        if let Some(states) = states {
            // Shown without their prefix.
            let words = words_of(&states);
            let short = |word: &String| Path::state_in_short(list.name(), word).to_owned();
            return words.iter().map(short).collect();
        }
        let enums = kind.fields().map_while(|field| match field.kind() {
            Kind::Enum(words) if !field.is_list() => Some(words_of(&words)),
            _ => None,
        });
        let product = |names: Vec<String>, words: Vec<String>| -> Vec<String> {
            let each = |name: &String| -> Vec<String> {
                let joined = |word: &String| match name.as_str() {
                    "" => word.clone(),
                    name => format!("{name},{word}"),
                };
                words.iter().map(joined).collect()
            };
            names.iter().flat_map(each).collect()
        };
        match enums.fold(vec![String::new()], product) {
            none if none == [""] => vec![self.word.clone()],
            names => names,
        }
    }
}

/// The words of an enum but for "unspecified".
fn words_of(words: &EnumDescriptor) -> Vec<String> {
    let given = words.values().filter(|word| word.number() != 0);
    given.map(|word| word.name().to_owned()).collect()
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
            assert!(metrics(report, "").len() > 50);
        }
    }
}
