//! JOINT posts and orders: one fact, several collaborations, basis points that add to 10,000.

use campaign_ledger::domain::*;

use super::costs::unrated;
use super::engagement::{likes, observe};
use super::history::*;
use super::stories::*;
use crate::support::requests::*;

fn joint_terms() -> Terms {
    Terms {
        deliverables: vec![promised("duet", ContentFormat::Joint)],
        ..terms()
    }
}

fn duet(parts: &[(&str, u32)]) -> Publish {
    Publish {
        shares: shares(parts),
        ..live("post-1")
    }
}

/// Returns a history in which Ayu and Bima have accepted; it is day 16.
fn both_accepted() -> History {
    with_bima(accepted(joint_terms()), terms()).at(day(16))
}

#[test]
fn joint_post_needs_shares_and_no_other_has_any() {
    both_accepted()
        .when(publish("ayu-1", "duet", live("post-1")))
        .then_refused(field("shares"))
        .when(publish(
            "bima-1",
            "review",
            duet(&[("ayu-1", 5_000), ("bima-1", 5_000)]),
        ))
        .then_refused(field("shares"));
}

#[test]
fn joint_post_names_its_publisher_and_only_accepted_collaborations() {
    let with_cici =
        both_accepted()
            .given(profile("cici", 12_000))
            .given(invite("cici-1", "cici", terms()));
    with_cici
        .when(publish("ayu-1", "duet", duet(&[("bima-1", 10_000)])))
        .then_refused(field("shares"))
        .when(publish(
            "ayu-1",
            "duet",
            duet(&[("ayu-1", 1), ("cici-1", 9_999)]),
        ))
        .then_refused(Refusal::NotAccepted {
            collaboration: id("cici-1"),
        })
        .when(publish(
            "ayu-1",
            "duet",
            duet(&[("ayu-1", 1), ("dodi-1", 9_999)]),
        ))
        .then_refused(Refusal::NotFound {
            what: Unknown::Collaboration,
            id: "dodi-1".to_owned(),
        });
}

#[test]
fn joint_post_counts_once_for_the_campaign_and_for_each_credited() {
    let parts = [("ayu-1", 7_500), ("bima-1", 2_500)];
    let history = both_accepted().given(publish("ayu-1", "duet", duet(&parts)));
    assert!(history.publication("ayu-1", "post-1").is_joint());
    assert_eq!(history.totals().counted.posts, 1);
    assert_eq!(history.totals_of("ayu-1").counted.posts, 1);
    assert_eq!(history.totals_of("bima-1").counted.posts, 1);
    assert_eq!(history.totals().delivery.published, 1);
    assert_eq!(history.totals_of("bima-1").delivery.published, 0);
}

#[test]
fn joint_engagement_is_split_exactly() {
    let parts = [("ayu-1", 3_333), ("bima-1", 6_667)];
    let history = both_accepted()
        .given(publish("ayu-1", "duet", duet(&parts)))
        .given(observe(day(16), likes(1_001)));
    let key = Audience::HEADLINE;
    let sum = |totals: Totals| totals.counted.engagement[&key].engagements;
    let value = |value| Sum { value, posts: 1 };
    assert_eq!(sum(history.totals()), value(1_001 * 10_000));
    assert_eq!(sum(history.totals_of("ayu-1")), value(1_001 * 3_333));
    assert_eq!(sum(history.totals_of("bima-1")), value(1_001 * 6_667));
}

#[test]
fn joint_order_is_split_to_whole_rupiah_with_the_rest_on_the_last() {
    let claim = Claim {
        joint_shares: shares(&[("ayu-1", 3_333), ("bima-1", 6_667)]),
        ..sale("o-1", rp(100_001))
    };
    let credit = |collaboration, creator, share_bp, amount: Money| Credit {
        collaboration: id(collaboration),
        creator: id(creator),
        share_bp,
        amount_minor: amount.minor,
        after_termination: false,
    };
    let history = both_accepted()
        .when(convert_order(claim))
        .then_event(|event| match event {
            Event::Revenue(RevenueEvent::ConversionRecorded(recorded)) => {
                assert_eq!(recorded.basis, AttributionBasis::Joint);
                assert_eq!(
                    recorded.credits,
                    [
                        credit("ayu-1", "ayu", 3_333, rp(33_330)),
                        credit("bima-1", "bima", 6_667, rp(66_671)),
                    ]
                );
            }
            other => panic!("{other:?}"),
        });
    assert_eq!(history.totals().counted.gross, 10_000_100);
    let sales = |totals: Totals| totals.counted.conversions[&ConversionType::Sale].attributed_bp;
    assert_eq!(sales(history.totals()), 10_000);
    assert_eq!(sales(history.totals_of("ayu-1")), 3_333);
    assert_eq!(sales(history.totals_of("bima-1")), 6_667);
}

