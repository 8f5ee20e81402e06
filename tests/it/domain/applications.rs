//! Creators who apply.

use campaign_ledger::domain::*;

use super::history::*;
use super::stories::*;
use crate::support::requests::*;

fn offered(terms: Terms) -> Request {
    send_offer("ayu-1", terms, day(EXPIRY_DAY))
}

/// Returns a history in which Ayu has applied as `ayu-1`.
fn applied() -> History {
    opened().given(apply("ayu-1", "ayu"))
}

#[test]
fn application_holds_nothing_of_the_budget() {
    let history = opened()
        .when(apply("ayu-1", "ayu"))
        .then_events([Event::Agreement(AgreementEvent::CreatorApplied {
            message: "we roast at home".into(),
            fee: None,
            previous: None,
        })]);
    let row = history.collaboration("ayu-1");
    assert_eq!(row.state, CollaborationState::Applied);
    assert_eq!((row.offer(), row.invited_at), (None, None));
    let campaign = history.campaign();
    assert_eq!((campaign.applications, campaign.open_invitations), (1, 0));
    assert_eq!(campaign.budget.total(), 0);
}

#[test]
fn application_keeps_the_guards_of_its_campaign_and_its_pair() {
    let pause = CampaignVerb::Pause {
        reason: "stock".to_owned(),
    };
    opened()
        .given(campaign(pause))
        .when(apply("ayu-1", "ayu"))
        .then_refused(campaign_is(CampaignState::Paused));
    opened()
        .when(apply("ayu-1", "ayu").by(ActorKind::Brand))
        .then_refused(only("the creator"));
    let reason = "a controversy".into();
    opened()
        .given(creator("ayu", CreatorVerb::Block { reason }))
        .when(apply("ayu-1", "ayu"))
        .then_refused(Refusal::CreatorBlocked);
    let unknown = Refusal::NotFound {
        what: Unknown::Creator,
        id: "zaki".to_owned(),
    };
    opened().when(apply("zaki-1", "zaki")).then_refused(unknown);
    let live = || Refusal::AlreadyActive { live: id("ayu-1") };
    applied().when(apply("ayu-2", "ayu")).then_refused(live());
    applied()
        .when(invite("ayu-2", "ayu", terms()))
        .then_refused(live());
    invited(terms())
        .when(apply("ayu-2", "ayu"))
        .then_refused(live());
    let dollars = CollaborationVerb::Apply {
        creator: id("ayu"),
        message: "".into(),
        fee: Some(money("USD", 1)),
    };
    opened()
        .when(collaboration("ayu-1", dollars))
        .then_refused(field("fee"));
}

#[test]
fn offer_to_an_applicant_is_version_1_and_reserves_its_fee() {
    let offer = Offer {
        version: 1,
        terms: terms(),
        expires_at: day(EXPIRY_DAY),
    };
    let history = applied()
        .when(offered(terms()))
        .then_events([Event::Agreement(AgreementEvent::OfferSent { offer })]);
    let campaign = history.campaign();
    assert_eq!((campaign.applications, campaign.open_invitations), (0, 1));
    assert_eq!(campaign.budget.reserved, terms().fee.minor);
    assert_eq!(history.collaboration("ayu-1").invited_at, Some(day(1)));
    let accepted = history.given(accept("ayu-1"));
    assert_eq!(accepted.collaboration("ayu-1").terms(), Some(&terms()));
}

#[test]
fn offer_to_an_applicant_keeps_the_guards_of_an_invitation() {
    let dear = Terms {
        fee: rp(10_000_001),
        ..terms()
    };
    applied()
        .when(offered(dear))
        .then_refused(Refusal::BudgetExceeded {
            needed_minor: 1_000_000_100,
            cap_minor: 1_000_000_000,
        });
    applied()
        .when(offered(terms()).by(ActorKind::Creator))
        .then_refused(only("the brand"));
    applied()
        .at(day(EXPIRY_DAY))
        .when(offered(terms()))
        .then_refused(field("expires_at"));
    applied()
        .given(invite("bima-1", "bima", terms_with_code("KOPI10")))
        .when(offered(terms_with_code("kopi10")))
        .then_refused(Refusal::CodeTaken {
            holder: id("bima-1"),
        });
    let reason = "a controversy".into();
    applied()
        .given(creator("ayu", CreatorVerb::Block { reason }))
        .when(offered(terms()))
        .then_refused(Refusal::CreatorBlocked);
    let mut choosy = plan();
    choosy.policy.vetting_required = true;
    opened_as(choosy)
        .given(apply("ayu-1", "ayu"))
        .when(offered(terms()))
        .then_refused(Refusal::VettingMissing);
    for history in [invited(terms()), accepted(terms())] {
        let state = history.collaboration("ayu-1").state;
        history
            .when(offered(terms()))
            .then_refused(collaboration_is(state));
    }
}

#[test]
fn rejected_application_ends_and_frees_the_pair() {
    let history = applied()
        .when(reject_application("ayu-1"))
        .then_events([Event::Agreement(AgreementEvent::ApplicationRejected {
            reason: "another niche".into(),
        })]);
    assert_eq!(history.campaign().applications, 0);
    let row = history.collaboration("ayu-1");
    assert_eq!(row.state, CollaborationState::Rejected);
    for answer in [
        offered(terms()),
        reject_application("ayu-1"),
        decline("ayu-1"),
    ] {
        history
            .clone()
            .when(answer)
            .then_refused(collaboration_is(CollaborationState::Rejected));
    }
    let again = history.given(apply("ayu-2", "ayu"));
    assert_eq!(again.collaboration("ayu-2").previous, Some(id("ayu-1")));
}

#[test]
fn nothing_but_an_answer_of_the_brand_fits_an_application() {
    let terms = terms();
    for answer in [
        accept("ayu-1"),
        decline("ayu-1"),
        withdraw("ayu-1"),
        counter("ayu-1", 1, terms.clone()),
        revise("ayu-1", 1, terms, day(EXPIRY_DAY)),
        accept_counter("ayu-1", 1),
        reject_counter("ayu-1", 1),
        expire("ayu-1"),
        leave("ayu-1"),
    ] {
        applied()
            .when(answer)
            .then_refused(collaboration_is(CollaborationState::Applied));
    }
}
