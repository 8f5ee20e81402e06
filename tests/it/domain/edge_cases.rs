//! The edge cases that the domain lists, in its order, each as a history with exact numbers.
//!
//! More detailed histories of some cases are elsewhere:
//!
//! | phrase | also |
//! |---|---|
//! | stale offer | `negotiation::answers_to_a_counter_name_its_version_and_are_the_brands` |
//! | second invitation | `lifecycle::each_end_lets_the_pair_begin_again`, for every state |
//! | cancel before and after content | `agreement_end::kill_fee_…` |
//! | late post | `publications::late_post_is_counted_against_both_deadlines` |
//! | post deleted early | `removals::…` |
//! | controversy | `holds::controversy_mid_campaign_…` |
//! | engagement after the end | `late_facts::engagement_counts_by_when_it_was_seen` |
//! | refund after payout | `commissions::refund_after_payout_is_carried_to_the_next_commission` |
//! | barter | `service::roi::a_barter_without_cost_has_a_return_but_no_roi`, as published |
//! | budget lowered | `campaigns::budget_cannot_go_below_what_is_in_use` |

use campaign_ledger::domain::metrics::{Absent, CostBasis, Entry, Facts, Known, exact, money};
use campaign_ledger::domain::*;
use campaign_ledger::grpc::calls::request::Write;
use campaign_ledger::grpc::campaign::parse::create_campaign;
use campaign_ledger::grpc::collaboration::parse::record_publication;
use campaign_ledger::grpc::measurement::parse::record_conversion;
use campaign_ledger::wire::proto::values as wire;

use super::costs::*;
use super::engagement::{likes, observe};
use super::history::*;
use super::stories::*;
use crate::support::requests::*;
use crate::support::server::{Story, by_brand, days_and, idr};

const DAY_SECONDS: u64 = 24 * 60 * 60;

fn fee(rupiah: i64) -> Terms {
    Terms {
        fee: rp(rupiah),
        ..terms()
    }
}

fn closed(history: History) -> History {
    let withdraw_pending = false;
    history.given(campaign(CampaignVerb::Close { withdraw_pending }))
}

fn called_off(history: History) -> History {
    let reason = "plans changed".to_owned();
    history.given(campaign(CampaignVerb::Cancel { reason }))
}

/// Returns the likes that count, and the part of them that was observed on time.
fn likes_of(history: &History) -> (i128, i128) {
    let totals = history.totals();
    let of = |tally: &Tally| {
        let sums = tally.engagement.values();
        let parts: i128 = sums.map(|sums| sums.engagements.value).sum();
        parts / i128::from(WHOLE_BP)
    };
    (of(&totals.counted), of(&totals.on_time))
}

#[test]
fn stale_offer() {
    let offers = invited(fee(1_000_000))
        .given(counter("ayu-1", 1, fee(1_500_000)))
        .given(revise("ayu-1", 2, fee(1_200_000), day(EXPIRY_DAY)));
    for expected in [1, 2, 4] {
        let actual = 3;
        offers
            .clone()
            .when(accept_version("ayu-1", expected))
            .then_refused(Refusal::StaleOffer { expected, actual });
    }
    let accepted = offers.given(accept_version("ayu-1", 3));
    assert_eq!(accepted.campaign().budget.committed, rp(1_200_000).minor);
}

/// Both sides answer at the same moment: the first one in the log counts.
#[test]
fn accept_and_withdraw_race() {
    let answers = [
        (accept("ayu-1"), CollaborationState::Accepted, 100_000_000),
        (withdraw("ayu-1"), CollaborationState::Withdrawn, 0),
        (decline("ayu-1"), CollaborationState::Declined, 0),
    ];
    for (first, state, committed) in &answers {
        for (second, ..) in &answers {
            let history = invited(terms())
                .given(first.clone())
                .when(second.clone())
                .then_refused(collaboration_is(*state));
            assert_eq!(history.collaboration("ayu-1").state, *state);
            assert_eq!(history.campaign().budget.total(), *committed);
        }
    }
}

