//! The fingerprints of the folds change with the sources of rows, and with nothing else.

use std::collections::BTreeSet;
use std::path::Path;

use campaign_ledger::{proofs, views};

#[path = "../../build/fingerprint.rs"]
mod build;

use build::{Fold, Part, TREE, VIEWS, of, parts, what_counts};

fn parts_of(fold: &Fold) -> Vec<Part> {
    parts(Path::new(env!("CARGO_MANIFEST_DIR")), fold).unwrap()
}

/// Returns the fingerprint after one change.
fn with(parts: &[Part], name: &str, change: impl Fn(&str) -> String) -> u64 {
    let mut changed = parts.to_vec();
    let (_, content) = changed.iter_mut().find(|(found, _)| found == name).unwrap();
    let other = change(content);
    assert_ne!(*content, other, "{name} has nothing to change");
    *content = other;
    of(&changed)
}

#[test]
fn build_takes_them_from_the_sources() {
    assert_eq!(views::SCHEMA, of(&parts_of(&VIEWS)));
    assert_eq!(proofs::SCHEMA, of(&parts_of(&TREE)));
}

#[test]
fn changed_row_type_changes_it() {
    let parts = parts_of(&VIEWS);
    let wider = with(&parts, "src/domain/state/campaign.rs", |source| {
        source.replacen(
            "pub struct Campaign {",
            "pub struct Campaign { more: u8,",
            1,
        )
    });
    assert_ne!(views::SCHEMA, wider);
    let tile = with(&parts_of(&TREE), "src/proofs/tiles.rs", |source| {
        source.replacen("Vec<u8>", "Box<[u8]>", 1)
    });
    assert_ne!(proofs::SCHEMA, tile);
}

#[test]
fn changed_rule_or_encoding_changes_it() {
    let parts = parts_of(&VIEWS);
    let rule = with(&parts, "src/domain/evolve/revenue.rs", |source| {
        source.replacen("fn ", "fn other_", 1)
    });
    let encoding = with(&parts, "postcard", |version| format!("{version}1"));
    assert_ne!(views::SCHEMA, rule);
    assert_ne!(views::SCHEMA, encoding);
}

#[test]
fn comments_and_tests_do_not_change_it() {
    let plain = "pub struct Row {\n    sum: u64,\n}\n";
    let commented = "//! A row.\n\n/// Adds up.\npub struct Row {\n  // Minor units.\n  sum: u64,\n}\n\n\
                     #[cfg(test)]\nmod tests {}\n";
    assert_eq!(what_counts(plain), what_counts(commented));
}

/// Every row type must be in a file that a fingerprint covers.
#[test]
fn every_row_has_one() {
    let folds = [VIEWS, TREE];
    let seen: BTreeSet<String> = folds
        .iter()
        .flat_map(parts_of)
        .map(|(name, _)| name)
        .collect();
    let whole = Fold {
        sources: &["src"],
        crates: &[],
    };
    let rows: Vec<String> = parts_of(&whole)
        .into_iter()
        .filter(|(_, source)| source.contains("Row for "))
        .map(|(name, _)| name)
        .collect();
    assert!(rows.len() >= 15, "{rows:?}");
    let forgotten: Vec<_> = rows.iter().filter(|name| !seen.contains(*name)).collect();
    assert!(forgotten.is_empty(), "{forgotten:?}");
}
