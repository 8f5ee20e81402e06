//! `docs/observability.md` has every metric, as `/metrics` describes it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::metrics::metrics;
use super::pages::open;

/// Reads the rows `| name | type | meaning |` of the page.
fn documented() -> BTreeMap<String, (String, String)> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/observability.md");
    let page = fs::read_to_string(page).unwrap();
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| `")?.split(" | ");
        let name = cells.next()?.strip_suffix('`')?.to_owned();
        let (kind, meaning) = (cells.next()?.to_owned(), cells.next()?);
        let is_metric = ["counter", "gauge", "histogram"].contains(&kind.as_str());
        let meaning = meaning.trim_end_matches('|').trim().to_owned();
        is_metric.then_some((name, (kind, meaning)))
    };
    page.lines().filter_map(row).collect()
}

#[tokio::test]
async fn the_page_has_every_metric() {
    let (_server, admin) = open().await;
    let found = metrics(admin).await;
    let shown = found.families.into_iter().map(|(name, (kind, help))| {
        let name = match kind.as_str() {
            "counter" => format!("{name}_total"),
            _ => name,
        };
        (name, (kind, help.trim_end_matches('.').to_owned()))
    });
    let shown: BTreeMap<_, _> = shown.collect();
    let documented: BTreeMap<_, _> = documented()
        .into_iter()
        .map(|(name, (kind, meaning))| {
            // Labels are part of the documented name only.
            let bare = name.split('{').next().unwrap_or_default().to_owned();
            (bare, (kind, meaning.replace('`', "")))
        })
        .collect();
    assert_eq!(documented, shown);
}
