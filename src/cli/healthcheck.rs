//! `healthcheck`: asks a server for its health, for containers and service managers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::credentials::Credentials;
use super::remote::{self, connect, refused};
use super::{Exit, say};
use crate::config::{self, Effective, Flags};

/// What the help says of it.
pub const ABOUT: &str = "\
Ask a server for its health, and exit with 0 if it is SERVING, else with 1.

Without --server it asks where the server of this machine listens: it reads the configuration
as `serve` does, from the same file and the same variables. An address for all interfaces is
asked on loopback.";

/// Examples.
pub const EXAMPLES: &str = "\
Examples:
  campaign-ledger healthcheck
  campaign-ledger healthcheck --config /etc/campaign-ledger/config.toml
  campaign-ledger healthcheck --server http://10.0.0.7:50051 --timeout-ms 500";

/// What `healthcheck` takes.
#[derive(Debug, Args)]
pub struct HealthcheckArguments {
    /// Address of the server [default: where it listens by its configuration]
    #[arg(long, value_name = "URL", conflicts_with = "config")]
    pub server: Option<String>,
    /// TOML file of the server, for its address
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
    /// Full name of one service, such as campaign.ledger.v1.AuditService [default: the server as a whole]
    #[arg(
        long,
        value_name = "NAME",
        default_value = "",
        hide_default_value = true
    )]
    pub service: String,
    /// Time that all of it may take
    #[arg(long, value_name = "N", default_value_t = 3_000, value_parser = clap::value_parser!(u64).range(1..=60_000))]
    pub timeout_ms: u64,
    /// How it is reached.
    #[command(flatten)]
    pub credentials: Credentials,
}

/// Why the server is not known to be healthy.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration has no usable address.
    #[error(transparent)]
    Config(#[from] config::Error),
    /// The server did not answer.
    #[error(transparent)]
    Remote(#[from] remote::Error),
    /// It took too long.
    #[error("the server at {address} did not answer within {timeout_ms} ms")]
    Late {
        /// Where it is.
        address: String,
        /// The limit.
        timeout_ms: u64,
    },
    /// It answered, and does not serve.
    #[error("the server at {address} says {}", status.as_str_name())]
    NotServing {
        /// Where it is.
        address: String,
        /// Its answer.
        status: ServingStatus,
    },
    /// The answer cannot be printed.
    #[error("standard output cannot be written")]
    Output(#[from] std::io::Error),
}

impl Error {
    /// Returns the exit status: one for all, because those who ask know no other.
    pub fn exit(&self) -> Exit {
        Exit::Failed
    }
}

/// Asks and prints the answer.
///
/// # Errors
/// See [`Error`]; any of them means that the server should get no calls.
pub fn run(arguments: &HealthcheckArguments) -> Result<(), Error> {
    let address = match &arguments.server {
        Some(address) => address.clone(),
        None => {
            let flags = Flags::offline(None, arguments.config.clone());
            let config = Effective::of_process(&flags)?.config;
            url_of(
                config.listen,
                !config.tls_certificate.as_os_str().is_empty(),
            )
        }
    };
    let limit = Duration::from_millis(arguments.timeout_ms);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(remote::Error::Runtime)?;
    let asking = status_of(&address, &arguments.service, &arguments.credentials);
    let asked = runtime.block_on(async { tokio::time::timeout(limit, asking).await });
    let Ok(answer) = asked else {
        let timeout_ms = arguments.timeout_ms;
        return Err(Error::Late {
            address,
            timeout_ms,
        });
    };
    match answer? {
        ServingStatus::Serving => Ok(say(ServingStatus::Serving.as_str_name())?),
        status @ (ServingStatus::NotServing
        | ServingStatus::Unknown
        | ServingStatus::ServiceUnknown) => Err(Error::NotServing { address, status }),
    }
}

async fn status_of(
    address: &str,
    service: &str,
    credentials: &Credentials,
) -> Result<ServingStatus, remote::Error> {
    let channel = connect(address, credentials).await?;
    let request = HealthCheckRequest {
        service: service.to_owned(),
    };
    let answer = HealthClient::new(channel).check(request).await;
    Ok(answer.map_err(refused(address))?.into_inner().status())
}

/// Where a server that listens at `listen` is asked from the same machine.
fn url_of(listen: SocketAddr, is_encrypted: bool) -> String {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    let scheme = if is_encrypted { "https" } else { "http" };
    format!("{scheme}://{}", SocketAddr::new(ip, listen.port()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_interfaces_are_asked_on_loopback() {
        for (listen, asked) in [
            ("0.0.0.0:50051", "http://127.0.0.1:50051"),
            ("[::]:6000", "http://[::1]:6000"),
            ("10.1.2.3:50051", "http://10.1.2.3:50051"),
            ("127.0.0.1:50051", "http://127.0.0.1:50051"),
        ] {
            assert_eq!(url_of(listen.parse().unwrap(), false), asked);
        }
        let encrypted = url_of(SocketAddr::from(([0, 0, 0, 0], 443)), true);
        assert_eq!(encrypted, "https://127.0.0.1:443");
    }
}
