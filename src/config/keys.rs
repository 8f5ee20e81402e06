//! The table of keys: name, rule and help text of every setting.
//!
//! Flags, variables and the file go through the same [`Rule`]. Does not know the rules that span keys.

pub(super) use super::rule::Rule;

/// One setting.
#[derive(Debug)]
pub(super) struct Key {
    pub name: &'static str,
    pub rule: Rule,
    pub help: &'static str,
}

const KIB: i64 = 1 << 10;
const MIB: i64 = 1 << 20;
const TIB: i64 = 1 << 40;
const DAY_S: i64 = 86_400;
const HOUR_MS: i64 = 3_600_000;

/// Every key, in the order of the help page and of `--print-config`.
pub(super) static ALL: &[Key] = &[
    Key {
        name: "data_dir",
        rule: Rule::Path,
        help: "Directory of the log, the views and the keys; made when absent",
    },
    Key {
        name: "signing_key",
        rule: Rule::PathOrNone,
        help: "File of the key that checkpoints are signed with, as `keys new` makes it; when empty, \
               signing-key in the data directory, made when absent",
    },
    Key {
        name: "master_key",
        rule: Rule::PathOrNone,
        help: "File of the master key, without which no personal data can be read, best outside the \
               data directory; when empty, master-key in the data directory. Made for an empty log, \
               and never again",
    },
    Key {
        name: "without_keys",
        rule: Rule::Switch,
        help: "Serve a copy of a log without its keys: personal fields are absent with the reason \
               NO_KEY, and writes that have personal data are refused",
    },
    Key {
        name: "witnesses",
        rule: Rule::PathOrNone,
        help: "File of the public keys of witnesses whose cosignatures are taken, one a line as \
               name+id+key; when empty, there are none",
    },
    Key {
        name: "listen",
        rule: Rule::Address,
        help: "IP address and port of the gRPC server; port 0 lets the system choose",
    },
    Key {
        name: "insecure",
        rule: Rule::Switch,
        help: "Allow --listen beyond loopback although there is no TLS and no authentication",
    },
    Key {
        name: "admin_listen",
        rule: Rule::AddressOrNone,
        help: "IP address and port of the admin server (HTTP: health, metrics, settings); port 0 lets \
               the system choose; when empty, there is none. Beyond loopback it shows others neither \
               settings nor the log filter",
    },
    Key {
        name: "admin_hosts",
        rule: Rule::Hosts,
        help: "Names by which the admin server may be called beside localhost and its own address, \
               separated by commas; a call by another name gets 421",
    },
    Key {
        name: "metrics_brands",
        rule: Rule::Number {
            least: 0,
            most: 1_000,
        },
        help: "Brands that metrics name, the first that write; all others are counted as one",
    },
    Key {
        name: "access_log",
        rule: Rule::Switch,
        help: "Write a log line for each call, on the target access at the level info: method, code, \
               duration, peer, principal, brand, trace id; no content",
    },
    Key {
        name: "tls_certificate",
        rule: Rule::PathOrNone,
        help: "File of the server's certificate, PEM, with those that lead to its authority; read \
               again when it changes. When empty, there is no TLS",
    },
    Key {
        name: "tls_key",
        rule: Rule::PathOrNone,
        help: "File of the private key of the certificate, PEM",
    },
    Key {
        name: "tls_client_ca",
        rule: Rule::PathOrNone,
        help: "File of the authorities of clients' certificates, PEM; when empty, clients present \
               none. Every client needs one where the policy knows nobody by anything else",
    },
    Key {
        name: "tls_handshake_timeout_ms",
        rule: Rule::Number {
            least: 100,
            most: 60_000,
        },
        help: "Time a new connection has for the TLS handshake",
    },
    Key {
        name: "policy",
        rule: Rule::PathOrNone,
        help: "TOML file of the principals that may call, read again when it changes; when empty, \
               nobody is asked who they are. `policy check` explains one",
    },
    Key {
        name: "jwt_issuer",
        rule: Rule::Text,
        help: "Issuer of the tokens that are accepted, the claim iss; when empty, none are",
    },
    Key {
        name: "jwt_audience",
        rule: Rule::Text,
        help: "For whom tokens must be, the claim aud",
    },
    Key {
        name: "jwt_jwks",
        rule: Rule::Text,
        help: "Keys of the issuer (JWKS): a file, or an address with https://",
    },
    Key {
        name: "jwt_jwks_ca",
        rule: Rule::PathOrNone,
        help: "File of the authorities of the certificate of that address, PEM; when empty, those of \
               the system",
    },
    Key {
        name: "jwt_skew_s",
        rule: Rule::Number {
            least: 0,
            most: 300,
        },
        help: "How far the clocks of issuer and server may differ",
    },
    Key {
        name: "reload_interval_s",
        rule: Rule::NumberOrOff {
            least: 1,
            most: DAY_S,
        },
        help: "Time between two looks at certificates, policy and keys of tokens; 0 looks at SIGHUP \
               only, which always looks at once",
    },
    Key {
        name: "health_without_identity",
        rule: Rule::Switch,
        help: "Answer health checks of callers without an identity",
    },
    Key {
        name: "reflection_without_identity",
        rule: Rule::Switch,
        help: "Answer reflection to callers without an identity",
    },
    Key {
        name: "max_connections",
        rule: Rule::Number {
            least: 1,
            most: 100_000,
        },
        help: "Connections served at a time; a further one takes the place of the one idle for \
               longest, or is closed at once where all are busy. Keep it well below the limit of \
               open files",
    },
    Key {
        name: "max_streams_per_connection",
        rule: Rule::Number {
            least: 1,
            most: 10_000,
        },
        help: "Calls in flight on one connection; further ones wait in the client",
    },
    Key {
        name: "max_message_bytes",
        rule: Rule::Number {
            least: 64 * KIB,
            most: 64 * MIB,
        },
        help: "Largest request message of calls that take many items, decompressed; all others take \
               256 KiB",
    },
    Key {
        name: "preface_timeout_ms",
        rule: Rule::Number {
            least: 100,
            most: 60_000,
        },
        help: "Time a new connection has to start speaking HTTP/2",
    },
    Key {
        name: "answer_timeout_s",
        rule: Rule::NumberOrOff {
            least: 1,
            most: DAY_S,
        },
        help: "Time a call has until its first answer, even when its client would wait longer; \
               0 is no limit. Streams that have begun are not cut",
    },
    Key {
        name: "keepalive_interval_s",
        rule: Rule::NumberOrOff {
            least: 1,
            most: DAY_S,
        },
        help: "Time between HTTP/2 pings, which find dead followers; 0 sends none",
    },
    Key {
        name: "keepalive_timeout_s",
        rule: Rule::Number {
            least: 1,
            most: 3_600,
        },
        help: "Time a peer has to answer a ping before it is dropped",
    },
    Key {
        name: "max_connection_idle_s",
        rule: Rule::NumberOrOff {
            least: 1,
            most: DAY_S,
        },
        help: "Time after which a connection without calls is closed, pings or not; 0 is never. \
               Where all places are taken, idle connections give way to new ones sooner",
    },
    Key {
        name: "max_connection_age_s",
        rule: Rule::NumberOrOff {
            least: 10,
            most: 365 * DAY_S,
        },
        help: "Age at which a connection is asked to reconnect, so that balancers can spread \
               the load again; varied by up to 10 % per process; 0 is never",
    },
    Key {
        name: "max_readers",
        rule: Rule::Number {
            least: 1,
            most: 100_000,
        },
        help: "Streams that read the log at a time, ReadEvents and followers with events to come; of \
               each kind of stream a quarter of the places may be of one connection, three \
               quarters of one brand",
    },
    Key {
        name: "max_followers",
        rule: Rule::Number {
            least: 1,
            most: 100_000,
        },
        help: "Streams that follow the log at a time",
    },
    Key {
        name: "max_ingests",
        rule: Rule::Number {
            least: 1,
            most: 10_000,
        },
        help: "IngestEngagement streams at a time",
    },
    Key {
        name: "max_backups",
        rule: Rule::Number {
            least: 1,
            most: 100,
        },
        help: "Backups taken at a time",
    },
    Key {
        name: "stream_unread_timeout_ms",
        rule: Rule::Number {
            least: 10,
            most: HOUR_MS,
        },
        help: "Time after which a stream ends whose client takes nothing of it",
    },
    Key {
        name: "stream_idle_timeout_ms",
        rule: Rule::Number {
            least: 10,
            most: 24 * HOUR_MS,
        },
        help: "Time after which an IngestEngagement stream ends on which nothing comes",
    },
    Key {
        name: "stream_give_way_ms",
        rule: Rule::Number {
            least: 10,
            most: HOUR_MS,
        },
        help: "Time after which a stream that is unread or idle loses its place to a new one where \
               all places are taken; the longest idle goes first",
    },
    Key {
        name: "write_queue_commands",
        rule: Rule::Number {
            least: 1,
            most: 1_000_000,
        },
        help: "Commands that may wait for the writer; further ones get RESOURCE_EXHAUSTED. The \
               last eighth is kept for brands that have few waiting. Eight observations of one \
               call count as one command",
    },
    Key {
        name: "group_commands",
        rule: Rule::Number {
            least: 1,
            most: 65_536,
        },
        help: "Most commands in one durable write",
    },
    Key {
        name: "group_bytes",
        rule: Rule::Number {
            least: KIB,
            most: 128 * KIB,
        },
        help: "Most bytes of events in one durable write; a block holds 120 KiB at most",
    },
    Key {
        name: "drain_timeout_ms",
        rule: Rule::Number {
            least: 100,
            most: HOUR_MS,
        },
        help: "Hard end of a drain, counted from the signal; what is open when a tenth of it is left is cut",
    },
    Key {
        name: "drain_delay_ms",
        rule: Rule::Number {
            least: 0,
            most: HOUR_MS,
        },
        help: "Time the server reports NOT_SERVING but still accepts, so that balancers notice",
    },
    Key {
        name: "request_ids_remembered",
        rule: Rule::Number {
            least: 1_000,
            most: 100_000_000,
        },
        help: "Latest writes whose request_id still returns the first answer, after a restart \
               those in the last four times as many events; some 80 bytes of memory each",
    },
    Key {
        name: "answers_remembered_bytes",
        rule: Rule::Number {
            least: 0,
            most: TIB,
        },
        help: "Memory for the answers of the latest writes: one sent again gets its first answer \
               from there, an older one from a fold of the log",
    },
    Key {
        name: "views_cache_bytes",
        rule: Rule::Number {
            least: MIB,
            most: TIB,
        },
        help: "Memory for the rows of the views",
    },
    Key {
        name: "checkpoint_bytes",
        rule: Rule::Number {
            least: MIB,
            most: 1_024 * MIB,
        },
        help: "Memory of changed rows after which they are checkpointed",
    },
    Key {
        name: "checkpoint_interval_ms",
        rule: Rule::Number {
            least: 10,
            most: HOUR_MS,
        },
        help: "Longest time between checkpoints of the views; a restart replays what came after",
    },
    Key {
        name: "log_format",
        rule: Rule::OneOf(&["text", "json"]),
        help: "How log lines look on standard error",
    },
    Key {
        name: "log_filter",
        rule: Rule::Filter,
        help: "Which log lines are written: a level, or directives such as \
               info,campaign_ledger::grpc=debug",
    },
];

/// Finds a key by its name.
pub(super) fn find(name: &str) -> Option<&'static Key> {
    ALL.iter().find(|key| key.name == name)
}
