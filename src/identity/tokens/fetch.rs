//! Fetches a small document over HTTP: one request, one connection, no redirects, and limits of time
//! and size.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::uri::{Scheme, Uri};
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::{Error, MAX_KEYS_BYTES};
use crate::causes::with_causes;
use crate::identity::tls::{certificates, provider, roots};

/// Longest time that a whole fetch takes.
const TIMEOUT: Duration = Duration::from_secs(5);

/// An address that can be fetched from.
#[derive(Debug)]
pub(super) struct Address {
    uri: Uri,
    host: String,
    port: u16,
    is_encrypted: bool,
    ca: Option<PathBuf>,
}

impl Address {
    /// Parses an address.
    pub(super) fn parse(url: &str, ca: Option<&Path>) -> Result<Self, Error> {
        let refused = |rule: &str| Error::Fetch {
            place: url.to_owned(),
            rule: rule.to_owned(),
        };
        let uri: Uri = url.parse().map_err(|_| refused("must be a URL"))?;
        let host = uri.host().unwrap_or_default();
        let host = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        let is_encrypted = uri.scheme() == Some(&Scheme::HTTPS);
        let of_this_machine = match host.parse::<IpAddr>() {
            Ok(address) => address.is_loopback(),
            Err(_) => host == "localhost",
        };
        if host.is_empty()
            || !is_encrypted && (uri.scheme() != Some(&Scheme::HTTP) || !of_this_machine)
        {
            return Err(refused(
                "must begin with https://, or http:// of this machine",
            ));
        }
        let port = uri
            .port_u16()
            .unwrap_or(if is_encrypted { 443 } else { 80 });
        Ok(Self {
            host,
            port,
            is_encrypted,
            ca: ca.map(Path::to_owned),
            uri,
        })
    }
}

/// Fetches what is at the address.
///
/// # Errors
/// What went wrong, without anything of the answer.
pub(super) async fn fetch(address: &Address) -> Result<Vec<u8>, Error> {
    let failed = |rule: String| Error::Fetch {
        place: address.uri.to_string(),
        rule,
    };
    match timeout(TIMEOUT, attempt(address)).await {
        Ok(fetched) => fetched.map_err(failed),
        Err(_) => Err(failed(format!("no answer within {} s", TIMEOUT.as_secs()))),
    }
}

async fn attempt(address: &Address) -> Result<Vec<u8>, String> {
    let stream = TcpStream::connect((address.host.as_str(), address.port)).await;
    let stream = stream.map_err(|error| error.to_string())?;
    if !address.is_encrypted {
        return ask(stream, address).await;
    }
    let name = ServerName::try_from(address.host.clone()).map_err(|error| error.to_string())?;
    let config = Arc::new(client(address.ca.as_deref())?);
    let stream = TlsConnector::from(config).connect(name, stream).await;
    ask(stream.map_err(|error| error.to_string())?, address).await
}

async fn ask<S>(stream: S, address: &Address) -> Result<Vec<u8>, String>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let path = address.uri.path_and_query();
    let authority = address.uri.authority();
    let request = Request::get(path.map_or("/", |path| path.as_str()))
        .header(header::HOST, authority.map_or("", |name| name.as_str()))
        .header(header::ACCEPT, "application/json")
        .body(Empty::<Bytes>::new())
        .map_err(|error| error.to_string())?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| with_causes(&error))?;
    // The connection makes progress only while it is polled. It ends with this future.
    let answer = async {
        let answer = sender.send_request(request).await;
        let answer = answer.map_err(|error| with_causes(&error))?;
        if answer.status() != StatusCode::OK {
            return Err(format!("the answer is {}", answer.status()));
        }
        let body = Limited::new(answer.into_body(), MAX_KEYS_BYTES)
            .collect()
            .await;
        let body = body.map_err(|error| format!("the answer was cut short: {error}"))?;
        Ok(body.to_bytes().to_vec())
    };
    let mut connection = std::pin::pin!(connection);
    let mut answer = std::pin::pin!(answer);
    tokio::select! {
        biased;
        answered = &mut answer => answered,
        ended = &mut connection => match ended {
            // What it received is still to be read.
            Ok(()) => answer.await,
            Err(error) => Err(with_causes(&error)),
        },
    }
}

/// Makes what verifies the certificate of the address.
fn client(ca: Option<&Path>) -> Result<ClientConfig, String> {
    let roots = match ca {
        Some(path) => {
            let pem =
                std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
            let certificates = certificates(&pem, path).map_err(|error| error.to_string())?;
            roots(&certificates).map_err(|error| error.to_string())?
        }
        None => {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            roots
        }
    };
    let builder = ClientConfig::builder_with_provider(provider());
    let builder = builder.with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| error.to_string())?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
