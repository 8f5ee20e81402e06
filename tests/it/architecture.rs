//! The rooms of the crate stay separate. The tests read the sources and report each broken rule
//! with file and line.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// What each room may import. Imports point one way; a new room needs a row here.
const IMPORTS: [(&str, &[&str]); 19] = [
    ("domain", &[]),
    ("files", &[]),
    ("causes", &[]),
    ("text", &[]),
    ("wire", &["domain", "text"]),
    ("config", &[]),
    ("clock", &["domain"]),
    ("log", &["causes", "domain", "files", "text", "wire"]),
    ("store", &["domain", "files"]),
    ("subscriptions", &["domain", "files"]),
    ("views", &["causes", "domain", "files", "log", "store"]),
    ("proofs", &["causes", "domain", "files", "log", "store"]),
    ("verify", &["domain", "log", "proofs", "store", "views"]),
    (
        "ledger",
        &["causes", "clock", "domain", "log", "store", "views"],
    ),
    (
        "grpc",
        &[
            "causes",
            "clock",
            "config",
            "domain",
            "files",
            "ledger",
            "log",
            "proofs",
            "wire",
            "store",
            "subscriptions",
            "text",
            "views",
        ],
    ),
    (
        "server",
        &[
            "causes",
            "clock",
            "config",
            "domain",
            "files",
            "grpc",
            "ledger",
            "log",
            "proofs",
            "wire",
            "store",
            "subscriptions",
            "views",
        ],
    ),
    ("telemetry", &["config", "text"]),
    (
        "cli",
        &[
            "causes",
            "clock",
            "config",
            "domain",
            "files",
            "log",
            "proofs",
            "wire",
            "server",
            "telemetry",
            "text",
            "verify",
            "views",
        ],
    ),
    ("lib", &[]),
];

/// Maximum length of a file: one idea fits.
const MAX_LINES: usize = 500;

/// A source file.
struct Source {
    /// Path below the root of the project.
    path: String,
    lines: Vec<String>,
}

impl Source {
    /// Returns the first part of the path below `src/`.
    fn room(&self) -> &str {
        let below = self.path.trim_start_matches("src/");
        below.split('/').next().unwrap().trim_end_matches(".rs")
    }

    fn is_below(&self, places: &[&str]) -> bool {
        places.iter().any(|place| self.path.starts_with(place))
    }

    /// Returns the numbered lines of production code, without comments.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let tests = self
            .lines
            .iter()
            .position(|line| line.trim() == "#[cfg(test)]");
        let code = self.lines.iter().take(tests.unwrap_or(usize::MAX));
        let code = code.map(|line| line.split("//").next().unwrap_or_default());
        (1..).zip(code)
    }
}

fn sources(below: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    collect(&root.join(below), &mut paths);
    paths.sort();
    let read = |path: PathBuf| Source {
        lines: fs::read_to_string(&path)
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect(),
        path: path
            .strip_prefix(root)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned(),
    };
    let sources: Vec<_> = paths.into_iter().map(read).collect();
    assert!(sources.len() > 50, "the sources are there");
    sources
}

fn collect(directory: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

/// Returns the production sources; files that are tests by name are left out.
fn production() -> Vec<Source> {
    let mut sources = sources("src");
    sources.retain(|source| !source.path.ends_with("tests.rs") && source.path != "src/main.rs");
    sources
}

/// The lines that break a rule.
#[derive(Default)]
struct Broken(String);

impl Broken {
    fn add(&mut self, source: &Source, line: usize, what: &str) {
        writeln!(self.0, "{}:{line}: {what}", source.path).unwrap();
    }

    #[track_caller]
    fn none(self) {
        assert!(self.0.is_empty(), "\n{}", self.0);
    }
}

/// Returns the rooms named after `crate::` in a line, and in the braces that follow it.
fn imported(source: &Source, at: usize, line: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for (start, _) in line.match_indices("crate::") {
        let rest = &line[start + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(first) => rooms.extend(in_braces(source, at, first)),
            None => rooms.extend(name(rest)),
        }
    }
    rooms
}

fn name(text: &str) -> Option<String> {
    let is_part = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '_';
    let name: String = text.trim().chars().take_while(is_part).collect();
    (!name.is_empty()).then_some(name)
}

/// Returns the first names within braces, which may end some lines later.
fn in_braces(source: &Source, at: usize, first: &str) -> BTreeSet<String> {
    let mut text = first.to_owned();
    text.extend(source.lines[at..].iter().map(|line| format!("{line} ")));
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for letter in text.chars() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => parts.push(String::new()),
            _ if depth == 0 => parts.last_mut().unwrap().push(letter),
            _ => {}
        }
    }
    parts.iter().filter_map(|part| name(part)).collect()
}

