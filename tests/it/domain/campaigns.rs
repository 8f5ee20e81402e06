//! Campaigns: `DRAFT → OPEN ⇄ PAUSED → CLOSED`, `CANCELLED`, and the budget.

use campaign_ledger::domain::*;

use super::history::*;
use super::stories::*;
use crate::support::requests::*;

fn verb(verb: CampaignVerb) -> Request {
    campaign(verb)
}

fn create(plan: CampaignPlan) -> Request {
    verb(CampaignVerb::Create { plan })
}

fn pause() -> Request {
    let reason = "stock is out".to_owned();
    verb(CampaignVerb::Pause { reason })
}

fn close(withdraw_pending: bool) -> Request {
    verb(CampaignVerb::Close { withdraw_pending })
}

fn cancel() -> Request {
    let reason = "the shop burnt down".to_owned();
    verb(CampaignVerb::Cancel { reason })
}

fn amend(cap: Money) -> Request {
    let reason = "more creators".to_owned();
    verb(CampaignVerb::AmendBudget { cap, reason })
}

#[test]
fn plan_becomes_a_draft() {
    let history = History::new()
        .when(create(plan()))
        .then_events([Event::Campaign(CampaignEvent::CampaignCreated {
            plan: plan(),
        })]);
    assert_eq!(history.campaign().state, CampaignState::Draft);
}

#[test]
fn campaign_id_is_taken_once_per_brand() {
    History::new()
        .given(create(plan()))
        .given(create(plan()).in_brand("teh"))
        .when(create(plan()))
        .then_refused(Refusal::AlreadyExists {
            what: "campaign",
            id: CAMPAIGN.to_owned(),
        });
}

#[test]
fn only_the_brand_runs_campaigns() {
    for side in [ActorKind::Creator, ActorKind::System] {
        opened()
            .when(pause().by(side))
            .then_refused(only("the brand"));
    }
}

#[test]
fn unknown_campaign_is_not_found() {
    let missing = Refusal::NotFound {
        what: Unknown::Campaign,
        id: CAMPAIGN.to_owned(),
    };
    let requests = [
        verb(CampaignVerb::Open),
        pause(),
        verb(CampaignVerb::Resume),
        amend(rp(1)),
        close(true),
        cancel(),
        invite("ayu-1", "ayu", terms()),
        convert_order(sale("o-1", rp(1))),
    ];
    for request in requests {
        History::new().when(request).then_refused(missing.clone());
    }
}

#[test]
fn draft_opens_once_it_has_budget_and_window() {
    let complete = plan();
    let lacking = [
        (
            CampaignPlan {
                budget_cap_minor: None,
                ..complete.clone()
            },
            vec!["budget_cap"],
        ),
        (
            CampaignPlan {
                end_at: None,
                ..complete.clone()
            },
            vec!["end_at"],
        ),
        (
            CampaignPlan {
                budget_cap_minor: None,
                start_at: None,
                end_at: None,
                measure_until: None,
                ..complete.clone()
            },
            vec!["budget_cap", "start_at", "end_at"],
        ),
    ];
    for (plan, missing) in lacking {
        History::new()
            .given(create(plan))
            .when(verb(CampaignVerb::Open))
            .then_refused(Refusal::CampaignIncomplete { missing });
    }
    History::new()
        .given(create(complete))
        .when(verb(CampaignVerb::Open))
        .then_events([Event::Campaign(CampaignEvent::CampaignOpened {
            emv_model: None,
        })]);
}

#[test]
fn draft_without_budget_gets_one_and_opens() {
    let plan = CampaignPlan {
        budget_cap_minor: None,
        ..plan()
    };
    History::new()
        .given(create(plan))
        .when(amend(rp(500)))
        .then_events([Event::Campaign(CampaignEvent::BudgetAmended {
            cap: rp(500),
            previous: None,
            reason: "more creators".to_owned(),
        })])
        .given(verb(CampaignVerb::Open));
}

#[test]
fn each_verb_has_its_states() {
    use CampaignState::{Cancelled, Closed, Draft, Open, Paused};
    let draft = History::new().given(create(plan()));
    let paused = opened().given(pause());
    let closed = opened().given(close(false));
    let cancelled = opened().given(cancel());
    let open = verb(CampaignVerb::Open);
    let resume = verb(CampaignVerb::Resume);
    let histories = [
        (Draft, draft),
        (Open, opened()),
        (Paused, paused),
        (Closed, closed),
        (Cancelled, cancelled),
    ];
    let allowed: [(Request, &[CampaignState]); 6] = [
        (open, &[Draft]),
        (pause(), &[Open]),
        (resume, &[Paused]),
        (amend(rp(1)), &[Draft, Open, Paused]),
        (close(false), &[Open, Paused]),
        (cancel(), &[Draft, Open, Paused]),
    ];
    for (state, history) in histories {
        for (request, states) in &allowed {
            let outcome = history.clone().when(request.clone());
            if states.contains(&state) {
                outcome.then_event(|_| ());
            } else {
                outcome.then_refused(campaign_is(state));
            }
        }
    }
}

#[test]
fn paused_campaign_takes_no_invitations_and_no_acceptances() {
    let paused = invited(terms()).given(pause());
    paused
        .clone()
        .when(accept("ayu-1"))
        .then_refused(campaign_is(CampaignState::Paused));
    paused
        .clone()
        .when(invite("bima-1", "bima", terms()))
        .then_refused(campaign_is(CampaignState::Paused));
    paused
        .given(verb(CampaignVerb::Resume))
        .given(accept("ayu-1"));
}

#[test]
fn work_goes_on_while_paused() {
    accepted(terms())
        .given(pause())
        .given(submit("ayu-1", "review"))
        .given(approve("ayu-1", "review", 1))
        .at(day(16))
        .given(publish("ayu-1", "review", live("post-1")));
}