#[test]
fn joint_order_names_only_accepted_collaborations() {
    let claim = Claim {
        joint_shares: shares(&[("ayu-1", 5_000), ("bima-1", 5_000)]),
        ..sale("o-1", rp(100_000))
    };
    accepted(terms())
        .given(invite("bima-1", "bima", terms()))
        .when(convert_order(claim))
        .then_refused(Refusal::NotAccepted {
            collaboration: id("bima-1"),
        });
}

#[test]
fn refunds_of_a_joint_order_leave_nothing_behind() {
    let claim = Claim {
        joint_shares: shares(&[("ayu-1", 3_333), ("bima-1", 6_667)]),
        ..sale("o-1", rp(101))
    };
    let refund_of = |name: &str, rupiah| refund(refunded("o-1", name, rp(rupiah)));
    let history = both_accepted()
        .given(convert_order(claim))
        .at(day(17))
        .given(refund_of("r-1", 50))
        .given(refund_of("r-2", 50))
        .given(refund_of("r-3", 1));
    for totals in [
        history.totals(),
        history.totals_of("ayu-1"),
        history.totals_of("bima-1"),
    ] {
        assert_eq!(totals.counted.net_revenue(), 0);
    }
}

#[test]
fn refunds_of_a_foreign_joint_order_leave_nothing_behind() {
    let claim = Claim {
        joint_shares: shares(&[("ayu-1", 3_333), ("bima-1", 6_667)]),
        ..sale("o-1", money("USD", 100))
    };
    let refund_of = |name: &str, cents| refund(refunded("o-1", name, money("USD", cents)));
    let history = both_accepted().given(convert_order(claim)).at(day(17));
    let dollars = |totals: Totals| totals.counted.foreign_revenue;
    assert_eq!(
        dollars(history.totals()),
        [(id("USD"), unrated(100, 1))].into()
    );
    assert_eq!(
        dollars(history.totals_of("ayu-1")),
        [(id("USD"), unrated(33, 1))].into()
    );
    let history = history
        .given(refund_of("r-1", 50))
        .given(refund_of("r-2", 50));
    for totals in [
        history.totals(),
        history.totals_of("ayu-1"),
        history.totals_of("bima-1"),
    ] {
        assert_eq!(dollars(totals), [(id("USD"), unrated(0, 1))].into());
    }
}

#[test]
fn amount_without_a_rate_is_split_to_the_increment_of_its_own_currency() {
    let mut dollars = plan();
    dollars.currency = id("USD");
    dollars.budget_cap_minor = Some(1_000_000);
    let mut free = joint_terms();
    free.fee = money("USD", 100);
    let claim = Claim {
        joint_shares: shares(&[("ayu-1", 3_333), ("bima-1", 6_667)]),
        ..sale("o-1", money("IDR", 100_050))
    };
    let ayus = opened_as(dollars)
        .given(invite("ayu-1", "ayu", free.clone()))
        .given(accept("ayu-1"));
    let history = with_bima(ayus, free)
        .at(day(16))
        .given(convert_order(claim));
    let rupiah = |totals: Totals| totals.counted.foreign_revenue[&id("IDR")].minor;
    assert_eq!(rupiah(history.totals_of("ayu-1")), 33_300);
    assert_eq!(rupiah(history.totals_of("bima-1")), 66_750);
    let history = history
        .at(day(17))
        .given(refund(refunded("o-1", "r-1", money("IDR", 100_050))));
    for totals in [
        history.totals(),
        history.totals_of("ayu-1"),
        history.totals_of("bima-1"),
    ] {
        assert_eq!(totals.counted.foreign_revenue[&id("IDR")].minor, 0);
    }
}
