//! Selection and safety for callers: vetting, flags with their history, holds, termination,
//! matching, and their figures in reports.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::{
    CostType, Counters, FollowerRange, SelectionPolicy, Tier,
};
use tonic::Code;

use crate::support::server::{Server, Story, day, evidence, fitting, idr, plan, terms};

async fn creator(story: &Story, who: &str) -> Creator {
    let request = GetCreatorRequest {
        brand_id: story.brand.clone(),
        creator_id: who.to_owned(),
        min_position: 0,
        as_of: None,
    };
    story.client.read(request).await.creator.unwrap()
}

async fn partnership(story: &Story, who: &str) -> Partnership {
    let request = GetPartnershipRequest {
        brand_id: story.brand.clone(),
        creator_id: who.to_owned(),
        min_position: 0,
        as_of: None,
    };
    story.client.read(request).await.partnership.unwrap()
}

#[tokio::test]
async fn a_policy_with_vetting_wants_an_assessment_first() {
    let server = Server::start().await;
    let mut choosy = plan("IDR");
    choosy.policy = Some(SelectionPolicy {
        vetting_required: true,
        disclosure_required: false,
    });
    let story = Story::open_with(&server, "launch", choosy).await;
    server.write(story.profile("ayu", 20_000)).await;
    let invite = story.invite("ayu", terms(idr(500)));
    let refusal = server.refused_for_nothing(invite.clone()).await;
    refusal.is(Code::FailedPrecondition, ErrorReason::VettingMissing);

    let answer = server.write(story.assess("ayu")).await;
    let assessed = answer.creator.unwrap();
    assert_eq!(assessed.assessment, Some(fitting()));
    assert_eq!(assessed.assessments, 1);
    assert_eq!(
        assessed.updated_position,
        answer.receipt.unwrap().last_position
    );
    server.write(invite).await;
    assert_eq!(creator(&story, "ayu").await, assessed);
    let together = partnership(&story, "ayu").await;
    assert_eq!(together.assessments, 1);
    assert_eq!(together.assessment, Some(fitting()));
}

#[tokio::test]
async fn a_cleared_flag_stays_with_why_it_was_cleared() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    story.accepted("ayu", terms(idr(500))).await;
    let raised = server.write(story.raise("ayu", "f-1")).await;
    let position = raised.receipt.unwrap().first_position;
    let flag = raised.creator.unwrap().flags.remove(0);
    let raise = story.raise("ayu", "f-1");
    let expected = SafetyFlag {
        flag_id: raise.flag_id,
        severity: raise.severity,
        category: raise.category,
        note: raise.note,
        evidence: raise.evidence,
        raised_at: Some(day(0)),
        raised_position: position,
        cleared_at: None,
        clear_reason: String::new(),
        clear_evidence: Vec::new(),
    };
    assert_eq!(flag, expected);
    let together = partnership(&story, "ayu").await;
    assert_eq!((together.flags, together.open_flags), (1, 1));

    server.clock().set(day(1));
    let cleared = server.write(story.clear("ayu", "f-1")).await;
    let cleared = cleared.creator.unwrap();
    let expected = SafetyFlag {
        cleared_at: Some(day(1)),
        clear_reason: String::from("apologised"),
        clear_evidence: vec![evidence("drive/apology.png")],
        ..expected
    };
    assert_eq!(cleared.flags, [expected]);
    let together = partnership(&story, "ayu").await;
    assert_eq!((together.flags, together.open_flags), (1, 0));
    let server = server.restart().await;
    let story = Story::of("kopi", "launch", "IDR", &server);
    assert_eq!(creator(&story, "ayu").await, cleared);
}

