//! The `FORMAT` file: says to people and later programs what a directory is.
//!
//! ```text
//! product: campaign-ledger
//! format: 4
//! partitions: 0
//! log: 0197c5a0-6f7e-7d3c-8a9e-0d4f3b2a1c5d
//! ```
//!
//! The first two lines stay as they are in every later format, so that any program can tell whether
//! it is too old. The formats up to 3 hold personal data in clear text: they are refused. When a
//! later format can be read beside the one before it, [`Formats`] says so, and a server that opens
//! the older one first rewrites the marker, because an older program would misread what is new.

use std::fmt;
use std::path::Path;

use uuid::Uuid;

use super::ONLY_PARTITION;
use crate::files;
use crate::log::OpenError;
use crate::log::paths::io_error;

const PRODUCT: &str = "campaign-ledger";

/// The format version of the data directory that this program creates.
pub const FORMAT_VERSION: u32 = 4;

/// The formats that a program reads. It writes the newest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Formats {
    pub oldest: u32,
    pub newest: u32,
}

impl Formats {
    /// Those of this program.
    pub const KNOWN: Self = Self {
        oldest: FORMAT_VERSION,
        newest: FORMAT_VERSION,
    };
}

/// The content of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Marker {
    pub format: u32,
    pub partitions: Vec<u32>,
    pub log_id: Uuid,
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let partitions: Vec<_> = self.partitions.iter().map(u32::to_string).collect();
        writeln!(f, "product: {PRODUCT}")?;
        writeln!(f, "format: {}", self.format)?;
        writeln!(f, "partitions: {}", partitions.join(" "))?;
        writeln!(f, "log: {}", self.log_id)
    }
}

impl Marker {
    /// The marker of a log that this program writes.
    pub fn of(log_id: Uuid) -> Self {
        Self {
            format: FORMAT_VERSION,
            partitions: vec![ONLY_PARTITION],
            log_id,
        }
    }

    /// Reads the marker of a directory that a program of these formats can read.
    pub fn read(path: &Path, known: Formats) -> Result<Self, OpenError> {
        let text = files::read_text(path).map_err(|source| io_error("read", path, source))?;
        let text = text.unwrap_or_default();
        let damaged = |reason| OpenError::Marker {
            path: path.to_owned(),
            reason,
        };
        let mut lines = text.lines();
        let mut value = |key: &str| lines.next()?.strip_prefix(key)?.strip_prefix(": ");

        if value("product") != Some(PRODUCT) {
            return Err(damaged("its first line does not name this product"));
        }
        let format = match value("format").and_then(|version| version.parse().ok()) {
            Some(0) | None => return Err(damaged("its second line is not a format version")),
            Some(found) if found > known.newest => {
                return Err(OpenError::Newer {
                    path: path.to_owned(),
                    found,
                    known: known.newest,
                });
            }
            Some(found) if found < known.oldest => {
                return Err(OpenError::Older {
                    path: path.to_owned(),
                    found,
                    known: known.oldest,
                });
            }
            Some(found) => found,
        };
        let partitions = value("partitions")
            .and_then(|list| list.split(' ').map(|id| id.parse().ok()).collect())
            .ok_or_else(|| damaged("its third line does not list partitions"))?;
        let log_id = value("log")
            .and_then(|id| id.parse().ok())
            .ok_or_else(|| damaged("its fourth line does not name a log"))?;
        Ok(Self {
            format,
            partitions,
            log_id,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use super::*;

    fn read(text: &str) -> Result<Marker, OpenError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        Marker::read(file.path(), Formats::KNOWN)
    }

    #[test]
    fn reads_back_what_is_written() {
        let marker = Marker {
            format: FORMAT_VERSION,
            partitions: vec![0, 7],
            log_id: Uuid::from_u128(7),
        };
        assert_eq!(read(&marker.to_string()).unwrap(), marker);
    }

    #[test]
    fn other_formats_are_told_from_damage() {
        let newer = "product: campaign-ledger\nformat: 5\nsomething: else\n";
        assert!(matches!(
            read(newer),
            Err(OpenError::Newer {
                found: 5,
                known: 4,
                ..
            })
        ));
        let older = "product: campaign-ledger\nformat: 3\nsomething: else\n";
        assert!(matches!(
            read(older),
            Err(OpenError::Older {
                found: 3,
                known: 4,
                ..
            })
        ));
        let id = "log: 0197c5a0-6f7e-7d3c-8a9e-0d4f3b2a1c5d\n";
        for damaged in [
            String::new(),
            "product: something-else\n".to_owned(),
            "product: campaign-ledger\nformat: 0\n".to_owned(),
            "product: campaign-ledger\nformat: 4\n".to_owned(),
            format!("product: campaign-ledger\nformat: 4\npartitions: zero\n{id}"),
            format!("product: campaign-ledger\nformat: 4\npartitions: 0\nlog: {id}"),
        ] {
            assert!(
                matches!(read(&damaged), Err(OpenError::Marker { .. })),
                "{damaged}"
            );
        }
    }
}
