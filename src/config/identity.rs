//! The rules that span the keys of identity: what is set together, and what an address that other
//! machines can reach must have.

use std::path::Path;

use super::{Config, Effective, Error};

/// Checks them.
pub(super) fn check(effective: &Effective) -> Result<(), Error> {
    let config = &effective.config;
    exposure(effective)?;
    let is_set = |path: &Path| !path.as_os_str().is_empty();
    let has_policy = is_set(&config.policy);
    let tokens = [&config.jwt_issuer, &config.jwt_audience, &config.jwt_jwks];
    let has_tokens = tokens.iter().any(|text| !text.is_empty());
    let needs = [
        (
            "tls_key",
            is_set(&config.tls_key),
            "tls_certificate",
            is_set(&config.tls_certificate),
        ),
        (
            "tls_certificate",
            is_set(&config.tls_certificate),
            "tls_key",
            is_set(&config.tls_key),
        ),
        (
            "tls_client_ca",
            is_set(&config.tls_client_ca),
            "tls_certificate",
            is_set(&config.tls_certificate),
        ),
        (
            "tls_client_ca",
            is_set(&config.tls_client_ca),
            "policy",
            has_policy,
        ),
        ("jwt_issuer", has_tokens, "policy", has_policy),
        (
            "jwt_issuer",
            has_tokens,
            "jwt_issuer",
            !config.jwt_issuer.is_empty(),
        ),
        (
            "jwt_issuer",
            has_tokens,
            "jwt_audience",
            !config.jwt_audience.is_empty(),
        ),
        (
            "jwt_issuer",
            has_tokens,
            "jwt_jwks",
            !config.jwt_jwks.is_empty(),
        ),
        (
            "jwt_jwks_ca",
            is_set(&config.jwt_jwks_ca),
            "jwt_jwks",
            !config.jwt_jwks.is_empty(),
        ),
    ];
    for (key, is_set, needed, is_there) in needs {
        if is_set && !is_there {
            return Err(Error::Rule {
                key,
                origin: effective.origin(key),
                rule: format!("needs {needed} too"),
            });
        }
    }
    Ok(())
}

fn exposure(effective: &Effective) -> Result<(), Error> {
    let config = &effective.config;
    let missing = match (is_encrypted(config), has_policy(config)) {
        (true, true) => return Ok(()),
        (false, false) => "neither TLS nor authentication",
        (true, false) => "no authentication",
        (false, true) => "no TLS",
    };
    if config.insecure || config.listen.ip().to_canonical().is_loopback() {
        return Ok(());
    }
    Err(Error::Exposed {
        listen: config.listen,
        origin: effective.origin("listen"),
        missing,
    })
}

fn is_encrypted(config: &Config) -> bool {
    !config.tls_certificate.as_os_str().is_empty()
}

fn has_policy(config: &Config) -> bool {
    !config.policy.as_os_str().is_empty()
}
