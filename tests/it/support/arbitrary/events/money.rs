//! Conversions, refunds, costs, payments.

use campaign_ledger::domain::*;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::support::arbitrary::*;

pub fn revenue() -> Vec<BoxedStrategy<Event>> {
    vec![
        conversion()
            .prop_map(|event| Event::Revenue(RevenueEvent::ConversionRecorded(event)))
            .boxed(),
        rejected()
            .prop_map(|event| Event::Revenue(RevenueEvent::ConversionRejected(event)))
            .boxed(),
        (refund(), option::of(refund_effect()))
            .prop_map(|(refund, effect)| {
                Event::Revenue(RevenueEvent::RefundRecorded { refund, effect })
            })
            .boxed(),
        (refund(), refund_effect())
            .prop_map(|(refund, effect)| {
                Event::Revenue(RevenueEvent::RefundApplied { refund, effect })
            })
            .boxed(),
        (adjustment(), refund_effect())
            .prop_map(|(adjustment, effect)| {
                Event::Revenue(RevenueEvent::ConversionAdjusted { adjustment, effect })
            })
            .boxed(),
        order_key()
            .prop_map(|order| Event::Revenue(RevenueEvent::OrderLocked { order }))
            .boxed(),
        (refund(), refund_rejection())
            .prop_map(|(refund, rejection)| {
                Event::Revenue(RevenueEvent::RefundRejected { refund, rejection })
            })
            .boxed(),
    ]
}

pub(super) fn conversion() -> impl Strategy<Value = ConversionRecorded> {
    let claim = (
        order_key(),
        conversion_type(),
        option::of(money(0)),
        option::of(fx_rate()),
        timestamp(),
        digest(),
        option::of(matched()),
        1..=1_000_000_u32,
    );
    let credit = (
        option::of(any::<i64>()),
        attribution_basis(),
        option::of(unattributed_reason()),
        credits(),
        fact_timing(),
        option::of(timestamp()),
        touches(),
    );
    (claim, credit).prop_map(|(claim, credit)| {
        let (order, kind, value, fx_rate, ordered_at, claim_digest, code, quantity) = claim;
        let (reporting_minor, basis, unattributed, credits, timing, in_force_from, touches) =
            credit;
        ConversionRecorded {
            order,
            kind,
            quantity,
            value,
            fx_rate,
            reporting_minor,
            ordered_at,
            basis,
            unattributed,
            in_force_from,
            credits,
            timing,
            claim_digest,
            code,
            touches,
        }
    })
}

fn touches() -> impl Strategy<Value = Vec<LinkTouch>> {
    let touch = (id(CollaborationId::parse), timestamp());
    let touch = touch.prop_map(|(collaboration, touched_at)| LinkTouch {
        collaboration,
        touched_at,
    });
    vec(touch, 0..3)
}

fn adjustment() -> impl Strategy<Value = ConversionAdjustment> {
    let delta = (money(0), any::<i64>()).prop_map(|(amount, minor)| Money { minor, ..amount });
    (order_key(), id(AdjustmentId::parse), delta, text()).prop_map(|(order, id, delta, reason)| {
        ConversionAdjustment {
            order,
            id,
            delta,
            reason: reason.into(),
        }
    })
}

fn rejected() -> impl Strategy<Value = ConversionRejected> {
    let collaborations = || vec(id(CollaborationId::parse), 0..3);
    (
        order_key(),
        position(),
        id(CampaignId::parse),
        collaborations(),
        collaborations(),
        option::of(money(0)),
        timestamp(),
        conversion_type(),
        option::of(matched()),
        (1..=1_000_000_u32, claim_rejection()),
    )
        .prop_map(
            |(
                order,
                winner,
                winner_campaign,
                winner_collaborations,
                claimed,
                value,
                ordered_at,
                kind,
                code,
                (quantity, why),
            )| ConversionRejected {
                order,
                why,
                winner,
                winner_campaign,
                winner_collaborations,
                claimed,
                value,
                ordered_at,
                kind,
                quantity,
                code,
            },
        )
}

