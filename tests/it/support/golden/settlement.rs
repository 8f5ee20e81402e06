//! Cost lines that are adjusted, withheld, released, taxed; and disputes.

use campaign_ledger::domain::*;

use super::{at, collaboration, creator, usd};

pub fn events() -> Vec<Event> {
    [lines(), disputes(), orders(), corrections()].concat()
}

fn corrections() -> Vec<Event> {
    let order = OrderKey {
        source: OrderSource::parse("shop").unwrap(),
        id: Reference::parse("#INV/2025-00042").unwrap(),
    };
    let replaces = Position::new(30);
    let counting = OrderCounting {
        in_place: false,
        ordered_at: at(5_000),
        counts_from: at(9_000),
        timing: FactTiming::Late,
    };
    let credit = |who: &str, creator_id: &str| {
        vec![Credit {
            collaboration: collaboration(who),
            creator: creator(creator_id),
            share_bp: 10_000,
            amount_minor: 17_463_050,
            after_termination: false,
        }]
    };
    let fx_rate = FxRate {
        rate: Rate::parse("15875.5").unwrap(),
        source: "BI".to_owned(),
        rated_at: at(4_900),
    };
    let reporting_minor = Some(17_463_050);
    let events = [
        RevenueEvent::ConversionCorrected(ConversionCorrected {
            order: order.clone(),
            replaces,
            kind: ConversionType::Lead,
            quantity: 3,
            value: Some(usd(1_100)),
            fx_rate: Some(fx_rate.clone()),
            reporting_minor,
            basis: AttributionBasis::Link,
            unattributed: None,
            in_force_from: None,
            credits: credit("ayu-1", "ayu"),
            code: Some(Matched::told("AYU10")),
            touches: vec![LinkTouch {
                collaboration: collaboration("ayu-1"),
                touched_at: at(4_000),
            }],
            counting,
            reason: "read wrongly".into(),
        }),
        RevenueEvent::ConversionVoided(ConversionVoided {
            order: order.clone(),
            replaces,
            counting,
            reason: "never paid".into(),
        }),
        RevenueEvent::ConversionReattributed(ConversionReattributed {
            order: order.clone(),
            replaces,
            from: credit("ayu-1", "ayu"),
            to: credit("bima-1", "bima"),
            evidence: vec![Evidence {
                reference: "https://drive.example/chat".into(),
                sha256: Some([0xcd; 32]),
                note: "the customer says so".into(),
            }],
            counting,
            reason: "the code was mistyped".into(),
        }),
        RevenueEvent::RefundVoided(RefundVoided {
            order: order.clone(),
            refund: RefundId::parse("r-1").unwrap(),
            in_place: false,
            counts_from: at(9_000),
            timing: FactTiming::Late,
            reason: "the transfer failed".into(),
        }),
        RevenueEvent::ConversionRated(ConversionRated {
            order,
            replaces,
            fx_rate: fx_rate.clone(),
            reporting_minor,
            ordered_at: at(5_000),
        }),
    ];
    let rated = Event::Settlement(SettlementEvent::CostRated(CostRated {
        cost: CostId::parse("boost-1").unwrap(),
        fx_rate,
        reporting_minor,
        incurred_at: at(6_000),
    }));
    let events = events.into_iter().map(Event::Revenue);
    events.chain([rated]).collect()
}

fn orders() -> Vec<Event> {
    let order = OrderKey {
        source: OrderSource::parse("shop").unwrap(),
        id: Reference::parse("#INV/2025-00042").unwrap(),
    };
    vec![
        Event::Revenue(RevenueEvent::ConversionAdjusted {
            adjustment: ConversionAdjustment {
                order: order.clone(),
                id: AdjustmentId::parse("a-1").unwrap(),
                delta: usd(-100),
                reason: "counted twice".into(),
            },
            effect: RefundEffect {
                reporting_minor: Some(-1_587_550),
                credits: vec![Credit {
                    collaboration: collaboration("ayu-1"),
                    creator: creator("ayu"),
                    share_bp: 10_000,
                    amount_minor: -1_587_550,
                    after_termination: false,
                }],
                timing: FactTiming::OnTime,
            },
        }),
        Event::Revenue(RevenueEvent::OrderLocked {
            order: order.clone(),
        }),
        Event::Settlement(SettlementEvent::CommissionCarried {
            order,
            amount_minor: -158_800,
            timing: FactTiming::OnTime,
            on_time_minor: -158_800,
            counts_from: at(7_000),
        }),
    ]
}

fn disputes() -> Vec<Event> {
    let dispute = DisputeId::parse("d-1").unwrap();
    vec![
        Event::Dispute(DisputeEvent::DisputeOpened(DisputeOpened {
            dispute: dispute.clone(),
            subject: DisputeSubject::Cost(CostId::parse("fee-1").unwrap()),
            reason: "two posts were agreed".into(),
            evidence: vec!["https://drive.example/chat".into()],
        })),
        Event::Dispute(DisputeEvent::DisputeResolved {
            dispute,
            resolution: Resolution {
                ruling: DisputeRuling::Split { share_bp: 6_000 },
                arbiter: Some(Arbiter {
                    name: "Ibu Ratna".into(),
                    role: "agency".to_owned(),
                }),
                reason: "one post is as agreed".into(),
            },
        }),
    ]
}

fn lines() -> Vec<Event> {
    let cost = CostId::parse("boost-1").unwrap();
    let tax = Tax {
        id: TaxId::parse("pph-21").unwrap(),
        gross: usd(2_000),
        base: usd(1_000),
        rate_percent: Rate::parse("2.5").unwrap(),
        amount: usd(25),
        article: "PPh 21".to_owned(),
        certificate: "BP-2025-0042".into(),
        period: "2025-10".to_owned(),
    };
    vec![
        Event::Settlement(SettlementEvent::CostAdjusted {
            cost: cost.clone(),
            delta_minor: -250,
            reporting_minor: Some(-3_968_875),
            reason: "one day less".into(),
            timing: FactTiming::Late,
            order: None,
            on_time_minor: None,
            counts_from: None,
        }),
        Event::Settlement(SettlementEvent::CostWithheld {
            cost: cost.clone(),
            reason: "no invoice yet".into(),
        }),
        Event::Settlement(SettlementEvent::CostReleased {
            cost: cost.clone(),
            reason: "the invoice came".into(),
        }),
        Event::Settlement(SettlementEvent::PaymentVoided(PaymentVoided {
            payment: PaymentId::parse("p-1").unwrap(),
            cost: cost.clone(),
            amount: usd(1_000),
            reporting_minor: Some(15_875_500),
            paid_at: Timestamp::from_nanos(1_760_000_000_000_000_000),
            timing: FactTiming::OnTime,
            reason: "the account was closed".into(),
        })),
        Event::Settlement(SettlementEvent::CostCorrected(CostCorrected {
            cost: cost.clone(),
            replaces: Position::new(42),
            kind: CostType::Production,
            amount: usd(1_200),
            fx_rate: Some(FxRate {
                rate: Rate::parse("15875.5").unwrap(),
                source: "BI JISDOR".to_owned(),
                rated_at: Timestamp::from_nanos(1_759_000_000_000_000_000),
            }),
            reporting_minor: Some(19_050_600),
            incurred_at: Timestamp::from_nanos(1_759_500_000_000_000_000),
            moved_from: Timestamp::from_nanos(1_759_400_000_000_000_000),
            note: "studio".into(),
            timing: FactTiming::Late,
            reason: "another invoice".into(),
        })),
        Event::Settlement(SettlementEvent::TaxRecorded { cost, tax }),
    ]
}
