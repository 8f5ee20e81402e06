//! Every number of every report is exactly the sum of its events.

use std::collections::BTreeSet;

use campaign_ledger::domain::metrics::{Exact, Report, Sides, exact, publish};
use campaign_ledger::domain::*;
use campaign_ledger::explain::{Behind, Gathering, Number, Subject};
use campaign_ledger::store::Store;
use campaign_ledger::views::past;
use campaign_ledger::wire::proto::api::WithoutContribution as Reason;

use super::History;

/// Fields that are not numbers, or times that are shown as times.
const NO_NUMBERS: [&str; 15] = [
    "emv_model_version",
    "brand_id",
    "campaign_id",
    "creator_id",
    "state",
    "currency_code",
    "scope",
    "kind",
    "basis",
    "type",
    "blocked",
    "tier_now",
    "is_partial",
    "definition",
    "reach_not_deduplicated",
];

/// Returns the path of the number that a field belongs to; `None` when it belongs to none.
fn number(field: &str) -> Option<String> {
    let last = field.rsplit('.').next().unwrap();
    if field.starts_with("assessment.")
        || field.starts_with("budget.unconverted")
        || NO_NUMBERS.contains(&last)
        || last.ends_with("_at")
        || ["seconds", "nanos"].contains(&last)
    {
        return None;
    }
    let values = [
        ".parts_per_million",
        ".minor_units",
        ".absent",
        ".exact",
        ".posts_covered",
        ".posts",
    ];
    // The posts of an engagement rate are a number of their own.
    let is_whole = |field: &&str| !field.rsplit('.').next().unwrap().starts_with("er_");
    let stripped = values
        .iter()
        .find_map(|value| field.strip_suffix(value).filter(is_whole));
    Some(stripped.unwrap_or(field).to_owned())
}

fn subjects() -> Vec<(Report, Subject)> {
    let brand = BrandId::parse("kopi").unwrap();
    let campaigns = ["launch", "second"].map(|id| {
        let campaign = CampaignId::parse(id).unwrap();
        let brand = brand.clone();
        (
            Report::Roi,
            Subject::Campaign(CampaignRef { brand, campaign }),
        )
    });
    let creators = ["ayu", "bima", "cici", "dodi"].map(|id| {
        let creator = CreatorId::parse(id).unwrap();
        let brand = brand.clone();
        let name = CreatorRef { brand, creator };
        (Report::Partnership, Subject::Partnership(name))
    });
    campaigns.into_iter().chain(creators).collect()
}

fn behind(history: &History, subject: Subject) -> Option<Behind> {
    let kopi = |record: &&Record| record.brand.as_str() == "kopi";
    let events = history.records.iter().filter(kopi);
    let part = history.up_to(history.records.len());
    let events: Vec<_> = events.map(|record| record.position).collect();
    let until = history.records.last()?.position;
    let mut gathering = Gathering::of(subject);
    let note = &mut |record: &Record, added: &[Contribution], rows: &Store| {
        gathering.note(record, added, rows);
    };
    let look = &mut |_| Ok(());
    let past = past(&part.log, &events, until, None, look, note).unwrap();
    gathering.finish(past.rows).unwrap()
}

/// Returns the number of both sides, rounded as in the report; `None` when there is none.
fn rounded(path: &str, sides: &Sides, scale: u64) -> Option<i64> {
    let zero = exact(0);
    let value: Exact = match &sides.denominator {
        Some(side) if *side == zero => return None,
        Some(side) => &sides.numerator / side,
        None => sides.numerator.clone(),
    };
    let whole = |value: Exact| publish(&value, 1).unwrap();
    Some(match path {
        "tenure_seconds" => whole(value.ceil()).max(0),
        "longest_gap_seconds" => whole(value.floor()).max(0),
        _ => publish(&value, scale as i64).unwrap(),
    })
}

