//! The command line: what can be asked, how it is explained, and what the exit codes mean.
//!
//! Owns argument types, help texts and exit codes; `serve` and `offline` run what was asked.

pub mod backup;
pub mod dynamic;
pub mod export;
pub mod offline;
pub mod progress;
pub mod remote;
pub mod serve;
pub mod statement;

use std::env::consts;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::LazyLock;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};

use crate::causes::with_causes;
use crate::config::{self, Effective, Flags};
use crate::domain::Timestamp;

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

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  it failed; standard error says why
  2  the command line or the configuration is wrong
  3  the stored data is damaged
  4  another process uses the data directory";

const EXAMPLES: &str = "\
Examples:
  campaign-ledger serve --data-dir /var/lib/campaign-ledger
  campaign-ledger replay --brand kopi-senja --limit 20
  campaign-ledger verify --data-dir /backup/campaign-ledger";

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

/// What the program can do.
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
    Replay(Replay),
    /// Read the whole log and check every block, hash and position.
    #[command(
        long_about = VERIFY_ABOUT,
        after_help = format!("{VERIFY_EXAMPLES}\n\n{EXIT_CODES}")
    )]
    Verify(Offline),
    /// Build the views anew from the log.
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
    /// Make a ledger of backups, in an empty directory.
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
    /// Write events or tables to a file, for other programs.
    #[command(
        subcommand,
        long_about = export::arguments::ABOUT,
        after_help = format!("{}\n\n{EXIT_CODES}", export::arguments::EXAMPLES)
    )]
    Export(export::arguments::ExportCommand),
    /// Print a shell completion script.
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell to complete in.
        shell: clap_complete::Shell,
    },
}

const SERVE_ABOUT: &str = "\
Serve the ledger over gRPC until SIGTERM or SIGINT.

The server replays what its views have not seen, reports SERVING and answers. On the
first signal it reports NOT_SERVING, waits for the drain delay, stops accepting, lets
calls and streams end, writes what is accepted and exits with 0; a second signal ends it
at once.

Every setting can be given as a flag, as an environment variable (--max-connections is
CAMPAIGN_LEDGER_MAX_CONNECTIONS) or as a key of the TOML file (max_connections); the
first one given wins. Unknown flags, variables and keys are refused.";

const SERVE_EXAMPLES: &str = "\
Examples:
  campaign-ledger serve
  campaign-ledger serve --config /etc/campaign-ledger.toml --log-format json
  CAMPAIGN_LEDGER_LISTEN=[::1]:6000 campaign-ledger serve --print-config";

const REPLAY_ABOUT: &str = "\
Print the events of the log as NDJSON, one event a line, oldest first.

Works on the files, so the server must not be running on them. To read a running ledger,
use the audit service.";

const REPLAY_EXAMPLES: &str = "\
Examples:
  campaign-ledger replay | jq .eventType
  campaign-ledger replay --brand kopi-senja --campaign opening-week
  campaign-ledger replay --after 120000 --limit 1000 > page.ndjson";

const VERIFY_ABOUT: &str = "\
Read the whole log and check every block, hash and position.

Writes nothing. The server must not be running on the directory; verify a copy, or stop
it first. Exits with 3 and names the first damaged block when something does not fit.";

const VERIFY_EXAMPLES: &str = "\
Examples:
  campaign-ledger verify
  campaign-ledger verify --data-dir /backup/campaign-ledger";

const REBUILD_ABOUT: &str = "\
Build the views anew from the log.

The log is not changed and no fact is lost: views are what the log says, in a form that
is quick to ask. The new views take the place of the old ones when they are complete, so
it can be interrupted at any time. The server must not be running on the directory.";

const REBUILD_EXAMPLES: &str = "\
Examples:
  campaign-ledger rebuild-views
  campaign-ledger rebuild-views --data-dir /var/lib/campaign-ledger";

const BACKUP_ABOUT: &str = "\
Take backups of the log, and check them.

A backup is one file with the blocks of the log, compressed and checksummed. It can be
taken of a running server or of a directory at rest, whole or from a position on. It has
no secrets of the server's: keep its keys elsewhere.";

const BACKUP_EXAMPLES: &str = "\
Examples:
  campaign-ledger backup create monday.clbu --server http://127.0.0.1:50051
  campaign-ledger backup create tuesday.clbu --since monday.clbu
  campaign-ledger backup verify monday.clbu tuesday.clbu";

const RESTORE_ABOUT: &str = "\
Make a ledger of backups, in an empty directory.

Takes a whole backup and any later ones, oldest first. The log is the one that was backed
up, byte for byte; views are built when the server first starts on it. Restored to a
position or a time within a block, that last block has only the events up to there.";

const RESTORE_EXAMPLES: &str = "\
Examples:
  campaign-ledger restore monday.clbu tuesday.clbu --data-dir /var/lib/campaign-ledger
  campaign-ledger restore monday.clbu --until 120000 --data-dir /tmp/then
  campaign-ledger restore monday.clbu --until-time 2026-11-01T00:00:00Z --data-dir /tmp/then";

const IMPORT_ABOUT: &str = "\
Add to a ledger what backups have and it lacks.

The backups must be of the same log and continue what the ledger has; blocks that both
have must be the same. The server must not be running on the directory.";

