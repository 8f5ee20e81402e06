//! The catalogue of numbers: whole, right in its examples, and printed as `docs/formulas.md`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use campaign_ledger::domain::metrics::{
    DEFINITIONS, Formula, Given, Metric, Report, Section, Unit,
};
use campaign_ledger::log::codec::json::pool;
use prost_reflect::{Kind, MessageDescriptor};

const PAGE: &str = "docs/formulas.md";
/// Set it to write the page instead of comparing it.
const RENEW: &str = "RENEW_FORMULAS";

const REPORTS: [Report; 2] = [Report::Roi, Report::Partnership];

fn rows() -> impl Iterator<Item = &'static Metric> {
    let sections = REPORTS.into_iter().flat_map(|report| report.sections());
    sections.flat_map(|section| section.rows.iter().copied())
}

/// Returns whether a number is a plain sum, which is its own definition.
fn is_sum(metric: &Metric) -> bool {
    match metric.formula {
        Formula::Whole(_) | Formula::Shares(_) | Formula::Counter(_) | Formula::Row(_) => true,
        Formula::Priced(_)
        | Formula::Ratio(_)
        | Formula::RowRatio(_)
        | Formula::Mean(_)
        | Formula::Median(_)
        | Formula::Times(_) => false,
    }
}

#[test]
fn every_formula_has_an_example_that_is_right() {
    for metric in rows().filter(|metric| !is_sum(metric)) {
        let path = metric.path;
        assert!(!metric.definition.is_empty(), "{path} is defined");
        let example = metric
            .example
            .unwrap_or_else(|| panic!("{path} has an example"));
        let value = metric.of_example().expect("it has one");
        let value = value.map(|value| format!("{}/{}", value.numer(), value.denom()));
        assert_eq!(value.as_deref(), Ok(example.result), "{path}");
    }
}

/// A path without the parts that identify entries of its lists.
fn bare(path: &str) -> String {
    let parts = path
        .split('[')
        .map(|part| part.split_once(']').map_or(part, |(_, rest)| rest));
    parts.collect()
}

/// Collects the paths of the numbers of a message.
fn numbers(kind: &MessageDescriptor, within: &str, found: &mut BTreeSet<String>) {
    for field in kind.fields() {
        let path = format!("{within}{}", field.name());
        match field.kind() {
            Kind::Message(kind) => match kind.name() {
                "RatioMetric" | "MoneyMetric" => {
                    found.insert(path);
                }
                // A moment is no number, what a brand thinks of a creator is not the ledger's, and
                // what has no rate is a number of its own currency, which `missing_fx` explains.
                "Timestamp" | "Assessment" | "Money" => {}
                _ => numbers(&kind, &format!("{path}."), found),
            },
            Kind::Int64 | Kind::Uint64 | Kind::Uint32 | Kind::Int32 => {
                found.insert(path);
            }
            _ => {}
        }
    }
}

#[test]
fn every_number_of_a_report_has_a_row_and_every_row_a_field() {
    for report in REPORTS {
        let name = format!("campaign.ledger.v1.{}", report.message());
        let kind = pool().get_message_by_name(&name).unwrap();
        let mut fields = BTreeSet::new();
        numbers(&kind, "", &mut fields);
        let mut rows = BTreeSet::new();
        for section in report.sections() {
            for row in section.rows {
                let path = format!("{}{}", section.prefix, row.path);
                assert!(rows.insert(bare(&path)), "{path} stands once");
            }
        }
        assert_eq!(rows, fields, "{name}");
    }
}

#[test]
fn the_page_of_formulas_is_what_the_catalogue_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let page = page();
    if env::var_os(RENEW).is_some() {
        fs::write(&path, &page).unwrap();
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stored == page,
        "{PAGE} is not what the catalogue says: run `{RENEW}=1 cargo test --test it formulas`"
    );
}