#[test]
fn second_invitation_while_live_and_after_the_end() {
    let live = invited(terms());
    live.clone()
        .when(invite("ayu-2", "ayu", terms()))
        .then_refused(Refusal::AlreadyActive { live: id("ayu-1") });
    // In another campaign, or to another creator, it is not a second invitation.
    live.clone().given(invite("bima-1", "bima", terms()));
    let mut history = live.given(decline("ayu-1"));
    for (name, previous) in [("ayu-2", "ayu-1"), ("ayu-3", "ayu-2")] {
        history = history.given(invite(name, "ayu", terms()));
        assert_eq!(history.collaboration(name).previous, Some(id(previous)));
        history = history.given(decline(name));
    }
}

#[test]
fn creator_changes_tier_mid_campaign() {
    let history = opened()
        .given(profile("ayu", 100_000))
        .given(invite("ayu-1", "ayu", terms()))
        .given(accept("ayu-1"))
        .given(profile("ayu", 100_001))
        .given(cancel("ayu-1"))
        .given(invite("ayu-2", "ayu", terms()))
        .given(accept("ayu-2"));
    let frozen = |name: &str| {
        let row = history.collaboration(name);
        let acceptance = row.acceptance.clone().unwrap();
        (acceptance.tier, acceptance.followers.unwrap().followers)
    };
    assert_eq!(frozen("ayu-1"), (Tier::Micro, 100_000));
    assert_eq!(frozen("ayu-2"), (Tier::Macro, 100_001));
}

#[test]
fn cancel_before_and_after_content() {
    let mut agreed = fee(1_000_000);
    agreed.kill_fee = KillFeeTerms {
        before_content_bp: 0,
        after_submission_bp: 2_500,
        after_approval_bp: 5_000,
    };
    let begun = accepted(agreed);
    let handed_in = begun.clone().given(submit("ayu-1", "review"));
    let approved = handed_in.clone().given(approve("ayu-1", "review", 1));
    for (history, owed) in [
        (begun, 0),
        (handed_in, 250_000),
        (approved.clone(), 500_000),
    ] {
        let history = history.given(cancel("ayu-1"));
        let budget = history.campaign().budget.clone();
        assert_eq!((budget.committed, budget.other), (0, rp(owed).minor));
        let accrued = history.totals_of("ayu-1").counted.accrued();
        assert_eq!(accrued, rp(owed).minor.into());
    }
    approved
        .at(day(16))
        .given(publish("ayu-1", "review", live("post-1")))
        .when(cancel("ayu-1"))
        .then_refused(Refusal::AlreadyPublished);
}

#[test]
fn late_post() {
    let three_days_late = Publish {
        published_at: seconds_after(day(23), 1),
        ..live("post-1")
    };
    let history = approved()
        .at(day(24))
        .given(publish("ayu-1", "review", three_days_late))
        .given(observe(day(24), likes(40)));
    let delivery = history.totals().delivery;
    assert_eq!((delivery.published, delivery.on_time), (1, 0));
    assert_eq!(delivery.seconds_late, i128::from(3 * DAY_SECONDS + 1));
    assert_eq!(history.totals().counted.posts, 1);
    assert_eq!(likes_of(&history), (40, 40));
}

#[test]
fn post_deleted_early() {
    let kept_for_a_week = Terms {
        min_live_days: 7,
        ..terms()
    };
    let history = published_as(plan(), kept_for_a_week)
        .given(observe(day(16), likes(40)))
        .at(day(22))
        .given(remove("ayu-1", later(day(22), -1)));
    let totals = history.totals();
    assert_eq!(
        (totals.delivery.removed, totals.delivery.removed_early),
        (1, 1)
    );
    assert_eq!(totals.counted.posts, 1);
    assert_eq!(likes_of(&history), (40, 40));
}

