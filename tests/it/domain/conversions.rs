//! Conversions: each order is credited once; foreign money; absent values.

use campaign_ledger::domain::*;

use super::costs::unrated;
use super::history::*;
use super::stories::*;
use crate::support::requests::*;

#[track_caller]
pub fn recorded(event: &Event) -> &ConversionRecorded {
    match event {
        Event::Revenue(RevenueEvent::ConversionRecorded(recorded)) => recorded,
        other => panic!("{other:?}"),
    }
}

/// Ayu's sale of Rp250,000 as order `o-1`.
fn ayus_sale() -> Claim {
    sale_by("o-1", rp(250_000), "ayu-1")
}

#[test]
fn order_value_becomes_revenue_of_campaign_and_collaboration() {
    let history = published()
        .when(convert_order(ayus_sale()))
        .then_event(|event| {
            let conversion = recorded(event);
            assert_eq!(conversion.basis, AttributionBasis::Link);
            assert_eq!(conversion.unattributed, None);
            assert_eq!(conversion.reporting_minor, Some(25_000_000));
            assert_eq!(conversion.timing, FactTiming::OnTime);
            let credit = Credit {
                collaboration: id("ayu-1"),
                creator: id("ayu"),
                share_bp: 10_000,
                amount_minor: 25_000_000,
                after_termination: false,
            };
            assert_eq!(conversion.credits, [credit]);
        });
    for totals in [history.totals(), history.totals_of("ayu-1")] {
        assert_eq!(totals.counted.gross, 25_000_000);
        assert_eq!(totals.counted.conversions_bp(), 10_000);
    }
}

#[test]
fn same_claim_again_is_no_new_event() {
    let history = published().given(convert_order(ayus_sale()));
    let first = history.head();
    history
        .when(convert_order(ayus_sale()))
        .then_happened_at(first);
}

#[test]
fn second_claim_of_an_order_is_kept_as_evidence() {
    let history = with_bima(published(), terms()).given(convert_order(ayus_sale()));
    let winner = history.head();
    let bimas = sale_by("o-1", rp(260_000), "bima-1");
    let history = history
        .when(convert_order(bimas))
        .then_events([Event::Revenue(RevenueEvent::ConversionRejected(
            ConversionRejected {
                why: ClaimRejection::DuplicateOrder,
                order: order("o-1"),
                winner,
                winner_campaign: id(CAMPAIGN),
                winner_collaborations: vec![id("ayu-1")],
                claimed: vec![id("bima-1")],
                value: Some(rp(260_000)),
                ordered_at: day(16),
                kind: ConversionType::Sale,
                quantity: 1,
                code: None,
            },
        ))]);
    assert_eq!(history.totals().counted.gross, 25_000_000);
    assert_eq!(history.totals().rejected_claims, 1);
    assert_eq!(
        history.order("o-1").conversion.as_ref().unwrap().position,
        winner
    );
}

#[test]
fn order_has_one_winner_across_campaigns() {
    let claim = convert_order(sale("o-1", rp(250_000)));
    let in_second = |request: Request| request.in_campaign("second");
    let history = published()
        .given(in_second(campaign(CampaignVerb::Create { plan: plan() })))
        .given(claim.clone());
    let winner = history.head();
    history
        .when(in_second(claim))
        .then_event(|event| match event {
            Event::Revenue(RevenueEvent::ConversionRejected(rejected)) => {
                assert_eq!(rejected.winner, winner);
                assert_eq!(rejected.winner_campaign, id(CAMPAIGN));
            }
            other => panic!("{other:?}"),
        });
}

#[test]
fn order_of_another_source_or_brand_is_another_order() {
    let mut kiosk = ayus_sale();
    kiosk.order.source = id("kiosk");
    published()
        .given(campaign(CampaignVerb::Create { plan: plan() }).in_brand("teh"))
        .given(convert_order(ayus_sale()))
        .when(convert_order(kiosk))
        .then_event(|event| assert_eq!(recorded(event).basis, AttributionBasis::Link))
        .when(convert_order(sale("o-1", rp(1))).in_brand("teh"))
        .then_event(|event| assert_eq!(recorded(event).basis, AttributionBasis::None));
}

#[test]
fn unattributed_value_is_no_revenue() {
    let history = published().given(convert_order(sale("o-1", rp(90_000))));
    let totals = history.totals().counted;
    assert_eq!((totals.gross, totals.unattributed), (0, 9_000_000));
    let sales = totals.conversions[&ConversionType::Sale];
    assert_eq!((sales.attributed_bp, sales.unattributed), (0, 1));
    assert_eq!(history.totals_of("ayu-1").counted.conversions_bp(), 0);
}

