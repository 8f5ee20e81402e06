//! The agreement up to its acceptance.

use campaign_ledger::domain::state::PinnedTerms;
use campaign_ledger::domain::*;

use super::history::*;
use super::stories::*;
use crate::support::requests::*;

#[test]
fn offer_is_version_1_with_everything_promised() {
    let offer = Offer {
        version: 1,
        terms: terms(),
        expires_at: day(EXPIRY_DAY),
    };
    let history = opened()
        .when(invite("ayu-1", "ayu", terms()))
        .then_events([Event::Agreement(AgreementEvent::CreatorInvited {
            offer: offer.clone(),
            previous: None,
        })]);
    let row = history.collaboration("ayu-1");
    assert_eq!(row.state, CollaborationState::Invited);
    assert_eq!(row.offer(), Some(&offer));
    assert_eq!(row.terms(), None);
    assert_eq!(history.campaign().open_invitations, 1);
}

#[test]
fn acceptance_pins_terms_and_freezes_the_tier() {
    let digest = terms().digest();
    let history = invited(terms())
        .when(accept("ayu-1"))
        .then_events([Event::Agreement(AgreementEvent::BriefAccepted(
            BriefAccepted {
                offer_version: 1,
                tier: Tier::Micro,
                tier_scheme: "seed-v1".to_owned(),
                followers: followed_by(25_000)
                    .followers
                    .get(&Platform::Instagram.into())
                    .copied(),
                terms_digest: digest,
            },
        ))])
        .given(profile("ayu", 2_000_000));
    let row = history.collaboration("ayu-1");
    assert_eq!(row.state, CollaborationState::Accepted);
    assert_eq!(row.terms(), Some(&terms()));
    let acceptance = row.acceptance.clone().unwrap();
    assert_eq!(acceptance.tier, Tier::Micro);
    assert_eq!(acceptance.at, day(1));
    assert_eq!(acceptance.on_behalf_of, None);
    assert_eq!(history.campaign().open_invitations, 0);
    assert_eq!(history.campaign().live_collaborations, 1);
}

#[test]
fn terms_are_those_in_force_at_the_time() {
    let mut row = (*accepted(terms()).collaboration("ayu-1")).clone();
    let first = row.pinned[0].clone();
    let dearer = Terms {
        fee: rp(2_000_000),
        ..terms()
    };
    row.pinned.push(PinnedTerms {
        version: 2,
        terms: dearer.clone(),
        digest: dearer.digest(),
        from: later(first.from, 1),
    });
    assert_eq!(row.terms(), Some(&dearer));
    assert_eq!(row.terms_at(later(first.from, 1)), Some(&dearer));
    assert_eq!(row.terms_at(first.from), Some(&terms()));
    assert_eq!(row.terms_at(later(first.from, -1)), Some(&terms()));
}

/// Callers keep digests: the bytes behind them do not change.
#[test]
fn digest_of_terms_is_the_same_for_ever() {
    let hex = |digest: [u8; 32]| digest.map(|byte| format!("{byte:02x}")).concat();

    let first = "e1cd14c301584faa34239f1d56b7142f4d0aa9c7a67ea1a9f44c874b1daf6342";
    assert_eq!(hex(terms().digest()), first);
    let with_more = [
        Terms {
            review_hours: Some(48),
            ..terms()
        },
        Terms {
            attribution: AttributionTerms {
                lock_days: 14,
                ..terms().attribution
            },
            ..terms()
        },
    ];
    for more in with_more {
        assert_ne!(more.digest(), terms().digest());
    }
}

#[test]
fn bonus_is_in_the_currency_of_the_campaign() {
    let bonus = BonusTier {
        id: id("viral"),
        counter: Counter::Views,
        at_least: 100_000,
        amount: money("USD", 50_000),
    };
    let dollars = Terms {
        bonuses: vec![bonus],
        ..terms()
    };
    opened()
        .when(invite("ayu-1", "ayu", dollars))
        .then_refused(field("terms.bonuses[0].amount"));
}

