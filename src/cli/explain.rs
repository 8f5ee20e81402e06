//! `explain`: prints the events behind a number of a report, and what each adds to it.
//!
//! Asks a running server, so it works wherever a client works: a person who checks the numbers
//! needs no access to the files, and gets the same answers as every other client.

use std::io::{self, BufWriter, Write};

use tonic::transport::Endpoint;

use super::remote::{self, Connection};
use super::{Exit, Explain};
use crate::text::Plain;
use crate::wire::proto::api;
use crate::wire::proto::api::as_of::At;
use crate::wire::proto::api::audit_service_client::AuditServiceClient;
use crate::wire::proto::api::explain_metric_request::Subject;
use crate::wire::proto::api::explain_metric_response::Message;

/// Why there is no explanation.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address of the server is invalid.
    #[error("--server must be an address such as http://127.0.0.1:50051")]
    Address,
    /// It is neither a position nor a time.
    #[error("--{0} must be {1}")]
    Time(&'static str, &'static str),
    /// The server cannot be reached.
    #[error("the server cannot be reached")]
    Unreachable(#[source] Box<remote::Error>),
    /// The server refused.
    #[error("{0}")]
    Refused(String),
    /// The output could not be written.
    #[error("output")]
    Output(#[from] io::Error),
    /// There is no runtime to ask from.
    #[error("the runtime could not be started")]
    Runtime(#[source] io::Error),
}

impl Error {
    /// Returns the exit status.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Address | Self::Time(..) => Exit::Usage,
            Self::Unreachable(_) | Self::Refused(_) | Self::Output(_) | Self::Runtime(_) => {
                Exit::Failed
            }
        }
    }
}

impl From<tonic::Status> for Error {
    fn from(status: tonic::Status) -> Self {
        Self::Refused(status.message().to_owned())
    }
}

/// Asks the server and prints what it says.
///
/// # Errors
/// See [`Error`]; a closed pipe is not an error.
pub fn run(asked: &Explain) -> Result<(), Error> {
    let request = request(asked)?;
    Endpoint::from_shared(asked.server.clone()).map_err(|_| Error::Address)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Error::Runtime)?;
    let mut out = Plain::to(BufWriter::new(io::stdout().lock()));
    let told = runtime.block_on(async {
        let connection = remote::connect(&asked.server, &asked.credentials).await;
        let connection = connection.map_err(|error| Error::Unreachable(Box::new(error)))?;
        print(connection, request, &mut out).await
    });
    match told.and_then(|()| Ok(out.flush()?)) {
        Err(Error::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Makes the request from the arguments of the command line.
///
/// # Errors
/// When a time is invalid.
pub fn request(asked: &Explain) -> Result<api::ExplainMetricRequest, Error> {
    let at = match (&asked.as_of, &asked.occurred_by) {
        (Some(as_of), _) => match as_of.parse() {
            Ok(position) => Some(At::Position(position)),
            Err(_) => Some(At::RecordedAt(time("as-of", POSITION_OR_TIME, as_of)?)),
        },
        (None, Some(by)) => Some(At::OccurredAt(time("occurred-by", TIME, by)?)),
        (None, None) => None,
    };
    let campaign = asked.campaign.clone().map(Subject::CampaignId);
    let creator = asked.creator.clone().map(Subject::CreatorId);
    Ok(api::ExplainMetricRequest {
        brand_id: asked.brand.clone(),
        subject: campaign.or(creator),
        metric: asked.metric.clone(),
        min_position: 0,
        as_of: at.map(|at| api::AsOf { at: Some(at) }),
    })
}

const TIME: &str = "a time such as 2026-03-31T12:00:00Z";
const POSITION_OR_TIME: &str = "a position, or a time such as 2026-03-31T12:00:00Z";

fn time(
    flag: &'static str,
    rule: &'static str,
    text: &str,
) -> Result<prost_types::Timestamp, Error> {
    text.parse().map_err(|_| Error::Time(flag, rule))
}

/// Prints the explanation a server gives.
///
/// # Errors
/// See [`Error`].
pub async fn print(
    channel: Connection,
    request: api::ExplainMetricRequest,
    out: &mut impl Write,
) -> Result<(), Error> {
    let mut client = AuditServiceClient::new(channel);
    let mut answer = client.explain_metric(request).await?.into_inner();
    while let Some(part) = answer.message().await? {
        match part.message {
            Some(Message::Metric(metric)) => head(&metric, out)?,
            Some(Message::Events(events)) => {
                for event in &events.events {
                    line(event, out)?;
                }
            }
            None => {}
        }
    }
    Ok(())
}

fn head(metric: &api::ExplainedMetric, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{} at position {}", metric.metric, metric.position)?;
    let published = match (metric.published.as_str(), metric.absent.as_str()) {
        ("", "") => "not shown",
        ("", absent) => absent,
        (published, _) => published,
    };
    write!(out, "  published   {published}")?;
    if metric.scale > 1 {
        write!(out, " in {} parts", metric.scale)?;
    }
    writeln!(out)?;
    if metric.denominator.is_empty() {
        writeln!(out, "  sum         {}", short(&metric.numerator))?;
    } else {
        writeln!(out, "  numerator   {}", short(&metric.numerator))?;
        writeln!(out, "  denominator {}", short(&metric.denominator))?;
    }
    writeln!(out, "  events      {}\n", metric.events)
}

/// Prints an event: where and when, what, whose, what it adds above and below the line, and why it
/// adds nothing.
fn line(event: &api::ExplainedEvent, out: &mut impl Write) -> io::Result<()> {
    let at = event.recorded_at.map(|at| at.to_string());
    let whose = match event.collaboration_id.as_str() {
        "" => &event.campaign_id,
        collaboration => collaboration,
    };
    let mut adds = signed(&event.numerator);
    if !event.denominator.is_empty() {
        adds = format!("{adds} over {}", signed(&event.denominator));
    }
    write!(
        out,
        "{:>10}  {:<20}  {:<24}  {whose:<24}  {adds}",
        event.position,
        at.unwrap_or_default(),
        event.r#type
    )?;
    if event.reason() != api::WithoutContribution::Unspecified {
        let reason = event.reason().as_str_name();
        let reason = reason.trim_start_matches("WITHOUT_CONTRIBUTION_");
        write!(out, "  {reason}")?;
    }
    if event.by_position > 0 {
        write!(out, " by {}", event.by_position)?;
    }
    if !event.stated_reason.is_empty() {
        write!(out, "  “{}”", event.stated_reason)?;
    }
    writeln!(out)
}

fn short(fraction: &str) -> &str {
    fraction.strip_suffix("/1").unwrap_or(fraction)
}

fn signed(fraction: &str) -> String {
    match short(fraction) {
        "0" => String::from("0"),
        negative if negative.starts_with('-') => negative.to_owned(),
        positive => format!("+{positive}"),
    }
}
