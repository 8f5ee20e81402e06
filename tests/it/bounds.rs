//! Every collection in a row or an event has a bound. The tests compare the table in
//! `docs/bounds.md` with the sources.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Sources that define rows, events and the values in them.
const HOMES: [&str; 10] = [
    "src/domain/emv.rs",
    "src/domain/event.rs",
    "src/domain/evolve",
    "src/domain/selection.rs",
    "src/domain/state",
    "src/domain/terms.rs",
    "src/domain/totals",
    "src/domain/totals.rs",
    "src/domain/values.rs",
    "src/views",
];

/// Types that hold many values.
const MANY: [&str; 7] = [
    "Vec<",
    "VecDeque<",
    "BTreeMap<",
    "BTreeSet<",
    "HashMap<",
    "HashSet<",
    "SmallVec<",
];

/// Types that live as long as a call or a fold; they are not part of rows.
const PASSING: [&str; 6] = [
    "Changes",
    "Counted",
    "Fold",
    "Lifetime",
    "OfCampaign",
    "OfCollaboration",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(at: &Path, found: &mut Vec<PathBuf>) {
    if at.is_file() {
        found.push(at.to_owned());
        return;
    }
    for entry in fs::read_dir(at).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() || path.extension().is_some_and(|name| name == "rs") {
            files(&path, found);
        }
    }
}

/// Returns the name after `word` in a line that begins a definition.
fn defined(line: &str, word: &str) -> Option<String> {
    let line = line
        .trim_start_matches("pub ")
        .trim_start_matches("pub(super) ");
    let rest = line.strip_prefix(word)?;
    let is_part = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '_';
    let name: String = rest.chars().take_while(is_part).collect();
    (!name.is_empty()).then_some(name)
}

fn holds_many(kind: &str) -> bool {
    MANY.iter().any(|many| kind.contains(many))
}

/// Returns the collections among the fields that a file defines, as `Type.field`.
fn collections(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let (mut owner, mut is_enum) = (None::<String>, false);
    let mut variant = None::<String>;
    for line in text.lines() {
        let code = line.split("//").next().unwrap_or_default();
        let trimmed = code.trim();
        if !line.starts_with(' ') && !trimmed.is_empty() {
            is_enum = defined(trimmed, "enum ").is_some();
            owner = defined(trimmed, "struct ").or(defined(trimmed, "enum "));
            variant = None;
            if let (Some(owner), true) = (&owner, trimmed.ends_with(");")) {
                // A tuple struct on one line.
                let fields = trimmed.split_once('(').unwrap().1;
                for (number, kind) in fields.split(", ").enumerate() {
                    if holds_many(kind) {
                        found.push(format!("{owner}.{number}"));
                    }
                }
            }
            if trimmed == "}" {
                owner = None;
            }
            continue;
        }
        let Some(owner) = &owner else { continue };
        let depth = line.len() - line.trim_start().len();
        if is_enum && depth == 4 && trimmed.ends_with('{') {
            variant = defined(trimmed, "");
        }
        let field = trimmed
            .trim_start_matches("pub ")
            .trim_start_matches("pub(super) ");
        if let Some((name, kind)) = field.split_once(": ")
            && holds_many(kind)
            && name
                .chars()
                .all(|letter| letter.is_ascii_lowercase() || letter == '_')
        {
            let place = variant.as_ref().filter(|_| is_enum).unwrap_or(owner);
            found.push(format!("{place}.{name}"));
        }
    }
    found
}

/// Returns the first column of the table of rows and events.
fn listed(table: &str) -> Vec<String> {
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
    let names = rows.filter_map(|row| row.split_once('`'));
    names.map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn every_collection_of_a_row_or_an_event_has_a_bound() {
    let mut paths = Vec::new();
    for home in HOMES {
        files(&root().join(home), &mut paths);
    }
    let mut there = BTreeSet::new();
    for path in paths {
        there.extend(collections(&fs::read_to_string(path).unwrap()));
    }
    there.retain(|name| !PASSING.iter().any(|of| name.split('.').next() == Some(of)));
    assert!(there.len() > 40, "the sources were read: {there:?}");
    let table = fs::read_to_string(root().join("docs/bounds.md")).unwrap();
    let listed = listed(&table);
    assert!(listed.is_sorted(), "the table is in order");
    let listed: BTreeSet<String> = listed.into_iter().collect();
    let unlisted: Vec<_> = there.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&there).collect();
    assert!(
        unlisted.is_empty() && gone.is_empty(),
        "without a bound: {unlisted:?}; not in the sources: {gone:?}"
    );
}

#[test]
fn every_limit_is_named_in_the_table_and_used() {
    let limits = fs::read_to_string(root().join("src/domain/limits.rs")).unwrap();
    let names = limits.lines().filter_map(|line| defined(line, "const "));
    let names: BTreeSet<String> = names.collect();
    assert!(names.len() > 20, "{names:?}");
    let table = fs::read_to_string(root().join("docs/bounds.md")).unwrap();
    let mut paths = Vec::new();
    files(&root().join("src"), &mut paths);
    let sources: String = paths
        .iter()
        .filter(|path| !path.ends_with("limits.rs"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    for name in &names {
        assert!(
            table.contains(&format!("`{name}`")),
            "{name} is in no table"
        );
        assert!(sources.contains(name.as_str()), "{name} is used nowhere");
    }
    let is_part = |letter: char| letter.is_ascii_uppercase() || letter == '_';
    let quoted = table
        .split('`')
        .filter(|word| word.starts_with("MAX_") || word.starts_with("KEPT_"));
    for name in quoted.filter(|word| word.chars().all(is_part)) {
        assert!(names.contains(name), "{name} is no limit");
    }
}

#[test]
fn collections_are_found_wherever_they_are() {
    let text = "pub struct One {\n    /// Vec<u8> of words.\n    pub many: Vec<u8>,\n    few: u8,\n}\n\
        pub struct Two(SmallVec<[u8; 1]>);\nstruct Three(u8, SmallVec<[u8; 2]>);\n\
        pub enum Four {\n    Five {\n        all: BTreeMap<u8, u8>,\n    },\n    Six(One),\n}\n\
        fn seven(many: Vec<u8>) {\n    let some: Vec<u8> = many;\n}\n";
    let expected = ["One.many", "Two.0", "Three.1", "Five.all"];
    assert_eq!(collections(text), expected);
}