#[test]
fn conversion_without_value_counts_without_revenue() {
    for kind in [
        ConversionType::Install,
        ConversionType::Signup,
        ConversionType::Lead,
        ConversionType::Visit,
    ] {
        let claim = Claim {
            kind,
            value: None,
            ..ayus_sale()
        };
        let history = published().given(convert_order(claim));
        let totals = history.totals().counted;
        assert_eq!(totals.gross, 0);
        assert_eq!(totals.conversions[&kind].attributed_bp, 10_000);
        assert!(totals.foreign_revenue.is_empty());
    }
}

#[test]
fn foreign_value_counts_at_its_pinned_rate() {
    let claim = Claim {
        fx_rate: rate("15875.5"),
        ..sale_by("o-1", money("USD", 1_000), "ayu-1")
    };
    let history = published()
        .when(convert_order(claim))
        .then_event(|event| assert_eq!(recorded(event).reporting_minor, Some(15_875_500)));
    let totals = history.totals().counted;
    assert_eq!(totals.gross, 15_875_500);
    assert!(totals.foreign_revenue.is_empty());
}

#[test]
fn foreign_value_without_rate_is_left_out_and_reported() {
    let claim = sale_by("o-1", money("USD", 1_000), "ayu-1");
    let history = published().when(convert_order(claim)).then_event(|event| {
        assert_eq!(recorded(event).reporting_minor, None);
        assert_eq!(recorded(event).credits[0].amount_minor, 0);
    });
    for totals in [history.totals(), history.totals_of("ayu-1")] {
        assert_eq!(totals.counted.gross, 0);
        assert_eq!(
            totals.counted.foreign_revenue,
            [(id("USD"), unrated(1_000, 1))].into()
        );
        assert_eq!(totals.counted.conversions_bp(), 10_000);
    }
}

#[test]
fn rate_of_the_reporting_currency_is_refused() {
    let claim = Claim {
        fx_rate: rate("1"),
        ..ayus_sale()
    };
    published()
        .when(convert_order(claim))
        .then_refused(field("fx_rate"));
}

#[test]
fn amounts_beyond_int64_are_refused() {
    let overflow = Refusal::AmountOverflow { field: "value" };
    let dear = Claim {
        fx_rate: rate("999999999999999999"),
        ..sale("o-1", money("USD", 1_000))
    };
    let most = money("IDR", i64::MAX);
    published()
        .when(convert_order(dear))
        .then_refused(overflow.clone())
        .given(convert_order(sale("o-1", most)))
        .when(convert_order(sale("o-2", money("IDR", 1))))
        .then_refused(overflow);
}

#[test]
fn conversions_are_measured_after_every_end() {
    let reason = "plans changed".to_owned();
    let cancelled = accepted(terms())
        .given(cancel("ayu-1"))
        .given(campaign(CampaignVerb::Cancel { reason }))
        .at(day(16));
    let withdraw_pending = false;
    let closed = completed().given(campaign(CampaignVerb::Close { withdraw_pending }));
    for history in [cancelled, closed] {
        let history = history.given(convert_order(ayus_sale()));
        assert_eq!(history.totals_of("ayu-1").counted.gross, 25_000_000);
    }
}

#[test]
fn claim_names_only_collaborations_that_were_accepted() {
    let not_accepted = Refusal::NotAccepted {
        collaboration: id("ayu-1"),
    };
    for history in [invited(terms()), invited(terms()).given(decline("ayu-1"))] {
        history
            .at(day(16))
            .when(convert_order(ayus_sale()))
            .then_refused(not_accepted.clone());
    }
}

#[test]
fn line_that_stands_for_several_orders_counts_so_many() {
    let row = Claim {
        quantity: 8,
        ..ayus_sale()
    };
    let nobodys = Claim {
        quantity: 3,
        ..sale("o-2", rp(1_000))
    };
    let history = published()
        .given(convert_order(row))
        .given(convert_order(nobodys));
    let sales = |totals: Totals| totals.counted.conversions[&ConversionType::Sale];
    let (all, ayus) = (sales(history.totals()), sales(history.totals_of("ayu-1")));
    assert_eq!((all.attributed_bp, all.unattributed), (80_000, 3));
    assert_eq!((ayus.attributed_bp, ayus.unattributed), (80_000, 0));
    assert_eq!(history.totals().counted.gross, 25_000_000);
}

#[test]
fn only_the_brand_records_conversions_and_refunds() {
    let refused = Refusal::ActorNotAllowed {
        allowed: "the brand",
    };
    let history = published();
    history
        .clone()
        .when(convert_order(ayus_sale()).by(ActorKind::Creator))
        .then_refused(refused.clone());
    history
        .given(convert_order(ayus_sale()))
        .when(refund(refunded("o-1", "r-1", rp(1))).by(ActorKind::Creator))
        .then_refused(refused);
}
