//! `call`: calls any method of the API with JSON, and describes what there is to call.
//!
//! Knows the API from the descriptors that the build keeps, so it asks the server only for the
//! answer. Requests and answers are the JSON of proto3, as grpcurl has it.

mod describe;

use std::io::{self, Read as _, Write as _};

use clap::Args;
use prost_reflect::{DynamicMessage, MethodDescriptor};
use tonic::Status;
use tonic_types::StatusExt as _;

use super::credentials::Credentials;
use super::dynamic::{Answers, method, spell, stream};
use super::remote::{self, Connection, LOCAL, ask};
use super::{Exit, heard};
use crate::text::escaped;

/// What `call` is for.
pub const ABOUT: &str = "\
Call a method of the API with JSON, and print what it answers.

Asks a running server. Without a method, all methods are listed; --describe prints what a
method, a message or an enum is, with the comments of the protos. An answer is printed as
JSON, answers of a stream as one line each. A refusal is printed on standard error with its
reason and every field that breaks a rule.";

/// How it is used.
pub const EXAMPLES: &str = "\
Examples:
  campaign-ledger call
  campaign-ledger call --describe CampaignService/OpenCampaign
  campaign-ledger call AuditService/GetHead
  campaign-ledger call ReportService/GetCampaignRoi \\
    '{\"brand_id\": \"sari-kulit\", \"campaign_id\": \"serum-pagi\"}'
  echo '{\"brand_id\": \"sari-kulit\"}' | campaign-ledger call CampaignService/ListCampaigns -";

/// What `call` takes.
#[derive(Debug, Args)]
pub struct CallArguments {
    /// Print what it is instead of calling it; messages and enums have a description too
    #[arg(long, requires = "name")]
    pub describe: bool,
    /// What to call, such as CampaignService/GetCampaign [default: list all methods]
    #[arg(value_name = "SERVICE/METHOD")]
    pub name: Option<String>,
    /// The request, or - to read it from standard input. A method that takes a stream takes several
    #[arg(value_name = "JSON", default_value = "{}", conflicts_with = "describe")]
    pub json: String,
    /// The server
    #[arg(long, value_name = "URL", default_value = LOCAL)]
    pub server: String,
    /// How it is reached.
    #[command(flatten)]
    pub credentials: Credentials,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The API has no such name.
    #[error("the API has no {name}{}", hint.as_ref().map(|near| format!("; is it {near}?")).unwrap_or_default())]
    Unknown {
        /// What was asked for.
        name: String,
        /// A name that is nearly the same.
        hint: Option<String>,
    },
    /// The request is not a message of the method.
    #[error("the request is not {kind}")]
    Request {
        /// The message that the method takes.
        kind: String,
        /// What does not fit.
        #[source]
        source: serde_json::Error,
    },
    /// A method that takes one request got another number of them.
    #[error("{name} takes one request, not {count}")]
    Count {
        /// The method.
        name: String,
        /// How many there were.
        count: usize,
    },
    /// The server refused; its whole answer.
    #[error("{0}")]
    Refused(String),
    /// The server did not answer.
    #[error(transparent)]
    Remote(remote::Error),
    /// The answer has no JSON form.
    #[error("the answer has no JSON form")]
    Form(#[from] serde_json::Error),
    /// The request could not be read, or the answer not be written.
    #[error("standard input or output")]
    Pipe(#[from] io::Error),
}

impl Error {
    /// Returns the exit status.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Unknown { .. } | Self::Request { .. } | Self::Count { .. } => Exit::Usage,
            Self::Refused(_) | Self::Remote(_) | Self::Form(_) | Self::Pipe(_) => Exit::Failed,
        }
    }
}

impl From<remote::Error> for Error {
    fn from(error: remote::Error) -> Self {
        match error {
            remote::Error::Answer { status, .. } => Self::Refused(refusal(&status)),
            other => Self::Remote(other),
        }
    }
}

/// Calls, describes or lists.
///
/// # Errors
/// See [`Error`]; a closed pipe is not a failure.
pub fn run(arguments: &CallArguments) -> Result<(), Error> {
    let Some(name) = &arguments.name else {
        return print(&describe::list());
    };
    if arguments.describe {
        let text = describe::describe(name).ok_or_else(|| unknown(name))?;
        return print(&text);
    }
    let method = method(name).ok_or_else(|| unknown(name))?;
    let text = match arguments.json.as_str() {
        "-" => {
            let mut text = String::new();
            io::stdin().read_to_string(&mut text)?;
            text
        }
        json => json.to_owned(),
    };
    let requests = requests(&method, &text)?;
    let address = arguments.server.as_str();
    ask(
        address,
        &arguments.credentials,
        async |channel: Connection| {
            let answers = stream(channel, address, &method, &requests).await?;
            print_all(answers, method.is_server_streaming()).await
        },
    )
}

/// Prints answers as they come: a single one over many lines, those of a stream in one line each.
async fn print_all(mut answers: Answers<'_>, are_lines: bool) -> Result<(), Error> {
    while let Some(answer) = answers.next().await? {
        let mut text = Vec::new();
        if are_lines {
            spell(&answer, &mut serde_json::Serializer::new(&mut text))?;
        } else {
            spell(&answer, &mut serde_json::Serializer::pretty(&mut text))?;
        }
        text.push(b'\n');
        let text = String::from_utf8_lossy(&text);
        match io::stdout().write_all(escaped(&text, "\n").as_bytes()) {
            // Nobody reads any more, and a stream would go on for ever.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            written => written?,
        }
    }
    Ok(())
}

/// Reads the requests in a text, one JSON value after the other.
fn requests(method: &MethodDescriptor, text: &str) -> Result<Vec<DynamicMessage>, Error> {
    let mut values = serde_json::Deserializer::from_str(text);
    let mut found = Vec::new();
    while values.end().is_err() {
        let request = DynamicMessage::deserialize(method.input(), &mut values);
        found.push(request.map_err(|source| Error::Request {
            kind: method.input().name().to_owned(),
            source,
        })?);
    }
    if found.len() != 1 && !method.is_client_streaming() {
        return Err(Error::Count {
            name: method.name().to_owned(),
            count: found.len(),
        });
    }
    Ok(found)
}

fn unknown(name: &str) -> Error {
    let near = describe::names()
        .into_iter()
        .map(|known| (strsim::jaro_winkler(&known, name), known))
        .max_by(|(one, _), (other, _)| one.total_cmp(other));
    Error::Unknown {
        name: name.to_owned(),
        hint: near.map(|(_, known)| known),
    }
}

/// The content of a refusal, in lines: its code and reason, the values that belong to the reason,
/// and each field that breaks a rule.
fn refusal(status: &Status) -> String {
    let details = status.get_error_details();
    let mut lines = vec![format!("{:?}: {}", status.code(), status.message())];
    if let Some(info) = details.error_info() {
        lines.push(format!("reason: {}", info.reason));
        let mut values: Vec<_> = info.metadata.iter().collect();
        values.sort();
        lines.extend(
            values
                .iter()
                .map(|(name, value)| format!("{name}: {value}")),
        );
    }
    let fields = details
        .bad_request()
        .map(|request| &request.field_violations);
    for violation in fields.into_iter().flatten() {
        lines.push(format!("{} {}", violation.field, violation.description));
    }
    if let Some(delay) = details.retry_info().and_then(|info| info.retry_delay) {
        lines.push(format!("try again in {} ms", delay.as_millis()));
    }
    lines.join("\n  ")
}

fn print(text: &str) -> Result<(), Error> {
    Ok(heard(io::stdout().write_all(text.as_bytes()))?)
}
