//! Every write of settlement and of disputes, repeated after its subject has changed.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::dispute_subject::Subject;
use campaign_ledger::wire::proto::values::{
    BonusTier, CostType, Counter, Counters, DisputeRuling, DisputedNumber,
};

use super::retries::{is_repeated, written};
use crate::support::server::{Server, Story, day, idr, terms};

/// A write of each kind with its answer.
struct Writes {
    reversed: (ReverseCostRequest, ReverseCostResponse),
    adjusted: (AdjustCostRequest, AdjustCostResponse),
    withheld: (WithholdCostRequest, WithholdCostResponse),
    released: (ReleaseCostRequest, ReleaseCostResponse),
    taxed: (RecordTaxRequest, RecordTaxResponse),
    approved: (ApproveCostRequest, ApproveCostResponse),
    accrued: (AccrueBonusRequest, AccrueBonusResponse),
    opened: (OpenDisputeRequest, OpenDisputeResponse),
    resolved: (ResolveDisputeRequest, ResolveDisputeResponse),
    proposed: (AmendTermsRequest, AmendTermsResponse),
    agreed: (AcceptAmendmentRequest, AcceptAmendmentResponse),
    corrected: (AdjustConversionRequest, AdjustConversionResponse),
    terminated: (
        TerminateCollaborationRequest,
        TerminateCollaborationResponse,
    ),
}

/// Makes every write under its own id, and then changes its resource again.
async fn write_everything(server: &Server) -> Writes {
    let story = Story::open(server, "launch").await;
    let mut offered = terms(idr(1_000));
    offered.bonuses = vec![BonusTier {
        bonus_id: String::from("views"),
        counter: Counter::Views.into(),
        at_least: 10,
        amount: Some(idr(50)),
    }];
    story.accepted("ayu", offered.clone()).await;
    server.clock().set(day(2));
    story.published("ayu", day(1)).await;
    let line = |id: &str| story.cost(id, Some("ayu"), CostType::Bonus, idr(100), day(1));

    server.write(line("twice")).await;
    server.write(story.tax("twice", idr(80))).await;
    let reversed = written(server, story.reverse("twice"), "reversed").await;

    server.write(line("c-1")).await;
    let adjusted = written(server, story.adjust("c-1", idr(-20)), "adjusted").await;
    let withheld = written(server, story.withhold("c-1"), "withheld").await;
    let released = written(server, story.release("c-1"), "released").await;
    let taxed = written(server, story.tax("c-1", idr(80)), "taxed").await;
    let approved = written(server, story.approve_cost("c-1"), "approved").await;
    server.write(story.pay("c-1", idr(80), day(1))).await;

    let views = Counters {
        views: Some(10),
        ..Counters::default()
    };
    server.write(story.observe("ayu", day(2), views)).await;
    let accrued = written(server, story.accrue_bonus("ayu", "views"), "accrued").await;
    let bonus = accrued.1.cost.clone().unwrap().cost_id;
    server.write(story.approve_cost(&bonus)).await;

    server.write(line("c-2")).await;
    let about = Subject::CostId(String::from("c-2"));
    let opened = written(server, story.dispute("d-1", "ayu", about), "opened").await;
    let split = story.resolve("d-1", "ayu", DisputeRuling::Split);
    let resolved = written(server, split, "resolved").await;
    server.write(story.approve_cost("c-2")).await;

    offered.fee = Some(idr(1_100));
    let proposed = written(server, story.amend_terms("ayu", offered), "proposed").await;
    let agreed = written(server, story.accept_amendment("ayu", 2), "agreed").await;

    let sale = story.sale("o-1", Some(idr(500)), day(1), Some("ayu"));
    server.write(sale).await;
    server.clock().set(day(40));
    let correction = story.adjust_order("o-1", idr(-100));
    let corrected = written(server, correction, "corrected").await;
    server.write(story.refund("o-1", idr(10), day(40))).await;

    let by_ruling = story.terminate_by_ruling("ayu", "d-1");
    let terminated = written(server, by_ruling, "terminated").await;
    let reach = DisputedNumber {
        metric: String::from("reach"),
        ..DisputedNumber::default()
    };
    let about_reach = story.dispute("d-2", "ayu", Subject::Number(reach));
    server.write(about_reach).await;
    Writes {
        reversed,
        adjusted,
        withheld,
        released,
        taxed,
        approved,
        accrued,
        opened,
        resolved,
        proposed,
        agreed,
        corrected,
        terminated,
    }
}

async fn all_are_repeated(server: &Server, writes: &Writes) {
    let head = server.head().await;
    is_repeated(server, &writes.reversed).await;
    is_repeated(server, &writes.adjusted).await;
    is_repeated(server, &writes.withheld).await;
    is_repeated(server, &writes.released).await;
    is_repeated(server, &writes.taxed).await;
    is_repeated(server, &writes.approved).await;
    is_repeated(server, &writes.accrued).await;
    is_repeated(server, &writes.opened).await;
    is_repeated(server, &writes.resolved).await;
    is_repeated(server, &writes.proposed).await;
    is_repeated(server, &writes.agreed).await;
    is_repeated(server, &writes.corrected).await;
    is_repeated(server, &writes.terminated).await;
    assert_eq!(server.head().await, head);
}

#[tokio::test]
async fn retry_returns_first_answer_after_all_has_changed_and_after_a_restart() {
    let server = Server::start().await;
    let writes = write_everything(&server).await;
    let ended = writes.terminated.1.collaboration.as_ref().unwrap();
    assert_eq!(ended.state(), CollaborationState::Terminated);
    all_are_repeated(&server, &writes).await;
    let server = server.restart().await;
    all_are_repeated(&server, &writes).await;
}
