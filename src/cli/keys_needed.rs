//! Which keyring a log needs whose backups were put somewhere.

use std::path::Path;

use uuid::Uuid;

use crate::keyring::{self, Label};
use crate::log::directory::keyring_path;

/// Says whether the keyring at `root` is of the log there. A keyring is never touched: today's opens
/// whatever a restored log may show, and an older one would show who was erased.
pub(super) fn keys_needed(root: &Path, log: Uuid) -> String {
    let path = keyring_path(root);
    let shown = path.display();
    match Label::read(&path) {
        Ok(found) if found.log == log => {
            format!(
                "keys: {shown} is of this log, and needs the master key {}",
                found.master
            )
        }
        Ok(found) => format!(
            "keys: {shown} is of the log {}: put today's keyring of the log {log} in its place",
            found.log
        ),
        Err(keyring::Error::Missing { .. }) => format!(
            "keys: put today's keyring of the log {log} there, as {shown}; or serve --without-keys"
        ),
        Err(error) => format!("keys: {error}; this log needs the keyring of the log {log}"),
    }
}
