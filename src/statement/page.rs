//! A statement as a page: what is on it, in order.

mod money;
mod tables;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::plot::{self, Lines, Values};
use super::words::{
    Spelled, count, known, moment, money, money_metric, percent, short, time, title,
};
use super::{Line, Statement};
use crate::wire::proto::api::{self, CostBasis};
use crate::wire::proto::values;

const STYLE: &str = include_str!("page.css");

/// Writes the page, as HTML.
pub fn html(statement: &Statement) -> String {
    let plan = statement.campaign.plan.clone().unwrap_or_default();
    let roi = &statement.roi;
    let total = roi.total.clone().unwrap_or_default();
    let on_time = roi.on_time.clone().unwrap_or_default();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (plan.title) " · statement" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (head(statement, &plan))
                (key_figures(&total))
                (tables::returns(&total, &on_time))
                (plots(statement, &total.currency_code))
                (money::costs(&total))
                (tables::creators(statement))
                (tables::deliverables(statement))
                (tables::engagement(&total, &roi.emv_model_version))
                (money::uncredited(statement))
                (money::refunds(statement))
                (reliability(roi))
                (tables::timeline(statement))
                (tables::revisions(statement))
                (proof(statement))
            }
        }
    };
    page.into_string()
}

fn head(statement: &Statement, plan: &values::CampaignPlan) -> Markup {
    let roi = &statement.roi;
    let budget = roi.budget.clone().unwrap_or_default();
    let zone = &statement.zone;
    html! {
        header {
            p.brand { (roi.brand_id) }
            h1 { (plan.title) }
            p.sub {
                (roi.campaign_id) " · " (name(roi.state().as_str_name(), "CAMPAIGN_STATE_"))
                " · " (name(plan.objective().as_str_name(), "CAMPAIGN_OBJECTIVE_"))
                " · " (time(plan.start_at.as_ref(), zone)) " to " (time(plan.end_at.as_ref(), zone))
            }
            p.sub {
                "As of " (moment(&statement.recorded_at, zone)) ", position " (count(statement.position))
                ", times in " (zone.iana_name().unwrap_or("UTC"))
                @match statement.revisions.last() {
                    Some(last) => { " · revision " (last.revision) " of the report is final" }
                    None => { " · no revision of the report is final yet" }
                }
            }
            p.sub {
                "Budget " (money(budget.cap_minor, &plan.currency_code))
                ", of which " (money(budget.available_minor, &plan.currency_code))
                " is left"
                @if budget.over_budget_minor > 0 {
                    ". Over budget by " (money(budget.over_budget_minor, &plan.currency_code))
                }
                @if budget.is_partial {
                    ". Costs without an exchange rate are not in it"
                }
                ". All times are UTC."
            }
        }
    }
}

fn key_figures(total: &api::Figures) -> Markup {
    let accrued = on_basis(total, CostBasis::Accrued);
    let revenue = total.revenue.clone().unwrap_or_default();
    let engagements = measured(total).and_then(|measured| measured.engagements);
    let card = |label: &str, value: Spelled| {
        html! {
            div.card title=[(!value.note.is_empty()).then_some(&value.note)] {
                p.label { (label) }
                p.value.negative[value.is_negative] { (value.text) }
            }
        }
    };
    let plain = |text: String| Spelled {
        text,
        ..Spelled::default()
    };
    html! {
        section.cards {
            (card("Cost, accrued", money_metric(accrued.cost.as_ref(), &total.currency_code)))
            (card("Net revenue", plain(money(revenue.net_minor, &total.currency_code))))
            (card("Net return", money_metric(accrued.net_return.as_ref(), &total.currency_code)))
            (card("ROI", percent(accrued.roi.as_ref())))
            (card("Posts", plain(count(total.posts_published))))
            (card("Engagements", plain(known(engagements.map(count)))))
        }
    }
}

#[expect(clippy::too_many_lines, reason = "a page is one piece of markup")]
fn plots(statement: &Statement, currency: &str) -> Markup {
    let numbers: Vec<i64> = statement
        .days
        .iter()
        .filter_map(|day| day_number(&day.day))
        .collect();
    let of =
        |pick: fn(&super::Day) -> i64| -> Vec<i64> { statement.days.iter().map(pick).collect() };
    let ends = || {
        let name = |day: Option<&super::Day>| {
            day.map(|day| moment(&day.day, &statement.zone))
                .unwrap_or_default()
        };
        (name(statement.days.first()), name(statement.days.last()))
    };
    let (cost, revenue) = (of(|day| day.cost_minor), of(|day| day.revenue_minor));
    let engagements = of(|day| day.engagements);
    let money_lines = plot::lines(
        &numbers,
        ends(),
        &[
            Values {
                name: "Cost, accrued",
                class: "cost",
                values: &cost,
            },
            Values {
                name: "Net revenue",
                class: "revenue",
                values: &revenue,
            },
        ],
        |minor| money(minor, currency),
        |minor| short(minor, currency),
    );
    let values = [Values {
        name: "Engagements",
        class: "engagement",
        values: &engagements,
    }];
    let counted = |number: i64| count(number.max(0).unsigned_abs());
    let engagement_lines = plot::lines(&numbers, ends(), &values, counted, |number| {
        short(number, "")
    });
    let bars = plot::bars(statement.collaborations.iter().map(|line| {
        let roi = on_basis(&line.figures(), CostBasis::Accrued).roi;
        let parts = roi.as_ref().and_then(|metric| match metric.value {
            Some(api::ratio_metric::Value::PartsPerMillion(parts)) => Some(parts),
            Some(api::ratio_metric::Value::Absent(_)) | None => None,
        });
        (
            line.performance.creator_id.clone(),
            percent(roi.as_ref()).text,
            parts,
        )
    }));
    html! {
        @if !statement.days.is_empty() {
            section.plots {
                (figure("Spend against revenue", currency, &money_lines))
                @if engagements.iter().any(|sum| *sum != 0) {
                    (figure("Engagement over time", "", &engagement_lines))
                }
            }
        }
        @if !bars.is_empty() {
            section {
                h2 { "ROI by creator" }
                div.bars {
                    @for bar in &bars {
                        div.name { (bar.name) }
                        svg.bar viewBox="0 0 100 10" preserveAspectRatio="none" role="img"
                            aria-label=(format!("{}: {}", bar.name, bar.label)) {
                            rect.negative[bar.is_negative] x=(bar.x) y="0" width=(bar.width)
                                height="10" {}
                        }
                        div.label { (bar.label) }
                    }
                }
            }
        }
    }
}

