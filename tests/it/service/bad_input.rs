//! Bad input: a clear error with field and rule, and nothing is written.

mod fields;
mod parents;
mod wire;

use std::pin::Pin;

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::{CostType, FxRate, Share};
use tonic::{Code, Status};

use crate::support::server::{Call, Client, Refusal, Server, Story, day, idr, money, plan, terms};

/// Reasons for bad input.
pub const SHOWS: &[ErrorReason] = &[
    ErrorReason::InvalidField,
    ErrorReason::AmountOverflow,
    ErrorReason::PageTokenInvalid,
    ErrorReason::PageTokenMismatch,
    ErrorReason::CampaignNotFound,
    ErrorReason::CreatorNotFound,
    ErrorReason::CollaborationNotFound,
    ErrorReason::DeliverableNotFound,
    ErrorReason::PublicationNotFound,
    ErrorReason::ShipmentNotFound,
    ErrorReason::ObservationNotFound,
    ErrorReason::OrderNotFound,
    ErrorReason::CostNotFound,
    ErrorReason::DisputeNotFound,
    ErrorReason::PartnershipNotFound,
    ErrorReason::ReportNotFound,
    ErrorReason::FlagNotFound,
    ErrorReason::HoldNotFound,
    ErrorReason::MalformedMessage,
    ErrorReason::MessageTooLarge,
    ErrorReason::UnknownMethod,
    ErrorReason::UnsupportedCompression,
];

type Outcome = Pin<Box<dyn Future<Output = Result<(), Status>> + Send>>;

/// A call that is not sent yet.
pub struct Attempt {
    /// The request as text.
    pub shown: String,
    make: Box<dyn FnOnce(Client) -> Outcome + Send>,
}

impl Attempt {
    pub fn of<C: Call>(request: C) -> Self {
        Self {
            shown: format!("{request:?}"),
            make: Box::new(|client| {
                Box::pin(async move { client.call(request).await.map(|_| ()) })
            }),
        }
    }

    /// Makes the call, which must fail.
    pub async fn refused(self, client: &Client) -> Refusal {
        match (self.make)(client.clone()).await {
            Ok(()) => panic!("not refused: {}", self.shown),
            Err(status) => Refusal::from(status),
        }
    }
}

/// Returns the request with one change.
pub fn but<C: Call>(request: &C, change: impl FnOnce(&mut C)) -> Attempt {
    let mut request = request.clone();
    change(&mut request);
    Attempt::of(request)
}

/// Makes a campaign in which `ayu` has published, and which has a cost and a sale; the clock is on
/// day 2.
pub async fn a_lively_campaign(server: &Server) -> Story {
    let story = Story::open(server, "launch").await;
    story.accepted("ayu", terms(idr(1_000_000))).await;
    server.clock().set(day(2));
    story.published("ayu", day(1)).await;
    story
        .paid("boost", None, CostType::PaidAmplification, idr(50))
        .await;
    let sale = story.sale("o-1", Some(idr(1_000)), day(1), Some("ayu"));
    server.write(sale).await;
    story
}

#[tokio::test]
async fn every_broken_rule_names_its_field_and_writes_nothing() {
    let server = Server::start().await;
    let story = a_lively_campaign(&server).await;
    let head = server.head().await;
    for (field, attempt) in fields::table(&story) {
        let shown = attempt.shown.clone();
        let refusal = attempt.refused(&server).await;
        let is_it =
            (refusal.code, refusal.reason) == (Code::InvalidArgument, ErrorReason::InvalidField);
        assert!(is_it, "{field}: {refusal}: {shown}");
        assert_eq!(refusal.field_names(), [field], "{refusal}: {shown}");
    }
    assert_eq!(server.head().await, head);
}

#[tokio::test]
async fn what_refers_to_nothing_says_what_is_missing() {
    let server = Server::start().await;
    let story = a_lively_campaign(&server).await;
    let head = server.head().await;
    for (reason, attempt) in parents::table(&story) {
        let shown = attempt.shown.clone();
        let refusal = attempt.refused(&server).await;
        let is_it = (refusal.code, refusal.reason) == (Code::NotFound, reason);
        assert!(is_it, "{reason:?}: {refusal}: {shown}");
        let resource = refusal.details.resource_info();
        assert!(
            resource.is_some_and(|one| !one.resource_type.is_empty()),
            "{refusal}"
        );
        assert!(refusal.metadata.contains_key("id"), "{refusal}");
    }
    assert_eq!(server.head().await, head);
}

#[tokio::test]
async fn all_broken_rules_come_at_once_but_no_more_than_twenty() {
    let server = Server::start().await;
    let request = CreateCampaignRequest {
        brand_id: String::from("Kopi & Co"),
        campaign_id: "x".repeat(65),
        ..CreateCampaignRequest::default()
    };
    let refusal = server.refused_for_nothing(request).await;
    refusal
        .is(Code::InvalidArgument, ErrorReason::InvalidField)
        .names(&["brand_id", "context", "campaign_id", "plan"]);

    let story = Story::of("kopi", "launch", "IDR", &server);
    let mut request = story.invite("ayu", terms(idr(1)));
    let broken = request.terms.as_mut().unwrap();
    broken.deliverables = vec![Default::default(); 30];
    let refusal = server.refused_for_nothing(request).await;
    assert_eq!(refusal.fields.len(), 20);
    assert!(refusal.message.ends_with("(and 19 more)"), "{refusal}");
}

