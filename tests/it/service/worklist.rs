//! Who must act next: each step of a collaboration passes the turn to the other side.

use campaign_ledger::wire::proto::api::task_block::Block;
use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::dispute_subject::Subject;
use campaign_ledger::wire::proto::values::{
    ActorKind, CostType, SelectionPolicy, UsageRights, UsageScope,
};

use crate::support::server::{Server, Story, day, idr, plan, terms};

/// Returns the kinds of tasks with their subjects, in the order of the list.
async fn listed(story: &Story) -> Vec<(TaskKind, String)> {
    let answer = story.client.read(story.worklist()).await;
    let about = |task: Task| {
        let who = [task.creator_id.clone(), task.cost_id.clone()].concat();
        (task.kind(), who)
    };
    answer.tasks.into_iter().map(about).collect()
}

async fn only(story: &Story, kind: TaskKind) {
    assert_eq!(listed(story).await, [(kind, String::from("ayu"))]);
}

#[tokio::test]
async fn each_step_passes_the_turn_to_the_next_side() {
    let server = Server::start().await;
    let mut strict = plan("IDR");
    strict.policy = Some(SelectionPolicy {
        vetting_required: false,
        disclosure_required: true,
    });
    let story = Story::open_with(&server, "launch", strict).await;
    assert_eq!(listed(&story).await, []);
    server.write(story.profile("ayu", 20_000)).await;
    server
        .write(story.invite("ayu", terms(idr(1_000_000))))
        .await;
    only(&story, TaskKind::AnswerOffer).await;
    server.write(story.accept("ayu")).await;
    only(&story, TaskKind::SubmitContent).await;
    server.write(story.submit("ayu")).await;
    only(&story, TaskKind::ReviewContent).await;
    server.write(story.revise("ayu", 1)).await;
    only(&story, TaskKind::SubmitContent).await;
    server.write(story.submit("ayu")).await;
    server.clock().set(day(2));
    let mut approve = story.approve("ayu");
    approve.submission_version = 2;
    server.write(approve).await;
    only(&story, TaskKind::Publish).await;
    let mut publish = story.publish("ayu", "d1", day(1));
    publish.disclosed = false;
    server.write(publish).await;
    let about_ayu = |kind| (kind, String::from("ayu"));
    assert_eq!(
        listed(&story).await,
        [TaskKind::VerifyPublication, TaskKind::Disclose].map(about_ayu)
    );
    server.write(story.verify("ayu")).await;
    assert_eq!(
        listed(&story).await,
        [TaskKind::Complete, TaskKind::Disclose].map(about_ayu)
    );
    server.write(story.complete("ayu")).await;
    // The agreement ended, and the advertisement is still hidden.
    only(&story, TaskKind::Disclose).await;
    server.write(story.check("ayu", day(2), true)).await;
    assert_eq!(listed(&story).await, []);

    let cost = story.cost("boost", None, CostType::PaidAmplification, idr(5), day(1));
    server.write(cost).await;
    let about_the_line = |kind| vec![(kind, String::from("boost"))];
    assert_eq!(listed(&story).await, about_the_line(TaskKind::ApproveCost));
    server.write(story.approve_cost("boost")).await;
    assert_eq!(listed(&story).await, about_the_line(TaskKind::Pay));
    server.write(story.pay("boost", idr(5), day(1))).await;
    assert_eq!(listed(&story).await, []);
}

/// Makes two campaigns whose creators have offers and work due on different days; day 5.
async fn busy(server: &Server) -> [Story; 2] {
    let launch = Story::open(server, "launch").await;
    let second = Story::open(server, "second").await;
    for (number, who) in ["ayu", "budi", "citra"].into_iter().enumerate() {
        let mut offered = terms(idr(1_000));
        offered.deliverables[0].due_at = Some(day(9 - 3 * number as i64));
        launch.accepted(who, offered).await;
    }
    server.write(second.profile("dewi", 20_000)).await;
    server.write(second.invite("dewi", terms(idr(1_000)))).await;
    let cost = second.cost("boost", None, CostType::PaidAmplification, idr(5), day(0));
    server.write(cost).await;
    server.clock().set(day(5));
    [launch, second]
}