/// Room for the values beside a plot, in the units of its coordinates.
const GUTTER: f64 = 72.0;

fn figure(heading: &str, unit: &str, lines: &Lines) -> Markup {
    let (width, height) = (plot::WIDTH, plot::HEIGHT);
    html! {
        figure {
            figcaption {
                h2 { (heading) @if !unit.is_empty() { span.unit { (unit) } } }
                p.legend {
                    @for one in &lines.series {
                        span class=(one.class) { (one.name) ": " (one.last) }
                    }
                }
            }
            svg viewBox=(format!("-{GUTTER} -10 {} {}", width + GUTTER + 8.0, height + 40.0)) role="img"
                aria-label=(heading) {
                @for tick in &lines.ticks {
                    line.grid x1="0" x2=(width) y1=(tick.y) y2=(tick.y) {}
                    text.tick.end x="-8" y=(tick.y + 4.0) { (tick.label) }
                }
                @for one in &lines.series {
                    path class=(one.class) d=(one.path) {}
                    circle class=(one.class) cx=(one.end.0) cy=(one.end.1) r="3" {}
                }
                text.tick x="0" y=(height + 22.0) { (lines.from) }
                text.tick.end x=(width) y=(height + 22.0) { (lines.until) }
            }
        }
    }
}

fn reliability(roi: &api::CampaignRoi) -> Markup {
    let delivery = roi.delivery.clone().unwrap_or_default();
    let quality = roi.quality.clone().unwrap_or_default();
    let row = |label: &str, value: Spelled| {
        html! {
            div {
                dt { (label) }
                dd title=[(!value.note.is_empty()).then_some(&value.note)] { (value.text) }
            }
        }
    };
    let plain = |number: u64| Spelled {
        text: count(number),
        ..Spelled::default()
    };
    html! {
        section {
            h2 { "Delivery and quality" }
            dl.facts {
                (row("Acceptance rate", percent(roi.acceptance_rate.as_ref())))
                (row("Completion rate", percent(delivery.completion_rate.as_ref())))
                (row("On-time rate", percent(delivery.on_time_rate.as_ref())))
                (row("Revision rate", percent(delivery.revision_rate.as_ref())))
                (row("Ratings", plain(quality.ratings)))
                (row("Late", plain(delivery.breaches_late)))
                (row("Without approval", plain(delivery.breaches_unapproved)))
                (row("Undisclosed", plain(delivery.breaches_undisclosed)))
                (row("Removed early", plain(delivery.breaches_removed_early)))
                (row("Published though waived", plain(delivery.breaches_waived)))
                (row("Disputes open", plain(roi.open_disputes)))
                (row("Facts too late to count", plain(roi.facts_after_measurement)))
            }
        }
    }
}

fn proof(statement: &Statement) -> Markup {
    let roi = &statement.roi;
    html! {
        section.proof {
            h2 { "How to check this statement" }
            p {
                "Every number here is what the ledger answers for campaign " code { (roi.campaign_id) }
                " of " code { (roi.brand_id) } " as of position " code { (statement.position) }
                ". Ask it again, and ask for the events behind any number:"
            }
            pre {
                "campaign-ledger statement --brand " (roi.brand_id) " --campaign " (roi.campaign_id)
                " --position " (statement.position) "\n"
                "campaign-ledger explain --brand " (roi.brand_id) " --campaign " (roi.campaign_id)
                " --as-of " (statement.position) " --metric total.revenue.net_minor"
            }
            @if !statement.checkpoint.is_empty() {
                p {
                    "The ledger signed this checkpoint of its history. Whoever keeps it can tell with "
                    code { "campaign-ledger verify --against" } " that nothing before was changed:"
                }
                pre { (statement.checkpoint) }
            }
        }
    }
}

impl Line {
    fn figures(&self) -> api::Figures {
        self.performance.total.clone().unwrap_or_default()
    }
}

fn on_basis(figures: &api::Figures, basis: CostBasis) -> api::Returns {
    let of = |returns: &&api::Returns| returns.basis() == basis;
    figures.returns.iter().find(of).cloned().unwrap_or_default()
}

/// The engagement that is shown with ROI: of all audiences, measured.
fn measured(figures: &api::Figures) -> Option<&api::EngagementFigures> {
    figures.engagement.iter().find(|one| {
        one.scope() == values::MeasurementScope::Total
            && one.kind() == values::MeasurementKind::Measured
    })
}

fn name(of: &str, prefix: &str) -> String {
    title(of.trim_start_matches(prefix))
}

fn day_number(day: &str) -> Option<i64> {
    let date: jiff::civil::Date = day.parse().ok()?;
    let since = date.since(jiff::civil::date(1970, 1, 1)).ok()?;
    Some(i64::from(since.get_days()))
}
