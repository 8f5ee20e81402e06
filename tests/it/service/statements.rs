//! Statements: their numbers are those of the API, and their page is self-contained.

use std::collections::BTreeMap;

use campaign_ledger::report::fields_of;
use campaign_ledger::wire::proto::api::report_service_client::ReportServiceClient;
use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::{CostType, Counters};
use prost::Message;
use tonic::Code;

use crate::support::server::{Server, Story, by_brand, day, idr, plan, terms};

/// Makes two creators, one post with 100 likes, Rp1,000,000 of fees, an order of Rp3,000,000.
async fn told(server: &Server) -> Story {
    let story = Story::open(server, "launch").await;
    story.accepted("ayu", terms(idr(1_000_000))).await;
    story.accepted("budi", terms(idr(500_000))).await;
    server.clock().set(day(2));
    story.published("ayu", day(1)).await;
    let likes = Counters {
        likes: Some(100),
        ..Counters::default()
    };
    server.write(story.observe("ayu", day(2), likes)).await;
    let sale = story.sale("o-1", Some(idr(3_000_000)), day(2), Some("ayu"));
    server.write(sale).await;
    let ayu = Some("ayu");
    story.paid("fee", ayu, CostType::Fee, idr(1_000_000)).await;
    story
}

fn statement(story: &Story, format: StatementFormat, at: Option<u64>) -> GetStatementRequest {
    GetStatementRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        format: format.into(),
        min_position: 0,
        as_of: at.map(|position| AsOf {
            at: Some(as_of::At::Position(position)),
        }),
    }
}

async fn written(server: &Server, request: GetStatementRequest) -> String {
    let mut client = ReportServiceClient::new(server.channel());
    let min_position = server.head().await;
    let request = GetStatementRequest {
        min_position,
        ..request
    };
    let mut chunks = client.get_statement(request).await.unwrap().into_inner();
    let mut bytes = Vec::new();
    while let Some(message) = chunks.message().await.unwrap() {
        bytes.extend_from_slice(&message.chunk);
    }
    String::from_utf8(bytes).unwrap()
}

/// Returns the fields of a scope in the table.
fn fields(table: &str, scope: &str) -> BTreeMap<String, String> {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let rows = reader.records().map(Result::unwrap);
    rows.filter(|row| &row[0] == scope)
        .map(|row| (row[1].to_owned(), row[2].to_owned()))
        .collect()
}

fn expected(name: &str, message: &impl Message) -> BTreeMap<String, String> {
    fields_of(name, message).into_iter().collect()
}

#[tokio::test]
async fn table_has_the_numbers_of_the_api() {
    let server = Server::start().await;
    let story = told(&server).await;
    let head = server.head().await;
    let table = written(&server, statement(&story, StatementFormat::Csv, None)).await;
    assert_eq!(fields(&table, "statement")["position"], head.to_string());
    let roi = story.roi().await;
    let campaign = fields(&table, "campaign");
    assert_eq!(campaign, expected("CampaignRoi", &roi));
    assert_eq!(campaign["total.revenue.net_minor"], "300000000");
    for who in ["ayu", "budi"] {
        let performance = GetCollaborationPerformanceRequest {
            brand_id: story.brand.clone(),
            campaign_id: story.campaign.clone(),
            collaboration_id: who.to_owned(),
            ..GetCollaborationPerformanceRequest::default()
        };
        let performance = story.client.read(performance).await;
        let performance = performance.performance.unwrap();
        let scope = format!("collaboration {}", performance.collaboration_id);
        let found = fields(&table, &scope);
        assert_eq!(found, expected("CollaborationPerformance", &performance));
    }
}

