//! The command line: commands, help pages and exit codes.
//!
//! Owns argument types, help texts and exit codes; `serve`, `offline` and
//! `explain` run the commands.

pub mod backup;
pub mod call;
pub mod credentials;
pub mod demo;
pub mod dynamic;
mod exit;
pub mod explain;
pub mod export;
pub mod healthcheck;
mod help;
pub mod keys;
mod keys_needed;
pub mod manual;
pub mod offline;
mod opened;
pub mod policy;
pub mod process;
pub mod progress;
pub mod remote;
pub mod serve;
pub mod statement;

use std::env::consts;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::LazyLock;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};

pub use exit::{Exit, complain, heard, say};

use exit::EXIT_CODES;
use help::*;

use crate::config::{self, Effective, Flags};
use crate::domain::Timestamp;
use crate::proofs::note::VerifierKey;

/// What `--version` prints after the name: version, build profile and machine.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let profile = if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    };
    let (version, arch, os) = (env!("CARGO_PKG_VERSION"), consts::ARCH, consts::OS);
    format!("{version} ({profile} build, {arch} {os})")
});

const EXAMPLES: &str = "\
Examples:
  campaign-ledger demo
  campaign-ledger serve --data-dir /var/lib/campaign-ledger
  campaign-ledger replay --brand sari-kulit --limit 20
  campaign-ledger verify --data-dir /backup/campaign-ledger
  campaign-ledger explain --brand sari-kulit --campaign serum-pagi --metric total.revenue.net_minor";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "campaign-ledger",
    version = VERSION.as_str(),
    about = "An event-sourced system of record for creator campaigns, over gRPC",
    after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"),
    arg_required_else_help = true
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the ledger over gRPC until SIGTERM or SIGINT.
    #[command(
        long_about = SERVE_ABOUT,
        after_help = format!("{SERVE_EXAMPLES}\n\n{EXIT_CODES}")
    )]
    Serve(Serve),
    /// Print the events of the log as NDJSON, one event a line, oldest first.
    #[command(
        long_about = REPLAY_ABOUT,
        after_help = format!("{REPLAY_EXAMPLES}\n\n{EXIT_CODES}")
    )]
    Replay(ReplayEvents),
    /// Read the whole log and check every block, hash, position and event, and what was signed.
    #[command(
        long_about = VERIFY_ABOUT,
        after_help = format!("{VERIFY_EXAMPLES}\n\n{EXIT_CODES}")
    )]
    Verify(Verify),
    /// Rebuild the views from the log.
    #[command(
        long_about = REBUILD_ABOUT,
        after_help = format!("{REBUILD_EXAMPLES}\n\n{EXIT_CODES}")
    )]
    RebuildViews(Offline),
    /// Take backups of the log, and check them.
    #[command(
        subcommand,
        long_about = BACKUP_ABOUT,
        after_help = format!("{BACKUP_EXAMPLES}\n\n{EXIT_CODES}")
    )]
    Backup(BackupCommand),
    /// Make a ledger from backups, in an empty directory.
    #[command(
        long_about = RESTORE_ABOUT,
        after_help = format!("{RESTORE_EXAMPLES}\n\n{EXIT_CODES}")
    )]
    Restore(Restore),
    /// Add to a ledger what backups have and it lacks.
    #[command(
        long_about = IMPORT_ABOUT,
        after_help = format!("{IMPORT_EXAMPLES}\n\n{EXIT_CODES}")
    )]
    Import(Import),
    /// Write a campaign down for people, as a page or as a table.
    #[command(
        long_about = STATEMENT_ABOUT,
        after_help = format!("{STATEMENT_EXAMPLES}\n\n{EXIT_CODES}")
    )]
    Statement(StatementArguments),
    /// Print the events behind a number of a report, and what each adds to it.
    #[command(
        long_about = EXPLAIN_ABOUT,
        after_help = format!("{EXPLAIN_EXAMPLES}\n\n{EXIT_CODES}")
    )]
    Explain(Explain),
    /// Call a method of the API with JSON, and print what it answers.
    #[command(
        long_about = call::ABOUT,
        after_help = format!("{}\n\n{EXIT_CODES}", call::EXAMPLES)
    )]
    Call(call::CallArguments),
    /// Play the stories of four brands, and say what to look at next.
    #[command(
        long_about = demo::ABOUT,
        after_help = format!("{}\n\n{EXIT_CODES}", demo::EXAMPLES)
    )]
    Demo(demo::DemoArguments),
    /// Make, rotate or show the keys that checkpoints are signed with; back up, restore or wrap again the
    /// keys of personal data; make API keys.
    #[command(
        subcommand,
        after_help = format!("{KEYS_EXAMPLES}\n\n{EXIT_CODES}")
    )]
    Keys(keys::Keys),
    /// Say what a policy file means.
    #[command(
        subcommand,
        after_help = format!("{}\n\n{EXIT_CODES}", policy::EXAMPLES)
    )]
    Policy(policy::PolicyCommand),
    /// Write events or tables to a file, for other programs.
    #[command(
        subcommand,
        long_about = export::arguments::ABOUT,
        after_help = format!("{}\n\n{EXIT_CODES}", export::arguments::EXAMPLES)
    )]
    Export(export::arguments::ExportCommand),
    /// Ask a server for its health; exits with 0 only if it serves.
    #[command(
        long_about = healthcheck::ABOUT,
        after_help = format!("{}\n\n{EXIT_CODES}", healthcheck::EXAMPLES)
    )]
    Healthcheck(healthcheck::HealthcheckArguments),
    /// Write the manual pages to a directory.
    #[command(
        long_about = manual::ABOUT,
        after_help = format!("{}\n\n{EXIT_CODES}", manual::EXAMPLES)
    )]
    ManPages(manual::ManualArguments),
    /// Print a shell completion script.
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell to complete in.
        shell: clap_complete::Shell,
    },
}

