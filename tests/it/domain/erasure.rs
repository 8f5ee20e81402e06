//! Erased creators, and the legal holds that keep them.

use campaign_ledger::domain::rows::{Key, Rows, Scan};
use campaign_ledger::domain::state::{
    Collaboration, Creator, LiveCollaboration, Occurrence, Pair, erased_creators,
};
use campaign_ledger::domain::*;

use super::engagement::{likes, observe};
use super::history::*;
use super::stories::*;
use crate::support::histories;
use crate::support::ledger::Ledger;
use crate::support::requests::*;

fn erase_ayu() -> Request {
    erase("ayu", ErasureGround::RequestOfThePerson, "ticket 17")
}

fn erased(history: History) -> History {
    history.given(erase_ayu())
}

fn live() -> Refusal {
    Refusal::AgreementLive {
        live: Box::new(place("ayu-1")),
    }
}

fn row(history: &History) -> Creator {
    let creator = CreatorRef {
        brand: id(BRAND),
        creator: id("ayu"),
    };
    (*history.ledger.row::<Creator>(&Creator::key(&creator))).clone()
}

#[test]
fn creator_is_erased_once_whatever_the_second_ground() {
    let history =
        opened()
            .when(erase_ayu())
            .then_events([Event::Creator(CreatorEvent::CreatorErased {
                ground: ErasureGround::RequestOfThePerson,
                reference: Reference::parse("ticket 17").unwrap(),
            })]);
    let position = history.head();
    let again = erase("ayu", ErasureGround::Unlawful, "another ticket");
    let history = history
        .given(profile("ayu", 30_000))
        .when(again)
        .then_happened_at(position);
    let erasure = row(&history).erasure.unwrap();
    assert_eq!(
        erasure.erased,
        Occurrence {
            at: day(1),
            position
        }
    );
    assert_eq!(erasure.ground, ErasureGround::RequestOfThePerson);
    assert_eq!(erasure.reference.as_str(), "ticket 17");
}

#[test]
fn erasure_happens_when_it_is_recorded() {
    let mut request = erase_ayu();
    request.occurred_at = Some(day(0));
    let history = opened().at(day(3)).given(request);
    let erasure = row(&history).erasure.unwrap();
    assert_eq!(erasure.erased.at, day(3));
}

#[test]
fn only_the_brand_erases_and_only_whom_it_knows() {
    for side in [ActorKind::Creator, ActorKind::System] {
        let requests = [
            erase_ayu(),
            place_legal_hold("ayu", "court"),
            release_legal_hold("ayu", "court"),
        ];
        for request in requests {
            opened().when(request.by(side)).then_not_theirs();
        }
    }
    let missing = Refusal::NotFound {
        what: Unknown::Creator,
        id: "cici".to_owned(),
    };
    opened()
        .when(erase("cici", ErasureGround::Child, "t"))
        .then_refused(missing.clone())
        .when(place_legal_hold("cici", "court"))
        .then_refused(missing.clone())
        .when(release_legal_hold("cici", "court"))
        .then_refused(missing);
}

#[test]
fn creator_with_a_live_agreement_is_not_erased() {
    let countered = invited(terms()).given(counter("ayu-1", 1, terms()));
    for history in [
        invited(terms()),
        opened().given(apply("ayu-1", "ayu")),
        countered,
        accepted(terms()),
        published(),
    ] {
        history.when(erase_ayu()).then_refused(live());
    }
}

#[test]
fn creator_whose_agreements_have_ended_is_erased() {
    let expired = invited(terms()).at(day(EXPIRY_DAY)).given(expire("ayu-1"));
    for history in [
        invited(terms()).given(decline("ayu-1")),
        invited(terms()).given(withdraw("ayu-1")),
        expired,
        accepted(terms()).given(cancel("ayu-1")),
        completed(),
    ] {
        erased(history);
    }
}

