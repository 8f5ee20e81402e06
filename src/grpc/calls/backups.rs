//! When the last complete backup was given, over restarts too.
//!
//! It is a small file, so that an operator who restarts the server still sees an old backup as old. Its
//! loss loses nothing else: then no backup is known of.

use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::domain::Timestamp;
use crate::files;

/// The memory of backups. Clones share it.
#[derive(Clone)]
pub struct Backups(Arc<Shared>);

struct Shared {
    /// None where nothing is remembered over restarts.
    file: Option<PathBuf>,
    last: Mutex<Option<Timestamp>>,
}

impl Backups {
    /// Reads the file, if there is one. What it says is only shown, so a damaged one is replaced by the
    /// next backup.
    pub fn open(file: PathBuf) -> Self {
        let last = match files::read_text(&file) {
            Ok(text) => text.and_then(|text| time_in(&text)),
            Err(error) => {
                tracing::warn!(%error, path = %file.display(), "the time of the last backup is unknown");
                None
            }
        };
        Self(Arc::new(Shared {
            file: Some(file),
            last: Mutex::new(last),
        }))
    }

    /// Remembers backups as long as the process runs.
    pub fn nowhere() -> Self {
        Self(Arc::new(Shared {
            file: None,
            last: Mutex::default(),
        }))
    }

    /// Records a complete backup of the log as it was at this time. Blocks on the disk.
    pub fn given(&self, at: Timestamp) {
        let mut last = self.0.last.lock();
        if last.is_some_and(|last| last > at) {
            return;
        }
        *last = Some(at);
        let Some(file) = &self.0.file else { return };
        if let Err(error) = files::replace(file, format!("{}\n", at.parts().0).as_bytes()) {
            tracing::warn!(%error, path = %file.display(), "the time of the backup was not kept");
        }
    }

    /// Returns the time of the last one; `None` if none is known of.
    pub fn last(&self) -> Option<Timestamp> {
        *self.0.last.lock()
    }
}

/// Reads the content of the file: whole seconds after 1970.
fn time_in(text: &str) -> Option<Timestamp> {
    Timestamp::new(text.trim().parse().ok()?, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::new(seconds, 0).unwrap()
    }

    #[test]
    fn the_last_backup_is_remembered() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("last-backup");
        let backups = Backups::open(file.clone());
        assert_eq!(backups.last(), None);
        backups.given(at(1_772_409_600));
        backups.given(at(1_772_323_200));
        let again = Backups::open(file.clone());
        assert_eq!(again.last(), Some(at(1_772_409_600)));
        std::fs::write(&file, "\0").unwrap();
        assert_eq!(Backups::open(file).last(), None);
    }
}
