//! The agreement from the first work to its end.

use campaign_ledger::domain::*;

use super::history::*;
use super::stories::*;
use crate::support::requests::*;

fn complete() -> Request {
    collaboration("ayu-1", CollaborationVerb::Complete)
}

fn two_posts() -> Terms {
    Terms {
        deliverables: vec![
            promised("review", ContentFormat::Review),
            promised("story", ContentFormat::Story),
        ],
        ..terms()
    }
}

/// Kill fee of 10 %, 33.33 % and 75 % of Rp1,000,001.
fn with_kill_fee() -> Terms {
    Terms {
        fee: rp(1_000_001),
        kill_fee: KillFeeTerms {
            before_content_bp: 1_000,
            after_submission_bp: 3_333,
            after_approval_bp: 7_500,
        },
        ..two_posts()
    }
}

/// Checks the fee and the cost line of a cancellation.
fn cancelled_for(fee: Money) -> impl FnOnce(History) -> History {
    move |history| {
        let before = history.head();
        let history = history.given(cancel("ayu-1"));
        let events = history.ledger.records.iter();
        let events: Vec<&Event> = events
            .filter(|record| record.position > before)
            .map(|record| &record.event)
            .collect();
        let cancelled = Event::Agreement(AgreementEvent::CollaborationCancelled {
            reason: "plans changed".into(),
            kill_fee: fee,
        });
        assert_eq!(events[0], &cancelled);
        match events[1] {
            Event::Settlement(SettlementEvent::CostRecorded(line)) => {
                assert_eq!(line.kind, CostType::KillFee);
                assert_eq!(line.amount, fee);
                assert_eq!(line.reporting_minor, Some(fee.minor));
            }
            other => panic!("{other:?}"),
        }
        let row = history.collaboration("ayu-1");
        assert_eq!(row.state, CollaborationState::Cancelled);
        assert_eq!(history.campaign().budget.committed, 0);
        assert_eq!(history.campaign().budget.other, fee.minor);
        history
    }
}

#[test]
fn shipment_makes_the_collaboration_active() {
    let history = accepted(terms())
        .when(ship("ayu-1", "s-1"))
        .then_events([Event::Seeding(SeedingEvent::ProductShipped {
            shipment: id("s-1"),
            product: "single origin, 1 kg".into(),
            value: ProductValue {
                cost_of_goods: rp(80_000),
                fair_value: rp(150_000),
            },
            shipped_at: day(1),
        })]);
    let row = history.collaboration("ayu-1");
    assert_eq!(row.state, CollaborationState::Active);
    assert_eq!(row.shipments.len(), 1);
}

#[test]
fn first_submission_makes_the_collaboration_active() {
    assert_eq!(
        submitted().collaboration("ayu-1").state,
        CollaborationState::Active
    );
}

#[test]
fn shipment_id_is_taken_once() {
    accepted(terms())
        .given(ship("ayu-1", "s-1"))
        .when(ship("ayu-1", "s-1"))
        .then_refused(Refusal::AlreadyExists {
            what: "shipment",
            id: "s-1".to_owned(),
        })
        .given(ship("ayu-1", "s-2"));
}

#[test]
fn shipment_needs_accepted_terms_and_the_brand() {
    invited(terms())
        .when(ship("ayu-1", "s-1"))
        .then_refused(collaboration_is(CollaborationState::Invited));
    accepted(terms())
        .when(ship("ayu-1", "s-1").by(ActorKind::Creator))
        .then_refused(only("the brand"));
}

#[test]
fn both_product_values_are_in_the_reporting_currency() {
    let in_dollars = |cost_of_goods, fair_value| CollaborationVerb::ShipProduct {
        shipment: id("s-1"),
        product: "beans".into(),
        value: ProductValue {
            cost_of_goods,
            fair_value,
        },
        shipped_at: day(1),
        cost: None,
    };
    let (rupiah, dollars) = (rp(1), money("USD", 1));
    accepted(terms())
        .when(collaboration("ayu-1", in_dollars(dollars, rupiah)))
        .then_refused(field("value.cost_of_goods"))
        .when(collaboration("ayu-1", in_dollars(rupiah, dollars)))
        .then_refused(field("value.fair_value"));
}

