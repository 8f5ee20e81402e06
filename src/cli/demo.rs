//! `demo`: plays the stories of `deploy/demo` against a server, or against one of its own in a
//! temporary directory, and says what to look at next.

mod play;
pub mod story;

use std::fmt::Write as _;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;
use serde_json::Value;

use self::play::{Played, play};
use self::story::{STORIES, Story};
use super::credentials::Credentials;
use super::remote::{self, Connection, LOCAL, ask};
use super::{Exit, say, serve};
use crate::clock::{Guard, SystemClock};
use crate::config::Config;
use crate::server::drain::Stop;

/// What `demo` is for.
pub const ABOUT: &str = "\
Play the stories of four brands, and say what to look at next.

Each brand runs two campaigns with some of the same creators: offers, posts, orders,
refunds, payments, and a report that is corrected. Without --server, a ledger is started
in a temporary directory; it serves until SIGTERM or SIGINT, and its directory is removed
then. With --server, the stories are played against a running ledger and stay in its log
for ever; playing them again changes nothing.";

/// How it is used.
pub const EXAMPLES: &str = "\
Examples:
  campaign-ledger demo --server http://127.0.0.1:50051
  campaign-ledger demo --server http://127.0.0.1:50051 cafe";

/// What `demo` takes.
#[derive(Debug, Args)]
pub struct DemoArguments {
    /// Play against this running server [default: start one]
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    /// How it is reached.
    #[command(flatten)]
    pub credentials: Credentials,
    /// Where the ledger of the demo listens; port 0 lets the system choose
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:0",
        conflicts_with = "server"
    )]
    pub listen: SocketAddr,
    /// Which stories [default: all]
    #[arg(value_name = "STORY", value_parser = STORIES.map(|(name, _)| name))]
    pub stories: Vec<String>,
}