#[test]
fn agreements_of_others_are_in_nobodys_way() {
    let history = with_bima(opened(), terms());
    erased(history)
        .when(erase("bima", ErasureGround::Objection, "t"))
        .then_refused(Refusal::AgreementLive {
            live: Box::new(place("bima-1")),
        });
    let history = invited(terms()).given(profile("ayu", 1).in_brand("teh"));
    history.given(erase_ayu().in_brand("teh"));
}

/// Whatever happens, the index names the collaborations that have not ended.
#[test]
fn live_collaborations_are_those_that_have_not_ended() {
    for seed in 0..4 {
        let mut ledger = Ledger::default();
        for step in histories::from_seed(seed, 300) {
            let _refused_or_not = ledger.ask(&step.request, step.at);
        }
        let Ok(live) = ledger
            .rows
            .page::<LiveCollaboration>(Scan::of(&Key::of::<LiveCollaboration>()), usize::MAX);
        let live: Vec<_> = live.iter().map(|(_, row)| &row.collaboration).collect();
        for place in &live {
            let row = ledger.row::<Collaboration>(&Collaboration::key(place));
            assert!(!row.state.is_ended(), "{place:?}");
        }
        let Ok(all) = ledger
            .rows
            .page::<Collaboration>(Scan::of(&Key::of::<Collaboration>()), usize::MAX);
        let unended = all.iter().filter(|(_, row)| !row.state.is_ended());
        assert_eq!(unended.count(), live.len());
        assert!(!live.is_empty());
    }
}

#[test]
fn second_agreement_is_in_the_way_after_the_first_has_ended() {
    invited(terms())
        .given(decline("ayu-1"))
        .given(invite("ayu-2", "ayu", terms()))
        .when(erase_ayu())
        .then_refused(Refusal::AgreementLive {
            live: Box::new(place("ayu-2")),
        })
        .given(withdraw("ayu-2"))
        .given(erase_ayu());
}

#[test]
fn open_application_in_an_ended_campaign_is_in_nobodys_way() {
    // More applications than the command ends itself: the rest has no event of its own yet.
    let mut history = opened();
    for number in 0..30 {
        let name = format!("c{number:02}");
        history = history
            .given(profile(&name, 1_000))
            .given(apply(&name, &name));
    }
    let cancel = CampaignVerb::Cancel {
        reason: "recall".to_owned(),
    };
    let cancelled = history.given(campaign(cancel));
    let last = cancelled.collaboration("c29");
    assert_eq!(last.state, CollaborationState::Applied);
    cancelled.given(erase("c29", ErasureGround::NoLongerNeeded, "t"));
}

#[test]
fn legal_hold_keeps_a_creator_until_the_last_is_released() {
    let kept = |hold| Refusal::LegalHold { hold: id(hold) };
    let history = opened()
        .given(place_legal_hold("ayu", "court"))
        .given(place_legal_hold("ayu", "tax"))
        .when(erase_ayu())
        .then_refused(kept("court"))
        .given(release_legal_hold("ayu", "court"))
        .when(erase_ayu())
        .then_refused(kept("tax"));
    let [hold] = &row(&history).legal_holds[..] else {
        panic!("one hold is on");
    };
    assert_eq!(hold.id, id("tax"));
    assert_eq!(hold.ground, LegalHoldGround::Litigation);
    assert_eq!(hold.reference.as_str(), "case 4");
    let history = erased(history.given(release_legal_hold("ayu", "tax")));
    assert!(row(&history).legal_holds.is_empty());
}

#[test]
fn legal_hold_comes_before_a_live_agreement() {
    accepted(terms())
        .given(place_legal_hold("ayu", "court"))
        .when(erase_ayu())
        .then_refused(Refusal::LegalHold { hold: id("court") })
        .given(release_legal_hold("ayu", "court"))
        .when(erase_ayu())
        .then_refused(live());
}

#[test]
fn legal_hold_stops_nothing_else() {
    opened()
        .given(place_legal_hold("ayu", "court"))
        .given(invite("ayu-1", "ayu", terms()))
        .given(accept("ayu-1"))
        .given(submit("ayu-1", "review"));
}

