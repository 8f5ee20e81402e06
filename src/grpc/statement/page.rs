//! A statement as a page: what is on it, in order.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::plot::{self, Lines, Values};
use super::words::{self, Spelled, count, factor, money, money_metric, percent, time, title};
use super::{Line, Statement};
use crate::proto::api::{self, CostBasis};
use crate::proto::values;

const STYLE: &str = include_str!("page.css");

/// Events that the timeline shows; the log has all.
const MAX_EVENTS: usize = 400;

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
                (returns(&total, &on_time))
                (plots(statement, &total.currency_code))
                (creators(statement))
                (deliverables(statement))
                (engagement(&total))
                (reliability(roi))
                (timeline(statement))
                (proof(statement))
            }
        }
    };
    page.into_string()
}

fn head(statement: &Statement, plan: &values::CampaignPlan) -> Markup {
    let roi = &statement.roi;
    let budget = roi.budget.unwrap_or_default();
    html! {
        header {
            p.brand { (roi.brand_id) }
            h1 { (plan.title) }
            p.sub {
                (roi.campaign_id) " · " (name(roi.state().as_str_name(), "CAMPAIGN_STATE_"))
                " · " (name(plan.objective().as_str_name(), "CAMPAIGN_OBJECTIVE_"))
                " · " (time(plan.start_at.as_ref())) " to " (time(plan.end_at.as_ref()))
            }
            p.sub {
                "As of position " (count(statement.position)) ", recorded " (statement.recorded_at)
                @match statement.revisions.last() {
                    Some(last) => { " · revision " (last.revision) " of the report is final" }
                    None => { " · no revision of the report is final yet" }
                }
            }
            p.sub {
                "Budget " (money(budget.cap_minor, &plan.currency_code))
                ", of which " (money(budget.available_minor, &plan.currency_code)) " is left"
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
            div.card title=(value.note) {
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
            (card("Engagements", plain(engagements.map_or_else(|| "–".to_owned(), count))))
        }
    }
}

fn returns(total: &api::Figures, on_time: &api::Figures) -> Markup {
    let currency = &total.currency_code;
    let rows = |figures: &api::Figures| {
        html! {
            @for returns in &figures.returns {
                tr {
                    th scope="row" { (name(returns.basis().as_str_name(), "COST_BASIS_")) }
                    (cell(money_metric(returns.cost.as_ref(), currency)))
                    (cell(money_metric(returns.net_return.as_ref(), currency)))
                    (cell(percent(returns.roi.as_ref())))
                    (cell(percent(returns.roi_on_margin.as_ref())))
                    (cell(factor(returns.roas.as_ref())))
                    (cell(money_metric(returns.cost_per_post.as_ref(), currency)))
                    (cell(money_metric(returns.cpa.as_ref(), currency)))
                }
            }
        }
    };
    html! {
        section {
            h2 { "Return on three bases" }
            table {
                thead {
                    tr {
                        th { "Cost basis" } th.n { "Cost" } th.n { "Net return" } th.n { "ROI" }
                        th.n { "ROI on margin" } th.n { "ROAS" } th.n { "Cost per post" }
                        th.n { "Cost per conversion" }
                    }
                }
                tbody {
                    tr.group { th colspan="8" { "With late facts" } }
                    (rows(total))
                    tr.group { th colspan="8" { "Without late facts" } }
                    (rows(on_time))
                }
            }
            @for foreign in &total.missing_fx {
                p.note {
                    "Left out for want of an exchange rate: cost "
                    (money(foreign.cost_minor, &foreign.currency_code)) ", revenue "
                    (money(foreign.revenue_minor, &foreign.currency_code)) "."
                }
            }
        }
    }
}

fn plots(statement: &Statement, currency: &str) -> Markup {
    let numbers: Vec<i64> = statement
        .days
        .iter()
        .filter_map(|day| day_number(&day.day))
        .collect();
    let of =
        |pick: fn(&super::Day) -> i64| -> Vec<i64> { statement.days.iter().map(pick).collect() };
    let ends = || {
        let name = |day: Option<&super::Day>| day.map(|day| day.day.clone()).unwrap_or_default();
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
    );
    let values = [Values {
        name: "Engagements",
        class: "engagement",
        values: &engagements,
    }];
    let engagement_lines = plot::lines(&numbers, ends(), &values, |number| {
        count(number.max(0).unsigned_abs())
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
        section.plots {
            (figure("Spend against revenue", &money_lines))
            (figure("Engagement over time", &engagement_lines))
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

fn figure(heading: &str, lines: &Lines) -> Markup {
    let (width, height) = (plot::WIDTH, plot::HEIGHT);
    html! {
        figure {
            figcaption {
                h2 { (heading) }
                p.legend {
                    @for one in &lines.series {
                        span class=(one.class) { (one.name) ": " (one.last) }
                    }
                }
            }
            svg viewBox=(format!("-4 -10 {} {}", width + 8.0, height + 34.0)) role="img"
                aria-label=(heading) {
                @for tick in &lines.ticks {
                    line.grid x1="0" x2=(width) y1=(tick.y) y2=(tick.y) {}
                    text.tick x="0" y=(tick.y - 3.0) { (tick.label) }
                }
                @for one in &lines.series {
                    path class=(one.class) d=(one.path) {}
                    circle class=(one.class) cx=(one.end.0) cy=(one.end.1) r="3" {}
                }
                text.tick x="0" y=(height + 18.0) { (lines.from) }
                text.tick.end x=(width) y=(height + 18.0) { (lines.until) }
            }
        }
    }
}

fn creators(statement: &Statement) -> Markup {
    html! {
        section {
            h2 { "Creators" }
            table {
                thead {
                    tr {
                        th { "Creator" } th { "Tier" } th { "Collaboration" } th.n { "Delivered" }
                        th.n { "Late" } th.n { "Cost, accrued" } th.n { "Paid" }
                        th.n { "Net revenue" } th.n { "ROI" } th.n { "Engagements" }
                    }
                }
                tbody {
                    @for line in &statement.collaborations { (creator(line)) }
                }
            }
        }
    }
}

fn creator(line: &Line) -> Markup {
    let of = &line.performance;
    let figures = line.figures();
    let delivery = of.delivery.clone().unwrap_or_default();
    let cost = figures.cost.clone().unwrap_or_default();
    let revenue = figures.revenue.clone().unwrap_or_default();
    let engagements = measured(&figures).and_then(|measured| measured.engagements);
    let currency = &figures.currency_code;
    html! {
        tr {
            th scope="row" { (of.creator_id) }
            td { (name(of.tier_at_acceptance().as_str_name(), "TIER_")) }
            td {
                (of.collaboration_id) " · "
                (name(of.state().as_str_name(), "COLLABORATION_STATE_"))
            }
            td.n { (delivery.verified_deliverables) " of " (delivery.accepted_deliverables) }
            td.n { (delivery.breaches_late) }
            td.n { (money(cost.accrued_minor, currency)) }
            td.n { (money(cost.paid_minor, currency)) }
            td.n { (money(revenue.net_minor, currency)) }
            (cell(percent(on_basis(&figures, CostBasis::Accrued).roi.as_ref())))
            td.n { (engagements.map_or_else(|| "–".to_owned(), count)) }
        }
    }
}

fn deliverables(statement: &Statement) -> Markup {
    html! {
        section {
            h2 { "Deliverables" }
            table {
                thead {
                    tr {
                        th { "Creator" } th { "Deliverable" } th { "Platform" } th { "Format" }
                        th { "State" } th { "Due" } th.n { "Versions" } th.n { "Rating" }
                        th { "Post" }
                    }
                }
                tbody {
                    @for line in &statement.collaborations {
                        @for one in &line.collaboration.deliverables {
                            tr {
                                th scope="row" { (line.collaboration.creator_id) }
                                td { (one.deliverable_id) }
                                td { (name(one.platform().as_str_name(), "PLATFORM_")) }
                                td { (name(one.format().as_str_name(), "CONTENT_FORMAT_")) }
                                td { (name(one.state().as_str_name(), "DELIVERABLE_STATE_")) }
                                td { (time(one.due_at.as_ref())) }
                                td.n { (one.submissions.len()) }
                                td.n { (one.rating.map_or_else(|| "–".to_owned(), |r| r.to_string())) }
                                td { (one.publication_id) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn engagement(total: &api::Figures) -> Markup {
    let currency = &total.currency_code;
    html! {
        section {
            h2 { "Engagement" }
            table {
                thead {
                    tr {
                        th { "Audience" } th { "Measured" } th.n { "Posts" } th.n { "Engagements" }
                        th.n { "Rate by followers" } th.n { "Rate by reach" } th.n { "Rate by views" }
                        th.n { "Earned media value" } th.n { "Cost per engagement" }
                    }
                }
                tbody {
                    @for figures in &total.engagement {
                        tr {
                            th scope="row" {
                                (name(figures.scope().as_str_name(), "MEASUREMENT_SCOPE_"))
                            }
                            td { (name(figures.kind().as_str_name(), "MEASUREMENT_KIND_")) }
                            td.n { (count(figures.posts_observed)) }
                            td.n { (figures.engagements.map_or_else(|| "–".to_owned(), count)) }
                            (cell(rate(figures.er_followers.as_ref())))
                            (cell(rate(figures.er_reach.as_ref())))
                            (cell(rate(figures.er_views.as_ref())))
                            (cell(money_metric(figures.emv.as_ref(), currency)))
                            (cell(money_metric(accrued_cpe(figures), currency)))
                        }
                    }
                }
            }
            p.note { "Rates are those of all posts together. Earned media value is a model, in no ROI." }
        }
    }
}

fn reliability(roi: &api::CampaignRoi) -> Markup {
    let delivery = roi.delivery.clone().unwrap_or_default();
    let quality = roi.quality.clone().unwrap_or_default();
    let row = |label: &str, value: Spelled| {
        html! { tr { th scope="row" { (label) } (cell(value)) } }
    };
    let plain = |number: u64| Spelled {
        text: count(number),
        ..Spelled::default()
    };
    html! {
        section {
            h2 { "Delivery and quality" }
            table.narrow {
                tbody {
                    (row("Acceptance rate", percent(roi.acceptance_rate.as_ref())))
                    (row("Completion rate", percent(delivery.completion_rate.as_ref())))
                    (row("On-time rate", percent(delivery.on_time_rate.as_ref())))
                    (row("Revision rate", percent(delivery.revision_rate.as_ref())))
                    (row("Ratings", plain(quality.ratings)))
                    (row("Late", plain(delivery.breaches_late)))
                    (row("Without approval", plain(delivery.breaches_unapproved)))
                    (row("Undisclosed", plain(delivery.breaches_undisclosed)))
                    (row("Removed early", plain(delivery.breaches_removed_early)))
                    (row("Disputes open", plain(roi.open_disputes)))
                    (row("Facts too late to count", plain(roi.facts_after_measurement)))
                }
            }
        }
    }
}

fn timeline(statement: &Statement) -> Markup {
    let hidden = statement.timeline.len().saturating_sub(MAX_EVENTS);
    html! {
        section {
            h2 { "Timeline" }
            @if hidden > 0 {
                p.note { (count(hidden as u64)) " earlier events are in the log and not shown here." }
            }
            table {
                thead { tr { th.n { "Position" } th { "When" } th { "What" } th { "Where" } th { "Who" } } }
                tbody {
                    @for one in &statement.timeline[hidden..] {
                        tr {
                            td.n { (one.position) }
                            td { (one.at) }
                            td { (words::event(&one.event)) }
                            td { (one.collaboration_id) }
                            td { (one.actor) }
                        }
                    }
                }
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
            }
            @if !statement.revisions.is_empty() {
                table {
                    thead { tr { th { "Revision" } th { "Made" } th.n { "As of" } th { "SHA-256 of its numbers" } } }
                    tbody {
                        @for one in &statement.revisions {
                            tr {
                                th scope="row" { (one.revision) }
                                td { (time(one.finalised_at.as_ref())) }
                                td.n { (one.as_of_position) }
                                td.hash { (hex(&one.report_sha256)) }
                            }
                        }
                    }
                }
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

/// The engagement that ROI is told with: of all audiences, measured.
fn measured(figures: &api::Figures) -> Option<&api::EngagementFigures> {
    figures.engagement.iter().find(|one| {
        one.scope() == values::MeasurementScope::Total
            && one.kind() == values::MeasurementKind::Measured
    })
}

fn accrued_cpe(figures: &api::EngagementFigures) -> Option<&api::MoneyMetric> {
    let accrued = |costs: &&api::UnitCosts| costs.basis() == CostBasis::Accrued;
    figures.unit_costs.iter().find(accrued)?.cpe.as_ref()
}

fn rate(rates: Option<&api::EngagementRates>) -> Spelled {
    percent(rates.and_then(|rates| rates.overall.as_ref()))
}

fn cell(value: Spelled) -> Markup {
    html! { td.n.negative[value.is_negative] title=(value.note) { (value.text) } }
}

fn name(of: &str, prefix: &str) -> String {
    title(of.trim_start_matches(prefix))
}

fn day_number(day: &str) -> Option<i64> {
    let date: jiff::civil::Date = day.parse().ok()?;
    let since = date.since(jiff::civil::date(1970, 1, 1)).ok()?;
    Some(i64::from(since.get_days()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
