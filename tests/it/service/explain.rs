//! Explanations of numbers over gRPC, and as people read them.

use campaign_ledger::cli::explain::{print, request};
use campaign_ledger::cli::{Arguments, Command, remote};
use campaign_ledger::wire::proto::api::audit_service_client::AuditServiceClient;
use campaign_ledger::wire::proto::api::explain_metric_request::Subject;
use campaign_ledger::wire::proto::api::explain_metric_response::Message;
use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::{CostType, Counters};
use clap::Parser as _;
use tonic::Code;

use crate::support::server::{Refusal, Server, Story, day, days_and, idr, terms};

/// A number and the events behind it.
type Explained = (ExplainedMetric, Vec<ExplainedEvent>);

fn asked(story: &Story, subject: Subject, metric: &str) -> ExplainMetricRequest {
    ExplainMetricRequest {
        brand_id: story.brand.clone(),
        subject: Some(subject),
        metric: metric.to_owned(),
        min_position: 0,
        as_of: None,
    }
}

async fn explain(story: &Story, request: ExplainMetricRequest) -> Result<Explained, Refusal> {
    let mut client = AuditServiceClient::new(story.client.channel());
    let answer = client.explain_metric(request).await;
    let mut answer = answer.map_err(Refusal::from)?.into_inner();
    let (mut told, mut events) = (None, Vec::new());
    while let Some(part) = answer.message().await.unwrap() {
        match part.message.unwrap() {
            Message::Metric(metric) => assert!(told.replace(metric).is_none() && events.is_empty()),
            Message::Events(more) => events.extend(more.events),
        }
    }
    Ok((told.unwrap(), events))
}

fn of_campaign(story: &Story) -> Subject {
    Subject::CampaignId(story.campaign.clone())
}

/// Returns position, event, its parts of numerator and denominator, and the reason if it adds
/// nothing.
fn lines(events: &[ExplainedEvent]) -> Vec<(u64, &str, &str, &str, WithoutContribution, u64)> {
    let line = |one: &'_ ExplainedEvent| {
        let (reason, by) = (one.reason(), one.by_position);
        (one.position, reason, by)
    };
    let told = events.iter().map(|one| {
        let (position, reason, by) = line(one);
        let sides = (one.numerator.as_str(), one.denominator.as_str());
        (position, one.r#type.as_str(), sides.0, sides.1, reason, by)
    });
    told.collect()
}

fn likes(likes: u64) -> Counters {
    Counters {
        likes: Some(likes),
        ..Counters::default()
    }
}

/// A post observed three times, the last observation corrected and a wrong one voided; an order
/// claimed twice and partly refunded; a fee.
struct Told {
    story: Story,
    seen: [u64; 4],
    corrected: u64,
    voided: u64,
    sold: u64,
    claimed_again: u64,
    refunded: u64,
    spent: u64,
}

async fn told(server: &Server) -> Told {
    let story = Story::open(server, "launch").await;
    story.accepted("ayu", terms(idr(1_000_000))).await;
    server.clock().set(day(3));
    story.published("ayu", day(1)).await;
    let mut seen = [0; 4];
    for (place, (at, count)) in seen
        .iter_mut()
        .zip([(60, 100), (120, 120), (180, 130), (240, 9)])
    {
        let observed = story.observe("ayu", days_and(1, at), likes(count));
        *place = server.write(observed).await.receipt.unwrap().first_position;
    }
    let corrected = server
        .write(story.correct("ayu", seen[2], likes(150)))
        .await;
    let voided = server.write(story.void("ayu", seen[3])).await;
    let sale = story.sale("o-1", Some(idr(3_000_000)), day(2), Some("ayu"));
    let sold = server.write(sale).await;
    let again = story.sale("o-1", Some(idr(2_000_000)), day(2), Some("ayu"));
    let claimed_again = server.write(again).await;
    let refunded = server
        .write(story.refund("o-1", idr(500_000), day(2)))
        .await;
    let fee = story.cost("fee", Some("ayu"), CostType::Fee, idr(1_000_000), day(1));
    let spent = server.write(fee).await;
    Told {
        story,
        seen,
        corrected: corrected.receipt.unwrap().first_position,
        voided: voided.receipt.unwrap().first_position,
        sold: sold.receipt.unwrap().first_position,
        claimed_again: claimed_again.receipt.unwrap().first_position,
        refunded: refunded.receipt.unwrap().first_position,
        spent: spent.receipt.unwrap().first_position,
    }
}