#[test]
fn id_of_a_legal_hold_is_used_once() {
    let taken = || Refusal::AlreadyExists {
        what: "legal hold",
        id: "court".to_owned(),
    };
    let unknown = Refusal::NotFound {
        what: Unknown::LegalHold,
        id: "tax".to_owned(),
    };
    opened()
        .given(place_legal_hold("ayu", "court"))
        .when(place_legal_hold("ayu", "court"))
        .then_refused(taken())
        .given(release_legal_hold("ayu", "court"))
        .when(place_legal_hold("ayu", "court"))
        .then_refused(taken())
        .when(release_legal_hold("ayu", "court"))
        .then_refused(Refusal::HoldReleased)
        .when(release_legal_hold("ayu", "tax"))
        .then_refused(unknown)
        .given(place_legal_hold("bima", "court"));
}

#[test]
fn twenty_legal_holds_may_be_on() {
    let mut history = opened();
    for number in 0..limits::MAX_LEGAL_HOLDS {
        history = history.given(place_legal_hold("ayu", &format!("h{number}")));
    }
    history
        .when(place_legal_hold("ayu", "one-more"))
        .then_refused(Refusal::LimitReached {
            collection: "legal holds of a creator that are on",
            limit: 20,
        })
        .given(release_legal_hold("ayu", "h0"))
        .given(place_legal_hold("ayu", "one-more"));
}

#[test]
fn nobody_works_with_an_erased_creator_again() {
    let history = erased(opened());
    let position = history.head();
    let gone = || Refusal::CreatorErased { position };
    let reason = PersonalText::from("a controversy");
    history
        .when(invite("ayu-1", "ayu", terms()))
        .then_refused(gone())
        .when(apply("ayu-1", "ayu"))
        .then_refused(gone())
        .when(place_legal_hold("ayu", "court"))
        .then_refused(gone())
        // That they are erased says more than that they are blocked.
        .given(creator("ayu", CreatorVerb::Block { reason }))
        .when(invite("ayu-1", "ayu", terms()))
        .then_refused(gone());
}

#[test]
fn erased_creator_matches_no_campaign() {
    let history = erased(opened());
    let [.., not_blocked, _, _] =
        criteria_of(&history.campaign(), &row(&history), &Pair::default());
    assert_eq!(not_blocked.criterion, Criterion::NotBlocked);
    assert!(!not_blocked.met);
    assert_eq!(not_blocked.found, "erased");
}

#[test]
fn what_is_said_about_an_erased_creator_is_accepted() {
    let reason = || PersonalText::from("?");
    let history = erased(opened())
        .given(profile("ayu", 30_000))
        .given(assess("ayu", fitting()))
        .given(raise("ayu", "f-1"))
        .given(clear("ayu", "f-1"))
        .given(creator("ayu", CreatorVerb::Block { reason: reason() }))
        .given(creator("ayu", CreatorVerb::Unblock { reason: reason() }));
    assert!(row(&history).erasure.is_some());
}

#[test]
fn measurement_and_settlement_go_on_under_the_id() {
    let bought = convert_order(sale_by("o-1", rp(90_000), "ayu-1"));
    let history = erased(completed())
        .given(observe(day(16), likes(1_000)))
        .given(bought);
    let counted = history.totals_of("ayu-1").counted;
    assert_eq!(counted.engagement[&Audience::HEADLINE].engagements.posts, 1);
    assert_eq!(
        counted.conversions[&ConversionType::Sale].attributed_bp,
        10_000
    );
}

#[test]
fn start_finds_the_erased_of_all_brands() {
    let history = erased(opened())
        .given(profile("dewi", 1).in_brand("teh"))
        .given(erase("dewi", ErasureGround::Child, "t").in_brand("teh"));
    let found = erased_creators(&history.ledger.rows).unwrap();
    let names: Vec<_> = found
        .iter()
        .map(|one| format!("{}/{}", one.brand, one.creator))
        .collect();
    assert_eq!(names, [format!("{BRAND}/ayu"), "teh/dewi".to_owned()]);
    let replayed = history.as_of(history.head());
    assert_eq!(erased_creators(&replayed.ledger.rows).unwrap(), found);
}