#[tokio::test]
async fn a_hold_stops_and_its_release_lets_go_on() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    story.accepted("ayu", terms(idr(500))).await;
    server.write(story.submit("ayu")).await;
    server.write(story.raise("ayu", "f-1")).await;
    let mut place = story.place_hold("ayu", "h-1");
    place.deliverable_id = String::from("d1");
    place.flag_id = String::from("f-1");
    let held = server.write(place).await.collaboration.unwrap();
    let expected = Hold {
        hold_id: String::from("h-1"),
        deliverable_id: String::from("d1"),
        flag_id: String::from("f-1"),
        reason: String::from("until it is looked into"),
        placed_at: Some(day(0)),
        released_at: None,
    };
    assert_eq!(held.holds, std::slice::from_ref(&expected));
    let refusal = server.refused_for_nothing(story.approve("ayu")).await;
    let refusal = refusal.is(Code::FailedPrecondition, ErrorReason::OnHold);
    assert_eq!(refusal.metadata["hold_id"], "h-1");
    let open = Some(HoldTotals { placed: 1, open: 1 });
    assert_eq!(story.roi().await.holds, open);
    assert_eq!(partnership(&story, "ayu").await.holds, open);

    server.clock().set(day(1));
    let released = server.write(story.release_hold("ayu", "h-1")).await;
    let expected = Hold {
        released_at: Some(day(1)),
        ..expected
    };
    assert_eq!(released.collaboration.unwrap().holds, [expected]);
    server.write(story.approve("ayu")).await;
    let over = Some(HoldTotals { placed: 1, open: 0 });
    assert_eq!(story.roi().await.holds, over);
    let performance = GetCollaborationPerformanceRequest {
        brand_id: story.brand.clone(),
        campaign_id: story.campaign.clone(),
        collaboration_id: String::from("ayu"),
        min_position: 0,
        as_of: None,
    };
    let performance = server.read(performance).await.performance.unwrap();
    assert_eq!(performance.holds, over);
}

#[tokio::test]
async fn a_terminated_collaboration_keeps_its_posts_in_the_numbers() {
    let server = Server::start().await;
    let story = Story::open(&server, "launch").await;
    story.accepted("ayu", terms(idr(1_000))).await;
    server.clock().set(day(1));
    story.published("ayu", day(1)).await;
    let fee = story.cost("fee", Some("ayu"), CostType::Fee, idr(400), day(1));
    server.write(fee).await;
    server.write(story.raise("ayu", "f-1")).await;
    let ended = server.write(story.terminate("ayu", "f-1")).await;
    let ended = ended.collaboration.unwrap();
    assert_eq!(ended.state(), CollaborationState::Terminated);

    // Measurement and settlement go on.
    let seen = Counters {
        likes: Some(7),
        ..Counters::default()
    };
    server.write(story.observe("ayu", day(1), seen)).await;
    server.write(story.approve_cost("fee")).await;
    server.write(story.pay("fee", idr(400), day(1))).await;
    let report = story.roi().await;
    let total = report.total.unwrap();
    assert_eq!(total.posts_published, 1);
    assert_eq!(total.engagement[0].engagements, Some(7));
    assert_eq!(total.cost.unwrap().committed_minor, 40_000);
    let terminated = StateCount {
        state: String::from("TERMINATED"),
        count: 1,
    };
    assert!(report.agreements.contains(&terminated));
    let listed = ListCollaborationsRequest {
        brand_id: story.brand.clone(),
        states: vec![CollaborationState::Terminated.into()],
        ..ListCollaborationsRequest::default()
    };
    assert_eq!(server.read(listed).await.collaborations.len(), 1);
}

fn unmet(answer: &MatchCreatorResponse) -> Vec<MatchCriterion> {
    let unmet = answer.criteria.iter().filter(|one| !one.met);
    unmet.map(CriterionMatch::criterion).collect()
}