#[test]
fn invitations_need_an_open_campaign() {
    for (history, state) in [
        (History::new().given(create(plan())), CampaignState::Draft),
        (opened().given(close(false)), CampaignState::Closed),
        (opened().given(cancel()), CampaignState::Cancelled),
    ] {
        history
            .given(profile("ayu", 20_000))
            .when(invite("ayu-1", "ayu", terms()))
            .then_refused(campaign_is(state));
    }
}

#[test]
fn close_is_refused_while_something_is_live() {
    invited(terms())
        .when(close(false))
        .then_refused(Refusal::LiveWork {
            open_invitations: 1,
            applications: 0,
            live_collaborations: 0,
        });
    let live = with_bima(invited(terms()), terms());
    for withdraw_pending in [false, true] {
        live.clone()
            .when(close(withdraw_pending))
            .then_refused(Refusal::LiveWork {
                open_invitations: 1,
                applications: 0,
                live_collaborations: 1,
            });
    }
}

#[test]
fn close_withdraws_pending_offers_on_request() {
    let reason = PersonalText::Own(OwnWords::CampaignClosed);
    let history = invited(terms())
        .given(invite("bima-1", "bima", terms()))
        .when(close(true))
        .then_events([
            Event::Campaign(CampaignEvent::CampaignClosed),
            Event::Agreement(AgreementEvent::InvitationWithdrawn {
                reason: reason.clone(),
            }),
            Event::Agreement(AgreementEvent::InvitationWithdrawn { reason }),
        ]);
    assert_eq!(history.campaign().state, CampaignState::Closed);
    assert_eq!(history.campaign().budget.total(), 0);
    for name in ["ayu-1", "bima-1"] {
        let state = history.collaboration(name).state;
        assert_eq!(state, CollaborationState::Withdrawn);
    }
}

#[test]
fn cancel_withdraws_what_is_pending_but_not_live_work() {
    invited(terms()).when(cancel()).then_events([
        Event::Campaign(CampaignEvent::CampaignCancelled {
            reason: "the shop burnt down".to_owned(),
        }),
        Event::Agreement(AgreementEvent::InvitationWithdrawn {
            reason: PersonalText::Own(OwnWords::CampaignCancelled),
        }),
    ]);
    accepted(terms())
        .when(cancel())
        .then_refused(Refusal::LiveWork {
            open_invitations: 0,
            applications: 0,
            live_collaborations: 1,
        });
}

#[test]
fn completed_work_does_not_keep_a_campaign_open() {
    completed()
        .when(close(false))
        .then_events([Event::Campaign(CampaignEvent::CampaignClosed)]);
}

#[test]
fn invitation_beyond_the_budget_is_refused() {
    let fee = |rupiah| Terms {
        fee: rp(rupiah),
        ..terms()
    };
    opened()
        .given(invite("ayu-1", "ayu", fee(6_000_000)))
        .when(invite("bima-1", "bima", fee(4_000_001)))
        .then_refused(Refusal::BudgetExceeded {
            needed_minor: 1_000_000_100,
            cap_minor: 1_000_000_000,
        })
        .given(invite("bima-1", "bima", fee(4_000_000)));
}

#[test]
fn budget_frees_what_a_refused_offer_reserved() {
    let history = invited(terms());
    assert_eq!(history.campaign().budget.reserved, rp(1_000_000).minor);
    for answer in [decline("ayu-1"), withdraw("ayu-1")] {
        let history = history.clone().given(answer);
        assert_eq!(history.campaign().budget.total(), 0);
    }
    let accepted = history.given(accept("ayu-1"));
    assert_eq!(accepted.campaign().budget.reserved, 0);
    assert_eq!(accepted.campaign().budget.committed, rp(1_000_000).minor);
}

#[test]
fn budget_cannot_go_below_what_is_in_use() {
    accepted(terms())
        .given(invite("bima-1", "bima", terms()))
        .when(amend(rp(1_999_999)))
        .then_refused(Refusal::BudgetBelowCommitted {
            in_use_minor: 200_000_000,
            cap_minor: 199_999_900,
        })
        .when(amend(rp(2_000_000)))
        .then_events([Event::Campaign(CampaignEvent::BudgetAmended {
            cap: rp(2_000_000),
            previous: Some(rp(10_000_000)),
            reason: "more creators".to_owned(),
        })])
        .given(profile("cici", 12_000))
        .when(invite("cici-1", "cici", terms()))
        .then_refused(Refusal::BudgetExceeded {
            needed_minor: 300_000_000,
            cap_minor: 200_000_000,
        });
}

#[test]
fn budget_is_in_the_reporting_currency() {
    opened()
        .when(amend(money("USD", 100)))
        .then_refused(field("budget_cap"));
}

#[test]
fn budget_sums_stay_within_int64() {
    let everything = CampaignPlan {
        budget_cap_minor: Some(i64::MAX),
        ..plan()
    };
    let dear = Terms {
        fee: money("IDR", i64::MAX),
        ..terms()
    };
    let recovery = CostVerb::Record {
        collaboration: None,
        kind: CostType::Recovery,
        amount: money("IDR", i64::MAX),
        fx_rate: None,
        incurred_at: day(1),
        note: "".into(),
    };
    let history = opened_as(everything)
        .given(cost("back", recovery))
        .given(invite("ayu-1", "ayu", dear.clone()));
    history
        .clone()
        .when(invite("bima-1", "bima", dear.clone()))
        .then_refused(Refusal::AmountOverflow { field: "amount" });
    history
        .given(accept("ayu-1"))
        .when(invite("bima-1", "bima", dear))
        .then_refused(Refusal::AmountOverflow { field: "amount" });
}
