//! The report of a campaign with everything in it, compared with a computation from the facts.
//!
//! It has late facts and facts after measurement, refunds before and after their orders, foreign
//! amounts with a rate, a giveaway, a JOINT post, a barter, a fee beyond its commitment, and a kill
//! fee.

mod facts;
mod sums;
mod telling;

use campaign_ledger::domain::Currency;
use campaign_ledger::wire::decimals::Decimals;
use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::{CostType, MeasurementKind, MeasurementScope};

use super::numbers::{BASES, of_figures};
use crate::support::figures::{Expected, are};
use crate::support::server::{Server, Story, day, days_and, deliverable, idr, money};
use sums::{Period, Whose};

async fn report(server: &Server) -> CampaignRoi {
    Story::of("kopi", "launch", "IDR", server).roi().await
}

async fn performance(server: &Server, who: &str) -> CollaborationPerformance {
    let request = GetCollaborationPerformanceRequest {
        brand_id: String::from("kopi"),
        campaign_id: String::from("launch"),
        collaboration_id: who.to_owned(),
        min_position: 0,
        as_of: None,
    };
    server.read(request).await.performance.unwrap()
}

#[tokio::test]
async fn the_report_is_what_the_facts_come_to() {
    let server = Server::start().await;
    telling::tell(&server).await;
    let report = report(&server).await;
    let of = |period| Expected::of(Whose::Campaign, period);
    are(
        report.total.as_ref().unwrap(),
        &of(Period::Counted),
        "campaign, in all",
    );
    are(
        report.on_time.as_ref().unwrap(),
        &of(Period::OnTime),
        "campaign, on time",
    );
    // The two differ, otherwise the test would show nothing.
    assert_ne!(report.total, report.on_time);
    assert_eq!(report.facts_after_measurement, facts::after_measurement());

    let revenue = report.total.as_ref().unwrap().revenue.as_ref().unwrap();
    assert_eq!(revenue.rejected_claims, 1);
    let budget = report.budget.clone().unwrap();
    let expected = of(Period::Ever);
    assert_eq!(budget.reserved_minor, 0);
    assert_eq!(
        budget.committed_minor + budget.other_minor,
        expected.cost_minor[0]
    );
    assert_eq!(
        budget.available_minor,
        budget.cap_minor - expected.cost_minor[0]
    );

    let server = server.restart().await;
    assert_eq!(self::report(&server).await, report);
}

#[tokio::test]
async fn every_collaboration_is_credited_with_its_part() {
    let server = Server::start().await;
    telling::tell(&server).await;
    for who in facts::ACCEPTED {
        let performance = performance(&server, who).await;
        let of = |period| Expected::of(Whose::Collaboration(who), period);
        are(
            performance.total.as_ref().unwrap(),
            &of(Period::Counted),
            who,
        );
        are(
            performance.on_time.as_ref().unwrap(),
            &of(Period::OnTime),
            who,
        );

        // The partnership of a creator with one campaign equals that campaign.
        let request = GetPartnershipRequest {
            brand_id: String::from("kopi"),
            creator_id: who.to_owned(),
            min_position: 0,
            as_of: None,
        };
        let partnership = server.read(request).await.partnership.unwrap();
        let [lifetime] = partnership.lifetime.as_slice() else {
            panic!("one currency: {partnership:?}");
        };
        // Each campaign earns by its own margin; no model holds for several.
        let without_model = of(Period::Counted).without_model();
        are(lifetime, &without_model, who);
        assert_eq!(partnership.campaigns.len(), 1);
        assert_eq!(partnership.campaigns[0].figures.as_ref(), Some(lifetime));
        assert_eq!(partnership.accepted_collaborations, 1);
    }
}

#[tokio::test]
async fn delivery_and_quality_are_counted() {
    let server = Server::start().await;
    telling::tell(&server).await;
    let report = report(&server).await;
    let exact = |metric: &Option<RatioMetric>| metric.as_ref().unwrap().exact.clone();
    let delivery = report.delivery.as_ref().unwrap();
    // ayu 3, budi, citra and fitri one each; verified are one of ayu and the one of budi.
    assert_eq!(
        (
            delivery.accepted_deliverables,
            delivery.verified_deliverables
        ),
        (6, 2)
    );
    assert_eq!(exact(&delivery.completion_rate), "1/3");
    // ayu's third is overdue; her giveaway was a day late; citra's due time was moved.
    assert_eq!((delivery.published, delivery.overdue), (4, 1));
    assert_eq!(exact(&delivery.on_time_rate), "3/5");
    assert_eq!(exact(&delivery.on_time_rate_original), "2/5");
    assert_eq!((delivery.seconds_late, delivery.breaches_late), (86_400, 1));
    // ayu's review twice, her giveaway, budi's post.
    assert_eq!((delivery.submissions, delivery.revisions), (4, 1));
    assert_eq!(exact(&delivery.revision_rate), "1/3");
    // citra published without approval, and did not disclose it.
    assert_eq!(
        (delivery.breaches_unapproved, delivery.breaches_undisclosed),
        (1, 1)
    );
    let quality = report.quality.as_ref().unwrap();
    assert_eq!(
        (quality.ratings, exact(&quality.mean)),
        (2, String::from("4/1"))
    );
    assert_eq!(exact(&quality.variance), "1/1");
    // Products went to citra and fitri, of whom citra posted; dewi declined.
    assert_eq!(
        (report.creators_gifted, exact(&report.post_rate)),
        (2, String::from("1/2"))
    );
    assert_eq!(exact(&report.acceptance_rate), "4/5");
    let states: Vec<_> = report
        .agreements
        .iter()
        .map(|one| (&*one.state, one.count))
        .collect();
    assert_eq!(states, [("ACTIVE", 3), ("DECLINED", 1), ("CANCELLED", 1)]);
}

