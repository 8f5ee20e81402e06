//! What a process needs before it does anything: enough descriptors, and private files.

use std::fs::File;
use std::io;

/// Descriptors that a command may have open at a time: some thirty, by a start of the server.
const NEEDED_FILES: usize = 64;

/// Makes sure that files can be opened: with fewer, parts of the runtime end the process instead of
/// saying what is missing.
///
/// # Errors
/// When too few can be.
pub fn enough_files() -> Result<(), TooFewFiles> {
    let mut open = Vec::with_capacity(NEEDED_FILES);
    while open.len() < NEEDED_FILES {
        match File::open("/dev/null") {
            Ok(file) => open.push(file),
            Err(source) => {
                return Err(TooFewFiles {
                    found: open.len(),
                    source,
                });
            }
        }
    }
    Ok(())
}

/// Too few files can be opened.
#[derive(Debug, thiserror::Error)]
#[error(
    "only {found} files can be opened, and {NEEDED_FILES} are needed: raise the limit of open files \
     (ulimit -n)"
)]
pub struct TooFewFiles {
    found: usize,
    source: io::Error,
}

/// Lets only the owner of this process read the files that it makes: they hold contracts, amounts and
/// keys.
pub fn keep_files_private() {
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
}
