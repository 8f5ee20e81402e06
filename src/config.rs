//! The settings of `serve` and how they are found: flag, then environment, then file, then default.
//!
//! Owns every key's name, default, rule and help text (`keys`), the merge of the four sources and
//! the rules that span keys. Refuses unknown keys, including misspelt environment variables. Does
//! not know what the settings are for: it opens no file except the configuration file.

mod flags;
mod identity;
mod keys;
mod optional;
mod rule;
mod shown;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use flags::Flags;

/// Prefix of all environment variables of this program; the rest of a name is the key in capitals.
pub const ENVIRONMENT_PREFIX: &str = "CAMPAIGN_LEDGER_";

/// The environment variable that names the configuration file, like `--config`.
pub const CONFIG_VARIABLE: &str = "CAMPAIGN_LEDGER_CONFIG";

/// The environment variable with the token or API key of commands that ask a server. No setting of one.
pub const TOKEN_VARIABLE: &str = "CAMPAIGN_LEDGER_TOKEN";

/// Kubernetes sets `<SERVICE>_SERVICE_…` and `<SERVICE>_PORT…` for each service that it knows.
/// Those of a service named `campaign-ledger` have our prefix, so no key may start like this.
const SERVICE_LINKS: [&str; 2] = ["SERVICE_", "PORT"];

/// Every setting of the server, already checked.
///
/// The names are the keys of the TOML file; units come last. See `campaign-ledger serve --help`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Directory of the log, the views and the keys.
    pub data_dir: PathBuf,
    /// File of the key that checkpoints are signed with; empty for one in the data directory.
    pub signing_key: PathBuf,
    /// File of the master key of personal data; empty for one in the data directory.
    pub master_key: PathBuf,
    /// Serves without the keys of personal data, which is then neither shown nor written.
    pub without_keys: bool,
    /// File of the keys of witnesses, one a line; empty for no witnesses.
    pub witnesses: PathBuf,
    /// Address and port of the gRPC server; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// Allows an address beyond loopback without TLS and authentication.
    pub insecure: bool,
    /// Address and port of the admin server; none for no admin server.
    #[serde(with = "optional")]
    pub admin_listen: Option<SocketAddr>,
    /// More names by which the admin server may be called, separated by commas.
    pub admin_hosts: String,
    /// Brands that metrics name.
    pub metrics_brands: usize,
    /// Whether each call is a log line.
    pub access_log: bool,
    /// File of the server's certificate; empty for no TLS.
    pub tls_certificate: PathBuf,
    /// File of the key of the certificate.
    pub tls_key: PathBuf,
    /// File of the authorities of clients' certificates; empty where clients present none.
    pub tls_client_ca: PathBuf,
    /// Time a new connection has for the TLS handshake.
    pub tls_handshake_timeout_ms: u64,
    /// File that says who may call; empty where nobody is asked.
    pub policy: PathBuf,
    /// The issuer of tokens; empty where there are none.
    pub jwt_issuer: String,
    /// For whom tokens must be.
    pub jwt_audience: String,
    /// File or address of the keys of the issuer.
    pub jwt_jwks: String,
    /// File of the authorities of the certificate of that address; empty for those of the system.
    pub jwt_jwks_ca: PathBuf,
    /// How far the clocks of issuer and server may differ.
    pub jwt_skew_s: u64,
    /// Time between two looks at certificates and policy; 0 means only at SIGHUP.
    pub reload_interval_s: u64,
    /// Answers health checks of callers without an identity.
    pub health_without_identity: bool,
    /// Answers reflection to callers without an identity.
    pub reflection_without_identity: bool,
    /// Connections served at a time; the next one is closed at once.
    pub max_connections: u32,
    /// Calls in flight on one connection.
    pub max_streams_per_connection: u32,
    /// Largest request message of calls that take many items, decompressed.
    pub max_message_bytes: usize,
    /// Time a new connection has for the HTTP/2 preface.
    pub preface_timeout_ms: u64,
    /// Time a call has until its first answer, whatever the client allows; 0 means no limit.
    pub answer_timeout_s: u64,
    /// Time between HTTP/2 pings; 0 means none.
    pub keepalive_interval_s: u64,
    /// Time a peer has to answer a ping.
    pub keepalive_timeout_s: u64,
    /// Time after which a connection without calls ends; 0 means never.
    pub max_connection_idle_s: u64,
    /// Age at which a connection is asked to reconnect, ±10 % per process; 0 means never.
    pub max_connection_age_s: u64,
    /// Streams that read the log at a time.
    pub max_readers: usize,
    /// Streams that follow the log at a time.
    pub max_followers: usize,
    /// Streams that send observations at a time.
    pub max_ingests: usize,
    /// Backups taken at a time.
    pub max_backups: usize,
    /// Time after which a stream ends if its client reads nothing.
    pub stream_unread_timeout_ms: u64,
    /// Time after which a silent stream of observations ends.
    pub stream_idle_timeout_ms: u64,
    /// Time after which an idle stream may lose its place to a new one.
    pub stream_give_way_ms: u64,
    /// Commands that may wait for the writer.
    pub write_queue_commands: usize,
    /// Commands in one group commit.
    pub group_commands: usize,
    /// Bytes of events in one group commit.
    pub group_bytes: usize,
    /// Hard end of a drain, counted from the signal.
    pub drain_timeout_ms: u64,
    /// Time between "not serving" and the end of accepting, for balancers to notice.
    pub drain_delay_ms: u64,
    /// Latest requests whose `request_id` is remembered.
    pub request_ids_remembered: usize,
    /// Memory for the answers of the latest writes.
    pub answers_remembered_bytes: usize,
    /// Memory for recently read or written rows.
    pub views_cache_bytes: usize,
    /// Memory of changed rows that forces a checkpoint.
    pub checkpoint_bytes: usize,
    /// Longest time between checkpoints while there are writes.
    pub checkpoint_interval_ms: u64,
    /// Format of log lines.
    pub log_format: LogFormat,
    /// Which log lines are written, in the syntax of `RUST_LOG`.
    pub log_filter: String,
}

