//! The settings as command line flags, made from the table of keys.
//!
//! Owns the spelling: `max_message_bytes` is `--max-message-bytes`. Values pass the same rules as
//! those of the file, so a bad one is a usage error that names the flag and the rule.

use std::path::{Path, PathBuf};

use clap::builder::ValueParser;
use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint};

use super::keys::{self, Key, Rule};
use super::{CONFIG_VARIABLE, Config};

const CONFIG_FLAG: &str = "config";

/// The settings given on the command line.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    table: toml::Table,
    file: Option<PathBuf>,
}

impl Flags {
    /// Makes the flags of an offline command: only a data directory and a configuration file.
    pub fn offline(data_dir: Option<String>, file: Option<PathBuf>) -> Self {
        let mut table = toml::Table::new();
        if let Some(data_dir) = data_dir {
            table.insert(String::from("data_dir"), toml::Value::String(data_dir));
        }
        Self { table, file }
    }

    /// Adds the master key that an offline command was given.
    pub fn with_master_key(mut self, path: Option<&str>) -> Self {
        if let Some(path) = path {
            let path = toml::Value::String(path.to_owned());
            self.table.insert(String::from("master_key"), path);
        }
        self
    }

    pub(super) fn table(&self) -> &toml::Table {
        &self.table
    }

    pub(super) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }
}

impl clap::Args for Flags {
    fn augment_args(command: Command) -> Command {
        let defaults = toml::Table::try_from(Config::default())
            .expect("the defaults are plain values with UTF-8 paths");
        let file = Arg::new(CONFIG_FLAG)
            .long(CONFIG_FLAG)
            .value_name("FILE")
            .value_hint(ValueHint::FilePath)
            .value_parser(ValueParser::path_buf())
            .help(format!(
                "TOML file with these settings as keys, such as max_connections = 100 \
                 [env: {CONFIG_VARIABLE}]"
            ));
        let settings = keys::ALL.iter().map(|key| flag(key, &defaults));
        command.arg(file).args(settings)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut flags = Self::default();
        flags.update_from_arg_matches(matches)?;
        Ok(flags)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        if let Some(file) = matches.get_one::<PathBuf>(CONFIG_FLAG) {
            self.file = Some(file.clone());
        }
        for key in keys::ALL {
            if let Some(value) = matches.get_one::<toml::Value>(key.name) {
                self.table.insert(key.name.to_owned(), value.clone());
            }
        }
        Ok(())
    }
}

fn flag(key: &'static Key, defaults: &toml::Table) -> Arg {
    let default = match defaults.get(key.name) {
        Some(toml::Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let flag = Arg::new(key.name)
        .long(key.name.replace('_', "-"))
        .action(ArgAction::Set)
        .help(format!("{} [default: {default}]", key.help))
        .value_parser(ValueParser::new(move |text: &str| key.rule.parse(text)));
    match key.rule {
        Rule::Path => flag.value_name("DIR").value_hint(ValueHint::DirPath),
        Rule::PathOrNone => flag.value_name("FILE").value_hint(ValueHint::FilePath),
        Rule::Address | Rule::AddressOrNone => flag.value_name("ADDRESS"),
        Rule::Hosts => flag.value_name("HOSTS"),
        Rule::Text => flag.value_name("TEXT"),
        Rule::Switch => flag
            .value_name("BOOL")
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true"),
        Rule::Number { .. } | Rule::NumberOrOff { .. } => flag.value_name("N"),
        Rule::OneOf(_) => flag.value_name("WORD"),
        Rule::Filter => flag.value_name("FILTER"),
    }
}
