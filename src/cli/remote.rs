//! Commands that ask a running server.

use std::io;

use tonic::Status;
use tonic::transport::{Channel, Endpoint};

/// The default address of a server.
pub const LOCAL: &str = "http://127.0.0.1:50051";

/// Why a server did not answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system gives no runtime.
    #[error("the system gives no threads or sockets")]
    Runtime(#[source] io::Error),
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
    asking: impl AsyncFnOnce(Channel) -> Result<T, E>,
) -> Result<T, E> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Error::Runtime)?;
    runtime.block_on(async { asking(connect(address).await?).await })
}

/// Connects to the server at an address.
///
/// # Errors
/// The server could not be reached.
pub async fn connect(address: &str) -> Result<Channel, Error> {
    let unreachable = |source| Error::Connect {
        address: address.to_owned(),
        source,
    };
    let endpoint = Endpoint::from_shared(address.to_owned()).map_err(unreachable)?;
    endpoint.connect().await.map_err(unreachable)
}

/// Makes the error for a refusal of the server.
pub fn refused(address: &str) -> impl Fn(Status) -> Error {
    move |status| Error::Answer {
        address: address.to_owned(),
        status: Box::new(status),
    }
}
