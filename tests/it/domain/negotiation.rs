//! Offers, counters and their answers, and creators who withdraw.

use campaign_ledger::domain::*;

use super::history::*;
use super::stories::*;
use crate::support::requests::*;

/// Returns terms with this fee in rupiah.
fn fee(rupiah: i64) -> Terms {
    Terms {
        fee: rp(rupiah),
        ..terms()
    }
}

fn revised(answers: u32, terms: Terms) -> Request {
    revise("ayu-1", answers, terms, day(EXPIRY_DAY))
}

/// Returns a history in which Ayu was offered Rp1,000,000 and asks for Rp1,500,000.
fn countered() -> History {
    invited(terms()).given(counter("ayu-1", 1, fee(1_500_000)))
}

fn reserved(history: &History) -> i64 {
    history.campaign().budget.reserved
}

#[test]
fn counter_is_the_next_version_and_the_offer_stays_reserved() {
    let dearer = fee(1_500_000);
    let offer = Offer {
        version: 2,
        terms: dearer.clone(),
        expires_at: day(EXPIRY_DAY),
    };
    let history = invited(terms())
        .when(counter("ayu-1", 1, dearer))
        .then_events([Event::Agreement(AgreementEvent::OfferCountered {
            offer: offer.clone(),
            answers: 1,
            note: "two posts are more work".into(),
        })]);
    let row = history.collaboration("ayu-1");
    assert_eq!(row.state, CollaborationState::Countered);
    assert_eq!(row.offer(), Some(&offer));
    let by: Vec<_> = row.offers.iter().map(|made| made.by).collect();
    assert_eq!(by, [ActorKind::Brand, ActorKind::Creator]);
    assert_eq!(reserved(&history), terms().fee.minor);
    assert_eq!(history.campaign().open_invitations, 1);
}

#[test]
fn counter_answers_the_open_version_in_time() {
    let stale = Refusal::StaleOffer {
        expected: 2,
        actual: 1,
    };
    invited(terms())
        .when(counter("ayu-1", 2, terms()))
        .then_refused(stale);
    invited(terms())
        .when(counter("ayu-1", 1, terms()).by(ActorKind::Brand))
        .then_refused(only("the creator"));
    let expired_at = day(EXPIRY_DAY);
    invited(terms())
        .at(expired_at)
        .when(counter("ayu-1", 1, terms()))
        .then_refused(Refusal::OfferExpired { expired_at });
    let over = CollaborationVerb::Counter {
        offer_version: 1,
        terms: terms(),
        expires_at: Some(day(1)),
        note: "".into(),
    };
    invited(terms())
        .when(collaboration("ayu-1", over))
        .then_refused(field("expires_at"));
    let dollars = Terms {
        fee: money("USD", 1),
        ..terms()
    };
    invited(terms())
        .when(counter("ayu-1", 1, dollars))
        .then_refused(field("terms.fee"));
    // An answered offer is not open; a counter is not open to the side that made it.
    countered()
        .when(counter("ayu-1", 2, terms()))
        .then_refused(collaboration_is(CollaborationState::Countered));
    countered()
        .when(accept_version("ayu-1", 1))
        .then_refused(collaboration_is(CollaborationState::Countered));
}

#[test]
fn counter_in_another_campaign_state_goes_on_but_its_acceptance_waits() {
    let pause = CampaignVerb::Pause {
        reason: "stock".to_owned(),
    };
    let paused = invited(terms())
        .given(campaign(pause))
        .given(counter("ayu-1", 1, fee(1_500_000)));
    for answer in [accept_counter("ayu-1", 2), revised(2, terms())] {
        paused
            .clone()
            .when(answer)
            .then_refused(campaign_is(CampaignState::Paused));
    }
    paused
        .clone()
        .given(campaign(CampaignVerb::Resume))
        .given(accept_counter("ayu-1", 2));
    paused.given(reject_counter("ayu-1", 2));
}

#[test]
fn accepted_counter_pins_its_terms_by_the_brand() {
    let dearer = fee(1_500_000);
    let history = countered()
        .when(accept_counter("ayu-1", 2))
        .then_event(|event| match event {
            Event::Agreement(AgreementEvent::BriefAccepted(accepted)) => {
                assert_eq!(accepted.offer_version, 2);
                assert_eq!(accepted.terms_digest, dearer.digest());
            }
            other => panic!("{other:?}"),
        });
    let row = history.collaboration("ayu-1");
    assert_eq!(row.state, CollaborationState::Accepted);
    assert_eq!(row.terms(), Some(&dearer));
    assert_eq!(row.acceptance.clone().unwrap().by, actor(ActorKind::Brand));
    let campaign = history.campaign();
    assert_eq!(campaign.budget.reserved, 0);
    assert_eq!(campaign.budget.committed, dearer.fee.minor);
    assert_eq!(campaign.open_invitations, 0);
    assert_eq!(history.totals().counted.committed, dearer.fee.minor.into());
}

