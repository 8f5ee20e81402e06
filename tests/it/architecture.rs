//! The rooms of the crate stay separate. The tests read the imports from the sources and report each
//! broken rule with file and line. Rules that clippy can check are in `clippy.toml` instead.

mod modules;
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use modules::{Unit, circles, imports, units};
use source::sources;

/// What each room may import. Imports point one way; a new room needs a row here.
const IMPORTS: [(&str, &[&str]); 26] = [
    ("domain", &[]),
    ("files", &[]),
    ("causes", &[]),
    ("text", &[]),
    ("wire", &["domain", "text"]),
    ("config", &[]),
    ("clock", &["domain"]),
    ("keyring", &["domain", "files"]),
    ("identity", &["causes", "clock", "domain", "files"]),
    ("metrics", &[]),
    (
        "log",
        &["causes", "domain", "files", "metrics", "text", "wire"],
    ),
    ("store", &["domain", "files"]),
    ("subscriptions", &["domain", "files"]),
    ("views", &["causes", "domain", "files", "log", "store"]),
    ("proofs", &["causes", "domain", "files", "log", "store"]),
    ("verify", &["domain", "log", "proofs", "store", "views"]),
    ("report", &["domain", "log", "store", "views", "wire"]),
    (
        "explain",
        &["domain", "log", "report", "store", "views", "wire"],
    ),
    ("statement", &["domain", "report", "text", "wire"]),
    (
        "ledger",
        &[
            "causes", "clock", "domain", "keyring", "log", "metrics", "store", "views",
        ],
    ),
    (
        "grpc",
        &[
            "causes",
            "clock",
            "config",
            "domain",
            "explain",
            "files",
            "identity",
            "keyring",
            "ledger",
            "log",
            "metrics",
            "proofs",
            "wire",
            "report",
            "statement",
            "store",
            "subscriptions",
            "text",
            "views",
        ],
    ),
    ("telemetry", &["config", "text"]),
    ("admin", &["metrics"]),
    (
        "server",
        &[
            "admin",
            "causes",
            "clock",
            "config",
            "domain",
            "files",
            "grpc",
            "identity",
            "keyring",
            "ledger",
            "log",
            "metrics",
            "proofs",
            "wire",
            "store",
            "subscriptions",
            "telemetry",
            "views",
        ],
    ),
    (
        "cli",
        &[
            "causes",
            "clock",
            "config",
            "domain",
            "files",
            "identity",
            "keyring",
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

/// The lines that break a rule.
#[derive(Default)]
struct Broken(String);

impl Broken {
    fn add(&mut self, path: &str, line: usize, what: &str) {
        writeln!(self.0, "{path}:{line}: {what}").unwrap();
    }

    #[track_caller]
    fn none(self) {
        assert!(self.0.is_empty(), "\n{}", self.0);
    }
}

/// Returns the room of a module.
fn room(module: &[String]) -> &str {
    module.first().map_or("lib", String::as_str)
}

#[test]
fn imports_point_one_way() {
    let allowed: BTreeMap<&str, &[&str]> = IMPORTS.into();
    let units = units();
    let mut broken = Broken::default();
    for unit in &units {
        if !allowed.contains_key(room(&unit.module)) {
            broken.add(&unit.path, 1, "a room that no rule knows");
        }
    }
    for import in imports(&units) {
        let (from, to) = (room(&import.from), room(&import.to));
        let allowed = allowed.get(from).copied().unwrap_or_default();
        if from != to && !import.to.is_empty() && !allowed.contains(&to) {
            broken.add(&import.path, import.line, &format!("{from} imports {to}"));
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
fn no_modules_of_a_folder_import_each_other_in_a_circle() {
    let units = units();
    let imports = imports(&units);
    let folders: BTreeSet<&[String]> = units
        .iter()
        .flat_map(|unit| (0..unit.module.len()).map(move |end| &unit.module[..end]))
        .collect();
    let mut found = BTreeSet::new();
    for folder in folders {
        for circle in circles(folder, &imports) {
            found.insert((folder.join("/"), circle));
        }
    }
    assert_eq!(found, BTreeSet::new());
}

/// The words of a module that begin with one of these, with their lines.
fn foreign<'a>(unit: &'a Unit, names: &[&str]) -> Vec<(usize, &'a str)> {
    let words = unit.tokens.iter().filter(|token| {
        let is = |name: &&str| token.text.starts_with(*name);
        token.is_word() && names.iter().any(is)
    });
    words.map(|word| (word.line, word.text.as_str())).collect()
}

#[test]
fn generated_types_stay_in_the_codec_and_at_the_edges() {
    let at_home = [
        "report",
        "explain",
        "statement",
        "grpc",
        "server",
        "cli",
        "wire",
        "lib",
    ];
    let units = units();
    let is_outside = |module: &[String]| {
        !at_home.contains(&room(module))
            && !module.starts_with(&["log", "codec"].map(str::to_owned))
    };
    let mut broken = Broken::default();
    for unit in units.iter().filter(|unit| is_outside(&unit.module)) {
        for (line, word) in foreign(unit, &["prost", "tonic"]) {
            broken.add(&unit.path, line, word);
        }
    }
    for import in imports(&units) {
        if is_outside(&import.from) && room(&import.to) == "wire" {
            broken.add(&import.path, import.line, "imports wire");
        }
    }
    broken.none();
}

#[test]
fn the_domain_knows_no_io_no_clock_no_async() {
    let words = [
        "async",
        "await",
        "tokio",
        "SystemTime",
        "Instant",
        "tracing",
        "getrandom",
    ];
    let parts_of_std = ["fs", "io", "net", "thread"];
    let units = units();
    let mut broken = Broken::default();
    for unit in units.iter().filter(|unit| room(&unit.module) == "domain") {
        for (line, word) in foreign(unit, &words) {
            broken.add(&unit.path, line, word);
        }
        for mention in &unit.mentions {
            let names = &mention.names;
            if names[0] == "std" && parts_of_std.contains(&names[1].as_str()) {
                broken.add(&unit.path, mention.line, &names.join("::"));
            }
        }
    }
    broken.none();
}

#[test]
fn an_expectation_says_why() {
    let mut broken = Broken::default();
    for source in sources("src") {
        for (line, text) in (1..).zip(source.text.lines()) {
            if text.contains(".expect(\"\")") {
                broken.add(&source.path, line, text.trim());
            }
        }
    }
    broken.none();
}

#[test]
fn files_are_short_and_say_what_they_are() {
    let mut broken = Broken::default();
    for source in sources("src").iter().chain(&sources("tests/it")) {
        let lines = source.text.lines().count();
        if lines >= MAX_LINES {
            broken.add(&source.path, lines, "too long");
        }
        let is_inner = source.path.ends_with("tests.rs");
        if !source.text.starts_with("//!") && !is_inner {
            broken.add(&source.path, 1, "does not say what it is");
        }
    }
    broken.none();
}
