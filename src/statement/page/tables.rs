//! The tables of a page. On a narrow screen each row is a card, so each cell knows its column.

use maud::{Markup, Render, html};

use super::super::words::{self, Spelled, amount, amount_metric, count, factor, moment, percent};
use super::super::{Line, Statement};
use super::{measured, name, on_basis};
use crate::wire::proto::api::{self, CostBasis};
use crate::wire::proto::values;

/// Events that the timeline shows; the log has all.
const MAX_EVENTS: usize = 400;

/// A column: its name, and whether it has numbers.
pub(super) type Column = (&'static str, bool);

/// A cell.
#[derive(Default)]
pub(super) struct Cell {
    shown: Markup,
    note: String,
    is_negative: bool,
}

pub(super) fn cell(shown: impl Render) -> Cell {
    Cell {
        shown: shown.render(),
        ..Cell::default()
    }
}

fn spelled(value: Spelled) -> Cell {
    Cell {
        shown: value.text.as_str().render(),
        note: value.note,
        is_negative: value.is_negative,
    }
}

/// Rows under a heading, if they have one.
pub(super) struct Group {
    heading: Option<&'static str>,
    rows: Vec<Vec<Cell>>,
}

/// A section with a table; nothing at all without a row.
pub(super) fn section(
    heading: &str,
    unit: &str,
    columns: &[Column],
    groups: &[Group],
    note: Option<String>,
) -> Markup {
    if groups.iter().all(|group| group.rows.is_empty()) {
        return Markup::default();
    }
    html! {
        section id=(heading.to_lowercase().replace(' ', "-")) {
            h2 { (heading) @if !unit.is_empty() { span.unit { (unit) } } }
            table {
                thead {
                    tr { @for (label, is_number) in columns { th.n[*is_number] scope="col" { (label) } } }
                }
                tbody {
                    @for group in groups {
                        @if let Some(heading) = group.heading {
                            tr.group { th colspan=(columns.len()) { (heading) } }
                        }
                        @for row in &group.rows { (self::row(columns, row)) }
                    }
                }
            }
            @if let Some(note) = note { p.note { (note) } }
        }
    }
}

fn row(columns: &[Column], row: &[Cell]) -> Markup {
    html! {
        tr {
            @for (place, ((label, is_number), cell)) in columns.iter().zip(row).enumerate() {
                @if place == 0 {
                    th scope="row" { (cell.shown) }
                } @else {
                    td.n[*is_number].negative[cell.is_negative] title=[said(&cell.note)]
                        data-label=(label) { (cell.shown) }
                }
            }
        }
    }
}

fn said(note: &str) -> Option<&str> {
    (!note.is_empty()).then_some(note)
}

pub(super) fn rows(rows: impl Iterator<Item = Vec<Cell>>) -> [Group; 1] {
    [Group {
        heading: None,
        rows: rows.collect(),
    }]
}

/// ROI on each cost basis; twice if late facts make a difference.
pub fn returns(total: &api::Figures, on_time: &api::Figures) -> Markup {
    let currency = &total.currency_code;
    let row = |of: &api::Returns| {
        vec![
            cell(name(of.basis().as_str_name(), "COST_BASIS_")),
            spelled(amount_metric(of.cost.as_ref(), currency)),
            spelled(amount_metric(of.net_return.as_ref(), currency)),
            spelled(percent(of.roi.as_ref())),
            spelled(percent(of.roi_on_margin.as_ref())),
            spelled(factor(of.roas.as_ref())),
            spelled(amount_metric(of.cost_per_post.as_ref(), currency)),
            spelled(amount_metric(of.cpa.as_ref(), currency)),
        ]
    };
    let group = |heading, figures: &api::Figures| Group {
        heading,
        rows: figures.returns.iter().map(row).collect(),
    };
    let columns = [
        ("Cost basis", false),
        ("Cost", true),
        ("Net return", true),
        ("ROI", true),
        ("ROI on margin", true),
        ("ROAS", true),
        ("Cost per post", true),
        ("Cost per conversion", true),
    ];
    let mut notes = Vec::new();
    let groups = if total.returns == on_time.returns {
        notes.push("Without late facts these numbers are the same.".to_owned());
        vec![group(None, total)]
    } else {
        vec![
            group(Some("With late facts"), total),
            group(Some("Without late facts"), on_time),
        ]
    };
    notes.extend(total.missing_fx.iter().map(|foreign| {
        let spell = |minor| words::money(minor, &foreign.currency_code);
        let (cost, revenue) = (spell(foreign.cost_minor), spell(foreign.revenue_minor));
        format!("Left out for want of an exchange rate: cost {cost}, revenue {revenue}.")
    }));
    let note = Some(notes.join(" "));
    section("Return on three bases", currency, &columns, &groups, note)
}

/// What each creator cost and brought.
pub fn creators(statement: &Statement) -> Markup {
    let lines = statement.collaborations.iter();
    let columns = [
        ("Creator", false),
        ("Tier", false),
        ("Collaboration", false),
        ("Delivered", true),
        ("Late", true),
        ("Cost, accrued", true),
        ("Paid", true),
        ("Net revenue", true),
        ("ROI", true),
        ("Engagements", true),
    ];
    let total = statement.roi.total.as_ref();
    let currency = total.map_or("", |total| total.currency_code.as_str());
    section(
        "Creators",
        currency,
        &columns,
        &rows(lines.map(creator)),
        None,
    )
}

fn creator(line: &Line) -> Vec<Cell> {
    let of = &line.performance;
    let figures = line.figures();
    let delivery = of.delivery.clone().unwrap_or_default();
    let (accepted, verified) = (
        delivery.accepted_deliverables,
        delivery.verified_deliverables,
    );
    let cost = figures.cost.clone().unwrap_or_default();
    let revenue = figures.revenue.clone().unwrap_or_default();
    let engagements = measured(&figures).and_then(|measured| measured.engagements);
    let currency = &figures.currency_code;
    let state = name(of.state().as_str_name(), "COLLABORATION_STATE_");
    vec![
        cell(of.creator_id.as_str()),
        cell(name(of.tier_at_acceptance().as_str_name(), "TIER_")),
        cell(format!("{} · {state}", of.collaboration_id)),
        cell(format!("{verified} of {accepted}")),
        cell(delivery.breaches_late),
        cell(amount(cost.accrued_minor, currency)),
        cell(amount(cost.paid_minor, currency)),
        cell(amount(revenue.net_minor, currency)),
        spelled(percent(on_basis(&figures, CostBasis::Accrued).roi.as_ref())),
        cell(words::known(engagements.map(count))),
    ]
}

/// What was to be made, and where it can be seen.
pub fn deliverables(statement: &Statement) -> Markup {
    let zone = &statement.zone;
    let made = statement.collaborations.iter().flat_map(|line| {
        let creator = line.collaboration.creator_id.as_str();
        line.collaboration.deliverables.iter().map(move |one| {
            let versions = one.submissions.len() as u64;
            vec![
                cell(creator),
                cell(one.deliverable_id.as_str()),
                cell(venue(one)),
                cell(format_of(one)),
                cell(name(one.state().as_str_name(), "DELIVERABLE_STATE_")),
                cell(words::time(one.due_at.as_ref(), zone)),
                cell(versions),
                cell(words::known(one.rating.map(|rating| rating.to_string()))),
                cell(post(line, &one.publication_id)),
            ]
        })
    });
    let columns = [
        ("Creator", false),
        ("Deliverable", false),
        ("Platform", false),
        ("Format", false),
        ("State", false),
        ("Due", false),
        ("Versions", true),
        ("Rating", true),
        ("Post", false),
    ];
    section("Deliverables", "", &columns, &rows(made), None)
}

/// The platform, by its name where it has one.
fn venue(one: &api::Deliverable) -> String {
    match one.platform_name.as_str() {
        "" => name(one.platform().as_str_name(), "PLATFORM_"),
        named => named.to_owned(),
    }
}

/// The format, and the medium where the terms name one.
fn format_of(one: &api::Deliverable) -> String {
    let format = name(one.format().as_str_name(), "CONTENT_FORMAT_");
    match one.medium() {
        values::Medium::Unspecified => format,
        medium => format!("{format} · {}", name(medium.as_str_name(), "MEDIUM_")),
    }
}

/// Where a post is. Text that is not a web address is shown without a link.
fn post(line: &Line, publication_id: &str) -> Markup {
    match line.urls.get(publication_id) {
        Some(url) if url.starts_with("https://") || url.starts_with("http://") => {
            html! { a.url href=(url) rel="noreferrer" { (url) } }
        }
        Some(url) if !url.is_empty() => html! { span.url { (url) } },
        Some(_) | None => {
            words::known((!publication_id.is_empty()).then(|| publication_id.into())).render()
        }
    }
}

/// What was counted, by audience.
pub fn engagement(total: &api::Figures, emv_model_version: &str) -> Markup {
    let currency = &total.currency_code;
    let seen = total.engagement.iter().map(|figures| {
        vec![
            cell(name(figures.scope().as_str_name(), "MEASUREMENT_SCOPE_")),
            cell(name(figures.kind().as_str_name(), "MEASUREMENT_KIND_")),
            cell(count(figures.posts_observed)),
            cell(words::known(figures.engagements.map(count))),
            spelled(rate(figures.er_followers.as_ref())),
            spelled(rate(figures.er_reach.as_ref())),
            spelled(rate(figures.er_views.as_ref())),
            spelled(amount_metric(figures.emv.as_ref(), currency)),
            spelled(amount_metric(accrued_cpe(figures), currency)),
        ]
    });
    let columns = [
        ("Audience", false),
        ("Measured", false),
        ("Posts", true),
        ("Engagements", true),
        ("Rate by followers", true),
        ("Rate by reach", true),
        ("Rate by views", true),
        ("Earned media value", true),
        ("Cost per engagement", true),
    ];
    let model = match emv_model_version {
        "" => String::new(),
        version => format!(" {version}"),
    };
    let note = format!(
        "Rates are those of all posts together. Earned media value is a model{model}, in no ROI."
    );
    section("Engagement", currency, &columns, &rows(seen), Some(note))
}

/// What happened, the oldest first.
pub fn timeline(statement: &Statement) -> Markup {
    let hidden = statement.timeline.len().saturating_sub(MAX_EVENTS);
    let note = (hidden > 0).then(|| {
        let hidden = count(hidden as u64);
        format!("{hidden} earlier events are in the log and not shown here.")
    });
    let happened = statement.timeline[hidden..].iter().map(|one| {
        vec![
            cell(moment(&one.at, &statement.zone)),
            cell(words::event(&one.event)),
            cell(one.collaboration_id.as_str()),
            cell(one.actor.as_str()),
            cell(one.on_behalf_of.as_str()),
            cell(one.reason.as_str()),
            cell(one.position),
        ]
    });
    let columns = [
        ("When", false),
        ("What", false),
        ("Collaboration", false),
        ("Who", false),
        ("For whom, why", false),
        ("Reason", false),
        ("Position", true),
    ];
    section("Timeline", "", &columns, &rows(happened), note)
}

/// The revisions of the report.
pub fn revisions(statement: &Statement) -> Markup {
    let made = statement.revisions.iter().map(|one| {
        vec![
            cell(one.revision),
            cell(words::time(one.finalised_at.as_ref(), &statement.zone)),
            cell(one.as_of_position),
            cell(html! { span.hash { (hex(&one.report_sha256)) } }),
        ]
    });
    let columns = [
        ("Revision", false),
        ("Made", false),
        ("As of position", true),
        ("SHA-256 of its numbers", false),
    ];
    section("Final reports", "", &columns, &rows(made), None)
}

fn accrued_cpe(figures: &api::EngagementFigures) -> Option<&api::MoneyMetric> {
    let accrued = |costs: &&api::UnitCosts| costs.basis() == CostBasis::Accrued;
    figures.unit_costs.iter().find(accrued)?.cpe.as_ref()
}

fn rate(rates: Option<&api::EngagementRates>) -> Spelled {
    percent(rates.and_then(|rates| rates.overall.as_ref()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_are_links() {
        let urls = [
            ("post", "https://social.example/a?b=1&c=\"2\""),
            ("trap", "javascript:alert(1)"),
            ("none", ""),
        ];
        let line = Line {
            collaboration: api::Collaboration::default(),
            performance: api::CollaborationPerformance::default(),
            urls: urls.map(|(id, url)| (id.into(), url.into())).into(),
        };
        let shown = ["post", "trap", "none", ""].map(|id| post(&line, id).into_string());
        let link = r#"<a class="url" href="https://social.example/a?b=1&amp;c=&quot;2&quot;" rel="noreferrer">"#;
        assert!(shown[0].starts_with(link), "{}", shown[0]);
        let plain = r#"<span class="url">javascript:alert(1)</span>"#;
        assert_eq!(shown[1..], [plain, "none", "–"]);
    }
}