#[test]
fn counter_must_fit_the_budget_when_it_is_accepted() {
    let asked = |rupiah| {
        let counter = counter("ayu-1", 1, fee(rupiah));
        invited(terms())
            .given(invite("bima-1", "bima", fee(8_000_000)))
            .given(counter)
    };
    // Rp1,000,000 of the remaining Rp2,000,000 are reserved by the offer itself.
    asked(2_000_000).given(accept_counter("ayu-1", 2));
    asked(2_000_001)
        .when(accept_counter("ayu-1", 2))
        .then_refused(Refusal::BudgetExceeded {
            needed_minor: 1_000_000_100,
            cap_minor: 1_000_000_000,
        });
}

#[test]
fn answers_to_a_counter_name_its_version_and_are_the_brands() {
    type Answer = fn(u32) -> Request;
    let answers: [Answer; 3] = [
        |version| revised(version, terms()),
        |version| accept_counter("ayu-1", version),
        |version| reject_counter("ayu-1", version),
    ];
    for answer in answers {
        for version in [1, 3] {
            countered()
                .when(answer(version))
                .then_refused(Refusal::StaleOffer {
                    expected: version,
                    actual: 2,
                });
        }
        countered()
            .when(answer(2).by(ActorKind::Creator))
            .then_refused(only("the brand"));
        invited(terms())
            .when(answer(1))
            .then_refused(collaboration_is(CollaborationState::Invited));
        countered().given(answer(2));
    }
    let expired_at = day(EXPIRY_DAY);
    countered()
        .at(expired_at)
        .when(accept_counter("ayu-1", 2))
        .then_refused(Refusal::OfferExpired { expired_at });
    countered().at(expired_at).given(reject_counter("ayu-1", 2));
}

#[test]
fn revision_is_the_next_version_and_moves_the_reservation() {
    let history = countered().given(revised(2, fee(1_200_000)));
    let row = history.collaboration("ayu-1");
    assert_eq!(row.state, CollaborationState::Invited);
    assert_eq!(row.last_version, 3);
    assert_eq!(reserved(&history), rp(1_200_000).minor);
    history
        .clone()
        .when(accept_version("ayu-1", 2))
        .then_refused(Refusal::StaleOffer {
            expected: 2,
            actual: 3,
        });
    let accepted = history.given(accept_version("ayu-1", 3));
    assert_eq!(
        accepted.collaboration("ayu-1").terms(),
        Some(&fee(1_200_000))
    );
    assert_eq!(accepted.campaign().budget.total(), 120_000_000);
    // Only the difference must fit.
    countered().given(revised(2, fee(10_000_000)));
    countered()
        .when(revised(2, fee(10_000_001)))
        .then_refused(Refusal::BudgetExceeded {
            needed_minor: 1_000_000_100,
            cap_minor: 1_000_000_000,
        });
}

#[test]
fn negotiation_that_came_to_nothing_frees_what_it_held() {
    use CollaborationState::{Declined, Expired, Rejected, Withdrawn};
    let coded =
        || invited(terms_with_code("KOPI10")).given(counter("ayu-1", 1, terms_with_code("TEH10")));
    let late = collaboration("ayu-1", CollaborationVerb::Expire { offer_version: 2 });
    let ends = [
        (coded().given(reject_counter("ayu-1", 2)), Rejected),
        (coded().given(decline("ayu-1")), Declined),
        (coded().given(withdraw("ayu-1")), Withdrawn),
        (coded().at(day(EXPIRY_DAY)).given(late), Expired),
    ];
    for (history, state) in ends {
        assert_eq!(history.collaboration("ayu-1").state, state);
        let campaign = history.campaign();
        assert_eq!(campaign.budget.total(), 0);
        assert_eq!(campaign.open_invitations, 0);
        for answer in [accept_counter("ayu-1", 2), reject_counter("ayu-1", 2)] {
            history
                .clone()
                .when(answer)
                .then_refused(collaboration_is(state));
        }
        if state != Expired {
            history.given(invite("bima-1", "bima", terms_with_code("KOPI10")));
        }
    }
}

