//! Fingerprints of folds: the number changes when the types of rows, their encoding, or the effect of
//! an event on them may have changed.
//!
//! A program uses a fold's file only if it has the same fingerprint; otherwise it rebuilds the rows
//! from the log. So nobody has to remember a version. The fingerprint is taken from sources, not from
//! types, because a rule can change the content of rows and leave their types unchanged. The price: a
//! change without any effect costs a rebuild, unless it is in comments or tests.
//!
//! The build script writes the numbers; a test computes them again.

use std::path::Path;
use std::{fs, io};

/// The sources of a fold.
pub struct Fold {
    /// Sources, by file or directory below the root of the project.
    pub sources: &'static [&'static str],
    /// Dependencies that affect how rows are encoded.
    pub crates: &'static [&'static str],
}

/// The views: events are read, evolved and added up, and rows are encoded.
pub const VIEWS: Fold = Fold {
    sources: &[
        "src/domain",
        "src/views",
        "src/log/codec",
        "src/wire",
        "proto/campaign/ledger/event",
        "proto/campaign/ledger/type",
        "src/store/file.rs",
        "src/store/pages.rs",
    ],
    crates: &[
        "iso_currency",
        "num-bigint",
        "num-rational",
        "postcard",
        "serde",
        "serde_bytes",
        "smallvec",
        "smol_str",
    ],
};

/// The tree over the records.
pub const TREE: Fold = Fold {
    sources: &[
        "src/domain/rows",
        "src/domain/rows.rs",
        "src/proofs/tiles.rs",
        "src/proofs/tree.rs",
        "src/store/file.rs",
        "src/store/pages.rs",
    ],
    crates: &["postcard", "serde", "serde_bytes"],
};

/// A source, or a line of the lock file: its name and the part of it that counts.
pub type Part = (String, String);

/// Reads the parts of a fold that count, sorted.
pub fn parts(root: &Path, fold: &Fold) -> io::Result<Vec<Part>> {
    let mut parts = Vec::new();
    for source in fold.sources {
        collect(root, source, &mut parts)?;
    }
    let lock = fs::read_to_string(root.join("Cargo.lock"))?;
    for package in lock.split("[[package]]") {
        let value = |key: &str| {
            let line = package.lines().find(|line| line.starts_with(key))?;
            Some(line.trim_start_matches(key).trim_matches(['=', ' ', '"']))
        };
        if let (Some(name), Some(version)) = (value("name ="), value("version ="))
            && fold.crates.contains(&name)
        {
            parts.push((name.to_owned(), version.to_owned()));
        }
    }
    parts.sort();
    Ok(parts)
}

fn collect(root: &Path, name: &str, parts: &mut Vec<Part>) -> io::Result<()> {
    let path = root.join(name);
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            let entry = entry?.file_name();
            collect(root, &format!("{name}/{}", entry.to_string_lossy()), parts)?;
        }
        return Ok(());
    }
    if !name.ends_with("/tests.rs") {
        parts.push((name.to_owned(), what_counts(&fs::read_to_string(path)?)));
    }
    Ok(())
}

/// Returns a source without tests, comments and indentation.
pub fn what_counts(source: &str) -> String {
    let lines = source.lines().map(str::trim);
    let lines = lines.take_while(|line| *line != "#[cfg(test)]");
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// Computes the fingerprint: FNV-1a over names and contents, each with its length.
pub fn of(parts: &[Part]) -> u64 {
    let texts = parts.iter().flat_map(|(name, content)| [name, content]);
    let bytes = texts.flat_map(|text| {
        let length = (text.len() as u64).to_le_bytes();
        length.into_iter().chain(text.bytes())
    });
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