fn page() -> String {
    let mut page = format!(
        "# Formulas\n\n\
         Every number of `CampaignRoi` and `Partnership`, as `{DEFINITIONS}`. This page is printed \
         from the catalogue in `src/domain/metrics/`, which reports and explanations are computed \
         with.\n\n\
         - **C** is cost on one basis: `COMMITTED`, `ACCRUED` or `PAID`. **R** is attributed revenue \
         net of refunds.\n\
         - Numbers are exact inside. They are rounded once, half-even, when they are shown. Ratios \
         are shown in parts per million, amounts in minor units. The exact value stands beside.\n\
         - A number that is undefined is absent with a reason, and never 0. Any number is \
         `OUT_OF_RANGE` when it does not fit int64.\n\
         - Fields are named by their path within the part of the report that the heading names. \
         `[…]` says what identifies an entry of a list. `campaign-ledger explain` takes the \
         whole path, such as `total.returns[ACCRUED].roi`, and lists the events behind a number.\n"
    );
    let mut printed: Vec<&str> = Vec::new();
    for section in REPORTS.into_iter().flat_map(|report| report.sections()) {
        if !printed.contains(&section.title) {
            printed.push(section.title);
            print(&mut page, section);
        }
    }
    page
}

fn print(page: &mut String, section: &Section) {
    writeln!(page, "\n## {}\n", section.title).unwrap();
    for report in REPORTS {
        let same = report
            .sections()
            .iter()
            .filter(|one| one.title == section.title);
        let places: Vec<_> = same
            .map(|one| match one.prefix.trim_end_matches('.') {
                "" => "the report itself".to_owned(),
                prefix => format!("`{prefix}`"),
            })
            .collect();
        if !places.is_empty() {
            writeln!(page, "- `{}`: {}", report.message(), places.join(", ")).unwrap();
        }
    }
    page.push_str("\n| field | in | what it is |\n|---|---|---|\n");
    for row in section.rows.iter().filter(|row| is_sum(row)) {
        let (unit, says) = (unit(row.unit), row.says.trim());
        writeln!(
            page,
            "| `{}` | {unit} | {says}{} |",
            row.path,
            undefined(row)
        )
        .unwrap();
    }
    for row in section.rows.iter().filter(|row| !is_sum(row)) {
        writeln!(page, "\n### `{}`\n\n{}\n", row.path, row.says.trim()).unwrap();
        writeln!(page, "    {}\n", row.definition).unwrap();
        writeln!(page, "- In {}.{}", unit(row.unit), undefined(row)).unwrap();
        if let Some(example) = row.example {
            let given: Vec<_> = example.given.iter().map(spelled).collect();
            writeln!(page, "- Example: {} → {}", given.join(", "), example.result).unwrap();
        }
    }
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "numbers",
        Unit::Minor => "minor units",
        Unit::ForeignMinor => "minor units of that currency",
        Unit::Ratio => "parts of a whole",
        Unit::Points => "points of a rating",
        Unit::Seconds => "seconds",
        Unit::Days => "days",
    }
}

/// Says when a number is undefined, the first reason that holds.
fn undefined(metric: &Metric) -> String {
    let reason = |reason: &dyn std::fmt::Debug| {
        let mut spelled = String::new();
        for (index, letter) in format!("{reason:?}").char_indices() {
            if index > 0 && letter.is_ascii_uppercase() {
                spelled.push('_');
            }
            spelled.push(letter.to_ascii_uppercase());
        }
        spelled
    };
    let checks = metric.undefined.iter();
    let mut cases: Vec<_> = checks
        .map(|check| format!("`{}` when {}", reason(&check.reason), check.when))
        .collect();
    let is_divided = match metric.formula {
        Formula::Ratio(_) | Formula::RowRatio(_) => true,
        Formula::Times(times) => times.zero().denominator.is_some(),
        Formula::Whole(_)
        | Formula::Shares(_)
        | Formula::Counter(_)
        | Formula::Row(_)
        | Formula::Priced(_) => false,
        Formula::Mean(_) | Formula::Median(_) => {
            cases.push(format!(
                "`{}` when no post has a rate",
                reason(&metric.zero)
            ));
            false
        }
    };
    if is_divided {
        cases.push(format!(
            "`{}` when it is divided by 0",
            reason(&metric.zero)
        ));
    }
    match cases.is_empty() {
        true => String::new(),
        false => format!(" Undefined: {}.", cases.join("; ")),
    }
}

fn spelled(given: &Given) -> String {
    match given.of {
        Some(of) => format!("{} {} of {of}", given.name, given.value),
        None => format!("{} {}", given.name, given.value),
    }
}