#[test]
fn post_rate_counts_creators_not_products() {
    let gifted = accepted(terms())
        .given(ship("ayu-1", "s-1"))
        .given(ship("ayu-1", "s-2"));
    assert_eq!(
        (gifted.totals().gifted, gifted.totals().gifted_posted),
        (1, 0)
    );
    let posted = gifted
        .at(day(16))
        .given(publish("ayu-1", "review", live("post-1")));
    assert_eq!(
        (posted.totals().gifted, posted.totals().gifted_posted),
        (1, 1)
    );
    let gifted_after = published().given(ship("ayu-1", "s-1"));
    let totals = gifted_after.totals();
    assert_eq!((totals.gifted, totals.gifted_posted), (1, 1));
}

#[test]
fn completion_needs_everything_verified_or_waived() {
    let half = published_as(plan(), two_posts());
    half.clone()
        .when(complete())
        .then_refused(Refusal::DeliverablesOpen { open: 2 });
    half.given(verify("ayu-1", "review"))
        .when(complete())
        .then_refused(Refusal::DeliverablesOpen { open: 1 })
        .given(waive("ayu-1", "story"))
        .when(complete())
        .then_events([Event::Agreement(AgreementEvent::CollaborationCompleted)]);
}

#[test]
fn rejected_content_keeps_a_collaboration_from_completion_until_waived() {
    submitted()
        .given(reject("ayu-1", "review", 1))
        .when(complete())
        .then_refused(Refusal::DeliverablesOpen { open: 1 })
        .given(waive("ayu-1", "review"))
        .given(complete());
}

#[test]
fn completion_is_of_the_brand_or_the_timer() {
    let done = published().given(verify("ayu-1", "review"));
    done.clone()
        .when(complete().by(ActorKind::Creator))
        .then_refused(only("the brand"));
    done.given(complete().by(ActorKind::System));
}

#[test]
fn only_active_collaborations_complete() {
    for (history, state) in [
        (invited(terms()), CollaborationState::Invited),
        (accepted(terms()), CollaborationState::Accepted),
        (completed(), CollaborationState::Completed),
    ] {
        history
            .when(complete())
            .then_refused(collaboration_is(state));
    }
}

#[test]
fn completion_keeps_the_commitment() {
    let history = completed();
    assert_eq!(history.campaign().budget.committed, rp(1_000_000).minor);
    assert_eq!(history.campaign().live_collaborations, 0);
}

#[test]
fn cancellation_without_kill_fee_owes_nothing() {
    let history = accepted(terms())
        .when(cancel("ayu-1"))
        .then_events([Event::Agreement(AgreementEvent::CollaborationCancelled {
            reason: "plans changed".into(),
            kill_fee: rp(0),
        })]);
    assert_eq!(history.campaign().budget.total(), 0);
    assert_eq!(history.campaign().live_collaborations, 0);
}

#[test]
fn kill_fee_grows_with_the_stage_and_is_whole_rupiah() {
    let begun = accepted(with_kill_fee());
    // 10 % of Rp1,000,001 is Rp100,000.1.
    cancelled_for(rp(100_000))(begun.clone());
    cancelled_for(rp(100_000))(begun.clone().given(ship("ayu-1", "s-1")));
    // 33.33 % is Rp333,300.3333.
    let handed_in = begun.given(submit("ayu-1", "review"));
    cancelled_for(rp(333_300))(handed_in.clone());
    let sent_back = handed_in
        .clone()
        .given(request_revision("ayu-1", "review", 1));
    cancelled_for(rp(333_300))(sent_back);
    // 75 % is Rp750,000.75.
    let approved = handed_in.given(approve("ayu-1", "review", 1));
    cancelled_for(rp(750_001))(approved);
}