#[tokio::test]
async fn audiences_and_kinds_are_kept_apart() {
    let server = Server::start().await;
    telling::tell(&server).await;
    let figures = report(&server).await.total.unwrap();
    let audiences: Vec<_> = figures
        .engagement
        .iter()
        .map(|one| (one.scope(), one.kind(), one.counters.unwrap().views))
        .collect();
    let total = Expected::of(Whose::Campaign, Period::Counted)
        .counters()
        .views;
    assert_eq!(
        audiences,
        [
            (
                MeasurementScope::Paid,
                MeasurementKind::Estimated,
                Some(facts::PAID_VIEWS)
            ),
            (MeasurementScope::Total, MeasurementKind::Measured, total),
        ]
    );
    assert!(figures.engagement[1].reach_not_deduplicated);
}

#[tokio::test]
async fn a_foreign_amount_without_rate_is_left_out_and_said_so() {
    let server = Server::start().await;
    let story = telling::tell(&server).await;
    let before = report(&server).await.total.unwrap();

    let freight = story.cost(
        "freight",
        None,
        CostType::Shipping,
        money("EUR", 3_000),
        day(5),
    );
    server.write(freight).await;
    let figures = report(&server).await.total.unwrap();
    let left_out = |currency: &str, cost_minor, revenue_minor| {
        let amount = ForeignAmount {
            currency_code: currency.to_owned(),
            cost_minor,
            revenue_minor,
            ..ForeignAmount::default()
        };
        amount.with_decimals(Currency::parse(currency).ok())
    };
    assert_eq!(figures.missing_fx, [left_out("EUR", 3_000, 0)]);
    assert_eq!(figures.cost, before.cost);
    for basis in BASES {
        let (now, then) = (of_figures(&figures, basis), of_figures(&before, basis));
        for (name, number) in &now {
            // The line is not paid: what was paid is known.
            let needs_all_costs = basis != CostBasis::Paid
                && (name.starts_with('c') && !matches!(*name, "ctr" | "cvr_clicks")
                    || name.starts_with("ro")
                    || *name == "net_return");
            let is_undefined = then[name].exact().is_err();
            let expected = match needs_all_costs && !is_undefined {
                true => Err(AbsentReason::MissingFx),
                false => then[name].exact(),
            };
            assert_eq!(number.exact(), expected, "{name} on {basis:?}");
        }
    }
    server.write(story.reverse("freight")).await;
    assert_eq!(report(&server).await.total.unwrap(), before);

    // Revenue too, and only the rest after refunds.
    let sale = story.sale("o-sgd", Some(money("SGD", 5_000)), day(6), Some("ayu"));
    server.write(sale).await;
    server
        .write(story.refund("o-sgd", money("SGD", 2_000), day(7)))
        .await;
    let figures = report(&server).await.total.unwrap();
    assert_eq!(figures.missing_fx, [left_out("SGD", 0, 3_000)]);
    for basis in BASES {
        let numbers = of_figures(&figures, basis);
        for name in ["roi", "roi_on_margin", "roas", "net_return"] {
            assert_eq!(
                numbers[name].exact(),
                Err(AbsentReason::MissingFx),
                "{name}"
            );
        }
        // Cost is complete, so costs per unit are known.
        assert!(numbers["cpe"].exact().is_ok());
        assert!(numbers["cost"].exact().is_ok());
    }
}

#[tokio::test]
async fn a_barter_without_cost_has_a_return_but_no_roi() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let mut barter = crate::support::server::terms(idr(0));
    barter.deliverables.push(deliverable("d2"));
    story.accepted("ayu", barter).await;
    server
        .write(story.sale("o-1", Some(idr(90)), days_and(0, 60), Some("ayu")))
        .await;
    let figures = story.roi().await.total.unwrap();
    for basis in BASES {
        let numbers = of_figures(&figures, basis);
        for name in ["roi", "roas"] {
            assert_eq!(numbers[name].exact(), Err(AbsentReason::ZeroCost), "{name}");
        }
        assert_eq!(numbers["net_return"].text(), "90/1");
    }
}
