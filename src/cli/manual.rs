//! `man-pages`: the manual, made of the same definition as the help.

use std::fs;
use std::io;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _, ValueHint};

use super::{Arguments, Exit};

/// What the help says of it.
pub const ABOUT: &str = "\
Write the manual pages to a directory, one for each command: campaign-ledger.1 and others.

Packages install them; `man -l FILE` reads one.";

/// Examples.
pub const EXAMPLES: &str = "\
Examples:
  campaign-ledger man-pages /usr/local/share/man/man1
  campaign-ledger man-pages pages";

/// What `man-pages` takes.
#[derive(Debug, Args)]
pub struct ManualArguments {
    /// Where to; made when absent
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub directory: PathBuf,
}

/// The pages could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the manual pages could not be written to {}", directory.display())]
pub struct Error {
    directory: PathBuf,
    #[source]
    source: io::Error,
}

impl Error {
    /// Returns the exit status.
    pub fn exit(&self) -> Exit {
        Exit::Failed
    }
}

/// Writes the pages.
///
/// # Errors
/// When one cannot be written.
pub fn write(arguments: &ManualArguments) -> Result<(), Error> {
    let directory = &arguments.directory;
    let written = fs::create_dir_all(directory)
        .and_then(|()| clap_mangen::generate_to(Arguments::command(), directory));
    written.map_err(|source| Error {
        directory: directory.clone(),
        source,
    })
}