/// What `serve` takes.
#[derive(Debug, Args)]
pub struct Serve {
    /// Print the effective configuration as TOML, with the origin of every value, and exit
    #[arg(long)]
    pub print_config: bool,
    /// Start even if a start is refused because something is lost. Log lines name what is given up;
    /// its files are renamed, not removed. For one start, after a refusal that names this flag
    #[arg(long)]
    pub accept_loss: bool,
    /// Start although the clock is more than 5 minutes before the last event, or more than 366 days
    /// after it; only this once
    #[arg(long)]
    pub accept_clock: bool,
    /// The settings.
    #[command(flatten, next_help_heading = "Settings")]
    pub settings: Flags,
}

/// Which data an offline command works on.
#[derive(Debug, Args)]
pub struct Offline {
    /// Directory of the log and the views [default: campaign-ledger-data]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub data_dir: Option<String>,
    /// TOML file of the server, for its data_dir and its cache sizes
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
}

impl Offline {
    /// Finds the settings the way `serve` does, so that both work on the same directory.
    ///
    /// # Errors
    /// Names the key and the rule it breaks, or the file that cannot be read.
    pub fn settings(&self) -> Result<Effective, config::Error> {
        self.settings_with(None)
    }

    /// The same, with a master key that the command was given.
    fn settings_with(&self, master_key: Option<&str>) -> Result<Effective, config::Error> {
        let flags = Flags::offline(self.data_dir.clone(), self.config.clone());
        Effective::of_process(&flags.with_master_key(master_key))
    }
}

/// What `verify` takes.
#[derive(Debug, Args)]
pub struct Verify {
    /// Which data.
    #[command(flatten)]
    pub data: Offline,
    /// File of a checkpoint that was kept elsewhere, to compare the log with
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "key")]
    pub against: Option<PathBuf>,
    /// Public key that signed the checkpoint, as `keys show` prints it; may be given again
    #[arg(long, value_name = "NAME+ID+KEY", requires = "against")]
    pub key: Vec<VerifierKey>,
}

/// What `replay` takes.
#[derive(Debug, Args)]
pub struct ReplayEvents {
    /// Which events.
    #[command(flatten)]
    pub events: Replay,
    /// Open the texts about people, with the keyring of the data directory and its master key. What
    /// can't be opened is null, and `hidden` says why
    #[arg(long)]
    pub open: bool,
    /// File of the master key [default: as the server finds it]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "open")]
    pub master_key: Option<String>,
}

/// Which events are written down.
#[derive(Debug, Args)]
pub struct Replay {
    /// Which data.
    #[command(flatten)]
    pub data: Offline,
    /// Only events of this brand
    #[arg(long, value_name = "BRAND_ID")]
    pub brand: Option<String>,
    /// Only events of this campaign of the brand
    #[arg(long, value_name = "CAMPAIGN_ID", requires = "brand")]
    pub campaign: Option<String>,
    /// Only events after this position
    #[arg(long, value_name = "POSITION", default_value_t = 0)]
    pub after: u64,
    /// At most this many events [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,
}

/// What can be done with backups.
#[expect(clippy::large_enum_variant, reason = "a process has one command")]
#[derive(Debug, Subcommand)]
pub enum BackupCommand {
    /// Write a backup to a file and check it.
    #[command(after_help = format!("{BACKUP_EXAMPLES}\n\n{EXIT_CODES}"))]
    Create(CreateBackup),
    /// Read backups and check every byte, block, event and signature in them; needs nothing but the
    /// files.
    #[command(after_help = format!("{BACKUP_EXAMPLES}\n\n{EXIT_CODES}"))]
    Verify(VerifyBackups),
}

