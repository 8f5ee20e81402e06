//! OpenMetrics text, parsed strictly enough to find what a scraper would refuse.

use std::collections::{BTreeMap, BTreeSet};

/// A parsed text.
#[derive(Debug, Default)]
pub struct Exposition {
    /// Type and help of each family.
    pub families: BTreeMap<String, (String, String)>,
    /// Name, labels and value of each sample.
    pub samples: Vec<Sample>,
}

/// One line.
#[derive(Debug)]
pub struct Sample {
    pub name: String,
    pub labels: BTreeMap<String, String>,
    pub value: f64,
}

impl Exposition {
    pub fn parse(text: &str) -> Self {
        let mut parsed = Self::default();
        let mut seen = BTreeSet::new();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.last(), Some(&"# EOF"), "the text is whole");
        for line in &lines[..lines.len() - 1] {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let (name, help) = help.split_once(' ').unwrap();
                parsed.families.entry(name.to_owned()).or_default().1 = help.to_owned();
            } else if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').unwrap();
                parsed.families.entry(name.to_owned()).or_default().0 = kind.to_owned();
            } else {
                assert!(
                    seen.insert(line.rsplit_once(' ').unwrap().0),
                    "twice: {line}"
                );
                parsed.samples.push(sample(line));
            }
        }
        for sample in &parsed.samples {
            assert!(parsed.family_of(&sample.name).is_some(), "{}", sample.name);
        }
        parsed
    }

    /// Finds the family of a sample by its name, without the suffix of its type.
    fn family_of(&self, name: &str) -> Option<&str> {
        let suffixes = ["_total", "_bucket", "_sum", "_count", ""];
        let bare = suffixes
            .iter()
            .filter_map(|suffix| name.strip_suffix(suffix));
        let mut known = bare.filter_map(|bare| self.families.get_key_value(bare));
        known.next().map(|(name, _)| name.as_str())
    }

    /// Adds up the samples of this name that have these labels, among others.
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        self.having(name, labels).map(|sample| sample.value).sum()
    }

    /// Counts the samples of this name that have these labels, among others.
    pub fn count(&self, name: &str, labels: &[(&str, &str)]) -> usize {
        self.having(name, labels).count()
    }

    fn having(&self, name: &str, labels: &[(&str, &str)]) -> impl Iterator<Item = &Sample> {
        let has = move |sample: &&Sample| {
            let is = |(key, value): &(&str, &str)| {
                sample.labels.get(*key).is_some_and(|found| found == value)
            };
            sample.name == name && labels.iter().all(is)
        };
        self.samples.iter().filter(has)
    }

    /// Returns the value of the only sample of this name.
    pub fn value(&self, name: &str) -> f64 {
        let mut found = self.samples.iter().filter(|sample| sample.name == name);
        let value = found.next().unwrap_or_else(|| panic!("no {name}")).value;
        assert!(found.next().is_none(), "{name} has labels");
        value
    }

    /// Returns the values of a label.
    pub fn label(&self, name: &str, label: &str) -> BTreeSet<&str> {
        let of = self.samples.iter().filter(|sample| sample.name == name);
        of.filter_map(|sample| sample.labels.get(label).map(String::as_str))
            .collect()
    }
}

fn sample(line: &str) -> Sample {
    let (series, value) = line.rsplit_once(' ').unwrap();
    let value = match value {
        "+Inf" => f64::INFINITY,
        number => number.parse().unwrap_or_else(|_| panic!("{line}")),
    };
    let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    assert!(name.bytes().all(is_part), "{line}");
    let labels = labels.strip_suffix('}').unwrap_or_else(|| panic!("{line}"));
    let mut found = BTreeMap::new();
    let mut rest = labels;
    while !rest.is_empty() {
        let (label, behind) = rest.split_once("=\"").unwrap_or_else(|| panic!("{line}"));
        let (value, behind) = behind.split_once('"').unwrap_or_else(|| panic!("{line}"));
        assert!(found.insert(label.to_owned(), value.to_owned()).is_none());
        rest = behind.strip_prefix(',').unwrap_or(behind);
    }
    Sample {
        name: name.to_owned(),
        labels: found,
        value,
    }
}
