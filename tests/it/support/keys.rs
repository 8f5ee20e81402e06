//! The keys of personal data, for a log that was restored elsewhere.

use std::fs;
use std::path::Path;

/// Puts the keyring of one data directory and its master key into another one.
pub fn copy_keys(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for name in ["keyring", "master-key"] {
        fs::copy(from.join(name), to.join(name)).unwrap();
    }
}
