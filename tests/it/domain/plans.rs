//! Changes of plans: a draft changes freely, an open campaign in few things.

use campaign_ledger::domain::state::Margin;
use campaign_ledger::domain::*;

use super::costs::*;
use super::history::*;
use super::stories::*;
use crate::support::requests::*;

const REASON: &str = "plans changed";

fn amend_plan(change: PlanChange) -> Request {
    campaign(CampaignVerb::Amend {
        change: Box::new(change),
        reason: REASON.to_owned(),
    })
}

fn change() -> PlanChange {
    PlanChange::default()
}

fn clear(field: PlanField) -> PlanChange {
    PlanChange {
        clear: [field].into(),
        ..change()
    }
}

fn margin(gross_margin_bp: u32) -> PlanChange {
    PlanChange {
        gross_margin_bp: Some(gross_margin_bp),
        ..change()
    }
}

fn until(end_at: Timestamp) -> PlanChange {
    PlanChange {
        end_at: Some(end_at),
        ..change()
    }
}

fn measured_until(at: Timestamp) -> PlanChange {
    PlanChange {
        measure_until: Some(at),
        ..change()
    }
}

fn drafted(plan: CampaignPlan) -> History {
    History::new().given(campaign(CampaignVerb::Create { plan }))
}

fn spend(name: &str, incurred_at: Timestamp) -> Request {
    let verb = CostVerb::Record {
        collaboration: None,
        kind: CostType::Production,
        amount: rp(1_000),
        fx_rate: None,
        incurred_at,
        note: "".into(),
    };
    cost(name, verb)
}

#[test]
fn draft_without_anything_becomes_complete_and_opens() {
    let bare = CampaignPlan {
        budget_cap_minor: None,
        start_at: None,
        end_at: None,
        measure_until: None,
        ..plan()
    };
    let missing = vec!["budget_cap", "start_at", "end_at"];
    let completed = PlanChange {
        budget_cap: Some(rp(10_000_000)),
        start_at: Some(day(0)),
        end_at: Some(day(60)),
        measure_until: Some(day(90)),
        ..change()
    };
    let open = campaign(CampaignVerb::Open);
    drafted(bare.clone())
        .when(open.clone())
        .then_refused(Refusal::CampaignIncomplete { missing })
        .when(amend_plan(completed))
        .then_events([Event::Campaign(CampaignEvent::CampaignAmended {
            plan: plan(),
            previous: bare,
            reason: REASON.to_owned(),
        })])
        .given(open);
}

#[test]
fn every_field_of_a_draft_changes() {
    let changed = PlanChange {
        title: Some("Second opening".to_owned()),
        objective: Some(CampaignObjective::Awareness),
        niches: Some(vec![id("coffee")]),
        followers: Some(FollowerRange {
            min: 1,
            max: Some(9),
        }),
        formats: Some(vec![ContentFormat::Review]),
        currency: Some(id("USD")),
        budget_cap: Some(money("USD", 7)),
        start_at: Some(day(1)),
        end_at: Some(day(2)),
        measure_until: Some(day(3)),
        gross_margin_bp: Some(4_000),
        policy: Some(SelectionPolicy {
            vetting_required: true,
            disclosure_required: true,
        }),
        clear: Default::default(),
    };
    let after = changed.of(&plan());
    assert_eq!(changed_fields(&plan(), &after), PlanField::ALL);
    let history = drafted(plan()).given(amend_plan(changed));
    assert_eq!(history.campaign().plan, after);
    // What a plan may lack is cleared, and everything else stays.
    let cleared = PlanChange {
        clear: PlanField::CLEARABLE.into(),
        ..change()
    };
    let history = history.given(amend_plan(cleared));
    let fields = changed_fields(&after, &history.campaign().plan);
    assert_eq!(fields, PlanField::CLEARABLE);
}

#[test]
fn plan_keeps_its_rules_when_it_changes() {
    let dollars = PlanChange {
        currency: Some(id("USD")),
        ..change()
    };
    for (broken, at) in [
        (until(day(0)), "plan.end_at"),
        (measured_until(day(59)), "plan.measure_until"),
        (dollars, "plan.budget_cap"),
        (change(), "plan"),
        (clear(PlanField::Niches), "plan"),
    ] {
        drafted(plan())
            .when(amend_plan(broken))
            .then_refused(field(at));
    }
    // With money recorded the currency stays.
    let dollars = PlanChange {
        currency: Some(id("USD")),
        budget_cap: Some(money("USD", 100)),
        ..change()
    };
    drafted(plan())
        .given(spend("c-1", day(1)))
        .when(amend_plan(dollars))
        .then_refused(field("plan.currency_code"));
    drafted(plan())
        .given(spend("c-1", day(1)))
        .when(amend_plan(PlanChange {
            budget_cap: Some(rp(999)),
            ..change()
        }))
        .then_refused(Refusal::BudgetBelowCommitted {
            in_use_minor: 100_000,
            cap_minor: 99_900,
        });
}

#[test]
fn open_campaign_changes_title_niches_later_ends_and_margin() {
    let allowed = PlanChange {
        title: Some("Second opening".to_owned()),
        niches: Some(vec![id("coffee")]),
        end_at: Some(day(61)),
        measure_until: Some(day(91)),
        gross_margin_bp: Some(4_000),
        ..change()
    };
    let pause = CampaignVerb::Pause {
        reason: String::new(),
    };
    let close = CampaignVerb::Close {
        withdraw_pending: false,
    };
    for history in [
        opened(),
        opened().given(campaign(pause)),
        opened().given(campaign(close)),
    ] {
        let history = history.given(amend_plan(allowed.clone()));
        assert_eq!(history.campaign().plan, allowed.of(&plan()));
    }
    let without_reason = CampaignVerb::Amend {
        change: Box::new(allowed),
        reason: String::new(),
    };
    opened()
        .when(campaign(without_reason))
        .then_refused(field("reason"));
}

