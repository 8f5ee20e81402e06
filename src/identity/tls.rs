//! What connections are encrypted with: certificate, key, and who may present a certificate.
//!
//! All of it is swapped at once. A connection keeps what it began with, so a swap drops none.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::ArcSwap;
use parking_lot::Mutex;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::time_provider::TimeProvider;
use rustls::{RootCertStore, ServerConfig};
use tokio::net::TcpStream;
use tokio_rustls::{Accept, TlsAcceptor};

use super::certificate::validity;
use crate::clock::Guard;
use crate::domain::Timestamp;

/// The only protocol that is spoken.
const ALPN: &[u8] = b"h2";
/// What waits encrypted in a connection whose client does not read: one record.
const UNSENT_BYTES: usize = 16 << 10;
const NANOS_A_DAY: i64 = 86_400 * 1_000_000_000;

/// The files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The certificate and those that lead to its authority, PEM.
    pub certificate: PathBuf,
    /// The private key, PEM.
    pub key: PathBuf,
    /// The authorities of clients' certificates, PEM.
    pub client_ca: Option<PathBuf>,
}

/// Why the files cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read.
    #[error("{} could not be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        #[source]
        source: std::io::Error,
    },
    /// A file has no such thing in PEM.
    #[error("{} has no {what} in PEM", path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        what: &'static str,
    },
    /// The certificate is not valid now.
    #[error("the certificate {} {rule}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Why.
        rule: String,
    },
    /// The files do not fit each other, or what they hold is not supported.
    #[error("the certificate {} and its key cannot be used", path.display())]
    Unfit {
        /// The certificate.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// The contents of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Contents {
    certificate: Vec<u8>,
    key: zeroize::Zeroizing<Vec<u8>>,
    client_ca: Option<Vec<u8>>,
    /// Whether every client must have a certificate.
    required: bool,
}

#[derive(Debug)]
struct Loaded {
    config: Arc<ServerConfig>,
    expires_at: Timestamp,
}

/// What connections are encrypted with now. Cheap to clone; clones share it.
#[derive(Debug, Clone)]
pub struct Tls(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    paths: Paths,
    clock: Arc<Guard>,
    current: ArcSwap<Loaded>,
    /// What was tried last; `None` if it could not be read.
    tried: Mutex<Option<Contents>>,
    refused: AtomicU64,
}

impl Tls {
    /// Reads the files. `required` refuses clients without a certificate.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn open(paths: Paths, required: bool, clock: &Arc<Guard>) -> Result<Self, Error> {
        let contents = Contents::read(&paths, required)?;
        let loaded = load(&paths, &contents, clock)?;
        Ok(Self(Arc::new(Inner {
            paths,
            clock: Arc::clone(clock),
            current: ArcSwap::from_pointee(loaded),
            tried: Mutex::new(Some(contents)),
            refused: AtomicU64::new(0),
        })))
    }

    /// Begins the handshake of a connection.
    pub fn accept(&self, stream: TcpStream) -> Accept<TcpStream> {
        let acceptor = TlsAcceptor::from(Arc::clone(&self.0.current.load().config));
        acceptor.accept_with(stream, |session| {
            session.set_buffer_limit(Some(UNSENT_BYTES));
        })
    }

    /// Returns when the certificate expires.
    pub fn expires_at(&self) -> Timestamp {
        self.0.current.load().expires_at
    }

    /// Returns the days until the certificate expires; negative once it has.
    pub fn days_left(&self) -> i64 {
        let left = self.expires_at().nanos() - self.0.clock.now().nanos();
        left.div_euclid(NANOS_A_DAY)
    }

    /// Counts the files that were refused since the start.
    pub fn refused(&self) -> u64 {
        self.0.refused.load(Ordering::Relaxed)
    }

    /// Reads the files again. Takes them if they changed and are right, else keeps the old ones.
    pub(super) fn reload(&self, required: bool) {
        let inner = &*self.0;
        let read = Contents::read(&inner.paths, required);
        let mut tried = inner.tried.lock();
        let same = match (&read, &*tried) {
            (Ok(contents), Some(tried)) => contents == tried,
            (Err(_), None) => true,
            (Ok(_), None) | (Err(_), Some(_)) => false,
        };
        if same {
            return;
        }
        let loaded = read.and_then(|contents| {
            *tried = Some(contents.clone());
            load(&inner.paths, &contents, &inner.clock)
        });
        let certificate = inner.paths.certificate.display();
        match loaded {
            Ok(loaded) => {
                tracing::info!(%certificate, expires_at = %loaded.expires_at, "certificates were reloaded");
                inner.current.store(Arc::new(loaded));
            }
            Err(error) => {
                if matches!(error, Error::Unreadable { .. }) {
                    *tried = None;
                }
                inner.refused.fetch_add(1, Ordering::Relaxed);
                let error = crate::causes::with_causes(&error);
                tracing::error!(
                    error,
                    "the new certificates are refused: the old ones stay in use"
                );
            }
        }
    }
}

