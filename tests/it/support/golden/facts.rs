//! Engagement, conversions, refunds, costs, payments.

use campaign_ledger::domain::*;

use super::{at, collaboration, creator, fx_rate, usd};

pub fn events() -> Vec<Event> {
    [engagement(), revenue(), settlement()].concat()
}

fn engagement() -> Vec<Event> {
    let publication = PublicationId::parse("review-ig").unwrap();
    let replaces = Replaces {
        observation: Position::new(27),
        latest: Position::new(28),
    };
    vec![
        Event::Engagement(EngagementEvent::EngagementRecorded {
            publication: publication.clone(),
            observation: observation(1_200),
            timing: FactTiming::OnTime,
        }),
        Event::Engagement(EngagementEvent::EngagementCorrected {
            publication: publication.clone(),
            observation: observation(1_250),
            replaces,
            timing: FactTiming::Late,
            reason: "mistyped".into(),
        }),
        Event::Engagement(EngagementEvent::EngagementVoided {
            publication,
            seen: observation(0).seen,
            replaces,
            timing: FactTiming::AfterMeasurement,
            reason: "another post".into(),
        }),
    ]
}

/// Saves were observed as 0; replies were not observed.
fn observation(likes: u64) -> Observation {
    let mut counters = Counters::default();
    counters.set(Counter::Likes, Some(likes));
    counters.set(Counter::Comments, Some(87));
    counters.set(Counter::Saves, Some(0));
    counters.set(Counter::Reach, Some(41_002));
    counters.set(Counter::LiveSeconds, Some(u64::MAX));
    Observation {
        seen: Seen {
            observed_at: at(4_000),
            source: ObservationSource::Creator,
            kind: MeasurementKind::Reported,
            scope: MeasurementScope::Organic,
            definition: None,
        },
        counters,
        followers: Some(48_500),
    }
}

fn revenue() -> Vec<Event> {
    let effect = RefundEffect {
        reporting_minor: Some(7_937_750),
        credits: credits(-7_937_750, 0),
        timing: FactTiming::OnTime,
    };
    vec![
        Event::Revenue(RevenueEvent::ConversionRecorded(conversion())),
        Event::Revenue(RevenueEvent::ConversionRejected(ConversionRejected {
            order: order(),
            why: ClaimRejection::DuplicateOrder,
            winner: Position::new(30),
            winner_campaign: CampaignId::parse("jujur-2025").unwrap(),
            winner_collaborations: vec![collaboration("ayu-1"), collaboration("bima-1")],
            claimed: vec![collaboration("citra-1")],
            value: Some(usd(1_000)),
            ordered_at: at(5_000),
            kind: ConversionType::Sale,
            quantity: 1,
            code: None,
        })),
        Event::Revenue(RevenueEvent::RefundRecorded {
            refund: refund("r-1"),
            effect: None,
        }),
        Event::Revenue(RevenueEvent::RefundApplied {
            refund: refund("r-1"),
            effect,
        }),
        Event::Revenue(RevenueEvent::RefundRejected {
            refund: refund("r-2"),
            rejection: RefundRejection::RefundExceedsOrder,
        }),
    ]
}

fn order() -> OrderKey {
    OrderKey {
        source: OrderSource::parse("shop").unwrap(),
        id: Reference::parse("#INV/2025-00042").unwrap(),
    }
}

fn conversion() -> ConversionRecorded {
    ConversionRecorded {
        order: order(),
        kind: ConversionType::Sale,
        quantity: 1,
        value: Some(usd(1_000)),
        fx_rate: Some(fx_rate()),
        reporting_minor: Some(15_875_500),
        ordered_at: at(5_000),
        basis: AttributionBasis::Joint,
        unattributed: None,
        in_force_from: None,
        credits: credits(9_525_300, 6_350_200),
        timing: FactTiming::OnTime,
        claim_digest: [0xab; 16],
        code: None,
        touches: Vec::new(),
    }
}

fn credits(first: i64, second: i64) -> Vec<Credit> {
    vec![
        Credit {
            collaboration: collaboration("ayu-1"),
            creator: creator("ayu"),
            share_bp: 6_000,
            amount_minor: first,
            after_termination: false,
        },
        Credit {
            collaboration: collaboration("bima-1"),
            creator: creator("bima"),
            share_bp: 4_000,
            amount_minor: second,
            after_termination: true,
        },
    ]
}

fn refund(id: &str) -> Refund {
    Refund {
        order: order(),
        id: RefundId::parse(id).unwrap(),
        amount: usd(500),
        refunded_at: at(6_000),
        fx_rate: Some(fx_rate()),
    }
}

fn settlement() -> Vec<Event> {
    let cost = CostId::parse("boost-1").unwrap();
    vec![
        Event::Settlement(SettlementEvent::CostRecorded(CostRecorded {
            cost: cost.clone(),
            kind: CostType::PaidAmplification,
            amount: usd(2_000),
            fx_rate: Some(fx_rate()),
            reporting_minor: Some(31_751_000),
            incurred_at: at(7_000),
            note: "boost of the review".into(),
            timing: FactTiming::OnTime,
            owed_for: None,
        })),
        Event::Settlement(SettlementEvent::CostApproved {
            cost: cost.clone(),
            approved_minor: 2_000,
        }),
        Event::Settlement(SettlementEvent::CostReversed {
            cost: cost.clone(),
            reason: "booked twice".into(),
            reporting_minor: Some(31_751_000),
            timing: FactTiming::Late,
        }),
        Event::Settlement(SettlementEvent::PaymentRecorded(PaymentRecorded {
            payment: PaymentId::parse("pay-1").unwrap(),
            cost,
            amount: usd(1_500),
            reference: Matched::told("BCA 8812 / 15-10"),
            paid_at: at(8_000),
            reporting_minor: Some(23_813_250),
            timing: FactTiming::AfterMeasurement,
        })),
    ]
}
