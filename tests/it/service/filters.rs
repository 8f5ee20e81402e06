//! Filters of lists, and page tokens that are valid only with their own filter.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::{
    CampaignObjective, CommissionTerms, CostType, SettlementTrigger,
};
use tonic::Code;

use crate::support::server::{Read, Server, Story, day, idr, plan, terms};

/// Asks for the second page of a narrower list with the page token of the full list.
async fn is_bound<R: Read>(
    server: &Server,
    request: &R,
    token: fn(&R::Answer) -> String,
    turn: fn(&mut R, String),
    narrow: &[fn(&mut R)],
) {
    let token = token(&server.read(request.clone()).await);
    assert_ne!(token, "", "the list has a second page");
    let mut same = request.clone();
    turn(&mut same, token.clone());
    server.read(same.clone()).await;
    for (index, narrow) in narrow.iter().enumerate() {
        let mut other = same.clone();
        narrow(&mut other);
        let refusal = server.refused(other.clone()).await;
        assert_eq!(
            (refusal.code, refusal.reason),
            (Code::InvalidArgument, ErrorReason::PageTokenMismatch),
            "filter {index} of {other:?}"
        );
    }
}

#[tokio::test]
async fn campaigns_are_found_by_objective_currency_and_time() {
    let server = Server::start().await;
    let campaign =
        async |name: &str, change: fn(&mut campaign_ledger::wire::proto::values::CampaignPlan)| {
            let mut plan = plan("IDR");
            change(&mut plan);
            let story = Story::of("kopi", name, "IDR", &server);
            server.write(story.create(plan)).await;
        };
    campaign("a-sales", |_| ()).await;
    campaign("b-known", |plan| {
        plan.objective = CampaignObjective::Awareness.into();
        plan.start_at = Some(day(40));
        plan.end_at = Some(day(50));
        plan.measure_until = None;
    })
    .await;
    campaign("c-abroad", |plan| {
        plan.currency_code = String::from("USD");
        plan.budget_cap.as_mut().unwrap().currency_code = String::from("USD");
    })
    .await;
    campaign("d-draft", |plan| {
        (plan.start_at, plan.end_at, plan.measure_until) = (None, None, None);
    })
    .await;
    let all = ListCampaignsRequest {
        brand_id: String::from("kopi"),
        ..ListCampaignsRequest::default()
    };
    let found = async |change: fn(&mut ListCampaignsRequest)| {
        let mut request = all.clone();
        change(&mut request);
        let campaigns = server.read(request).await.campaigns.into_iter();
        let names: Vec<_> = campaigns.map(|one| one.campaign_id).collect();
        names.join(" ")
    };
    assert_eq!(found(|_| ()).await, "a-sales b-known c-abroad d-draft");
    let awareness = |one: &mut ListCampaignsRequest| {
        one.objectives = vec![CampaignObjective::Awareness.into()];
    };
    assert_eq!(found(awareness).await, "b-known");
    let dollars = |one: &mut ListCampaignsRequest| one.currency_code = String::from("USD");
    assert_eq!(found(dollars).await, "c-abroad");
    assert_eq!(
        found(|one| one.ends_from = Some(day(30))).await,
        "a-sales b-known c-abroad"
    );
    assert_eq!(found(|one| one.ends_from = Some(day(31))).await, "b-known");
    assert_eq!(
        found(|one| one.starts_before = Some(day(40))).await,
        "a-sales c-abroad"
    );

    let paged = ListCampaignsRequest {
        page_size: 1,
        ..all.clone()
    };
    is_bound(
        &server,
        &paged,
        |answer| answer.next_page_token.clone(),
        |request, token| request.page_token = token,
        &[
            awareness,
            dollars,
            |one| one.states = vec![CampaignState::Draft.into()],
            |one| one.ends_from = Some(day(1)),
            |one| one.starts_before = Some(day(1)),
        ],
    )
    .await;
}

/// Makes two creators with lines and orders; day 2.
async fn settled(server: &Server) -> Story {
    let story = Story::open(server, "launch").await;
    let mut paid_by_sales = terms(idr(1_000));
    paid_by_sales.commission = Some(CommissionTerms { rate_bp: 1_000 });
    story.accepted("ayu", paid_by_sales).await;
    story.accepted("budi", terms(idr(1_000))).await;
    server.clock().set(day(2));
    for (id, who, kind) in [
        ("c-1", Some("ayu"), CostType::Fee),
        ("c-2", Some("budi"), CostType::Bonus),
        ("c-3", None, CostType::Shipping),
    ] {
        server
            .write(story.cost(id, who, kind, idr(100), day(1)))
            .await;
    }
    server.write(story.approve_cost("c-1")).await;
    server.write(story.withhold("c-2")).await;
    for order in ["o-1", "o-2"] {
        let sale = story.sale(order, Some(idr(500_000)), day(1), Some("ayu"));
        server.write(sale).await;
    }
    story
}

fn costs(story: &Story) -> ListCostsRequest {
    ListCostsRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        ..ListCostsRequest::default()
    }
}

fn balances(story: &Story) -> ListBalancesRequest {
    ListBalancesRequest {
        brand_id: story.brand.clone(),
        ..ListBalancesRequest::default()
    }
}

#[tokio::test]
async fn costs_are_found_by_type_and_state() {
    let server = Server::start().await;
    let story = settled(&server).await;
    let found = async |change: fn(&mut ListCostsRequest)| {
        let mut request = costs(&story);
        change(&mut request);
        let lines = server.read(request).await.costs.into_iter();
        let ids: Vec<_> = lines.map(|line| line.cost_id).collect();
        ids.join(" ")
    };
    let fees = |one: &mut ListCostsRequest| {
        one.types = vec![CostType::Fee.into(), CostType::Shipping.into()];
    };
    assert_eq!(found(fees).await, "c-1 c-3");
    let waiting = |one: &mut ListCostsRequest| one.states = vec![CostState::Withheld.into()];
    assert_eq!(found(waiting).await, "c-2");
    assert_eq!(
        found(|one| one.states = vec![CostState::Approved.into(), CostState::Accrued.into()]).await,
        "c-1 c-3"
    );
}