/// Why the demo failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server did not answer.
    #[error(transparent)]
    Remote(#[from] remote::Error),
    /// A story could not be played.
    #[error(transparent)]
    Story(#[from] play::Error),
    /// The ledger of the demo ended.
    #[error(transparent)]
    Server(#[from] crate::server::Error),
    /// The ledger of the demo has no place.
    #[error("{} could not be made", path.display())]
    Directory {
        /// Where it should be.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The output could not be written.
    #[error("standard output")]
    Output(#[from] io::Error),
}

impl Error {
    /// Returns the exit status.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Server(error) => serve::exit_of(error),
            Self::Remote(_) | Self::Story(_) | Self::Directory { .. } | Self::Output(_) => {
                Exit::Failed
            }
        }
    }
}

/// Plays the stories.
///
/// # Errors
/// See [`Error`].
pub fn run(arguments: &DemoArguments) -> Result<(), Error> {
    let stories = arguments.stories();
    match &arguments.server {
        Some(address) => ask(address, &arguments.credentials, async |channel| {
            play_all(&channel, address, &stories).await
        }),
        None => beside_a_server(arguments.listen, stories),
    }
}

impl DemoArguments {
    fn stories(&self) -> Vec<Story> {
        let names = STORIES.map(|(name, _)| name);
        let is_asked =
            |name: &str| self.stories.is_empty() || self.stories.iter().any(|one| one == name);
        let asked = names.into_iter().filter(|name| is_asked(name));
        asked.filter_map(Story::named).collect()
    }
}

/// A directory that goes away with its owner.
struct Temporary(PathBuf);

impl Temporary {
    #[expect(
        clippy::disallowed_methods,
        reason = "chance gives the directory a name of its own"
    )]
    fn new() -> Result<Self, Error> {
        let name = format!("campaign-ledger-demo-{}", uuid::Uuid::now_v7().simple());
        let path = std::env::temp_dir().join(name);
        match std::fs::create_dir(&path) {
            Ok(()) => Ok(Self(path)),
            Err(source) => Err(Error::Directory { path, source }),
        }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // What is left is in the system's directory for temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Starts a ledger, plays once it serves, and serves until a signal.
fn beside_a_server(listen: SocketAddr, stories: Vec<Story>) -> Result<(), Error> {
    let directory = Temporary::new()?;
    let config = Config {
        data_dir: directory.0.join("data"),
        listen,
        admin_listen: None,
        drain_delay_ms: 0,
        ..Config::default()
    };
    let clock = Arc::new(Guard::new(Arc::new(SystemClock)));
    let stop = Stop::new();
    let (failed, failure) = std::sync::mpsc::channel();
    let player = stop.clone();
    let ended = serve::block_on(config, clock, stop, move |ready| {
        tokio::spawn(async move {
            let address = format!("http://{}", ready.address);
            let played = play_beside(&address, &stories).await;
            if let Err(error) = played {
                // The server ends, and the code that waits for it reports that.
                let _ = failed.send(error);
                player.drain();
            }
        });
    });
    ended?;
    failure.try_recv().map_or(Ok(()), Err)
}

async fn play_beside(address: &str, stories: &[Story]) -> Result<(), Error> {
    say(format!("A ledger for this demo serves at {address}."))?;
    let channel = remote::connect(address, &Credentials::default()).await?;
    play_all(&channel, address, stories).await?;
    Ok(say("Ctrl-C ends it and removes its data.")?)
}

async fn play_all(channel: &Connection, address: &str, stories: &[Story]) -> Result<(), Error> {
    let begun = Instant::now();
    let mut table = String::from(HEAD);
    let (mut writes, mut refusals) = (0, 0);
    let mut first = None;
    for story in stories {
        let played = play(channel, address, story).await?;
        say(format!(
            "{:<10} {:>3} writes by {} and its creators, {} refused, as expected",
            story.name, played.writes, story.brand, played.refusals
        ))?;
        rows(&mut table, &story.brand, &played);
        writes += played.writes;
        refusals += played.refusals;
        first = first.or_else(|| Some((&story.brand, campaign_of(&played)?)));
    }
    let seconds = begun.elapsed().as_secs_f64();
    say(format!(
        "{writes} writes and {refusals} refusals in {seconds:.1} s.\n\n{table}"
    ))?;
    if let Some((brand, campaign)) = first {
        say(next(address, brand, &campaign))?;
    }
    Ok(())
}

/// The first campaign of a story.
fn campaign_of(played: &Played) -> Option<String> {
    let campaign = played.campaigns.first()?.get("campaignId")?.as_str()?;
    Some(campaign.to_owned())
}

/// The first line of the table.
const HEAD: &str =
    "brand          campaign       currency          cost    net return        ROI\n";

/// Adds the cost and the results of the campaigns of a story, on the committed basis.
fn rows(table: &mut String, brand: &str, played: &Played) {
    for roi in &played.campaigns {
        let text = |pointer: &str| {
            let value = roi.pointer(pointer).and_then(Value::as_str);
            value.unwrap_or("-").trim_end_matches("/1").to_owned()
        };
        let at = |name: &str| format!("/total/returns/0/{name}");
        let roi = text(&at("roi/partsPerMillion")).parse::<i64>();
        let roi = roi.map_or_else(|_| text(&at("roi/absent")), percent);
        writeln!(
            table,
            "{brand:<14} {:<14} {:<8} {:>13} {:>13} {roi:>10}",
            text("/campaignId"),
            text("/total/currencyCode"),
            text(&at("cost/exact")),
            text(&at("netReturn/exact")),
        )
        .expect("a string takes any text");
    }
}

/// Shows parts per million as percent, exactly.
fn percent(parts: i64) -> String {
    let sign = if parts < 0 { "-" } else { "" };
    let (whole, rest) = (parts.unsigned_abs() / 10_000, parts.unsigned_abs() % 10_000);
    match rest {
        0 => format!("{sign}{whole} %"),
        _ => format!("{sign}{whole}.{rest:04} %"),
    }
}

/// What to look at next, as commands that can be copied.
fn next(address: &str, brand: &str, campaign: &str) -> String {
    let program = std::env::args().next();
    let program = program.as_deref().unwrap_or("campaign-ledger");
    let server = match address {
        LOCAL => String::new(),
        other => format!(" --server {other}"),
    };
    format!(
        "\
What to look at next:
  What the campaign cost and brought
    {program} call{server} ReportService/GetCampaignRoi \\
      '{{\"brand_id\": \"{brand}\", \"campaign_id\": \"{campaign}\"}}'
  The events behind one of its numbers
    {program} explain{server} --brand {brand} --campaign {campaign} \\
      --metric 'total.returns[COMMITTED].roi'
  The campaign as a page for people
    {program} statement{server} --brand {brand} --campaign {campaign} --out {campaign}.html
  All that happened to the brand
    {program} export events{server} --brand {brand}
  All that can be called
    {program} call
"
    )
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn percents_are_exact() {
        assert_eq!(percent(2_000_000), "200 %");
        assert_eq!(percent(-12_500), "-1.2500 %");
        assert_eq!(percent(0), "0 %");
    }
}