/// What `backup create` takes.
#[derive(Debug, Args)]
pub struct CreateBackup {
    /// Where to write it
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Replace an existing file
    #[arg(long)]
    pub force: bool,
    /// Take it from the server at this address, not from a directory
    #[arg(long, value_name = "URL", conflicts_with_all = ["data_dir", "config"])]
    pub server: Option<String>,
    /// How the server is reached.
    #[command(flatten)]
    pub credentials: credentials::Credentials,
    /// Only what comes after this position
    #[arg(long, value_name = "POSITION", default_value_t = 0)]
    pub after: u64,
    /// Only what comes after this earlier backup
    #[arg(long, value_name = "FILE", conflicts_with = "after", value_hint = ValueHint::FilePath)]
    pub since: Option<PathBuf>,
    /// Which data, without a server.
    #[command(flatten)]
    pub data: Offline,
}

/// What `backup verify` takes.
#[derive(Debug, Args)]
pub struct VerifyBackups {
    /// A whole backup and any that continue it, oldest first
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
    /// File of a checkpoint that was kept elsewhere, to compare the backups with
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "key")]
    pub against: Option<PathBuf>,
    /// Public key that signs checkpoints, as `keys show` prints it; may be given again
    #[arg(long, value_name = "NAME+ID+KEY")]
    pub key: Vec<VerifierKey>,
}

/// What `restore` takes.
#[derive(Debug, Args)]
pub struct Restore {
    /// A whole backup and any that continue it, oldest first
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
    /// Only up to this position
    #[arg(long, value_name = "POSITION")]
    pub until: Option<u64>,
    /// Only what was recorded up to this time, as in 2026-11-01T00:00:00Z
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub until_time: Option<Timestamp>,
    /// Where to.
    #[command(flatten)]
    pub data: Offline,
}

/// What `import` takes.
#[derive(Debug, Args)]
pub struct Import {
    /// The backups, oldest first
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
    /// Where to.
    #[command(flatten)]
    pub data: Offline,
}

/// What `statement` takes.
#[derive(Debug, Args)]
pub struct StatementArguments {
    /// The brand
    #[arg(long, value_name = "BRAND_ID")]
    pub brand: String,
    /// Its campaign
    #[arg(long, value_name = "CAMPAIGN_ID")]
    pub campaign: String,
    /// As of this position of the log [default: now]
    #[arg(long, value_name = "POSITION")]
    pub position: Option<u64>,
    /// Written in what
    #[arg(long, value_enum, default_value_t = StatementFormat::Html)]
    pub format: StatementFormat,
    /// Where to [default: standard output]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub out: Option<PathBuf>,
    /// The server
    #[arg(long, value_name = "URL", default_value = remote::LOCAL)]
    pub server: String,
    /// How it is reached.
    #[command(flatten)]
    pub credentials: credentials::Credentials,
}

/// What a statement is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StatementFormat {
    /// A self-contained page
    Html,
    /// Every number, a row each
    Csv,
}

fn parse_time(text: &str) -> Result<Timestamp, String> {
    let moment: jiff::Timestamp = text
        .parse()
        .map_err(|error: jiff::Error| error.to_string())?;
    let nanos = i64::try_from(moment.as_nanosecond()).ok();
    let nanos = nanos.filter(|nanos| *nanos >= 0);
    nanos
        .map(Timestamp::from_nanos)
        .ok_or_else(|| String::from("must be a time from 1970 to 2262"))
}

/// What `explain` takes.
#[derive(Debug, Args)]
pub struct Explain {
    /// Address of the server
    #[arg(long, value_name = "URL", default_value = remote::LOCAL)]
    pub server: String,
    /// How it is reached.
    #[command(flatten)]
    pub credentials: credentials::Credentials,
    /// The brand
    #[arg(long, value_name = "BRAND_ID")]
    pub brand: String,
    /// The campaign whose report shows the number
    #[arg(long, value_name = "CAMPAIGN_ID", required_unless_present = "creator")]
    pub campaign: Option<String>,
    /// The creator, for a number of what both did together
    #[arg(long, value_name = "CREATOR_ID", conflicts_with = "campaign")]
    pub creator: Option<String>,
    /// Path of the number in the report
    #[arg(long, value_name = "PATH")]
    pub metric: String,
    /// As known at this position or time [default: now]
    #[arg(long, value_name = "POSITION|TIME")]
    pub as_of: Option<String>,
    /// Only of facts that had happened by this time, as known now
    #[arg(long, value_name = "TIME", conflicts_with = "as_of")]
    pub occurred_by: Option<String>,
}

/// Writes the completion script of `shell` to standard output.
///
/// # Errors
/// When it cannot be written; a closed pipe is no failure.
pub fn print_completions(shell: clap_complete::Shell) -> Result<(), offline::Error> {
    let mut command = <Arguments as clap::CommandFactory>::command();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "campaign-ledger", &mut script);
    Ok(heard(io::stdout().write_all(&script))?)
}

#[cfg(test)]
mod tests;