#[test]
fn open_campaign_refuses_every_other_change_by_the_name_of_its_field() {
    let everything = PlanChange {
        objective: Some(CampaignObjective::Awareness),
        followers: Some(FollowerRange { min: 1, max: None }),
        formats: Some(vec![ContentFormat::Review]),
        currency: Some(id("USD")),
        budget_cap: Some(rp(20_000_000)),
        start_at: Some(day(1)),
        end_at: Some(day(59)),
        measure_until: Some(day(89)),
        ..change()
    };
    let named = [
        "objective",
        "followers",
        "formats",
        "currency_code",
        "budget_cap",
        "start_at",
        "end_at",
        "measure_until",
    ];
    let named = named.map(|name| Violation::new(format!("plan.{name}"), ""));
    opened()
        .when(amend_plan(everything))
        .then_refused(Refusal::Invalid(named.into()));
    opened()
        .when(amend_plan(clear(PlanField::MeasureUntil)))
        .then_refused(field("plan.measure_until"));
    opened()
        .given(amend_plan(margin(4_000)))
        .when(amend_plan(clear(PlanField::GrossMarginBp)))
        .then_refused(field("plan.gross_margin_bp"));
    let reason = "recall".to_owned();
    opened()
        .given(campaign(CampaignVerb::Cancel { reason }))
        .when(amend_plan(margin(4_000)))
        .then_refused(campaign_is(CampaignState::Cancelled));
}

#[test]
fn later_end_moves_no_recorded_fact() {
    let moved = |days, timing| Refusal::FactsWouldMove {
        at: day(days),
        timing,
    };
    let late = opened().at(day(92)).given(spend("c-1", day(61)));
    late.clone()
        .when(amend_plan(until(day(62))))
        .then_refused(moved(61, FactTiming::Late))
        .given(amend_plan(until(later(day(61), -1))))
        .given(amend_plan(measured_until(day(100))));
    let after = late.given(spend("c-2", day(91)));
    after
        .when(amend_plan(measured_until(day(91))))
        .then_refused(moved(91, FactTiming::AfterMeasurement))
        .given(amend_plan(measured_until(later(day(91), -1))));
    // A draft may end earlier too.
    drafted(plan())
        .given(spend("c-1", day(1)))
        .when(amend_plan(until(later(day(1), -1))))
        .then_refused(moved(1, FactTiming::OnTime))
        .given(amend_plan(until(day(1))));
}

fn paid(line: &str, paid_at: Timestamp) -> Request {
    let verb = CostVerb::Pay {
        payment: id("p-1"),
        amount: rp(1_000),
        reference: id("TRF-1"),
        paid_at,
    };
    cost(line, verb)
}

#[test]
fn facts_that_follow_others_do_not_hold_the_plan() {
    // Paid after the end of measurement, and in advance: the line is where its payments count.
    let on_time = opened()
        .at(day(95))
        .given(spend("c-1", day(20)))
        .given(approve_cost("c-1", None))
        .given(paid("c-1", day(93)));
    on_time
        .given(amend_plan(margin(4_000)))
        .given(amend_plan(until(day(62))))
        .when(amend_plan(PlanChange {
            end_at: Some(day(94)),
            measure_until: Some(day(94)),
            ..change()
        }))
        .then_refused(Refusal::FactsWouldMove {
            at: day(93),
            timing: FactTiming::Late,
        });
    let late = opened()
        .at(day(95))
        .given(spend("c-1", day(70)))
        .given(approve_cost("c-1", None))
        .given(paid("c-1", day(20)));
    late.given(amend_plan(margin(4_000)));
}

#[test]
fn first_margin_covers_all_orders_and_later_ones_those_from_their_time() {
    let order = |name: &str, ordered_at| {
        convert_order(Claim {
            ordered_at,
            touches: vec![touch("ayu-1", ordered_at)],
            ..sale(name, rp(100))
        })
    };
    let at = |from, margin_bp| Margin { from, margin_bp };
    let history = accepted(terms())
        .at(day(10))
        .given(order("o-1", day(9)))
        .given(amend_plan(margin(4_000)))
        .at(day(20));
    assert_eq!(history.campaign().margins, [at(None, 4_000)]);
    history
        .when(amend_plan(margin(5_000)).occurred(day(9)))
        .then_refused(Refusal::OrdersWouldMove { ordered_at: day(9) })
        .given(amend_plan(margin(5_000)))
        .when(amend_plan(margin(6_000)).occurred(day(15)))
        .then_refused(field("context.occurred_at"));
    let history = accepted(terms())
        .at(day(10))
        .given(order("o-1", day(9)))
        .given(amend_plan(margin(4_000)))
        .at(day(20))
        .given(amend_plan(margin(5_000)))
        .at(day(30))
        .given(order("o-2", day(20)))
        .given(order("o-3", later(day(20), -1)))
        .given(refund(Refund {
            refunded_at: day(25),
            ..refunded("o-2", "r-1", rp(20))
        }));
    let margins = [at(None, 4_000), at(Some(day(20)), 5_000)];
    assert_eq!(history.campaign().margins, margins);
    // Rp100 and Rp100 at 40 %, Rp80 at 50 %.
    for totals in [history.totals(), history.totals_of("ayu-1")] {
        assert_eq!(totals.counted.earned(4_000), 12_000 * 10_000);
        assert_eq!(totals.on_time.earned(4_000), 12_000 * 10_000);
    }
}