#[tokio::test]
async fn both_forms_tell_what_money_went_where_and_why() {
    let server = Server::start().await;
    let story = told(&server).await;
    let stray = RecordConversionRequest {
        code: String::from("NOBODY10"),
        ..story.sale("o-2", Some(idr(50_000)), day(2), None)
    };
    server.write(stray).await;
    server.write(story.refund("o-1", idr(1_000), day(2))).await;
    let line = story.cost("ads", None, CostType::Shipping, idr(70), day(1));
    server.write(line).await;
    server.write(story.reverse("ads")).await;
    let head = server.head().await;

    let table = written(&server, statement(&story, StatementFormat::Csv, None)).await;
    let stray = fields(&table, "uncredited order shop o-2");
    assert_eq!(stray["reason"], "UNKNOWN_CODE");
    assert_eq!(stray["value"], "IDR 50000.00");
    let refunds = table.lines().filter(|line| line.starts_with("refund "));
    let refunds: Vec<&str> = refunds.collect();
    assert!(refunds.iter().any(|line| line.ends_with("state,APPLIED")));
    assert!(
        refunds
            .iter()
            .any(|line| line.ends_with("amount,IDR 1000.00"))
    );
    let reversed = fields(&table, &format!("event {head}"));
    assert_eq!(reversed["event"], "CostReversed");
    assert!(!reversed["reason"].is_empty());
    assert!(reversed["actor"].starts_with("brand "));

    let zone = SetBrandTimeZoneRequest {
        brand_id: story.brand.clone(),
        context: by_brand(""),
        time_zone: String::from("Asia/Jakarta"),
    };
    server.write(zone).await;
    let page = written(&server, statement(&story, StatementFormat::Html, None)).await;
    for spelled in [
        "times in Asia/Jakarta",
        "Cost by type",
        "Orders credited to nobody",
        "shop o-2",
        "Unknown code",
        "Refunds",
        "Applied",
        reversed["reason"].as_str(),
    ] {
        assert!(page.contains(spelled), "{spelled}");
    }
}

#[tokio::test]
async fn page_spells_the_numbers_and_stands_alone() {
    let server = Server::start().await;
    let story = told(&server).await;
    let page = written(
        &server,
        statement(&story, StatementFormat::Unspecified, None),
    )
    .await;
    // Cost Rp1,000,000, revenue Rp3,000,000: 200 %, or 3 times.
    for spelled in [
        "IDR 1,000,000.00",
        "IDR 3,000,000.00",
        "IDR 2,000,000.00",
        "200 %",
        "3 ×",
        "Engagements: 100",
        "Brief accepted",
        "Without late facts",
        "ayu",
        "budi",
    ] {
        assert!(page.contains(spelled), "{spelled} is not in {page}");
    }
    let links = r#"<a class="url" href="https://example.com/"#;
    assert!(page.contains(links), "{page}");
    for foreign in ["<script", "<link", "<img", "url(", "@import", "src="] {
        assert!(!page.contains(foreign), "{foreign} is in {page}");
    }
}

#[tokio::test]
async fn words_of_others_are_words_on_the_page() {
    let server = Server::start().await;
    let mut plan = plan("IDR");
    plan.title = "Tea & <script>alert(1)</script>".to_owned();
    let story = Story::open_with(&server, "launch", plan).await;
    let page = written(&server, statement(&story, StatementFormat::Html, None)).await;
    assert!(page.contains("Tea &amp; &lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(!page.contains("<script"));
}

#[tokio::test]
async fn statement_of_a_past_position_is_the_one_that_was_written_then() {
    let server = Server::start().await;
    let story = told(&server).await;
    let then = server.head().await;
    let mut before = Vec::new();
    for format in [StatementFormat::Html, StatementFormat::Csv] {
        before.push(written(&server, statement(&story, format, None)).await);
    }
    let refund = story.refund("o-1", idr(500_000), day(2));
    server.write(refund).await;
    for (format, before) in [StatementFormat::Html, StatementFormat::Csv]
        .into_iter()
        .zip(before)
    {
        let again = written(&server, statement(&story, format, Some(then))).await;
        assert_eq!(again, before);
        let now = written(&server, statement(&story, format, None)).await;
        assert_ne!(now, before);
    }
}

#[tokio::test]
async fn statement_of_no_campaign_is_not_found() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let mut request = statement(&story, StatementFormat::Html, None);
    request.campaign_id = "another".to_owned();
    let mut client = ReportServiceClient::new(server.channel());
    let refused = client.get_statement(request.clone()).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    request.format = 9;
    let refused = client.get_statement(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert!(
        refused.message().contains("STATEMENT_FORMAT_HTML"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn timeline_says_what_was_corrected_of_orders() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    story.accepted("ayu", terms(idr(500))).await;
    server.clock().set(day(2));
    let sale = story.sale("o1", Some(idr(1_000)), day(1), Some("ayu"));
    let sold = server.write(sale).await.conversion.unwrap();
    let page = || written(&server, statement(&story, StatementFormat::Html, None));
    assert!(!page().await.contains("Conversion voided"));
    server
        .write(story.void_order("o1", sold.corrected_position))
        .await;
    assert!(page().await.contains("Conversion voided"));
}