#[test]
fn controversy_mid_campaign() {
    let two = Terms {
        deliverables: vec![
            promised("review", ContentFormat::Review),
            promised("story", ContentFormat::Story),
        ],
        ..terms()
    };
    let before = published_as(plan(), two)
        .given(observe(day(16), likes(40)))
        .given(submit("ayu-1", "story"))
        .given(raise("ayu", "f-1"))
        .given(place_hold("ayu-1", hold("h-1")))
        .when(approve("ayu-1", "story", 1))
        .then_refused(Refusal::OnHold { hold: id("h-1") });
    let cleared = before
        .clone()
        .given(clear("ayu", "f-1"))
        .given(release_hold("ayu-1", "h-1"))
        .when(terminate("ayu-1", "f-1"))
        .then_refused(Refusal::NoGroundToTerminate)
        .given(approve("ayu-1", "story", 1));
    let terminated = before.given(terminate("ayu-1", "f-1"));
    for (history, state) in [
        (cleared, CollaborationState::Active),
        (terminated, CollaborationState::Terminated),
    ] {
        // The post stays in the numbers and is still measured; only the agreement shows the end.
        let history = history.at(day(17)).given(observe(day(17), likes(50)));
        assert_eq!(history.totals().counted.posts, 1);
        assert_eq!(likes_of(&history), (50, 50));
        assert_eq!(history.totals().agreements[&state], 1);
        assert_eq!(history.totals().holds.placed, 1);
    }
}

#[test]
fn engagement_for_a_cancelled_or_closed_campaign() {
    let withdrawn = accepted(terms()).given(leave("ayu-1"));
    called_off(withdrawn);
    for history in [closed(completed()), called_off(completed())] {
        let history = history.at(day(100)).given(observe(day(60), likes(10)));
        assert_eq!(likes_of(&history), (10, 10));
        let late = history.given(observe(later(day(60), 1), likes(30)));
        assert_eq!(likes_of(&late), (30, 10));
        let beyond = late.given(observe(later(day(90), 1), likes(70)));
        assert_eq!(likes_of(&beyond), (30, 10));
        assert_eq!(beyond.totals().after_measurement, 1);
    }
}

#[test]
fn refund_after_payout() {
    let at_ten_percent = Terms {
        commission: Some(CommissionTerms { rate_bp: 1_000 }),
        ..terms()
    };
    let sold = published_as(plan(), at_ten_percent)
        .given(convert_order(sale_by("o-1", rp(500_000), "ayu-1")))
        .at(day(46))
        .given(lock_order(order("o-1")));
    let known = sold.order("o-1");
    let line = known
        .commission(&id("ayu-1"))
        .unwrap()
        .line
        .clone()
        .unwrap()
        .to_string();
    let paid = CostVerb::Pay {
        payment: id("p-1"),
        amount: rp(50_000),
        reference: id("TRF-1"),
        paid_at: day(46),
    };
    let history = sold
        .given(approve_cost(&line, None))
        .given(cost(&line, paid))
        .given(refund(refunded("o-1", "r-1", rp(500_000))));
    // The whole order is refunded: the paid amount stays, and the creator owes as much.
    assert_eq!(history.cost(&line).paid_minor, rp(50_000).minor);
    let account = history.collaboration("ayu-1").commission;
    assert_eq!(account.carried_minor, -rp(50_000).minor);
    let counted = history.totals_of("ayu-1").counted;
    assert_eq!((counted.accrued(), counted.net_revenue()), (0, 0));
    assert_eq!(counted.paid(), rp(50_000).minor.into());
}

#[test]
fn zero_cost_barter() {
    let history = published_as(plan(), fee(0))
        .given(ship("ayu-1", "s-1"))
        .given(convert_order(sale_by("o-1", rp(250_000), "ayu-1")));
    let of = |history: &History| {
        let (totals, known) = (history.totals(), Known::default());
        let facts = Facts::of(&totals, false, &known).at(Entry::Basis(CostBasis::Accrued));
        (
            money::ROI.value(&facts),
            money::NET_RETURN.value(&facts).unwrap(),
        )
    };
    // The product has a value for the creator, and is a cost only when a line is recorded.
    assert_eq!(history.totals().products.shipped, 1);
    assert_eq!(of(&history), (Err(Absent::ZeroCost), exact(25_000_000)));
    let box_of_coffee = line_for("ayu-1", CostType::Product, rp(100_000));
    let history = history.given(record("c-1", box_of_coffee));
    assert_eq!(of(&history), (Ok(exact(3) / exact(2)), exact(15_000_000)));
}