#[tokio::test]
async fn sums_that_leave_int64_are_refused() {
    let server = Server::start().await;
    let mut rich = plan("IDR");
    rich.budget_cap = Some(money("IDR", i64::MAX));
    let story = Story::open_with(&server, "launch", rich).await;
    story.accepted("ayu", terms(idr(0))).await;
    let sale = |order| story.sale(order, Some(money("IDR", i64::MAX)), day(0), Some("ayu"));
    server.write(sale("o-1")).await;
    let rate = |rate: &str| FxRate {
        rate: rate.to_owned(),
        source: String::from("bank"),
        rated_at: Some(day(0)),
    };
    let mut foreign_sale = story.sale("o-3", Some(money("USD", i64::MAX)), day(0), Some("ayu"));
    foreign_sale.fx_rate = Some(rate("16000"));
    let boost = CostType::PaidAmplification;
    let mut foreign_cost = story.cost("c-1", None, boost, money("USD", i64::MAX), day(0));
    foreign_cost.fx_rate = Some(rate("16000"));
    let most = i64::MAX / 100 * 100;
    let recovery = |id| story.cost(id, None, CostType::Recovery, money("IDR", most), day(0));
    server.write(recovery("c-2")).await;
    let refusals = [
        (server.refused_for_nothing(sale("o-2")).await, "value"),
        (server.refused_for_nothing(foreign_sale).await, "value"),
        (server.refused_for_nothing(foreign_cost).await, "amount"),
        (server.refused_for_nothing(recovery("c-3")).await, "amount"),
    ];
    for (refusal, field) in refusals {
        let refusal = refusal.is(Code::FailedPrecondition, ErrorReason::AmountOverflow);
        assert_eq!(refusal.metadata["field"], field);
    }
    // The report still works, as far as it can.
    let report = story.roi().await;
    assert_eq!(report.total.unwrap().revenue.unwrap().net_minor, i64::MAX);
}

#[tokio::test]
async fn a_page_token_works_for_its_query_alone() {
    let server = Server::start().await;
    let story = a_lively_campaign(&server).await;
    for who in ["budi", "citra"] {
        server.write(story.profile(who, 5_000)).await;
    }
    let first = ListCreatorsRequest {
        brand_id: story.brand.clone(),
        page_size: 1,
        ..ListCreatorsRequest::default()
    };
    let token = server.read(first.clone()).await.next_page_token;
    let with = |token: &str| ListCreatorsRequest {
        page_token: token.to_owned(),
        ..first.clone()
    };
    let cut = &token[..token.len() - 1];
    let longer = format!("{token}A");
    let flipped = token.chars().rev().collect::<String>();
    for bad in ["x", "%%%", cut, &longer, &flipped, &"A".repeat(3_000)] {
        let refusal = server.refused(with(bad)).await;
        refusal
            .is(Code::InvalidArgument, ErrorReason::PageTokenInvalid)
            .names(&["page_token"]);
    }
    let others = [
        but(&with(&token), |other| other.brand_id = String::from("teh")),
        but(&with(&token), |other| other.blocked = Some(false)),
        Attempt::of(ListPartnershipsRequest {
            brand_id: story.brand.clone(),
            page_token: token.clone(),
            ..ListPartnershipsRequest::default()
        }),
    ];
    for other in others {
        let refusal = other.refused(&server).await;
        refusal
            .is(Code::InvalidArgument, ErrorReason::PageTokenMismatch)
            .names(&["page_token"]);
    }
    // The size of the page is not part of the query.
    let larger = ListCreatorsRequest {
        page_size: 5_000,
        ..with(&token)
    };
    let rest = server.read(larger).await;
    assert_eq!(
        (rest.creators.len(), rest.next_page_token.as_str()),
        (2, "")
    );
}

#[tokio::test]
async fn shares_that_do_not_add_up_are_refused_and_others_kept() {
    let server = Server::start().await;
    let story = a_lively_campaign(&server).await;
    story.accepted("budi", terms(idr(0))).await;
    let share = |who: &str, share_bp| Share {
        collaboration_id: who.to_owned(),
        share_bp,
    };
    let sale = |order: &str, shares: &[Share]| RecordConversionRequest {
        joint_shares: shares.to_vec(),
        ..story.sale(order, Some(idr(100)), day(1), None)
    };
    for shares in [
        [share("ayu", 5_000), share("budi", 4_999)],
        [share("ayu", 5_000), share("budi", 5_001)],
        [share("ayu", u32::MAX), share("budi", 10_001)],
    ] {
        let refusal = server.refused_for_nothing(sale("o-2", &shares)).await;
        let refusal = refusal.is(Code::InvalidArgument, ErrorReason::InvalidField);
        assert_eq!(refusal.field_names()[0], "joint_shares", "{refusal}");
    }
    let shares = [share("ayu", 3_333), share("budi", 6_667)];
    let sold = server.write(sale("o-2", &shares)).await.conversion.unwrap();
    // Rounded to the rupiah, with the rest on the last.
    let credited: Vec<_> = sold
        .credits
        .iter()
        .map(|credit| credit.amount_minor)
        .collect();
    assert_eq!(credited, [3_300, 6_700]);
}