#[tokio::test]
async fn a_sum_lists_what_stands_and_what_does_not() {
    use WithoutContribution::{Corrected, Superseded, Unspecified, Voided, Voids};
    let server = Server::start().await;
    let told = told(&server).await;
    let story = &told.story;
    let metric = "total.engagement[TOTAL,MEASURED].counters.likes";
    let request = asked(story, of_campaign(story), metric);
    let (number, events) = explain(story, request.clone()).await.unwrap();
    assert_eq!(number.published, "150");
    assert_eq!(
        (number.numerator.as_str(), number.denominator.as_str()),
        ("150/1", "")
    );
    let (recorded, of_correction) = ("EngagementRecorded", "EngagementCorrected");
    let [first, second, third, wrong] = told.seen;
    assert_eq!(
        lines(&events),
        [
            (first, recorded, "0/1", "", Superseded, told.corrected),
            (second, recorded, "0/1", "", Superseded, told.corrected),
            (third, recorded, "0/1", "", Corrected, told.corrected),
            (wrong, recorded, "0/1", "", Voided, told.voided),
            (told.corrected, of_correction, "150/1", "", Unspecified, 0),
            (told.voided, "EngagementVoided", "0/1", "", Voids, wrong),
        ]
    );
    // The state before the correction.
    let before = ExplainMetricRequest {
        as_of: Some(AsOf {
            at: Some(as_of::At::Position(third)),
        }),
        ..request
    };
    let (number, events) = explain(story, before).await.unwrap();
    assert_eq!((number.published.as_str(), number.position), ("130", third));
    assert_eq!(events.last().unwrap().numerator, "130/1");
}

#[tokio::test]
async fn a_ratio_says_to_which_side_an_event_adds() {
    use WithoutContribution::{DuplicateOrder, Unspecified};
    let server = Server::start().await;
    let told = told(&server).await;
    let story = &told.story;
    let request = asked(story, of_campaign(story), "total.returns[ACCRUED].roi");
    let (number, events) = explain(story, request).await.unwrap();
    // (2,500,000 − 1,000,000) ÷ 1,000,000.
    assert_eq!(
        (number.published.as_str(), number.scale),
        ("1500000", 1_000_000)
    );
    assert_eq!(number.metric, "total.returns[COST_BASIS_ACCRUED].roi");
    let sides = (number.numerator.as_str(), number.denominator.as_str());
    assert_eq!(sides, ("150000000/1", "100000000/1"));
    let nothing = "0/1";
    assert_eq!(
        lines(&events),
        [
            (
                told.sold,
                "ConversionRecorded",
                "300000000/1",
                nothing,
                Unspecified,
                0
            ),
            (
                told.claimed_again,
                "ConversionRejected",
                nothing,
                nothing,
                DuplicateOrder,
                told.sold
            ),
            (
                told.refunded,
                "RefundRecorded",
                "-50000000/1",
                nothing,
                Unspecified,
                0
            ),
            (
                told.spent,
                "CostRecorded",
                "-100000000/1",
                "100000000/1",
                Unspecified,
                0
            ),
        ]
    );
    let creator = Subject::CreatorId(String::from("ayu"));
    let request = asked(story, creator, "lifetime[IDR].returns[ACCRUED].roi");
    let (same, _) = explain(story, request).await.unwrap();
    assert_eq!(same.published, number.published);
    assert_eq!(same.numerator, number.numerator);
}

