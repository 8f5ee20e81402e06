//! Statements: a running server's account of a campaign, in a file or on standard output.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

use super::remote::{self, ask, refused};
use super::{Exit, StatementArguments, StatementFormat, heard};
use crate::wire::proto::api;
use crate::wire::proto::api::report_service_client::ReportServiceClient;

/// Why there is no statement.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server did not answer.
    #[error(transparent)]
    Remote(#[from] remote::Error),
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
        Exit::Failed
    }
}

/// Asks for a statement and writes it.
///
/// # Errors
/// See [`Error`].
pub fn write(arguments: &StatementArguments) -> Result<(), Error> {
    let request = api::GetStatementRequest {
        brand_id: arguments.brand.clone(),
        campaign_id: arguments.campaign.clone(),
        format: match arguments.format {
            StatementFormat::Html => api::StatementFormat::Html.into(),
            StatementFormat::Csv => api::StatementFormat::Csv.into(),
        },
        min_position: 0,
        as_of: arguments.position.map(|position| api::AsOf {
            at: Some(api::as_of::At::Position(position)),
        }),
    };
    let address = arguments.server.as_str();
    let refused = refused(address);
    let bytes: Vec<u8> = ask(address, &arguments.credentials, async |channel| {
        let mut client = ReportServiceClient::new(channel);
        let asked = client.get_statement(request).await.map_err(&refused)?;
        let (mut chunks, mut bytes) = (asked.into_inner(), Vec::new());
        while let Some(message) = chunks.message().await.map_err(&refused)? {
            bytes.extend_from_slice(&message.chunk);
        }
        Ok::<_, Error>(bytes)
    })?;
    match &arguments.out {
        Some(path) => File::create(path).and_then(|mut file| file.write_all(&bytes)),
        None => heard(io::stdout().write_all(&bytes)),
    }
    .map_err(|source| Error::File {
        path: arguments
            .out
            .clone()
            .unwrap_or_else(|| PathBuf::from("standard output")),
        source,
    })
}