/// Format of log lines on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("campaign-ledger-data"),
            signing_key: PathBuf::new(),
            master_key: PathBuf::new(),
            without_keys: false,
            witnesses: PathBuf::new(),
            listen: SocketAddr::from(([127, 0, 0, 1], 50051)),
            insecure: false,
            admin_listen: Some(SocketAddr::from(([127, 0, 0, 1], 9464))),
            admin_hosts: String::new(),
            metrics_brands: 0,
            access_log: false,
            tls_certificate: PathBuf::new(),
            tls_key: PathBuf::new(),
            tls_client_ca: PathBuf::new(),
            tls_handshake_timeout_ms: 5_000,
            policy: PathBuf::new(),
            jwt_issuer: String::new(),
            jwt_audience: String::new(),
            jwt_jwks: String::new(),
            jwt_jwks_ca: PathBuf::new(),
            jwt_skew_s: 30,
            reload_interval_s: 10,
            health_without_identity: true,
            reflection_without_identity: false,
            // Half of the usual limit of 1,024 descriptors: files and offline work need some too.
            max_connections: 512,
            max_streams_per_connection: 256,
            max_message_bytes: 4 << 20,
            preface_timeout_ms: 5_000,
            answer_timeout_s: 60,
            keepalive_interval_s: 30,
            keepalive_timeout_s: 20,
            max_connection_idle_s: 300,
            max_connection_age_s: 0,
            // Each may hold two or three batches of 64 KiB that its client has not read.
            max_readers: 1_024,
            // Each costs a task while there is nothing to send.
            max_followers: 4_096,
            // Each may hold its chunks in flight, some megabytes.
            max_ingests: 64,
            max_backups: 2,
            stream_unread_timeout_ms: 60_000,
            stream_idle_timeout_ms: 300_000,
            // A working client pauses for less time than this.
            stream_give_way_ms: 5_000,
            write_queue_commands: 2_048,
            group_commands: 256,
            // This leaves a fifth of a 120 KiB block for the envelopes of the events.
            group_bytes: 96 << 10,
            drain_timeout_ms: 10_000,
            drain_delay_ms: 250,
            request_ids_remembered: 1_000_000,
            answers_remembered_bytes: 32 << 20,
            views_cache_bytes: 96 << 20,
            checkpoint_bytes: 56 << 20,
            checkpoint_interval_ms: 10_000,
            log_format: LogFormat::Text,
            log_filter: String::from("info"),
        }
    }
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It was not set.
    Default,
    /// This configuration file.
    File(PathBuf),
    /// The environment variable of the key.
    Environment,
    /// The command line.
    Flag,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("cannot read the configuration file {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        #[source]
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{}: {reason}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The message of the parser, with line and column.
        reason: String,
    },
    /// An unknown key or variable.
    #[error("{name} ({origin}): unknown key; `campaign-ledger serve --help` lists them")]
    UnknownKey {
        /// As written.
        name: String,
        /// The source of the value.
        origin: Origin,
    },
    /// A value that breaks the rule of its key.
    #[error("{key} ({origin}): {rule}")]
    Rule {
        /// The key.
        key: &'static str,
        /// The source of the value.
        origin: Origin,
        /// The rule and the value.
        rule: String,
    },
    /// An address that other machines can reach, without protection.
    #[error(
        "listen ({origin}): {listen} can be reached from other machines, and there is {missing}: \
         anyone who reaches it can read and write. Set tls_certificate, tls_key and policy, listen on \
         a loopback address, or allow it with --insecure where a proxy or a network policy protects it"
    )]
    Exposed {
        /// The address.
        listen: SocketAddr,
        /// The source of the value.
        origin: Origin,
        /// What would protect it.
        missing: &'static str,
    },
}