#[test]
fn tier_is_unknown_without_followers_on_the_promised_platform() {
    let mut elsewhere = followed_by(50_000);
    let count = elsewhere
        .followers
        .remove(&Platform::Instagram.into())
        .unwrap();
    elsewhere.followers.insert(Platform::Youtube.into(), count);
    let profile = creator("ayu", CreatorVerb::RecordProfile { profile: elsewhere });
    invited(terms())
        .given(profile)
        .when(accept("ayu-1"))
        .then_event(|event| match event {
            Event::Agreement(AgreementEvent::BriefAccepted(accepted)) => {
                assert_eq!(accepted.tier, Tier::Unknown);
                assert_eq!(accepted.followers, None);
            }
            other => panic!("{other:?}"),
        });
}

#[test]
fn acceptance_names_the_version() {
    invited(terms())
        .when(accept_version("ayu-1", 2))
        .then_refused(Refusal::StaleOffer {
            expected: 2,
            actual: 1,
        });
}

#[test]
fn offer_that_is_over_when_it_is_made_is_refused() {
    let expires_at = day(EXPIRY_DAY);
    let invite = || invite("ayu-1", "ayu", terms());
    opened().at(later(expires_at, -1)).given(invite());
    for late in [expires_at, later(expires_at, 1)] {
        let refusal = Refusal::field("expires_at", "must be after now");
        opened().at(late).when(invite()).then_refused(refusal);
    }
}

#[test]
fn offer_is_open_until_just_before_it_expires() {
    let expires_at = day(EXPIRY_DAY);
    let history = invited(terms());
    history
        .clone()
        .at(later(expires_at, -1))
        .given(accept("ayu-1"));
    for late in [expires_at, later(expires_at, 1)] {
        history
            .clone()
            .at(late)
            .when(accept("ayu-1"))
            .then_refused(Refusal::OfferExpired {
                expired_at: expires_at,
            });
    }
}

#[test]
fn expiry_is_the_timers_and_not_before_its_time() {
    let expires_at = day(EXPIRY_DAY);
    let history = invited(terms());
    history
        .clone()
        .at(later(expires_at, -1))
        .when(expire("ayu-1"))
        .then_refused(Refusal::OfferNotExpired { expires_at });
    let due = history.at(expires_at);
    due.clone()
        .when(expire("ayu-1").by(ActorKind::Brand))
        .then_refused(only("the ledger itself"));
    let stale = CollaborationVerb::Expire { offer_version: 2 };
    due.clone()
        .when(collaboration("ayu-1", stale))
        .then_refused(Refusal::StaleOffer {
            expected: 2,
            actual: 1,
        });
    let expired = due.when(expire("ayu-1")).then_events([Event::Agreement(
        AgreementEvent::InvitationExpired { offer_version: 1 },
    )]);
    let row = expired.collaboration("ayu-1");
    assert_eq!(row.state, CollaborationState::Expired);
}

#[test]
fn each_answer_is_of_one_side() {
    use ActorKind::{Brand, Creator, System};
    let answers = [
        (accept("ayu-1"), [Brand, System], "the creator"),
        (decline("ayu-1"), [Brand, System], "the creator"),
        (withdraw("ayu-1"), [Creator, System], "the brand"),
        (
            invite("bima-1", "bima", terms()),
            [Creator, System],
            "the brand",
        ),
    ];
    for (answer, others, allowed) in answers {
        for other in others {
            invited(terms())
                .when(answer.clone().by(other))
                .then_refused(only(allowed));
        }
    }
}

#[test]
fn acceptance_on_behalf_of_the_creator_says_so() {
    let request = accept("ayu-1")
        .by(ActorKind::Brand)
        .on_behalf_of(ActorKind::Creator);
    let history = invited(terms()).given(request.clone());
    let acceptance = history.collaboration("ayu-1").acceptance.clone().unwrap();
    assert_eq!(acceptance.by, actor(ActorKind::Brand));
    assert_eq!(acceptance.on_behalf_of, request.on_behalf_of);
    let record = history.ledger.records.last().unwrap();
    assert_eq!(record.on_behalf_of, request.on_behalf_of);
}

