//! A brand with campaigns and collaborations in every state.

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::dispute_subject::Subject;
use campaign_ledger::wire::proto::values::*;

use crate::support::server::{Server, Story, day, idr, plan, terms};

/// Campaigns in every state.
pub struct Places {
    /// Open, with a creator in every state; see `world`.
    pub open: Story,
    /// Never opened, without a budget.
    pub draft: Story,
    pub paused: Story,
    pub closed: Story,
    /// Closed, with revision 1 of its report.
    pub finalised: Story,
    pub cancelled: Story,
    /// Open, with a policy that requires vetting.
    pub choosy: Story,
    /// Open, with creators in every state of the negotiation.
    pub talks: Story,
}

impl Places {
    pub fn of(open: Story) -> Self {
        let other = |campaign: &str| Story {
            campaign: campaign.to_owned(),
            ..open.clone()
        };
        Self {
            draft: other("draft"),
            paused: other("paused"),
            closed: other("closed"),
            finalised: other("finalised"),
            cancelled: other("cancelled"),
            choosy: other("choosy"),
            talks: other("talks"),
            open,
        }
    }
}

/// Terms of Rp1,000,000 with one revision round and a code of their own.
pub fn offered(code: &str) -> Terms {
    Terms {
        max_revisions: Some(1),
        attribution: Some(AttributionTerms {
            code: code.to_owned(),
            ..AttributionTerms::default()
        }),
        bonuses: vec![BonusTier {
            bonus_id: String::from("views"),
            counter: Counter::Views.into(),
            at_least: 1_000,
            amount: Some(idr(1)),
        }],
        ..terms(idr(1_000_000))
    }
}

/// Makes creators named after their state, each with terms of Rp1,000,000.
pub async fn world(server: &Server) -> Places {
    let places = Places::of(Story::open(server, "launch").await);
    campaigns(server, &places).await;
    negotiations(server, &places.talks).await;
    let story = &places.open;
    let all = [
        "invited",
        "stranger",
        "blocked",
        "declined",
        "accepted",
        "submitted",
        "revised",
        "approved",
        "rejected",
        "published",
        "verified",
        "completed",
        "cancelled",
    ];
    for who in all {
        server.write(story.profile(who, 20_000)).await;
    }
    for who in all.into_iter().filter(|who| *who != "stranger") {
        server.write(story.invite(who, offered(who))).await;
    }
    server.write(story.block("blocked")).await;
    server.write(story.decline("declined")).await;
    for who in &all[4..] {
        server.write(story.accept(who)).await;
    }
    for who in &all[5..11] {
        server.write(story.submit(who)).await;
    }
    server.write(story.revise("revised", 1)).await;
    server.write(story.submit("revised")).await;
    for who in ["approved", "published", "verified"] {
        server.write(story.approve(who)).await;
    }
    server.write(story.reject("rejected")).await;
    server.clock().set(day(1));
    for who in ["published", "verified", "completed"] {
        server.write(story.publish(who, "d1", day(1))).await;
    }
    server.write(story.verify("verified")).await;
    server.write(story.verify("completed")).await;
    server.write(story.complete("completed")).await;
    server.write(story.remove("completed", day(1))).await;
    server.write(story.ship("approved")).await;
    server.write(story.take_back("approved", day(1))).await;
    server.write(story.cancel("cancelled")).await;

    server
        .write(story.cost("c-1", None, CostType::Shipping, idr(100), day(1)))
        .await;
    let part = ApproveCostRequest {
        approved_minor: Some(6_000),
        ..story.approve_cost("c-1")
    };
    server.write(part).await;
    server.write(story.pay("c-1", idr(50), day(1))).await;
    server
        .write(story.cost("gone", None, CostType::Shipping, idr(1), day(1)))
        .await;
    server.write(story.reverse("gone")).await;
    let line = Subject::CostId(String::from("disputed"));
    let fee = story.cost("disputed", Some("accepted"), CostType::Fee, idr(1), day(1));
    server.write(fee).await;
    server.write(story.dispute("open", "accepted", line)).await;
    let number = |metric: &str| {
        Subject::Number(DisputedNumber {
            metric: metric.to_owned(),
            ..DisputedNumber::default()
        })
    };
    server
        .write(story.dispute("over", "accepted", number("views")))
        .await;
    let over = story.resolve("over", "accepted", DisputeRuling::Overturned);
    server.write(over).await;
    server
        .write(story.dispute("verified", "verified", number("reach")))
        .await;
    // Long before the campaign, so that it is locked.
    let old = story.sale("old", Some(idr(100)), day(-40), None);
    server.write(old).await;
    server.write(story.raise("verified", "open")).await;
    server.write(story.raise("verified", "settled")).await;
    server.write(story.clear("verified", "settled")).await;
    server.write(story.place_hold("verified", "lifted")).await;
    server.write(story.release_hold("verified", "lifted")).await;
    for who in ["erased", "kept"] {
        server.write(story.profile(who, 20_000)).await;
    }
    for hold in ["lifted", "case"] {
        server.write(story.place_legal_hold("kept", hold)).await;
    }
    let lifted = story.release_legal_hold("kept", "lifted");
    server.write(lifted).await;
    server.write(story.erase("erased")).await;
    let fee = story.cost("fee", Some("submitted"), CostType::Fee, idr(1), day(1));
    server.write(fee).await;
    server.write(story.approve_cost("fee")).await;
    server.write(story.place_hold("submitted", "check")).await;
    let sale = story.sale("o-1", Some(idr(100)), day(1), Some("published"));
    server.write(sale).await;
    server.write(story.refund("o-1", idr(60), day(1))).await;
    places
}

async fn campaigns(server: &Server, places: &Places) {
    let mut unfunded = plan("IDR");
    unfunded.budget_cap = None;
    server.write(places.draft.create(unfunded)).await;
    let Places {
        paused,
        closed,
        finalised,
        cancelled,
        ..
    } = places;
    for story in [paused, closed, finalised, cancelled] {
        server.write(story.create(plan("IDR"))).await;
        server.write(story.start()).await;
    }
    server.write(places.paused.profile("early", 20_000)).await;
    server
        .write(places.paused.invite("early", terms(idr(1))))
        .await;
    server.write(places.paused.pause()).await;
    server.write(places.closed.close(false)).await;
    server.write(places.finalised.close(false)).await;
    server.write(places.finalised.finalise()).await;
    server.write(places.cancelled.cancel_campaign()).await;
    let mut choosy = plan("IDR");
    choosy.policy = Some(SelectionPolicy {
        vetting_required: true,
        disclosure_required: false,
    });
    server.write(places.choosy.create(choosy)).await;
    server.write(places.choosy.start()).await;
}

/// Makes creators named after their state, each with terms of Rp1,000,000.
async fn negotiations(server: &Server, story: &Story) {
    server.write(story.create(plan("IDR"))).await;
    server.write(story.start()).await;
    for who in ["applied", "asked", "countered", "settled", "amending"] {
        server.write(story.profile(who, 20_000)).await;
    }
    server.write(story.apply("applied")).await;
    for who in ["asked", "countered", "settled", "amending"] {
        server.write(story.invite(who, offered(who))).await;
    }
    let counter = story.counter("countered", 1, offered("other"));
    server.write(counter).await;
    for who in ["settled", "amending"] {
        server.write(story.accept(who)).await;
    }
    server.write(story.submit("amending")).await;
    let same = story.amend_terms("amending", offered("amending"));
    server.write(same).await;
}
