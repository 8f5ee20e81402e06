//! What a command presents to a server: a certificate, or a token or API key.

use std::fmt;
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::transport::{Certificate, ClientTlsConfig, Identity};
use tonic::{Request, Status};

use crate::config::TOKEN_VARIABLE;

/// How a command reaches a protected server. A token may be in the environment, too.
#[derive(Debug, Clone, Default, Args)]
pub struct Credentials {
    /// File of the authorities of the server's certificate, PEM [default: those of the system]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub tls_ca: Option<PathBuf>,
    /// Name in the server's certificate [default: the host of its address]
    #[arg(long, value_name = "NAME")]
    pub tls_server_name: Option<String>,
    /// File of the certificate to present, PEM
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "tls_key")]
    pub tls_certificate: Option<PathBuf>,
    /// File of its private key, PEM
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "tls_certificate")]
    pub tls_key: Option<PathBuf>,
    /// Token or API key to present; others on this machine can see it, so better use --token-file or
    /// the variable CAMPAIGN_LEDGER_TOKEN
    #[arg(long, value_name = "TOKEN", conflicts_with = "token_file")]
    pub token: Option<String>,
    /// File of the token or API key to present
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub token_file: Option<PathBuf>,
}

/// Why there are no credentials.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read.
    #[error("{} could not be read", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        #[source]
        source: std::io::Error,
    },
    /// The token cannot be sent.
    #[error("the token must be visible ASCII characters")]
    Token,
}

impl Credentials {
    /// Reads what TLS needs.
    pub(super) fn tls(&self) -> Result<ClientTlsConfig, Error> {
        let mut tls = ClientTlsConfig::new();
        tls = match &self.tls_ca {
            Some(path) => tls.ca_certificate(Certificate::from_pem(read(path)?)),
            None => tls.with_enabled_roots(),
        };
        if let Some(name) = &self.tls_server_name {
            tls = tls.domain_name(name);
        }
        if let (Some(certificate), Some(key)) = (&self.tls_certificate, &self.tls_key) {
            tls = tls.identity(Identity::from_pem(read(certificate)?, read(key)?));
        }
        Ok(tls)
    }

    /// Finds the token: the flag, the file, the variable.
    pub(super) fn bearer(&self) -> Result<Bearer, Error> {
        let token = match (&self.token, &self.token_file) {
            (Some(token), _) => Some(token.clone()),
            (None, Some(path)) => Some(String::from_utf8(read(path)?).map_err(|_| Error::Token)?),
            (None, None) => std::env::var(TOKEN_VARIABLE).ok(),
        };
        let Some(token) = token else {
            return Ok(Bearer(None));
        };
        let header = format!("Bearer {}", token.trim());
        let mut header: MetadataValue<Ascii> = header.parse().map_err(|_| Error::Token)?;
        header.set_sensitive(true);
        Ok(Bearer(Some(header)))
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|source| Error::File {
        path: path.to_owned(),
        source,
    })
}

/// Adds the token to each call.
#[derive(Clone, Default)]
pub struct Bearer(Option<MetadataValue<Ascii>>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(header) = &self.0 {
            request
                .metadata_mut()
                .insert("authorization", header.clone());
        }
        Ok(request)
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearer")
    }
}