#[test]
fn every_answer_ends_or_accepts_and_nothing_follows_it() {
    use CollaborationState::{Accepted, Declined, Expired, Withdrawn};
    let open = invited(terms());
    let ends = [
        (open.clone().given(accept("ayu-1")), Accepted),
        (open.clone().given(decline("ayu-1")), Declined),
        (open.clone().given(withdraw("ayu-1")), Withdrawn),
        (open.at(day(EXPIRY_DAY)).given(expire("ayu-1")), Expired),
    ];
    for (history, state) in ends {
        assert_eq!(history.collaboration("ayu-1").state, state);
        let answers = [
            accept("ayu-1"),
            decline("ayu-1"),
            withdraw("ayu-1"),
            expire("ayu-1"),
        ];
        for answer in answers {
            history
                .clone()
                .when(answer)
                .then_refused(collaboration_is(state));
        }
    }
}

#[test]
fn offer_past_its_time_can_still_be_declined_or_withdrawn() {
    for answer in [decline("ayu-1"), withdraw("ayu-1")] {
        invited(terms()).at(day(41)).given(answer);
    }
}

#[test]
fn second_invitation_while_one_is_live_is_refused() {
    let again = invite("ayu-2", "ayu", terms());
    let live: CollaborationId = id("ayu-1");
    for history in [invited(terms()), accepted(terms()), submitted()] {
        history
            .when(again.clone())
            .then_refused(Refusal::AlreadyActive { live: live.clone() });
    }
}

#[test]
fn invitation_after_the_end_is_linked_to_the_one_before() {
    let ended = [
        invited(terms()).given(decline("ayu-1")),
        accepted(terms()).given(cancel("ayu-1")),
        completed(),
    ];
    for history in ended {
        let again = history.given(invite("ayu-2", "ayu", terms()));
        let row = again.collaboration("ayu-2");
        assert_eq!(row.previous, Some(id("ayu-1")));
    }
}

#[test]
fn collaboration_id_is_taken_for_good() {
    invited(terms())
        .given(decline("ayu-1"))
        .when(invite("ayu-1", "ayu", terms()))
        .then_refused(Refusal::AlreadyExists {
            what: "collaboration",
            id: "ayu-1".to_owned(),
        });
}

#[test]
fn unknown_collaboration_is_not_found() {
    let missing = Refusal::NotFound {
        what: Unknown::Collaboration,
        id: "ayu-9".to_owned(),
    };
    let complete = collaboration("ayu-9", CollaborationVerb::Complete);
    let requests = [
        accept("ayu-9"),
        decline("ayu-9"),
        withdraw("ayu-9"),
        expire("ayu-9"),
        ship("ayu-9", "s-1"),
        complete,
        cancel("ayu-9"),
        submit("ayu-9", "review"),
        convert_order(sale_by("o-1", rp(1), "ayu-9")),
    ];
    for request in requests {
        opened().when(request).then_refused(missing.clone());
    }
}

#[test]
fn fee_is_in_the_reporting_currency() {
    let dollars = Terms {
        fee: money("USD", 10_000),
        ..terms()
    };
    opened()
        .when(invite("ayu-1", "ayu", dollars))
        .then_refused(field("terms.fee"));
}

#[test]
fn code_is_of_one_live_collaboration() {
    let ayus = invited(terms_with_code("KOPI10"));
    let bimas = invite("bima-1", "bima", terms_with_code("kopi10"));
    let holder: CollaborationId = id("ayu-1");
    ayus.clone()
        .when(bimas.clone())
        .then_refused(Refusal::CodeTaken { holder });
    ayus.clone().given(decline("ayu-1")).given(bimas.clone());
    ayus.given(accept("ayu-1"))
        .given(cancel("ayu-1"))
        .given(bimas);
}