#[tokio::test]
async fn what_is_due_first_is_listed_first_and_what_is_not_due_last() {
    let server = Server::start().await;
    let [launch, second] = busy(&server).await;
    let of_brand = ListWorklistRequest {
        campaign_id: String::new(),
        ..launch.worklist()
    };
    let all = server.read(of_brand.clone()).await.tasks;
    let dues: Vec<_> = all.iter().map(|task| task.due_at).collect();
    let offer = second.invite("dewi", terms(idr(1_000))).expires_at;
    let mut expected = vec![Some(day(3)), Some(day(6)), Some(day(9)), offer];
    expected.sort_by_key(|due| due.unwrap().seconds);
    expected.push(None);
    assert_eq!(dues, expected);
    let last = all.last().unwrap();
    assert_eq!(
        (last.kind(), last.since, last.side()),
        (TaskKind::ApproveCost, Some(day(0)), ActorKind::Brand)
    );
    let late: Vec<_> = all.iter().filter(|task| task.overdue).collect();
    assert!(late.iter().any(|task| task.creator_id == "citra"));
    assert!(
        late.iter()
            .all(|task| task.due_at.unwrap().seconds < day(5).seconds)
    );

    // Page by page it is the same list.
    let (mut paged, mut token) = (Vec::new(), String::new());
    loop {
        let request = ListWorklistRequest {
            page_size: 2,
            page_token: token,
            ..of_brand.clone()
        };
        let answer = server.read(request).await;
        paged.extend(answer.tasks);
        token = answer.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(paged, all);
}

#[tokio::test]
async fn the_list_is_narrowed_by_campaign_side_kind_and_time() {
    let server = Server::start().await;
    let [launch, second] = busy(&server).await;
    assert_eq!(listed(&second).await.len(), 2);
    let count = |request: ListWorklistRequest| async {
        let answer = server.read(request).await;
        answer.tasks.len()
    };
    let of_brand = ListWorklistRequest {
        campaign_id: String::new(),
        ..launch.worklist()
    };
    let of_side = ListWorklistRequest {
        side: ActorKind::Brand.into(),
        ..of_brand.clone()
    };
    let of_kinds = ListWorklistRequest {
        kinds: vec![TaskKind::AnswerOffer.into(), TaskKind::ApproveCost.into()],
        ..of_brand.clone()
    };
    let soon = ListWorklistRequest {
        due_before: Some(day(6)),
        ..launch.worklist()
    };
    let of_another = ListWorklistRequest {
        brand_id: String::from("teh"),
        ..of_brand.clone()
    };
    assert_eq!(count(of_brand).await, 5);
    assert_eq!(count(of_side).await, 1);
    assert_eq!(count(of_kinds).await, 2);
    assert_eq!(count(soon).await, 1);
    assert_eq!(count(of_another).await, 0);
    // A new due time moves the task.
    server.write(launch.reschedule("citra", day(8))).await;
    let citra = server.read(launch.worklist()).await.tasks;
    let citra = citra
        .iter()
        .find(|task| task.creator_id == "citra")
        .unwrap();
    assert_eq!((citra.due_at, citra.overdue), (Some(day(8)), false));
}

/// Returns tasks with what blocks them, and who can remove the block.
async fn blocked(
    story: &Story,
    only: Option<bool>,
) -> Vec<(TaskKind, Option<Block>, Vec<ActorKind>)> {
    let request = ListWorklistRequest {
        blocked: only,
        ..story.worklist()
    };
    let tasks = story.client.read(request).await.tasks.into_iter();
    tasks
        .map(|task| {
            let kind = task.kind();
            let lifted_by = task.blocked.iter().flat_map(TaskBlock::lifted_by).collect();
            (kind, task.blocked.and_then(|one| one.block), lifted_by)
        })
        .collect()
}

#[tokio::test]
async fn what_a_hold_or_a_dispute_stops_says_so() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    story.accepted("ayu", terms(idr(1_000))).await;
    server.write(story.submit("ayu")).await;
    server.clock().set(day(2));
    let bonus = story.cost("c-1", Some("ayu"), CostType::Bonus, idr(10), day(1));
    server.write(bonus).await;
    let mut half = story.approve_cost("c-1");
    half.approved_minor = Some(400);
    server.write(half).await;
    let (review, approve, pay) = (
        TaskKind::ReviewContent,
        TaskKind::ApproveCost,
        TaskKind::Pay,
    );
    let free = |kind| (kind, None, Vec::new());
    assert_eq!(
        blocked(&story, None).await,
        [free(review), free(approve), free(pay)]
    );
    assert_eq!(blocked(&story, Some(true)).await, []);

    let by_hold = |kind| {
        let hold = Block::HoldId(String::from("h-1"));
        (kind, Some(hold), vec![ActorKind::Brand])
    };
    server.write(story.place_hold("ayu", "h-1")).await;
    assert_eq!(
        blocked(&story, None).await,
        [by_hold(review), free(approve), by_hold(pay)]
    );
    assert_eq!(blocked(&story, Some(false)).await, [free(approve)]);
    server.write(story.release_hold("ayu", "h-1")).await;

    let by_dispute = |kind, dispute: &str| {
        let dispute = Block::DisputeId(dispute.to_owned());
        (
            kind,
            Some(dispute),
            vec![ActorKind::Brand, ActorKind::Creator],
        )
    };
    let about_review = Subject::DeliverableId(String::from("d1"));
    server
        .write(story.dispute("d-1", "ayu", about_review))
        .await;
    let about_line = Subject::CostId(String::from("c-1"));
    server.write(story.dispute("d-2", "ayu", about_line)).await;
    assert_eq!(
        blocked(&story, Some(true)).await,
        [
            by_dispute(review, "d-1"),
            by_dispute(approve, "d-2"),
            by_dispute(pay, "d-2")
        ]
    );
    // The block is what the server returns when the call is made.
    let refusal = server.refused_for_nothing(story.approve("ayu")).await;
    assert_eq!(refusal.metadata["dispute_id"], "d-1");
}