#[test]
fn budget_lowered_below_committed() {
    let lowered = |cap| {
        let reason = "less to spend".to_owned();
        campaign(CampaignVerb::AmendBudget { cap, reason })
    };
    // Accepted Rp1,000,000, offered Rp1,000,000, spent Rp1,000,000.
    let history = accepted(terms())
        .given(invite("bima-1", "bima", terms()))
        .given(record("c-1", line(CostType::Production, rp(1_000_000))));
    history
        .when(lowered(money("IDR", 299_999_999)))
        .then_refused(Refusal::BudgetBelowCommitted {
            in_use_minor: 300_000_000,
            cap_minor: 299_999_999,
        })
        .given(lowered(rp(3_000_000)))
        .given(record("c-2", line(CostType::Production, rp(1))))
        .when(lowered(rp(3_000_000)))
        .then_refused(Refusal::BudgetBelowCommitted {
            in_use_minor: 300_000_100,
            cap_minor: 300_000_000,
        });
}

/// Returns the fields that a request breaks, as its sender sees them.
fn broken(parsed: Write) -> Vec<String> {
    let violations = parsed.err().unwrap_or_default();
    violations.iter().map(|one| one.field.clone()).collect()
}

/// Returns the server's clock at the time of parsing.
fn now() -> Timestamp {
    let now = days_and(20, 0);
    Timestamp::new(now.seconds, 0).unwrap()
}

#[tokio::test]
async fn joint_shares_not_adding_to_10_000() {
    let story = Story::unspoken();
    let share = |who: &str, share_bp| wire::Share {
        collaboration_id: who.to_owned(),
        share_bp,
    };
    for (second_bp, broken_fields) in [(4_999, true), (5_000, false), (5_001, true)] {
        let shares = vec![share("ayu", 5_000), share("budi", second_bp)];
        let expected = |field: &str| -> Vec<String> {
            let fields = broken_fields.then(|| field.to_owned());
            fields.into_iter().collect()
        };
        let mut post = story.publish("ayu", "d1", days_and(10, 0));
        post.shares = shares.clone();
        let told = broken(record_publication(post, now()));
        assert_eq!(told, expected("shares"));
        let mut sale = story.sale("o-1", Some(idr(100)), days_and(10, 0), None);
        sale.joint_shares = shares;
        let told = broken(record_conversion(sale, now()));
        assert_eq!(told, expected("joint_shares"));
    }
}

#[tokio::test]
async fn end_before_start() {
    let (day_0, day_30) = (Some(days_and(0, 0)), Some(days_and(30, 0)));
    let just_before = |at: i64| Some(days_and(at, -1));
    for (end_at, measure_until, expected) in [
        (just_before(0), day_30, "plan.end_at"),
        (day_0, day_30, "plan.end_at"),
        (day_30, just_before(30), "plan.measure_until"),
    ] {
        let mut plan = crate::support::server::plan("IDR");
        (plan.start_at, plan.end_at) = (day_0, end_at);
        plan.measure_until = measure_until;
        let create = Story::unspoken().create(plan);
        let told = broken(create_campaign(create, now()));
        assert_eq!(told, [expected]);
    }
}

/// The stated time, the server's clock and the order of the log are independent.
#[tokio::test]
async fn clock_skew() {
    let history = invited(terms())
        .at(day(5))
        .given(accept("ayu-1").occurred(day(4)))
        .at(day(6))
        // Submitted before the agreement, according to the creator's clock.
        .given(submit("ayu-1", "review").occurred(day(2)));
    let [.., accepted, submitted] = &history.ledger.records[..] else {
        panic!("two records at least");
    };
    assert_eq!(accepted.occurred_at, Some(day(4)));
    assert_eq!(submitted.occurred_at, Some(day(2)));
    assert_eq!(accepted.recorded_at, day(5));
    assert_eq!(submitted.recorded_at, day(6));
    assert_eq!(submitted.position, accepted.position.next());

    // A clock that is more than five minutes ahead is refused.
    let ahead = |seconds, nanos| {
        let mut create = Story::unspoken().create(crate::support::server::plan("IDR"));
        let mut at = days_and(20, seconds);
        at.nanos = nanos;
        create.context = by_brand("");
        create.context.as_mut().unwrap().occurred_at = Some(at);
        broken(create_campaign(create, now()))
    };
    assert_eq!(ahead(300, 0), [""; 0]);
    assert_eq!(ahead(300, 1), ["context.occurred_at"]);
}
