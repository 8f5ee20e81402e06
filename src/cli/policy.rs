//! `policy`: says what a policy file means.

use std::io;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use super::{EXIT_CODES, Exit, say};
use crate::identity::{Policy, PolicyError};

/// How it is used.
pub const EXAMPLES: &str = "\
Examples:
  campaign-ledger policy check policy.toml";

/// What can be asked about policies.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Read a policy file and say what it means, principal by principal.
    ///
    /// A file that breaks a rule is refused with its line, as the server would refuse it.
    #[command(after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
    Check(CheckPolicy),
}

/// What `policy check` takes.
#[derive(Debug, Args)]
pub struct CheckPolicy {
    /// The policy file
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
}

/// Why nothing can be said about a policy.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The policy cannot be used.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The output could not be written.
    #[error("output")]
    Output(#[from] io::Error),
}

impl Error {
    /// Returns the exit status.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Policy(_) => Exit::Usage,
            Self::Output(_) => Exit::Failed,
        }
    }
}

/// Says what was asked.
///
/// # Errors
/// See [`Error`].
pub fn run(command: &PolicyCommand) -> Result<(), Error> {
    match command {
        PolicyCommand::Check(check) => {
            let policy = Policy::read(&check.file)?;
            Ok(say(policy.to_string().trim_end())?)
        }
    }
}
