//! `keys api`: makes API keys.

use clap::Subcommand;

use super::super::offline::Error;
use super::super::{EXIT_CODES, say};
use crate::identity::ApiKey;

pub(super) const EXAMPLES: &str = "\
Examples:
  campaign-ledger keys api new";

/// What can be done with API keys.
#[derive(Debug, Subcommand)]
pub enum ApiKeys {
    /// Make an API key, and print it and its SHA-256.
    ///
    /// The key is for the client and is kept nowhere else. Its SHA-256 is for `api_keys` of a principal
    /// in the policy.
    #[command(after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
    New,
}

pub(super) fn run(command: &ApiKeys) -> Result<(), Error> {
    match command {
        ApiKeys::New => {
            let key = ApiKey::random().map_err(std::io::Error::other)?;
            say(format!("key     {}", key.secret()))?;
            Ok(say(format!("sha256  {}", key.hash()))?)
        }
    }
}