#[test]
fn imports_point_one_way() {
    let allowed: BTreeMap<&str, &[&str]> = IMPORTS.into();
    let mut broken = Broken::default();
    for source in production() {
        let Some(allowed) = allowed.get(source.room()) else {
            broken.add(&source, 1, "a room that no rule knows");
            continue;
        };
        for (number, line) in source.code() {
            for room in imported(&source, number, line) {
                if room != source.room() && !allowed.contains(&room.as_str()) {
                    broken.add(
                        &source,
                        number,
                        &format!("{} imports {room}", source.room()),
                    );
                }
            }
        }
    }
    broken.none();
}

#[test]
fn rooms_import_only_rooms_before_them() {
    let mut before = BTreeSet::new();
    for (room, imports) in IMPORTS {
        for import in imports {
            assert!(
                before.contains(import),
                "{room} imports {import}, which comes later"
            );
        }
        before.insert(room);
    }
}

#[test]
fn generated_types_stay_in_the_codec_and_at_the_edges() {
    let at_home = [
        "src/log/codec",
        "src/grpc",
        "src/server",
        "src/cli",
        "src/wire",
        "src/lib.rs",
    ];
    let mut broken = Broken::default();
    for source in production()
        .iter()
        .filter(|source| !source.is_below(&at_home))
    {
        for (number, line) in source.code() {
            let knows = imported(source, number, line).contains("wire");
            let mut words = line.split(|char: char| !char.is_alphanumeric() && char != '_');
            let names = words.any(|word| word.starts_with("prost") || word.starts_with("tonic"));
            if knows || names {
                broken.add(source, number, line.trim());
            }
        }
    }
    broken.none();
}

#[test]
fn a_status_is_born_in_one_file() {
    let mut broken = Broken::default();
    for source in production()
        .iter()
        .filter(|source| source.path != "src/grpc/edge/status.rs")
    {
        for (number, line) in source.code() {
            let makes = line.match_indices("Status::").any(|(start, name)| {
                let is_longer_name = line[..start]
                    .ends_with(|letter: char| letter.is_ascii_alphanumeric() || letter == ':');
                let calls =
                    line[start + name.len()..].starts_with(|letter: char| letter.is_lowercase());
                calls && !is_longer_name
            });
            if makes {
                broken.add(source, number, line.trim());
            }
        }
    }
    broken.none();
}

#[test]
fn the_domain_knows_no_io_no_clock_no_async() {
    let foreign = [
        "async ",
        ".await",
        "tokio",
        "std::fs",
        "std::net",
        "std::io",
        "std::thread",
        "SystemTime",
        "Instant::now",
        "Utc",
        "tracing::",
        "getrandom",
    ];
    let mut broken = Broken::default();
    for source in production()
        .iter()
        .filter(|source| source.room() == "domain")
    {
        for (number, line) in source.code() {
            if foreign.iter().any(|word| line.contains(word)) {
                broken.add(source, number, line.trim());
            }
        }
    }
    broken.none();
}

#[test]
fn nothing_unwraps_outside_tests() {
    let mut broken = Broken::default();
    for source in production() {
        for (number, line) in source.code() {
            if line.contains(".unwrap()") || line.contains(".expect(\"\")") {
                broken.add(&source, number, line.trim());
            }
        }
    }
    broken.none();
}

#[test]
fn files_are_short_and_say_what_they_are() {
    let mut broken = Broken::default();
    for source in sources("src").iter().chain(&sources("tests/it")) {
        if source.lines.len() >= MAX_LINES {
            broken.add(source, source.lines.len(), "too long");
        }
        let first = source.lines.first().map_or("", String::as_str);
        let is_inner = source.path.ends_with("tests.rs");
        if !first.starts_with("//!") && !is_inner {
            broken.add(source, 1, "does not say what it is");
        }
    }
    broken.none();
}