#[tokio::test]
async fn balances_say_what_is_owed_by_creator_and_campaign() {
    let server = Server::start().await;
    let story = settled(&server).await;
    let second = Story::open(&server, "second").await;
    second.accepted("ayu", terms(idr(1_000))).await;
    second
        .paid("s-1", Some("ayu"), CostType::Fee, idr(300))
        .await;
    server.write(story.pay("c-1", idr(40), day(1))).await;
    let shown = async |request: ListBalancesRequest| {
        let balances = server.read(request).await.balances.into_iter();
        let shown: Vec<_> = balances
            .map(|one| {
                let sums = [one.accrued_minor, one.approved_minor, one.paid_minor];
                (one.creator_id, one.campaign_id, sums, one.owed_minor)
            })
            .collect();
        shown
    };
    let ayu = || String::from("ayu");
    let budi = (String::from("budi"), String::new(), [10_000, 0, 0], 10_000);
    let all = (ayu(), String::new(), [40_000, 40_000, 34_000], 6_000);
    assert_eq!(shown(balances(&story)).await, [all, budi.clone()]);
    let in_second = ListBalancesRequest {
        campaign_id: String::from("second"),
        ..balances(&story)
    };
    let paid = (ayu(), String::from("second"), [30_000; 3], 0);
    assert_eq!(shown(in_second.clone()).await, [paid]);
    let open = ListBalancesRequest {
        open: Some(true),
        ..in_second
    };
    assert_eq!(shown(open).await, []);
    let of_budi = ListBalancesRequest {
        creator_id: String::from("budi"),
        currency_code: String::from("IDR"),
        ..balances(&story)
    };
    assert_eq!(shown(of_budi).await, [budi]);
    let in_dollars = ListBalancesRequest {
        currency_code: String::from("USD"),
        ..balances(&story)
    };
    assert_eq!(shown(in_dollars).await, []);
}

#[tokio::test]
async fn refund_after_the_payout_is_carried_in_the_balance() {
    let server = Server::start().await;
    let story = settled(&server).await;
    let sold = server.head().await;
    server.clock().set(day(31));
    // Both orders are locked and their commission accrued: four events.
    let commission = ListCostsRequest {
        types: vec![CostType::Commission.into()],
        min_position: sold + 4,
        ..costs(&story)
    };
    for line in server.read(commission).await.costs {
        assert_eq!(line.trigger(), SettlementTrigger::Unspecified);
        server.write(story.approve_cost(&line.cost_id)).await;
        let amount = line.amount.unwrap();
        server
            .write(story.pay(&line.cost_id, amount, day(31)))
            .await;
    }
    server
        .write(story.refund("o-1", idr(500_000), day(31)))
        .await;
    let of_ayu = ListBalancesRequest {
        creator_id: String::from("ayu"),
        ..balances(&story)
    };
    let owed = server.read(of_ayu).await.balances.remove(0);
    // Rp100 of the fee are open; Rp100,000 of commission were paid, half of it without revenue.
    assert_eq!(
        (owed.accrued_minor, owed.paid_minor),
        (10_010_000, 10_000_000)
    );
    assert_eq!(
        (owed.carried_minor, owed.owed_minor),
        (-5_000_000, -4_990_000)
    );
}

#[tokio::test]
async fn tokens_go_on_with_no_other_filter() {
    let server = Server::start().await;
    let story = settled(&server).await;
    is_bound(
        &server,
        &ListCostsRequest {
            page_size: 1,
            ..costs(&story)
        },
        |answer| answer.next_page_token.clone(),
        |request, token| request.page_token = token,
        &[
            |one| one.types = vec![CostType::Fee.into()],
            |one| one.states = vec![CostState::Paid.into()],
            |one| one.collaboration_id = String::from("ayu"),
        ],
    )
    .await;
    is_bound(
        &server,
        &ListBalancesRequest {
            page_size: 1,
            ..balances(&story)
        },
        |answer| answer.next_page_token.clone(),
        |request, token| request.page_token = token,
        &[
            |one| one.campaign_id = String::from("launch"),
            |one| one.creator_id = String::from("budi"),
            |one| one.currency_code = String::from("IDR"),
            |one| one.open = Some(true),
        ],
    )
    .await;
    is_bound(
        &server,
        &ListConversionsRequest {
            brand_id: story.brand.clone(),
            campaign_id: story.campaign.clone(),
            page_size: 1,
            ..ListConversionsRequest::default()
        },
        |answer| answer.next_page_token.clone(),
        |request, token| request.page_token = token,
        &[
            |one| one.collaboration_id = String::from("ayu"),
            |one| one.statuses = vec![ConversionStatus::Locked.into()],
            |one| one.code = String::from("kopi"),
            |one| {
                one.types = vec![campaign_ledger::wire::proto::values::ConversionType::Sale.into()]
            },
            |one| one.ordered_from = Some(day(0)),
            |one| one.ordered_before = Some(day(9)),
        ],
    )
    .await;
    is_bound(
        &server,
        &ListWorklistRequest {
            page_size: 1,
            ..story.worklist()
        },
        |answer| answer.next_page_token.clone(),
        |request, token| request.page_token = token,
        &[
            |one| one.blocked = Some(false),
            |one| one.kinds = vec![TaskKind::Pay.into()],
            |one| one.due_before = Some(day(9)),
        ],
    )
    .await;
}
