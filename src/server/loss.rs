//! Accepted losses: what may be given up when a start is refused because something is lost.
//!
//! Owns which files are renamed for each such refusal, so that the next start does without them.
//! Nothing is removed, so the files can still be examined if a backup is found later.

use std::path::{Path, PathBuf};

use super::Error;
use crate::files;
use crate::log::OpenError;
use crate::log::directory::DataDirectory;
use crate::log::sled::SledLog;
use crate::proofs;
use crate::views::ViewError;

/// Gives up the data because of which a start of the ledger at `root` was refused, with a warning
/// that names it. Returns `false` if nothing may be given up.
///
/// # Errors
/// When the system refuses.
pub fn accept_loss(error: &Error, root: &Path) -> Result<bool, OpenError> {
    let (given_up, paths) = match error {
        Error::Open(OpenError::Gone { .. }) => {
            let aside = DataDirectory::begin_again(root)?;
            told("every event of the log", aside.as_deref());
            return Ok(true);
        }
        Error::Open(OpenError::Journal { path, .. }) => {
            let aside = SledLog::give_up_journal(path)?;
            told("events that only the journal had", aside.as_deref());
            return Ok(true);
        }
        Error::Open(OpenError::Shrunk {
            path,
            found,
            reached,
        }) => {
            let aside = SledLog::give_up_journal(path)?;
            let lost = between(found.position.get(), reached.position.get());
            told(&lost, aside.as_deref());
            return Ok(true);
        }
        Error::Views(ViewError::Ahead { views, log }) => {
            let views_file = root.join("views");
            (between(log.get(), views.get()), vec![views_file])
        }
        Error::Proofs(proofs::Error::Ahead { reached, log }) => {
            let files = ["tree", "checkpoint"].map(|name| root.join(name));
            (between(log.get(), reached.get()), files.to_vec())
        }
        Error::Proofs(proofs::Error::Damaged { path, given_up, .. }) => {
            ((*given_up).to_owned(), vec![path.clone()])
        }
        _ => return Ok(false),
    };
    set_aside(&given_up, paths)?;
    Ok(true)
}

fn set_aside(given_up: &str, paths: Vec<PathBuf>) -> Result<(), OpenError> {
    for path in paths.into_iter().filter(|path| path.exists()) {
        let aside = files::set_aside(&path).map_err(|source| OpenError::Io {
            action: "renamed",
            path: path.clone(),
            source,
        })?;
        told(given_up, Some(&aside));
    }
    Ok(())
}

fn between(end: u64, lost: u64) -> String {
    format!("the events from position {} to {lost}", end + 1)
}

fn told(given_up: &str, aside: Option<&Path>) {
    let aside = aside.map(|path| path.display().to_string());
    tracing::warn!(given_up, aside, "a loss was accepted");
}