pub fn settlement() -> Vec<BoxedStrategy<Event>> {
    let cost = || id(CostId::parse);
    vec![
        cost_recorded()
            .prop_map(|event| Event::Settlement(SettlementEvent::CostRecorded(event)))
            .boxed(),
        (cost(), 0..=i64::MAX)
            .prop_map(|(cost, approved_minor)| {
                Event::Settlement(SettlementEvent::CostApproved {
                    cost,
                    approved_minor,
                })
            })
            .boxed(),
        (cost(), text(), option::of(any::<i64>()), fact_timing())
            .prop_map(|(cost, reason, reporting_minor, timing)| {
                Event::Settlement(SettlementEvent::CostReversed {
                    cost,
                    reason: reason.into(),
                    reporting_minor,
                    timing,
                })
            })
            .boxed(),
        payment()
            .prop_map(|event| Event::Settlement(SettlementEvent::PaymentRecorded(event)))
            .boxed(),
        (payment(), text())
            .prop_map(|(paid, reason)| {
                Event::Settlement(SettlementEvent::PaymentVoided(PaymentVoided {
                    payment: paid.payment,
                    cost: paid.cost,
                    amount: paid.amount,
                    reporting_minor: paid.reporting_minor,
                    paid_at: paid.paid_at,
                    timing: paid.timing,
                    reason: reason.into(),
                }))
            })
            .boxed(),
        (cost_recorded(), position(), timestamp(), text())
            .prop_map(|(line, replaces, moved_from, reason)| {
                Event::Settlement(SettlementEvent::CostCorrected(CostCorrected {
                    cost: line.cost,
                    replaces,
                    kind: line.kind,
                    amount: line.amount,
                    fx_rate: line.fx_rate,
                    reporting_minor: line.reporting_minor,
                    incurred_at: line.incurred_at,
                    moved_from,
                    note: line.note,
                    timing: line.timing,
                    reason: reason.into(),
                }))
            })
            .boxed(),
        adjusted().boxed(),
        (order_key(), any::<(i64, i64)>(), fact_timing(), timestamp())
            .prop_map(
                |(order, (amount_minor, on_time_minor), timing, counts_from)| {
                    Event::Settlement(SettlementEvent::CommissionCarried {
                        order,
                        amount_minor,
                        timing,
                        on_time_minor,
                        counts_from,
                    })
                },
            )
            .boxed(),
        (cost(), text())
            .prop_map(|(cost, reason)| {
                Event::Settlement(SettlementEvent::CostWithheld {
                    cost,
                    reason: reason.into(),
                })
            })
            .boxed(),
        (cost(), text())
            .prop_map(|(cost, reason)| {
                Event::Settlement(SettlementEvent::CostReleased {
                    cost,
                    reason: reason.into(),
                })
            })
            .boxed(),
        (cost(), tax())
            .prop_map(|(cost, tax)| Event::Settlement(SettlementEvent::TaxRecorded { cost, tax }))
            .boxed(),
    ]
}

fn adjusted() -> impl Strategy<Value = Event> {
    (
        id(CostId::parse),
        any::<i64>(),
        option::of(any::<i64>()),
        text(),
        fact_timing(),
        option::of(order_key()),
        option::of(any::<i64>()),
        option::of(timestamp()),
    )
        .prop_map(
            |(
                cost,
                delta_minor,
                reporting_minor,
                reason,
                timing,
                order,
                on_time_minor,
                counts_from,
            )| {
                Event::Settlement(SettlementEvent::CostAdjusted {
                    cost,
                    delta_minor,
                    reporting_minor,
                    reason: reason.into(),
                    timing,
                    order,
                    on_time_minor,
                    counts_from,
                })
            },
        )
}

fn tax() -> impl Strategy<Value = Tax> {
    let amounts = (money(0), money(0), money(0));
    let texts = (text(), text(), text());
    (id(TaxId::parse), amounts, fx_rate(), texts).prop_map(|(id, amounts, fx, texts)| {
        let (gross, base, amount) = amounts;
        let (article, certificate, period) = texts;
        Tax {
            id,
            gross,
            base,
            rate_percent: fx.rate,
            amount,
            article,
            certificate: certificate.into(),
            period,
        }
    })
}

fn cost_recorded() -> impl Strategy<Value = CostRecorded> {
    (
        id(CostId::parse),
        cost_type(),
        money(1),
        option::of(fx_rate()),
        option::of(any::<i64>()),
        timestamp(),
        text(),
        (fact_timing(), option::of(owed_for())),
    )
        .prop_map(
            |(cost, kind, amount, fx_rate, reporting_minor, incurred_at, note, rest)| {
                let (timing, owed_for) = rest;
                CostRecorded {
                    cost,
                    kind,
                    amount,
                    fx_rate,
                    reporting_minor,
                    incurred_at,
                    note: note.into(),
                    timing,
                    owed_for,
                }
            },
        )
}

fn owed_for() -> impl Strategy<Value = OwedFor> {
    let trigger = proptest::sample::select(vec![
        SettlementTrigger::Acceptance,
        SettlementTrigger::Approval,
        SettlementTrigger::Verification,
    ]);
    let part = (trigger, option::of(id(DeliverableId::parse)));
    prop_oneof![
        part.prop_map(|(trigger, deliverable)| OwedFor::FeePart {
            trigger,
            deliverable,
        }),
        (order_key(), any::<i64>()).prop_map(|(order, on_time_minor)| OwedFor::Commission {
            order,
            on_time_minor,
        }),
        id(BonusId::parse).prop_map(|bonus| OwedFor::Bonus { bonus }),
    ]
}

fn payment() -> impl Strategy<Value = PaymentRecorded> {
    (
        id(PaymentId::parse),
        id(CostId::parse),
        money(1),
        matched(),
        timestamp(),
        option::of(any::<i64>()),
        fact_timing(),
    )
        .prop_map(
            |(payment, cost, amount, reference, paid_at, reporting_minor, timing)| {
                PaymentRecorded {
                    payment,
                    cost,
                    amount,
                    reference,
                    paid_at,
                    reporting_minor,
                    timing,
                }
            },
        )
}
