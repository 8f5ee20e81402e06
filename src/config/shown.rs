//! The settings as a running server shows them: without what is secret.
//!
//! Settings name files, not secrets. What may hide one is an address with a name and a password in it.

use toml::Value;

use super::{Config, keys};

/// What stands for a secret.
const HIDDEN: &str = "***";

impl Config {
    /// Writes the settings as TOML, one a line, without secrets.
    pub fn shown(&self) -> String {
        // Only a path that is not UTF-8 cannot be written, and settings are read from text.
        let values = toml::Table::try_from(self).unwrap_or_default();
        let line = |key: &keys::Key| {
            let value = match values.get(key.name)? {
                Value::String(text) => Value::String(without_userinfo(text)),
                other => other.clone(),
            };
            Some(format!("{} = {value}\n", key.name))
        };
        keys::ALL.iter().filter_map(line).collect()
    }
}

/// Hides what stands before the host of a URL, and its query.
fn without_userinfo(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return text.to_owned();
    };
    let (rest, query) = match rest.split_once('?') {
        Some((rest, _)) => (rest, format!("?{HIDDEN}")),
        None => (rest, String::new()),
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = match authority.rsplit_once('@') {
        Some((_, host)) => format!("{HIDDEN}@{host}"),
        None => authority.to_owned(),
    };
    format!("{scheme}://{host}{path}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_passwords_of_urls_are_hidden() {
        let shown = without_userinfo;
        assert_eq!(
            shown("https://u:p@host:1/a@b?k=v"),
            "https://***@host:1/a@b?***"
        );
        assert_eq!(shown("https://host/path"), "https://host/path");
        assert_eq!(shown("https://u@host"), "https://***@host");
        assert_eq!(shown("/a/path?of=a@file"), "/a/path?of=a@file");
    }

    #[test]
    fn every_setting_is_shown_and_reads_back() {
        let config = Config {
            admin_listen: None,
            ..Config::default()
        };
        let shown = config.shown();
        assert_eq!(shown.lines().count(), keys::ALL.len());
        assert_eq!(toml::from_str::<Config>(&shown).unwrap(), config);
    }
}