/// Checks one number; returns the reasons in it.
fn is_what_its_events_add(behind: &Behind, metric: &Number) -> BTreeSet<Reason> {
    let what = format!("{:?}: {}", behind.subject, metric.path);
    let explanation = behind.explain(metric).unwrap();
    let mut sum = Sides {
        numerator: exact(0),
        denominator: explanation.sum.denominator.as_ref().map(|_| exact(0)),
    };
    let mut reasons = BTreeSet::new();
    for (position, added) in &explanation.added {
        sum.add(&added.sides);
        let (is_nothing, has_reason) = (added.sides.is_nothing(), added.reason.is_some());
        assert!(
            is_nothing == has_reason || is_offset(metric),
            "{what} at {position}: {added:?}"
        );
        reasons.extend(added.reason.map(|(reason, _)| reason));
    }
    assert_eq!(sum, explanation.sum, "{what}");
    let shown = behind.shown(metric);
    let made = rounded(&metric.path, &sum, shown.scale);
    match (shown.published.as_str(), shown.absent.as_str()) {
        ("", "") => assert_eq!(made.unwrap_or(0), 0, "{what}: not shown"),
        ("", "ZERO_COST" | "ZERO_DENOMINATOR") => assert_eq!(made, None, "{what}"),
        ("", "NO_OBSERVATION") => assert_eq!(made.unwrap_or(0), 0, "{what}: not seen"),
        // It is undefined only because another value is unknown.
        (
            "",
            "MARGIN_UNKNOWN" | "MISSING_FX" | "NO_MODEL" | "NEGATIVE_COST" | "MIXED_DEFINITIONS",
        ) => {}
        (published, "") => assert_eq!(made.unwrap().to_string(), published, "{what}"),
        other => panic!("{what}: {other:?}"),
    }
    reasons
}

/// Both ends of a period may be the same event.
fn is_offset(metric: &Number) -> bool {
    ["tenure_seconds", "longest_gap_seconds"].contains(&metric.path.as_str())
}

#[test]
fn every_number_is_exactly_what_its_events_add() {
    let mut reasons = BTreeSet::new();
    let mut numbers = 0;
    for seed in 1..=8 {
        let all = History::recorded(seed, 400, 7);
        for events in [all.records.len() / 2, all.records.len()] {
            let history = all.up_to(events);
            let found: Vec<_> = subjects()
                .into_iter()
                .filter_map(|(report, subject)| Some((report, behind(&history, subject)?)))
                .collect();
            for (report, one) in &found {
                // A number that one report shows and another of its kind does not is explained in
                // both.
                let same = found.iter().filter(|(other, _)| other == report);
                let fields = same.flat_map(|(_, behind)| &behind.report);
                let paths: BTreeSet<_> = fields.filter_map(|(field, _)| number(field)).collect();
                for path in paths {
                    let metric = Number::find(*report, &path);
                    let metric = metric.unwrap_or_else(|| panic!("{path} is explained"));
                    assert_eq!(metric.path, path);
                    reasons.extend(is_what_its_events_add(one, &metric));
                    numbers += 1;
                }
            }
        }
    }
    assert!(numbers > 5_000, "{numbers} numbers");
    for reason in [
        Reason::Superseded,
        Reason::Corrected,
        Reason::Voided,
        Reason::Voids,
        Reason::DuplicateOrder,
        Reason::Unattributed,
        Reason::Late,
        Reason::AfterMeasurement,
        Reason::MissingFx,
        Reason::NotInMiddle,
        Reason::RefundWaited,
        Reason::RefundRejected,
    ] {
        assert!(reasons.contains(&reason), "{reason:?} is never given");
    }
}

#[test]
fn what_is_no_number_is_not_explained() {
    for path in [
        "",
        "roi",
        "total",
        "total.cost",
        "total.cost.by_type[LOVE].paid_minor",
        "total.returns[ACCRUED]",
        "total.engagement[TOTAL].engagements",
        "agreements[GONE].count",
        "brand_id",
        "state",
        "lifetime[IDR].posts_published",
    ] {
        assert!(Number::find(Report::Roi, path).is_none(), "{path}");
    }
}
