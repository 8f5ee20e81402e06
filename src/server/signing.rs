//! The keys that checkpoints are signed with, and those of witnesses, at a start.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Error;
use crate::config::Config;
use crate::log::directory::{DataDirectory, signing_key_path};
use crate::proofs::note::VerifierKey;
use crate::proofs::{self, KeyError, LogKeys};

/// Finds where the signing key of the ledger at `root` is.
pub fn signing_key_of(config: &Config, root: &Path) -> PathBuf {
    match config.signing_key.as_os_str().is_empty() {
        true => signing_key_path(root),
        false => config.signing_key.clone(),
    }
}

/// Reads the keys that proofs need. Makes the first one if no key file is configured.
pub(super) fn proof_settings(
    config: &Config,
    directory: &DataDirectory,
) -> Result<proofs::Settings, Error> {
    let path = signing_key_of(config, directory.root());
    let log_id = directory.log_id().to_string();
    let keys = match LogKeys::open(&path) {
        Err(KeyError::Missing { .. }) if config.signing_key.as_os_str().is_empty() => {
            let keys = LogKeys::create(&path, &format!("campaign-ledger/{log_id}"))?;
            let (key, path) = (keys.current().public(), path.display());
            tracing::info!(%key, %path, "made a key to sign checkpoints with; back it up");
            let checkpoint = directory.checkpoint_path();
            if checkpoint.exists() {
                let checkpoint = checkpoint.display();
                tracing::warn!(
                    %key, %checkpoint,
                    "the last checkpoint was signed by another key, which is lost: whoever verifies \
                     checkpoints must be given the new public key"
                );
            }
            keys
        }
        keys => keys?,
    };
    let witnesses = witnesses_of(config).map_err(|reason| Error::Witnesses {
        path: config.witnesses.clone(),
        reason,
    })?;
    Ok(proofs::Settings {
        tree: directory.tree_path(),
        checkpoint: directory.checkpoint_path(),
        cosignatures: directory.cosignatures_path(),
        log_id,
        keys,
        witnesses,
        interval: Duration::from_millis(config.checkpoint_interval_ms),
    })
}

/// Reads the keys of the witnesses whose cosignatures are taken.
///
/// # Errors
/// What is wrong with their file.
pub fn witnesses_of(config: &Config) -> Result<Vec<VerifierKey>, String> {
    if config.witnesses.as_os_str().is_empty() {
        return Ok(Vec::new());
    }
    let text = std::fs::read_to_string(&config.witnesses).map_err(|error| error.to_string())?;
    proofs::witness_keys(&text).map_err(|error| error.to_string())
}
