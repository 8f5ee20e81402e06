//! What `export` takes.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

use crate::cli::credentials::Credentials;
use crate::cli::remote::LOCAL;
use crate::cli::{EXIT_CODES, Replay};

/// What `export` is for.
pub const ABOUT: &str = "\
Write events or tables to a file, for other programs.

Events are read from a directory or a running server; tables are asked of a running
server, now or as of a position. A column is a field of the API, by the path of its name:
CSV has its values as the API's JSON has them, and is empty where there is none.

Texts of CSV that a spreadsheet would run as a formula (they begin with =, +, -, @ or a
tab, at the start or after a ; or a tab) get an apostrophe before them, and control
characters are spelled out, as \\u001b; numbers stay numbers. --raw leaves all as it is.";

/// How it is used.
pub const EXAMPLES: &str = "\
Examples:
  campaign-ledger export events --brand sari-kulit --out sari-kulit.ndjson
  campaign-ledger export roi --brand sari-kulit --out roi.csv
  campaign-ledger export costs --brand sari-kulit --campaign serum-pagi --position 100";

const EVENTS_EXAMPLES: &str = "\
Examples:
  campaign-ledger export events --brand sari-kulit --out sari-kulit.ndjson
  campaign-ledger export events --server http://127.0.0.1:50051 --after 100 --limit 20";

fn table_help(table: &str) -> String {
    format!(
        "Examples:\n  campaign-ledger export {table} --brand sari-kulit --out {table}.csv\n\n\
         {EXIT_CODES}"
    )
}

/// What is exported.
#[derive(Debug, Subcommand)]
pub enum ExportCommand {
    /// Events, as NDJSON: one a line, oldest first
    #[command(after_help = format!("{EVENTS_EXAMPLES}\n\n{EXIT_CODES}"))]
    Events(ExportEvents),
    /// Campaigns: plan, state, budget
    #[command(after_help = table_help("campaigns"))]
    Campaigns(OfBrand),
    /// What campaigns cost and brought
    #[command(after_help = table_help("roi"))]
    Roi(OfCampaign),
    /// Final reports
    #[command(after_help = table_help("reports"))]
    Reports(OfCampaign),
    /// Collaborations: terms, state, deliverables
    #[command(after_help = table_help("collaborations"))]
    Collaborations(OfCampaign),
    /// What collaborations cost and brought
    #[command(after_help = table_help("performance"))]
    Performance(OfCampaign),
    /// Creators: profile, assessment, flags
    #[command(after_help = table_help("creators"))]
    Creators(OfBrand),
    /// What creators did for the brand, over all campaigns
    #[command(after_help = table_help("partnerships"))]
    Partnerships(OfBrand),
    /// Posts and what was counted of them
    #[command(after_help = table_help("publications"))]
    Publications(OfCampaign),
    /// Claims of orders, with the outcome of each
    #[command(after_help = table_help("conversions"))]
    Conversions(OfCampaign),
    /// Cost lines
    #[command(after_help = table_help("costs"))]
    Costs(OfCampaign),
    /// Disputes
    #[command(after_help = table_help("disputes"))]
    Disputes(OfCampaign),
    /// Rights of use that were agreed on
    #[command(after_help = table_help("rights"))]
    Rights(OfCampaign),
    /// What waits for somebody
    #[command(after_help = table_help("tasks"))]
    Tasks(OfCampaign),
}

/// What `export events` takes.
#[derive(Debug, Args)]
pub struct ExportEvents {
    /// Which events, and of which data without a server.
    #[command(flatten)]
    pub events: Replay,
    /// Ask the server at this address, not a directory
    #[arg(long, value_name = "URL", conflicts_with_all = ["data_dir", "config"])]
    pub server: Option<String>,
    /// How it is reached.
    #[command(flatten)]
    pub credentials: Credentials,
    /// Where to [default: standard output]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub out: Option<PathBuf>,
}

/// What the tables of a brand take.
#[derive(Debug, Args)]
pub struct OfBrand {
    /// The brand
    #[arg(long, value_name = "BRAND_ID")]
    pub brand: String,
    /// As of this position of the log [default: now, each page as it is read]
    #[arg(long, value_name = "POSITION")]
    pub position: Option<u64>,
    /// Written in what
    #[arg(long, value_enum, default_value_t = TableFormat::Csv)]
    pub format: TableFormat,
    /// Write texts of CSV as they are: a spreadsheet may run them
    #[arg(long)]
    pub raw: bool,
    /// Write texts about people too: no erasure reaches the file
    #[arg(long)]
    pub open: bool,
    /// Where to [default: standard output]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub out: Option<PathBuf>,
    /// The server
    #[arg(long, value_name = "URL", default_value = LOCAL)]
    pub server: String,
    /// How it is reached.
    #[command(flatten)]
    pub credentials: Credentials,
}

/// What the tables of campaigns take.
#[derive(Debug, Args)]
pub struct OfCampaign {
    /// What tables of a brand take.
    #[command(flatten)]
    pub of: OfBrand,
    /// Only of this campaign [default: of every one]
    #[arg(long, value_name = "CAMPAIGN_ID")]
    pub campaign: Option<String>,
}

/// What a table is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// RFC 4180, with a header
    Csv,
    /// Apache Parquet: whole numbers, booleans and text
    #[cfg(feature = "parquet")]
    Parquet,
}

/// A table that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// See [`ExportCommand::Campaigns`], and so on.
    Campaigns,
    /// A campaign's numbers.
    Roi,
    /// Revisions of a campaign's report.
    Reports,
    /// Collaborations.
    Collaborations,
    /// A collaboration's numbers.
    Performance,
    /// Creators.
    Creators,
    /// Partnerships.
    Partnerships,
    /// Publications.
    Publications,
    /// Conversions.
    Conversions,
    /// Cost lines.
    Costs,
    /// Disputes.
    Disputes,
    /// Rights of use.
    Rights,
    /// The worklist.
    Tasks,
}

/// Which rows of which table.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The table.
    pub view: View,
    /// Of which brand, as of when, written how and where to.
    pub of: &'a OfBrand,
    /// Only of this campaign.
    pub campaign: Option<&'a str>,
}

impl ExportCommand {
    /// Returns the requested table.
    ///
    /// # Errors
    /// Where events are.
    pub fn asked(&self) -> Result<Asked<'_>, &ExportEvents> {
        let of_brand = |view, of| Asked {
            view,
            of,
            campaign: None,
        };
        let (view, asked) = match self {
            Self::Events(events) => return Err(events),
            Self::Campaigns(of) => return Ok(of_brand(View::Campaigns, of)),
            Self::Creators(of) => return Ok(of_brand(View::Creators, of)),
            Self::Partnerships(of) => return Ok(of_brand(View::Partnerships, of)),
            Self::Roi(asked) => (View::Roi, asked),
            Self::Reports(asked) => (View::Reports, asked),
            Self::Collaborations(asked) => (View::Collaborations, asked),
            Self::Performance(asked) => (View::Performance, asked),
            Self::Publications(asked) => (View::Publications, asked),
            Self::Conversions(asked) => (View::Conversions, asked),
            Self::Costs(asked) => (View::Costs, asked),
            Self::Disputes(asked) => (View::Disputes, asked),
            Self::Rights(asked) => (View::Rights, asked),
            Self::Tasks(asked) => (View::Tasks, asked),
        };
        Ok(Asked {
            view,
            of: &asked.of,
            campaign: asked.campaign.as_deref(),
        })
    }
}
