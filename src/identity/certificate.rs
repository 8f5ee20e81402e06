//! The certificate of a client: the names it has, and until when.
//!
//! Only SPIFFE URIs and DNS names of the subject alternative name count. The common name says nothing
//! that an authority checks.

use std::sync::Arc;

use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::domain::Timestamp;

/// Most names that are looked at: a certificate of a client has one or two.
const MAX_NAMES: usize = 64;

/// The names of a certificate that the handshake verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    names: Vec<Arc<str>>,
    expires_at: Timestamp,
}

impl Certificate {
    /// Reads a DER certificate; `None` if it is none.
    pub fn read(der: &[u8]) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let alternative = certificate.subject_alternative_name().ok()?;
        let general = alternative.map(|names| names.value.general_names.as_slice());
        let names = general.unwrap_or_default().iter().take(MAX_NAMES);
        Some(Self {
            names: names.filter_map(name).collect(),
            expires_at: end_of(&certificate),
        })
    }

    /// Returns the names that the policy is asked for.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }

    /// Returns when it expires.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

fn name(name: &GeneralName<'_>) -> Option<Arc<str>> {
    match name {
        GeneralName::URI(uri) => uri.starts_with("spiffe://").then(|| Arc::from(*uri)),
        GeneralName::DNSName(name) => Some(name.to_ascii_lowercase().into()),
        // Names that the policy cannot have; the type is of another crate.
        _ => None,
    }
}

fn end_of(certificate: &X509Certificate<'_>) -> Timestamp {
    let seconds = certificate.validity().not_after.timestamp();
    Timestamp::new(seconds.max(0), 0).unwrap_or(Timestamp::from_nanos(i64::MAX))
}

/// Returns from when until when a DER certificate is valid.
pub(super) fn validity(der: &[u8]) -> Option<(Timestamp, Timestamp)> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let begin = certificate.validity().not_before.timestamp();
    let begin = Timestamp::new(begin.max(0), 0)?;
    Some((begin, end_of(&certificate)))
}