const IMPORT_EXAMPLES: &str = "\
Examples:
  campaign-ledger import tuesday.clbu --data-dir /standby/campaign-ledger";

const STATEMENT_ABOUT: &str = "\
Write a campaign down for people, as a page or as a table.

Asks a running server. The page stands alone: it can be sent, printed and kept, and says
how each of its numbers can be checked.";

const STATEMENT_EXAMPLES: &str = "\
Examples:
  campaign-ledger statement --brand sari-kulit --campaign serum-pagi --out serum-pagi.html
  campaign-ledger statement --brand sari-kulit --campaign serum-pagi --format csv
  campaign-ledger statement --brand sari-kulit --campaign serum-pagi --position 120 --out then.html";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  campaign-ledger completions bash > /etc/bash_completion.d/campaign-ledger
  campaign-ledger completions zsh > ~/.zfunc/_campaign-ledger";

/// What `serve` takes.
#[derive(Debug, Args)]
pub struct Serve {
    /// Print the effective configuration as TOML, with the origin of every value, and exit
    #[arg(long)]
    pub print_config: bool,
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
        Effective::of_process(&Flags::offline(self.data_dir.clone(), self.config.clone()))
    }
}

/// What `replay` takes.
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
#[derive(Debug, Subcommand)]
pub enum BackupCommand {
    /// Write a backup to a file and check it.
    #[command(after_help = format!("{BACKUP_EXAMPLES}\n\n{EXIT_CODES}"))]
    Create(CreateBackup),
    /// Read backups and check every byte of them; needs nothing but the files.
    #[command(after_help = format!("{BACKUP_EXAMPLES}\n\n{EXIT_CODES}"))]
    Verify {
        /// The backups
        #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
        files: Vec<PathBuf>,
    },
}

/// What `backup create` takes.
#[derive(Debug, Args)]
pub struct CreateBackup {
    /// Where to write it
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Take it of the server at this address, not of a directory
    #[arg(long, value_name = "URL", conflicts_with_all = ["data_dir", "config"])]
    pub server: Option<String>,
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
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:50051")]
    pub server: String,
}

/// What a statement is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StatementFormat {
    /// A page that stands alone
    Html,
    /// Every number, a row each
    Csv,
}

fn parse_time(text: &str) -> Result<Timestamp, String> {
    let moment: jiff::Timestamp = text
        .parse()
        .map_err(|error: jiff::Error| error.to_string())?;
    let nanos = i64::try_from(moment.as_nanosecond()).map_err(|error| error.to_string())?;
    Ok(Timestamp::from_nanos(nanos))
}

/// How the process ends; the numbers are part of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// It failed; standard error says why.
    Failed = 1,
    /// The command line or the configuration is wrong.
    Usage = 2,
    /// The stored data is damaged.
    Damaged = 3,
    /// Another process uses the data directory.
    InUse = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Tells on standard error why a command failed, with every cause.
///
/// Whether it can be told or not, as on a full disk, the exit code is the same.
pub fn complain(error: &(dyn std::error::Error + 'static)) {
    let _ = writeln!(io::stderr(), "error: {}", with_causes(error));
}

/// Writes the completion script of `shell` to standard output.
pub fn print_completions(shell: clap_complete::Shell) {
    let mut command = <Arguments as clap::CommandFactory>::command();
    clap_complete::generate(
        shell,
        &mut command,
        "campaign-ledger",
        &mut std::io::stdout(),
    );
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, error::ErrorKind};

    use super::*;

    fn parse(line: &str) -> Result<Command, clap::Error> {
        let words = std::iter::once("campaign-ledger").chain(line.split(' '));
        Arguments::try_parse_from(words).map(|arguments| arguments.command)
    }

    #[test]
    fn the_definition_holds_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn replay_takes_its_filters() {
        let line = "replay --brand b --campaign c --after 7 --limit 2 --data-dir d";
        let Command::Replay(replay) = parse(line).unwrap() else {
            panic!("not a replay");
        };
        assert_eq!(replay.brand.as_deref(), Some("b"));
        assert_eq!(replay.campaign.as_deref(), Some("c"));
        assert_eq!((replay.after, replay.limit), (7, Some(2)));
        assert_eq!(replay.data.data_dir.as_deref(), Some("d"));
    }

    #[test]
    fn a_campaign_is_named_within_its_brand() {
        let refusal = parse("replay --campaign c").unwrap_err();
        assert_eq!(refusal.kind(), ErrorKind::MissingRequiredArgument);
        assert_eq!(refusal.exit_code(), Exit::Usage as i32);
    }

    #[test]
    fn offline_commands_find_the_directory_like_the_server() {
        let Command::Verify(offline) = parse("verify --data-dir elsewhere").unwrap() else {
            panic!("not a verify");
        };
        let settings = offline.settings().unwrap();
        assert_eq!(settings.config.data_dir, PathBuf::from("elsewhere"));
    }

    #[test]
    fn every_help_page_lists_the_exit_codes() {
        for command in Arguments::command().get_subcommands_mut() {
            if command.get_name() == "completions" {
                continue;
            }
            let help = command.render_long_help().to_string();
            assert!(help.contains("3  the stored data is damaged"), "{help}");
            assert!(help.contains("Examples:"), "{help}");
        }
    }
}