#[tokio::test]
async fn what_is_no_number_is_refused_by_name() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let campaign = of_campaign(&story);
    for (request, field) in [
        (asked(&story, campaign.clone(), "total.love"), "metric"),
        (
            asked(&story, campaign.clone(), "lifetime[IDR].posts_published"),
            "metric",
        ),
        (
            asked(&story, Subject::CampaignId(String::new()), "post_rate"),
            "campaign_id",
        ),
        (
            asked(&story, Subject::CreatorId(String::new()), "flags"),
            "creator_id",
        ),
        (
            ExplainMetricRequest {
                subject: None,
                ..asked(&story, campaign.clone(), "post_rate")
            },
            "subject",
        ),
    ] {
        let refusal = explain(&story, request).await.unwrap_err();
        let refusal = refusal.is(Code::InvalidArgument, ErrorReason::InvalidField);
        assert_eq!(refusal.field_names(), [field]);
    }
    let nobody = Subject::CreatorId(String::from("nobody"));
    let refusal = explain(&story, asked(&story, nobody, "flags")).await;
    let refusal = refusal.unwrap_err();
    refusal.is(Code::NotFound, ErrorReason::PartnershipNotFound);
    let unknown = Subject::CampaignId(String::from("unknown"));
    let refusal = explain(&story, asked(&story, unknown, "post_rate")).await;
    let refusal = refusal.unwrap_err();
    refusal.is(Code::NotFound, ErrorReason::CampaignNotFound);
}

#[tokio::test]
async fn a_person_reads_it_on_the_command_line() {
    let server = Server::start().await;
    let told = told(&server).await;
    let line = "campaign-ledger explain --brand kopi --campaign launch \
                --metric total.returns[ACCRUED].roi --as-of";
    let words = line.split_whitespace().map(str::to_owned);
    let words = words.chain([told.spent.to_string()]);
    let Command::Explain(arguments) = Arguments::parse_from(words).command else {
        panic!("it explains");
    };
    let mut out = Vec::new();
    let request = request(&arguments).unwrap();
    print(remote::anonymous(server.channel()), request, &mut out)
        .await
        .unwrap();
    let said = String::from_utf8(out).unwrap();
    let expected = format!(
        "total.returns[COST_BASIS_ACCRUED].roi at position {}\n  published   1500000 in 1000000 \
         parts\n  numerator   150000000\n  denominator 100000000\n  events      4\n",
        told.spent
    );
    assert!(said.starts_with(&expected), "{said}");
    let rejected: Vec<&str> = said
        .lines()
        .find(|line| line.contains("ConversionRejected"))
        .map(|line| line.split_whitespace().collect())
        .unwrap();
    let (at, by) = (told.claimed_again.to_string(), told.sold.to_string());
    let rest = ["0", "over", "0", "DUPLICATE_ORDER", "by", &by];
    assert_eq!(rejected[0], at, "{said}");
    assert_eq!(rejected[rejected.len() - rest.len()..], rest, "{said}");
    assert!(said.contains("-100000000 over +100000000"), "{said}");
    assert!(!said.contains("“DUPLICATE_ORDER”"), "{said}");
}

#[tokio::test]
async fn a_metric_may_be_spelled_as_json_has_it_and_a_mistyped_one_is_near_some() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let campaign = Subject::CampaignId(String::from("launch"));
    for spelled in [
        "onTime.unitCosts",
        "on_time.revenue.netMinor",
        "onTime.revenue.net_minor",
    ] {
        let explained = explain(&story, asked(&story, campaign.clone(), spelled)).await;
        match spelled {
            "onTime.unitCosts" => drop(explained.unwrap_err()),
            _ => assert_eq!(explained.unwrap().0.metric, "on_time.revenue.net_minor"),
        }
    }
    let mistyped = asked(&story, campaign.clone(), "total.revenue.netMinr");
    let refusal = explain(&story, mistyped).await.unwrap_err();
    let broken = refusal.details.bad_request().unwrap();
    let rule = &broken.field_violations[0].description;
    assert!(rule.contains("total.revenue.net_minor"), "{rule}");
    // Whatever is asked for, the answer stays short.
    for odd in ["\u{1b}[31m", "[", "]", ".", "total.[", &"a.".repeat(1_000)] {
        let refusal = explain(&story, asked(&story, campaign.clone(), odd)).await;
        let refusal = refusal.unwrap_err();
        let broken = refusal.details.bad_request().unwrap();
        assert!(broken.field_violations[0].description.len() < 500);
    }
}
