//! Paths of fields within a report, such as `total.returns[COST_BASIS_ACCRUED].roi`.
//!
//! An entry of a list has the name that `CompareReports` gives it; names of enums may be
//! given without their prefix, and the field within a metric (`parts_per_million`) may be left out.
//! Fields may be spelled as JSON has them (`netMinor`) too.

use std::fmt;

/// A field, and the words of the entry where it is a list.
pub type Segment<'a> = (&'a str, Option<&'a str>);

/// Prefixes of the words of lists whose entries are named by enums.
const PREFIXES: [(&str, &[&str]); 5] = [
    ("by_type", &["COST_TYPE_"]),
    ("conversions", &["CONVERSION_TYPE_"]),
    ("returns", &["COST_BASIS_"]),
    ("unit_costs", &["COST_BASIS_"]),
    ("engagement", &["MEASUREMENT_SCOPE_", "MEASUREMENT_KIND_"]),
];

/// Prefixes of the states by which lists count; reports show them without.
const STATES: [(&str, &str); 3] = [
    ("agreements", "COLLABORATION_STATE_"),
    ("collaborations", "COLLABORATION_STATE_"),
    ("deliverables", "DELIVERABLE_STATE_"),
];

/// The last field within a metric: with or without it, a path means the metric.
const VALUES: [&str; 6] = [
    "parts_per_million",
    "minor_units",
    "decimal",
    "exact",
    "absent",
    "posts_covered",
];

/// A path, every word in full.
pub struct Path(Vec<(String, Option<String>)>);

impl Path {
    /// Reads a path; `None` when the text is not a path.
    pub fn parse(path: &str) -> Option<Self> {
        let mut segments = Vec::new();
        for segment in path.split('.') {
            let (field, words) = match segment.split_once('[') {
                Some((field, rest)) => (field, Some(rest.strip_suffix(']')?)),
                None => (segment, None),
            };
            let field = in_snake_case(field);
            let field = match field.strip_suffix("_decimal") {
                Some(sum) => format!("{sum}_minor"),
                None => field,
            };
            let words = words.map(|words| in_full(&field, words));
            segments.push((field, words));
        }
        if let Some((last, None)) = segments.last()
            && (VALUES.contains(&last.as_str()) || is_posts_of_metric(&segments))
        {
            segments.pop();
        }
        Some(Self(segments))
    }

    /// Returns the state that names an entry of a list, as reports show it.
    pub fn state_in_short<'a>(list: &str, state: &'a str) -> &'a str {
        let prefix = STATES.iter().find(|(name, _)| *name == list);
        prefix.map_or(state, |(_, prefix)| {
            state.strip_prefix(prefix).unwrap_or(state)
        })
    }

    /// Returns the fields, one by one.
    pub fn segments(&self) -> Vec<Segment<'_>> {
        let segments = self.0.iter();
        segments
            .map(|(field, words)| (field.as_str(), words.as_deref()))
            .collect()
    }
}

/// Tells whether a path ends with the posts of a metric. Those of an engagement rate are a number of
/// their own.
fn is_posts_of_metric(segments: &[(String, Option<String>)]) -> bool {
    match segments {
        [.., (metric, None), (last, None)] => last == "posts" && !metric.starts_with("er_"),
        _ => false,
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (field, words)) in self.0.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { "." })?;
            f.write_str(field)?;
            if let Some(words) = words {
                write!(f, "[{words}]")?;
            }
        }
        Ok(())
    }
}

/// Spells a field as the API does, where it is spelled as JSON does.
fn in_snake_case(field: &str) -> String {
    let mut spelled = String::with_capacity(field.len() + 4);
    for char in field.chars() {
        if char.is_ascii_uppercase() && !spelled.is_empty() {
            spelled.push('_');
        }
        spelled.push(char.to_ascii_lowercase());
    }
    spelled
}

fn in_full(field: &str, words: &str) -> String {
    let Some((_, prefixes)) = PREFIXES.iter().find(|(list, _)| *list == field) else {
        return Path::state_in_short(field, words).to_owned();
    };
    let words: Vec<String> = words
        .split(',')
        .enumerate()
        .map(|(index, word)| {
            let prefix = prefixes.get(index).copied().unwrap_or_default();
            let word = word.trim();
            if word.starts_with(prefix) {
                word.to_owned()
            } else {
                format!("{prefix}{word}")
            }
        })
        .collect();
    words.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_filled_in() {
        for (short, full) in [
            ("total.posts_published", "total.posts_published"),
            (
                "total.returns[ACCRUED].roi.parts_per_million",
                "total.returns[COST_BASIS_ACCRUED].roi",
            ),
            (
                "on_time.engagement[TOTAL, MEASURED].unit_costs[PAID].cpe",
                "on_time.engagement[MEASUREMENT_SCOPE_TOTAL,MEASUREMENT_KIND_MEASURED]\
                 .unit_costs[COST_BASIS_PAID].cpe",
            ),
            ("agreements[INVITED].count", "agreements[INVITED].count"),
            (
                "agreements[COLLABORATION_STATE_INVITED].count",
                "agreements[INVITED].count",
            ),
            (
                "onTime.engagement[TOTAL,MEASURED].unitCosts[PAID].cpe.minorUnits",
                "on_time.engagement[MEASUREMENT_SCOPE_TOTAL,MEASUREMENT_KIND_MEASURED]\
                 .unit_costs[COST_BASIS_PAID].cpe",
            ),
            (
                "lifetime[IDR].posts_published",
                "lifetime[IDR].posts_published",
            ),
        ] {
            assert_eq!(Path::parse(short).unwrap().to_string(), full);
            assert_eq!(Path::parse(full).unwrap().to_string(), full);
        }
        assert!(Path::parse("total.returns[ACCRUED").is_none());
    }
}