#[test]
fn kill_fee_after_approval_is_owed_even_when_the_post_was_waived() {
    let waived = accepted(with_kill_fee())
        .given(submit("ayu-1", "review"))
        .given(approve("ayu-1", "review", 1))
        .given(waive("ayu-1", "review"));
    cancelled_for(rp(750_001))(waived);
}

#[test]
fn kill_fee_rounds_half_to_even() {
    let half = |rupiah| Terms {
        fee: rp(rupiah),
        kill_fee: KillFeeTerms {
            before_content_bp: 5_000,
            ..KillFeeTerms::default()
        },
        ..terms()
    };
    cancelled_for(rp(2))(accepted(half(5)));
    cancelled_for(rp(4))(accepted(half(7)));
}

#[test]
fn kill_fee_beside_recorded_fees_is_booked_above_the_cap() {
    let plan = CampaignPlan {
        budget_cap_minor: Some(rp(1_200_000).minor),
        ..plan()
    };
    let fee = CostVerb::Record {
        collaboration: Some(id("ayu-1")),
        kind: CostType::Fee,
        amount: rp(1_000_001),
        fx_rate: None,
        incurred_at: day(1),
        note: "".into(),
    };
    let history = opened_as(plan)
        .given(invite("ayu-1", "ayu", with_kill_fee()))
        .given(accept("ayu-1"))
        .given(submit("ayu-1", "review"))
        .given(cost("fee", fee))
        .given(cancel("ayu-1"));
    let over_minor = history.campaign().over_budget_minor();
    assert_eq!(over_minor, rp(133_301).minor.into());
}

#[test]
fn kill_fee_line_never_replaces_another_line() {
    let history = cancelled_for(rp(100_000))(accepted(with_kill_fee()));
    let Event::Settlement(SettlementEvent::CostRecorded(line)) = history.last_event().clone()
    else {
        panic!("the kill fee is the last event");
    };
    let squatter = CostVerb::Record {
        collaboration: None,
        kind: CostType::Production,
        amount: rp(5),
        fx_rate: None,
        incurred_at: day(1),
        note: "".into(),
    };
    accepted(with_kill_fee())
        .given(cost(line.cost.as_str(), squatter))
        .when(cancel("ayu-1"))
        .then_refused(Refusal::AlreadyExists {
            what: "cost line",
            id: line.cost.to_string(),
        });
}

#[test]
fn published_work_cannot_be_cancelled() {
    published()
        .when(cancel("ayu-1"))
        .then_refused(Refusal::AlreadyPublished);
}

#[test]
fn cancellation_is_the_brands_and_of_accepted_terms() {
    accepted(terms())
        .when(cancel("ayu-1").by(ActorKind::Creator))
        .then_refused(only("the brand"));
    invited(terms())
        .when(cancel("ayu-1"))
        .then_refused(collaboration_is(CollaborationState::Invited));
}

#[test]
fn cancellation_closes_what_was_due() {
    let history = accepted(two_posts());
    assert_eq!(history.totals().delivery.open_dues, [(day(20), 2)].into());
    let history = history.given(cancel("ayu-1"));
    assert!(history.totals().delivery.open_dues.is_empty());
}

#[test]
fn ended_agreement_takes_no_work() {
    use CollaborationState::{Cancelled, Completed, Declined};
    let ended = [
        (completed(), Completed),
        (accepted(terms()).given(cancel("ayu-1")), Cancelled),
        (invited(terms()).given(decline("ayu-1")), Declined),
    ];
    let work = [
        ship("ayu-1", "s-1"),
        cancel("ayu-1"),
        complete(),
        submit("ayu-1", "review"),
        request_revision("ayu-1", "review", 1),
        approve("ayu-1", "review", 1),
        reject("ayu-1", "review", 1),
        publish("ayu-1", "review", live("post-2")),
        verify("ayu-1", "review"),
        reschedule("ayu-1", "review", day(30)),
        waive("ayu-1", "review"),
    ];
    for (history, state) in ended {
        for request in &work {
            history
                .clone()
                .when(request.clone())
                .then_refused(collaboration_is(state));
        }
    }
}