/// A configuration and the source of each of its values.
#[derive(Debug, Clone)]
pub struct Effective {
    /// The settings.
    pub config: Config,
    origins: BTreeMap<&'static str, Origin>,
}

impl Effective {
    /// Finds the settings of this process in its flags, its environment, and the file that they
    /// name.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn of_process(flags: &Flags) -> Result<Self, Error> {
        Self::load(flags, std::env::vars_os())
    }

    /// Finds the settings in `flags`, in `variables`, and in the file that one of them names.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn load(
        flags: &Flags,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, Error> {
        let (environment, named) = read_environment(variables)?;
        let path = flags.file().map(Path::to_owned).or(named);
        let mut layers = Vec::new();
        if let Some(path) = path {
            let table = read_file(&path)?;
            layers.push((Origin::File(path), table));
        }
        layers.push((Origin::Environment, environment));
        layers.push((Origin::Flag, flags.table().clone()));
        Self::merge(layers)
    }

    /// Merges the layers with the defaults. Later layers win.
    fn merge(layers: Vec<(Origin, toml::Table)>) -> Result<Self, Error> {
        let mut merged = toml::Table::new();
        let mut origins = BTreeMap::new();
        for (origin, table) in layers {
            for (name, value) in table {
                let Some(key) = keys::find(&name) else {
                    return Err(Error::UnknownKey { name, origin });
                };
                key.rule.check(&value).map_err(|rule| Error::Rule {
                    key: key.name,
                    origin: origin.clone(),
                    rule,
                })?;
                origins.insert(key.name, origin.clone());
                merged.insert(name, value);
            }
        }
        let config = merged.try_into().map_err(|error| Error::Rule {
            key: "configuration",
            origin: Origin::Default,
            rule: error.to_string(),
        })?;
        let effective = Self { config, origins };
        effective.check_together()?;
        Ok(effective)
    }

    /// Checks the rules that span keys.
    fn check_together(&self) -> Result<(), Error> {
        let config = &self.config;
        identity::check(self)?;
        if config.drain_delay_ms >= config.drain_timeout_ms {
            return Err(Error::Rule {
                key: "drain_delay_ms",
                origin: self.origin("drain_delay_ms"),
                rule: format!(
                    "must be less than drain_timeout_ms ({}), is {}",
                    config.drain_timeout_ms, config.drain_delay_ms
                ),
            });
        }
        Ok(())
    }

    /// Returns the source of the value of this key.
    pub fn origin(&self, key: &str) -> Origin {
        self.origins.get(key).cloned().unwrap_or(Origin::Default)
    }
}

/// Writes TOML that reads back as the same configuration. Each line has its source.
impl fmt::Display for Effective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = toml::Table::try_from(&self.config).map_err(|_| fmt::Error)?;
        for key in keys::ALL {
            let value = values.get(key.name).ok_or(fmt::Error)?;
            writeln!(f, "{} = {value} # {}", key.name, self.origin(key.name))?;
        }
        Ok(())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "from {}", path.display()),
            Self::Environment => f.write_str("from the environment"),
            Self::Flag => f.write_str("from the command line"),
        }
    }
}

fn read_file(path: &Path) -> Result<toml::Table, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    text.parse()
        .map_err(|error: toml::de::Error| Error::Syntax {
            path: path.to_owned(),
            reason: error.to_string(),
        })
}

/// Reads the variables of this program, and the configuration file that they may name.
fn read_environment(
    variables: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<(toml::Table, Option<PathBuf>), Error> {
    let mut table = toml::Table::new();
    let mut file = None;
    for (variable, value) in variables {
        let Some(variable) = variable.to_str() else {
            continue;
        };
        if variable == CONFIG_VARIABLE {
            file = Some(PathBuf::from(value));
            continue;
        }
        let Some(name) = variable.strip_prefix(ENVIRONMENT_PREFIX) else {
            continue;
        };
        if variable == TOKEN_VARIABLE {
            continue;
        }
        if SERVICE_LINKS.iter().any(|link| name.starts_with(link)) {
            continue;
        }
        let Some(key) = keys::find(&name.to_ascii_lowercase()) else {
            return Err(Error::UnknownKey {
                name: variable.to_owned(),
                origin: Origin::Environment,
            });
        };
        let parsed = match value.to_str() {
            Some(text) => key.rule.parse(text),
            None => Err(String::from("must be UTF-8")),
        };
        let value = parsed.map_err(|rule| Error::Rule {
            key: key.name,
            origin: Origin::Environment,
            rule,
        })?;
        table.insert(key.name.to_owned(), value);
    }
    Ok((table, file))
}

#[cfg(test)]
mod tests;