#[test]
fn code_goes_with_the_brands_latest_offer() {
    let bimas = |code| invite("bima-1", "bima", terms_with_code(code));
    let taken = || Refusal::CodeTaken {
        holder: id("ayu-1"),
    };
    let asked =
        invited(terms_with_code("KOPI10")).given(counter("ayu-1", 1, terms_with_code("TEH10")));
    // A code that a creator only asks for belongs to nobody yet.
    asked.clone().when(bimas("KOPI10")).then_refused(taken());
    asked.clone().given(bimas("TEH10"));
    asked
        .clone()
        .given(bimas("TEH10"))
        .when(accept_counter("ayu-1", 2))
        .then_refused(Refusal::CodeTaken {
            holder: id("bima-1"),
        });
    let agreed = [
        asked.clone().given(accept_counter("ayu-1", 2)),
        asked.given(revised(2, terms_with_code("TEH10"))),
    ];
    for history in agreed {
        history.clone().when(bimas("TEH10")).then_refused(taken());
        history.given(bimas("KOPI10"));
    }
}

#[test]
fn expiry_is_of_the_version_that_is_open() {
    let sooner = CollaborationVerb::Counter {
        offer_version: 1,
        terms: terms(),
        expires_at: Some(day(10)),
        note: "".into(),
    };
    let history = invited(terms()).given(collaboration("ayu-1", sooner));
    let expire =
        |offer_version| collaboration("ayu-1", CollaborationVerb::Expire { offer_version });
    history
        .clone()
        .at(later(day(10), -1))
        .when(expire(2))
        .then_refused(Refusal::OfferNotExpired {
            expires_at: day(10),
        });
    let due = history.at(day(10));
    due.clone()
        .when(expire(1))
        .then_refused(Refusal::StaleOffer {
            expected: 1,
            actual: 2,
        });
    due.given(expire(2));
}

#[test]
fn deliverables_are_those_of_the_version_accepted() {
    let mut two = terms();
    two.deliverables
        .push(promised("story", ContentFormat::Story));
    let history = invited(two)
        .given(counter("ayu-1", 1, terms()))
        .given(accept_counter("ayu-1", 2));
    let row = history.collaboration("ayu-1");
    let names: Vec<_> = row.deliverables.iter().map(|one| &one.terms.id).collect();
    assert_eq!(names, [&id::<DeliverableId>("review")]);
    assert_eq!(history.totals().delivery.accepted, 1);
}

#[test]
fn long_negotiation_keeps_its_latest_versions() {
    let mut history = invited(terms());
    for version in (1..60).step_by(2) {
        history = history
            .given(counter("ayu-1", version, fee(1_500_000)))
            .given(revised(version + 1, terms()));
    }
    let row = history.collaboration("ayu-1");
    assert_eq!(row.last_version, 61);
    assert_eq!(row.offers.len(), limits::KEPT_OFFERS);
    assert_eq!(row.offer().unwrap().version, 61);
    assert_eq!(reserved(&history), terms().fee.minor);
    history.given(accept_version("ayu-1", 61));
}

#[test]
fn close_ends_applications_and_counters_on_request() {
    let close = |withdraw_pending| campaign(CampaignVerb::Close { withdraw_pending });
    let pending = countered().given(apply("bima-1", "bima"));
    let refusal = Refusal::LiveWork {
        open_invitations: 1,
        applications: 1,
        live_collaborations: 0,
    };
    pending.clone().when(close(false)).then_refused(refusal);
    let reason = || PersonalText::Own(OwnWords::CampaignClosed);
    let history = pending.when(close(true)).then_events([
        Event::Campaign(CampaignEvent::CampaignClosed),
        Event::Agreement(AgreementEvent::InvitationWithdrawn { reason: reason() }),
        Event::Agreement(AgreementEvent::ApplicationRejected { reason: reason() }),
    ]);
    let campaign = history.campaign();
    assert_eq!((campaign.applications, campaign.open_invitations), (0, 0));
    assert_eq!(campaign.budget.total(), 0);
}

#[test]
fn creator_may_leave_until_something_is_published() {
    let event = || {
        Event::Agreement(AgreementEvent::CreatorWithdrew {
            reason: "no time after all".into(),
        })
    };
    for history in [accepted(terms()), submitted(), approved()] {
        let history = history.when(leave("ayu-1")).then_events([event()]);
        let row = history.collaboration("ayu-1");
        assert_eq!(row.state, CollaborationState::Cancelled);
        let campaign = history.campaign();
        assert_eq!(campaign.budget.total(), 0);
        assert_eq!(campaign.live_collaborations, 0);
        assert_eq!(history.totals().counted.committed, 0);
        history
            .clone()
            .when(leave("ayu-1"))
            .then_refused(collaboration_is(CollaborationState::Cancelled));
        history.given(invite("ayu-2", "ayu", terms()));
    }
    published()
        .when(leave("ayu-1"))
        .then_refused(Refusal::AlreadyPublished);
    accepted(terms())
        .when(leave("ayu-1").by(ActorKind::Brand))
        .then_refused(only("the creator"));
    invited(terms())
        .when(leave("ayu-1"))
        .then_refused(collaboration_is(CollaborationState::Invited));
}