#[tokio::test]
async fn a_paused_campaign_and_a_blocked_creator_block_the_offer() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    server.write(story.profile("ayu", 20_000)).await;
    server.write(story.invite("ayu", terms(idr(1_000)))).await;
    let by = |block: Option<Block>| {
        let lifted_by = block.iter().map(|_| ActorKind::Brand).collect();
        vec![(TaskKind::AnswerOffer, block, lifted_by)]
    };
    assert_eq!(blocked(&story, None).await, by(None));
    server.write(story.block("ayu")).await;
    let blocked_creator = by(Some(Block::CreatorBlocked(true)));
    assert_eq!(blocked(&story, None).await, blocked_creator);
    server.write(story.pause()).await;
    let paused = by(Some(Block::CampaignPaused(true)));
    assert_eq!(blocked(&story, None).await, paused);
}

#[tokio::test]
async fn completion_waits_for_a_dispute_and_says_so() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    story.accepted("ayu", terms(idr(1_000))).await;
    server.write(story.submit("ayu")).await;
    server.clock().set(day(2));
    server.write(story.approve("ayu")).await;
    server.write(story.publish("ayu", "d1", day(1))).await;
    server.write(story.verify("ayu")).await;
    let about = Subject::DeliverableId(String::from("d1"));
    server.write(story.dispute("d-1", "ayu", about)).await;
    let by_dispute = (
        TaskKind::Complete,
        Some(Block::DisputeId(String::from("d-1"))),
        vec![ActorKind::Brand, ActorKind::Creator],
    );
    assert_eq!(blocked(&story, Some(true)).await, [by_dispute]);
}

#[tokio::test]
async fn a_right_is_a_task_in_its_last_thirty_days() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    let mut offered = terms(idr(1_000));
    offered.usage_rights = vec![UsageRights {
        rights_id: String::from("r-1"),
        scope: UsageScope::Organic.into(),
        starts_at: Some(day(0)),
        ends_at: Some(day(50)),
        ..UsageRights::default()
    }];
    story.accepted("ayu", offered).await;
    let expiring = ListWorklistRequest {
        kinds: vec![TaskKind::RightsExpiring.into()],
        ..story.worklist()
    };
    for (now, listed) in [(19, false), (20, true), (50, true), (51, false)] {
        server.clock().set(day(now));
        let tasks = server.read(expiring.clone()).await.tasks;
        let found = tasks.first();
        assert_eq!(found.is_some(), listed, "day {now}");
        if let Some(task) = found {
            assert_eq!((&*task.rights_id, task.due_at), ("r-1", Some(day(50))));
        }
    }
}
