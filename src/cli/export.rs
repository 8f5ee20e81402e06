//! Exports: the log as NDJSON, from a directory or from a running server; views as tables, from a
//! running server.
//!
//! Tables come from the public calls, so that they agree with the API, also about the past, and
//! need only an address. For tables of a directory without a server, serve a copy of it.

pub mod arguments;
#[cfg(feature = "parquet")]
mod parquet;
mod rows;
pub mod table;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use self::arguments::{Asked, ExportCommand, ExportEvents, TableFormat};
use self::rows::Asking;
use self::table::{Table, Texts};
use super::credentials::Credentials;
use super::remote::{self, ask, refused};
use super::{Exit, Replay, offline};
use crate::text::escaped;
use crate::wire::proto::api::audit_service_client::AuditServiceClient;
use crate::wire::proto::api::{self, log_scope::Scope};

/// Why there is no export.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The directory's events could not be read or written.
    #[error(transparent)]
    Offline(#[from] offline::Error),
    /// The server did not answer.
    #[error(transparent)]
    Remote(#[from] remote::Error),
    /// A row or an event has no JSON form.
    #[error("the server's answer has no such form")]
    Form(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The file could not be written.
    #[error("{} could not be written", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl Error {
    /// Returns the exit status.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Offline(error) => error.exit(),
            Self::Remote(_) | Self::Form(_) | Self::File { .. } => Exit::Failed,
        }
    }

    fn form(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Form(Box::new(source))
    }
}

/// Writes an export.
///
/// # Errors
/// See [`Error`]; a closed pipe is not an error.
pub fn export(command: &ExportCommand) -> Result<(), Error> {
    let exported = match command.asked() {
        Err(events) => self::events(events),
        Ok(asked) => self::table(asked),
    };
    match exported {
        Err(Error::File { source, .. } | Error::Offline(offline::Error::Output(source)))
            if source.kind() == io::ErrorKind::BrokenPipe =>
        {
            Ok(())
        }
        other => other,
    }
}

fn events(export: &ExportEvents) -> Result<(), Error> {
    let path = export.out.as_deref();
    let mut out = output(path)?;
    match &export.server {
        None => offline::print(&export.events, &mut out)?,
        Some(address) => fetch(address, &export.credentials, &export.events, |record| {
            let json = crate::log::codec::json::to_json(record).map_err(Error::form)?;
            writeln!(out, "{}", escaped(&json, "")).map_err(file_error(path))
        })?,
    }
    out.flush().map_err(file_error(path))
}

/// Reads the events of a server, as they are stored.
fn fetch(
    address: &str,
    credentials: &Credentials,
    events: &Replay,
    mut take: impl FnMut(&[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    let refused = refused(address);
    let request = api::ReadEventsRequest {
        scope: Some(api::LogScope {
            scope: Some(scope(events)),
        }),
        after_position: events.after,
        limit: events.limit.unwrap_or_default(),
        ..api::ReadEventsRequest::default()
    };
    ask(address, credentials, async |channel| {
        let mut client = AuditServiceClient::new(channel);
        let asked = client.read_events(request).await.map_err(&refused)?;
        let mut batches = asked.into_inner();
        while let Some(message) = batches.message().await.map_err(&refused)? {
            for record in message.batch.unwrap_or_default().records() {
                take(record)?;
            }
        }
        Ok(())
    })
}

fn scope(events: &Replay) -> Scope {
    match (events.brand.clone(), events.campaign.clone()) {
        (None, _) => Scope::All(api::WholeLog {}),
        (Some(brand_id), None) => Scope::BrandId(brand_id),
        (Some(brand_id), Some(campaign_id)) => Scope::Campaign(api::CampaignScope {
            brand_id,
            campaign_id,
        }),
    }
}

/// Writes a table once all of its rows are read, because its columns depend on them.
fn table(asked: Asked<'_>) -> Result<(), Error> {
    let address = asked.of.server.as_str();
    let table = ask(address, &asked.of.credentials, async |channel| {
        let mut table = Table::of(&asked.view.row());
        let asking = Asking {
            channel,
            address,
            asked,
        };
        let mut take = |row| table.add(&row).map_err(Error::form);
        asking.rows(&mut take).await?;
        Ok::<_, Error>(table)
    })?;
    let path = asked.of.out.as_deref();
    let mut out = output(path)?;
    let texts = match asked.of.raw {
        true => Texts::Raw,
        false => Texts::Safe,
    };
    let written = match asked.of.format {
        TableFormat::Csv => table.write_csv(&mut out, texts),
        #[cfg(feature = "parquet")]
        TableFormat::Parquet => self::parquet::write(&table, &mut out).map_err(io::Error::other),
    };
    written.and_then(|()| out.flush()).map_err(file_error(path))
}

fn output(path: Option<&Path>) -> Result<BufWriter<Box<dyn Write + Send>>, Error> {
    let out: Box<dyn Write + Send> = match path {
        Some(path) => Box::new(File::create(path).map_err(file_error(Some(path)))?),
        None => Box::new(io::stdout()),
    };
    Ok(BufWriter::new(out))
}

fn file_error(path: Option<&Path>) -> impl Fn(io::Error) -> Error {
    let path = path.unwrap_or(Path::new("standard output")).to_owned();
    move |source| Error::File {
        path: path.clone(),
        source,
    }
}
