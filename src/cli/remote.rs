//! Commands that ask a running server.

use std::io;

use tonic::Status;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};

use super::credentials::{self, Bearer, Credentials};

/// The default address of a server.
pub const LOCAL: &str = "http://127.0.0.1:50051";

/// A connection to a server; each call on it presents the token of the command.
pub type Connection = InterceptedService<Channel, Bearer>;

/// Why a server did not answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system gives no runtime.
    #[error("the system gives no threads or sockets")]
    Runtime(#[source] io::Error),
    /// What the command presents cannot be read.
    #[error(transparent)]
    Credentials(#[from] credentials::Error),
    /// The server could not be reached.
    #[error("the server at {address} could not be reached")]
    Connect {
        /// The address that was tried.
        address: String,
        /// The error of the transport.
        #[source]
        source: tonic::transport::Error,
    },
    /// The server refused, or stopped.
    #[error("the server at {address} answered {}: {}", status.code(), status.message())]
    Answer {
        /// Where it is.
        address: String,
        /// Its answer.
        status: Box<Status>,
    },
    /// The server's answer is not a message of this version.
    #[error("this version cannot read the answer of the server at {address}")]
    Unreadable {
        /// Where it is.
        address: String,
        /// What does not fit.
        #[source]
        source: prost::DecodeError,
    },
}

/// Connects to the server at an address and asks it.
///
/// # Errors
/// See [`Error`]; and what `asking` makes of it.
pub fn ask<T, E: From<Error>>(
    address: &str,
    credentials: &Credentials,
    asking: impl AsyncFnOnce(Connection) -> Result<T, E>,
) -> Result<T, E> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Error::Runtime)?;
    runtime.block_on(async { asking(connect(address, credentials).await?).await })
}

/// Connects to the server at an address.
///
/// # Errors
/// The server could not be reached, or what is presented could not be read.
pub async fn connect(address: &str, credentials: &Credentials) -> Result<Connection, Error> {
    let unreachable = |source| Error::Connect {
        address: address.to_owned(),
        source,
    };
    let bearer = credentials.bearer()?;
    let mut endpoint = Endpoint::from_shared(address.to_owned()).map_err(unreachable)?;
    if address.starts_with("https://") {
        let tls = credentials.tls()?;
        endpoint = endpoint.tls_config(tls).map_err(unreachable)?;
    }
    let channel = endpoint.connect().await.map_err(unreachable)?;
    Ok(InterceptedService::new(channel, bearer))
}

/// Makes a connection that presents nothing.
pub fn anonymous(channel: Channel) -> Connection {
    InterceptedService::new(channel, Bearer::default())
}

/// Makes the error for a refusal of the server.
pub fn refused(address: &str) -> impl Fn(Status) -> Error {
    move |status| Error::Answer {
        address: address.to_owned(),
        status: Box::new(status),
    }
}
