use clap::{Args, FromArgMatches};

use super::*;

fn flags(arguments: &[&str]) -> Flags {
    try_flags(arguments).unwrap()
}

fn try_flags(arguments: &[&str]) -> Result<Flags, clap::Error> {
    let command = Flags::augment_args(clap::Command::new("serve"));
    let words = std::iter::once("serve").chain(arguments.iter().copied());
    Flags::from_arg_matches(&command.try_get_matches_from(words)?)
}

fn variables(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    let owned = |(name, value): &(&str, &str)| (OsString::from(name), OsString::from(value));
    pairs.iter().map(owned).collect()
}

fn file(text: &str) -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger.toml");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (dir, path)
}

fn refusal(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    Effective::load(&flags(arguments), variables(environment))
        .unwrap_err()
        .to_string()
}

#[test]
fn every_field_has_a_key_and_every_default_keeps_its_rule() {
    let defaults = toml::Table::try_from(Config::default()).unwrap();
    for key in keys::ALL {
        let value = defaults.get(key.name).expect(key.name);
        key.rule.check(value).unwrap();
    }
    assert_eq!(defaults.len(), keys::ALL.len());
    let effective = Effective::load(&Flags::default(), []).unwrap();
    assert_eq!(effective.config, Config::default());
}

#[test]
fn flag_beats_environment_beats_file_beats_default() {
    let (_dir, path) = file(
        "max_connections = 1\nmax_streams_per_connection = 1\ngroup_commands = 1\nlog_format = \"json\"",
    );
    let effective = Effective::load(
        &flags(&["--config", &path, "--max-connections", "3"]),
        variables(&[
            ("CAMPAIGN_LEDGER_MAX_CONNECTIONS", "2"),
            ("CAMPAIGN_LEDGER_MAX_STREAMS_PER_CONNECTION", "2"),
            ("HOME", "/root"),
        ]),
    )
    .unwrap();
    let config = &effective.config;
    assert_eq!(config.max_connections, 3);
    assert_eq!(config.max_streams_per_connection, 2);
    assert_eq!(config.group_commands, 1);
    assert_eq!(config.log_format, LogFormat::Json);
    assert_eq!(
        config.max_message_bytes,
        Config::default().max_message_bytes
    );
    assert_eq!(effective.origin("max_connections"), Origin::Flag);
    assert_eq!(
        effective.origin("max_streams_per_connection"),
        Origin::Environment
    );
    assert_eq!(effective.origin("data_dir"), Origin::Default);
}

#[test]
fn the_environment_may_name_the_file() {
    let (_dir, path) = file("group_commands = 7");
    let named = variables(&[("CAMPAIGN_LEDGER_CONFIG", &path)]);
    let effective = Effective::load(&Flags::default(), named).unwrap();
    assert_eq!(effective.config.group_commands, 7);
}

#[test]
fn unknown_keys_are_refused_wherever_they_stand() {
    let (_dir, path) = file("max_conections = 1");
    let error = refusal(&["--config", &path], &[]);
    assert!(
        error.contains("max_conections") && error.contains("ledger.toml"),
        "{error}"
    );
    let error = refusal(&[], &[("CAMPAIGN_LEDGER_LISTN", "127.0.0.1:1")]);
    assert!(error.contains("CAMPAIGN_LEDGER_LISTN"), "{error}");
    assert!(try_flags(&["--listn", "127.0.0.1:1"]).is_err());
}

#[test]
fn the_service_links_of_kubernetes_are_not_ours() {
    let links = variables(&[
        ("CAMPAIGN_LEDGER_SERVICE_HOST", "10.0.0.1"),
        ("CAMPAIGN_LEDGER_PORT", "tcp://10.0.0.1:50051"),
        ("CAMPAIGN_LEDGER_PORT_50051_TCP_ADDR", "10.0.0.1"),
    ]);
    assert!(Effective::load(&Flags::default(), links).is_ok());
    let shadowed = |key: &&keys::Key| {
        let name = key.name.to_ascii_uppercase();
        SERVICE_LINKS.iter().any(|link| name.starts_with(link))
    };
    assert!(!keys::ALL.iter().any(|key| shadowed(&key)));
}

#[test]
fn a_broken_rule_names_key_origin_and_rule() {
    let error = refusal(&[], &[("CAMPAIGN_LEDGER_MAX_CONNECTIONS", "0")]);
    assert_eq!(
        error,
        "max_connections (from the environment): must be a whole number from 1 to 100000, is `0`"
    );
    let (_dir, path) = file("log_format = 3");
    let error = refusal(&["--config", &path], &[]);
    assert!(
        error.contains("log_format") && error.contains("text, json, is `3`"),
        "{error}"
    );
    let error = try_flags(&["--log-filter", "campaign_ledger=loud"]).unwrap_err();
    assert!(error.to_string().contains("--log-filter"), "{error}");
    let (_dir, path) = file("log_format =");
    assert!(refusal(&["--config", &path], &[]).contains("line 1"));
    assert!(refusal(&["--config", "/nowhere.toml"], &[]).contains("/nowhere.toml"));
}