impl Contents {
    fn read(paths: &Paths, required: bool) -> Result<Self, Error> {
        let read = |path: &Path| {
            std::fs::read(path).map_err(|source| Error::Unreadable {
                path: path.to_owned(),
                source,
            })
        };
        let client_ca = paths.client_ca.as_deref().map(read).transpose()?;
        Ok(Self {
            certificate: read(&paths.certificate)?,
            key: read(&paths.key)?.into(),
            required: required && client_ca.is_some(),
            client_ca,
        })
    }
}

/// Returns the provider of all cryptography of connections.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn load(paths: &Paths, contents: &Contents, clock: &Arc<Guard>) -> Result<Loaded, Error> {
    let path = || paths.certificate.clone();
    let chain = certificates(&contents.certificate, &paths.certificate)?;
    let key = PrivateKeyDer::from_pem_slice(&contents.key).map_err(|_| Error::Pem {
        path: paths.key.clone(),
        what: "private key",
    })?;
    let Some((begins_at, expires_at)) = chain.first().and_then(|first| validity(first)) else {
        let what = "certificate";
        return Err(Error::Pem { path: path(), what });
    };
    let now = clock.now();
    if expires_at <= now || begins_at > now {
        let rule = match expires_at <= now {
            true => format!("has expired at {expires_at}"),
            false => format!("is valid from {begins_at} on only"),
        };
        return Err(Error::Invalid { path: path(), rule });
    }
    let unfit = |source: Box<dyn std::error::Error + Send + Sync>| Error::Unfit {
        path: path(),
        source,
    };
    let time = Arc::new(OurTime(Arc::clone(clock)));
    let builder = ServerConfig::builder_with_details(provider(), time);
    let builder = builder.with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| unfit(error.into()))?;
    let builder = match clients(paths, contents)? {
        Some(verifier) => builder.with_client_cert_verifier(verifier),
        None => builder.with_no_client_auth(),
    };
    // Compares the key with the certificate, too.
    let mut config = builder
        .with_single_cert(chain, key)
        .map_err(|error| unfit(error.into()))?;
    config.alpn_protocols = vec![ALPN.to_vec()];
    Ok(Loaded {
        config: Arc::new(config),
        expires_at,
    })
}

/// Makes what verifies the certificates of clients.
fn clients(
    paths: &Paths,
    contents: &Contents,
) -> Result<Option<Arc<dyn ClientCertVerifier>>, Error> {
    let (Some(path), Some(pem)) = (&paths.client_ca, &contents.client_ca) else {
        return Ok(None);
    };
    let unfit = |source: Box<dyn std::error::Error + Send + Sync>| Error::Unfit {
        path: path.clone(),
        source,
    };
    let roots = roots(&certificates(pem, path)?).map_err(|error| unfit(error.into()))?;
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider());
    let builder = match contents.required {
        true => builder,
        false => builder.allow_unauthenticated(),
    };
    let verifier = builder.build().map_err(|error| unfit(error.into()))?;
    Ok(Some(verifier))
}

/// Reads all certificates of a PEM file; there must be one.
pub(super) fn certificates(pem: &[u8], path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let none = || Error::Pem {
        path: path.to_owned(),
        what: "certificate",
    };
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let found = read.map_err(|_| none())?;
    if found.is_empty() {
        return Err(none());
    }
    Ok(found)
}

pub(super) fn roots(certificates: &[CertificateDer<'_>]) -> Result<RootCertStore, rustls::Error> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates {
        roots.add(certificate.clone().into_owned())?;
    }
    Ok(roots)
}

/// The clock of the ledger, for those who verify certificates.
#[derive(Debug)]
struct OurTime(Arc<Guard>);

impl TimeProvider for OurTime {
    fn current_time(&self) -> Option<UnixTime> {
        let (seconds, _) = self.0.now().parts();
        let seconds = u64::try_from(seconds).ok()?;
        Some(UnixTime::since_unix_epoch(std::time::Duration::from_secs(
            seconds,
        )))
    }
}