#[tokio::test]
async fn matching_tells_what_is_wanted_and_what_was_found() {
    let server = Server::start().await;
    let mut picky = plan("IDR");
    picky.niches = vec![String::from("food"), String::from("coffee")];
    picky.followers = Some(FollowerRange {
        min_followers: 20_000,
        max_followers: Some(50_000),
    });
    let story = Story::open_with(&server, "launch", picky).await;
    let mut profile = story.profile("ayu", 25_000);
    profile.profile.as_mut().unwrap().niches = vec![String::from("coffee")];
    server.write(profile).await;
    server.write(story.raise("ayu", "f-1")).await;
    let answer = server.read(story.matching("ayu")).await;
    assert!(answer.matches);
    let told = answer.criteria.iter().map(|one| {
        let (wanted, found) = (one.wanted.as_str(), one.found.as_str());
        (one.criterion(), wanted, found)
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            (MatchCriterion::Followers, "20000 to 50000", "25000"),
            (MatchCriterion::Niche, "food, coffee", "coffee"),
            (MatchCriterion::Vetting, "", ""),
            (MatchCriterion::NotBlocked, "not blocked", ""),
            (MatchCriterion::NotLive, "no live collaboration", ""),
            (MatchCriterion::OpenFlags, "", "1"),
        ]
    );

    server.write(story.profile("budi", 19_999)).await;
    server.write(story.invite("budi", terms(idr(1)))).await;
    server.write(story.block("budi")).await;
    let answer = server.read(story.matching("budi")).await;
    assert!(!answer.matches);
    assert_eq!(
        unmet(&answer),
        [
            MatchCriterion::Followers,
            MatchCriterion::Niche,
            MatchCriterion::NotBlocked,
            MatchCriterion::NotLive,
        ]
    );
}

/// Returns every page of a list, with one creator per page.
async fn listed(story: &Story, filter: ListCreatorsRequest) -> Vec<String> {
    let mut request = ListCreatorsRequest {
        brand_id: story.brand.clone(),
        page_size: 1,
        ..filter
    };
    let mut names = Vec::new();
    loop {
        let answer = story.client.read(request.clone()).await;
        assert!(answer.creators.len() <= 1);
        names.extend(answer.creators.into_iter().map(|one| one.creator_id));
        if answer.next_page_token.is_empty() {
            return names;
        }
        request.page_token = answer.next_page_token;
    }
}

#[tokio::test]
async fn creators_are_found_page_by_page_by_what_is_known_of_them() {
    let server = Server::start().await;
    let mut wanting = plan("IDR");
    wanting.niches = vec![String::from("food")];
    let story = Story::open_with(&server, "launch", wanting).await;
    let of = |niche: &str, who: &str, followers| {
        let mut profile = story.profile(who, followers);
        profile.profile.as_mut().unwrap().niches = vec![niche.to_owned()];
        profile
    };
    for profile in [
        of("food", "ayu", 25_000),
        of("food", "budi", 5_000),
        of("travel", "citra", 25_000),
        of("food", "dewi", 25_000),
    ] {
        server.write(profile).await;
    }
    let mut unknown = story.profile("eka", 0);
    unknown.profile = Some(CreatorProfile::default());
    server.write(unknown).await;
    server.write(story.raise("ayu", "f-1")).await;
    server.write(story.raise("budi", "f-1")).await;
    server.write(story.clear("budi", "f-1")).await;
    server.write(story.invite("dewi", terms(idr(1)))).await;
    let all = ListCreatorsRequest::default;
    let cases: [(ListCreatorsRequest, &[&str]); 8] = [
        (all(), &["ayu", "budi", "citra", "dewi", "eka"]),
        (
            ListCreatorsRequest {
                niche: String::from("food"),
                ..all()
            },
            &["ayu", "budi", "dewi"],
        ),
        (
            ListCreatorsRequest {
                tiers: vec![Tier::Nano.into(), Tier::Unknown.into()],
                ..all()
            },
            &["budi", "eka"],
        ),
        (
            ListCreatorsRequest {
                platform: campaign_ledger::wire::proto::values::Platform::Instagram.into(),
                ..all()
            },
            &["ayu", "budi", "citra", "dewi"],
        ),
        (
            ListCreatorsRequest {
                has_open_flag: Some(true),
                ..all()
            },
            &["ayu"],
        ),
        (
            ListCreatorsRequest {
                has_open_flag: Some(false),
                tiers: vec![Tier::Micro.into()],
                ..all()
            },
            &["citra", "dewi"],
        ),
        (
            ListCreatorsRequest {
                matches_campaign_id: story.campaign.clone(),
                ..all()
            },
            &["ayu", "budi"],
        ),
        (
            ListCreatorsRequest {
                matches_campaign_id: story.campaign.clone(),
                blocked: Some(true),
                ..all()
            },
            &[],
        ),
    ];
    for (filter, expected) in cases {
        let shown = format!("{filter:?}");
        assert_eq!(listed(&story, filter).await, expected, "{shown}");
    }
}