#[test]
fn an_exposed_address_needs_insecure() {
    for exposed in ["0.0.0.0:1", "[::]:1", "192.0.2.1:1", "[::ffff:192.0.2.1]:1"] {
        assert!(
            refusal(&["--listen", exposed], &[]).contains("--insecure"),
            "{exposed}"
        );
        let allowed = flags(&["--listen", exposed, "--insecure"]);
        assert!(Effective::load(&allowed, []).is_ok());
    }
    for loopback in [
        "127.0.0.1:0",
        "127.3.2.1:1",
        "[::1]:0",
        "[::ffff:127.0.0.1]:0",
    ] {
        assert!(Effective::load(&flags(&["--listen", loopback]), []).is_ok());
    }
    assert!(refusal(&["--listen", "0.0.0.0:1", "--insecure=false"], &[]).contains("TLS"));
}

#[test]
fn keys_are_in_the_data_directory_unless_said_otherwise() {
    let effective = Effective::load(&Flags::default(), []).unwrap();
    assert_eq!(effective.config.master_key, PathBuf::new());
    assert!(!effective.config.without_keys);
    let set = flags(&["--master-key", "/run/secrets/master", "--without-keys"]);
    let effective = Effective::load(&set, []).unwrap();
    let master = PathBuf::from("/run/secrets/master");
    assert_eq!(effective.config.master_key, master);
    assert!(effective.config.without_keys);
    // An offline command takes the file of the server, and its flag wins.
    let (_dir, path) = file("master_key = \"/elsewhere\"");
    let offline = Flags::offline(None, Some(PathBuf::from(path)));
    for (flag, found) in [(None, "/elsewhere"), (Some("/mine"), "/mine")] {
        let flags = offline.clone().with_master_key(flag);
        let effective = Effective::load(&flags, []).unwrap();
        assert_eq!(effective.config.master_key, PathBuf::from(found));
    }
}

#[test]
fn the_delay_ends_before_the_drain_does() {
    let error = refusal(&["--drain-delay-ms", "10000"], &[]);
    assert!(
        error.contains("drain_delay_ms") && error.contains("drain_timeout_ms"),
        "{error}"
    );
}

#[test]
fn the_printed_configuration_reads_back_as_itself() {
    let set = flags(&[
        "--data-dir",
        "/var/lib/a \"b\" # c",
        "--insecure",
        "--log-format",
        "json",
    ]);
    let effective = Effective::load(&set, []).unwrap();
    let printed = effective.to_string();
    assert!(
        printed.contains("insecure = true # from the command line"),
        "{printed}"
    );
    let (_dir, path) = file(&printed);
    let again = Effective::load(&flags(&["--config", &path]), []).unwrap();
    assert_eq!(again.config, effective.config);
}

#[test]
fn an_exposed_address_needs_both_tls_and_a_policy() {
    let exposed = ["--listen", "0.0.0.0:1"];
    let tls = ["--tls-certificate", "c", "--tls-key", "k"];
    let policy = ["--policy", "p"];
    let with = |more: &[&str]| Effective::load(&flags(&[&exposed[..], more].concat()), []);
    let said = with(&tls).unwrap_err().to_string();
    assert!(said.contains("there is no authentication"), "{said}");
    let said = with(&policy).unwrap_err().to_string();
    assert!(said.contains("there is no TLS"), "{said}");
    assert!(with(&[&tls[..], &policy].concat()).is_ok());
}

#[test]
fn keys_of_identity_are_set_together() {
    for (set, key, needed) in [
        (&["--tls-key", "k"][..], "tls_key", "tls_certificate"),
        (&["--tls-certificate", "c"], "tls_certificate", "tls_key"),
        (
            &["--tls-client-ca", "a"],
            "tls_client_ca",
            "tls_certificate",
        ),
        (&["--jwt-issuer", "i"], "jwt_issuer", "policy"),
        (
            &["--jwt-jwks", "f", "--policy", "p"],
            "jwt_issuer",
            "jwt_issuer",
        ),
        (
            &["--jwt-issuer", "i", "--policy", "p"],
            "jwt_issuer",
            "jwt_audience",
        ),
    ] {
        let said = refusal(set, &[]);
        let expected = format!("needs {needed} too");
        assert!(said.starts_with(key) && said.contains(&expected), "{said}");
    }
}

#[test]
fn the_token_of_commands_is_no_setting() {
    let token = variables(&[(TOKEN_VARIABLE, "clk_x")]);
    let effective = Effective::load(&Flags::default(), token).unwrap();
    assert_eq!(effective.config, Config::default());
}
