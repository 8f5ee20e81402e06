//! Corrections of orders, and rates that were missing.

use campaign_ledger::domain::*;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::money::conversion;
use crate::support::arbitrary::*;

fn counting() -> impl Strategy<Value = OrderCounting> {
    (any::<bool>(), timestamp(), timestamp(), fact_timing()).prop_map(
        |(in_place, ordered_at, counts_from, timing)| OrderCounting {
            in_place,
            ordered_at,
            counts_from,
            timing,
        },
    )
}

fn evidence() -> impl Strategy<Value = Vec<Evidence>> {
    let one = (personal(), option::of(digest()), personal());
    let one = one.prop_filter("refers", |(reference, _, _)| !reference.is_empty());
    let one = one.prop_map(|(reference, sha256, note)| Evidence {
        reference,
        sha256,
        note,
    });
    vec(one, 0..3)
}

/// Returns one strategy for each event.
pub fn corrections() -> Vec<BoxedStrategy<Event>> {
    let event = |event| Event::Revenue(event);
    vec![
        (conversion(), position(), counting(), personal())
            .prop_map(move |(now, replaces, counting, reason)| {
                event(RevenueEvent::ConversionCorrected(ConversionCorrected {
                    order: now.order,
                    replaces,
                    kind: now.kind,
                    quantity: now.quantity,
                    value: now.value,
                    fx_rate: now.fx_rate,
                    reporting_minor: now.reporting_minor,
                    basis: now.basis,
                    unattributed: now.unattributed,
                    in_force_from: now.in_force_from,
                    credits: now.credits,
                    code: now.code,
                    touches: now.touches,
                    counting,
                    reason,
                }))
            })
            .boxed(),
        (order_key(), position(), counting(), personal())
            .prop_map(move |(order, replaces, counting, reason)| {
                event(RevenueEvent::ConversionVoided(ConversionVoided {
                    order,
                    replaces,
                    counting,
                    reason,
                }))
            })
            .boxed(),
        (
            (order_key(), position(), counting(), personal()),
            (credits(), credits(), evidence()),
        )
            .prop_map(
                move |((order, replaces, counting, reason), (from, to, evidence))| {
                    event(RevenueEvent::ConversionReattributed(
                        ConversionReattributed {
                            order,
                            replaces,
                            from,
                            to,
                            evidence,
                            counting,
                            reason,
                        },
                    ))
                },
            )
            .boxed(),
        (refund(), counting(), personal())
            .prop_map(move |(refund, counting, reason)| {
                event(RevenueEvent::RefundVoided(RefundVoided {
                    order: refund.order,
                    refund: refund.id,
                    in_place: counting.in_place,
                    counts_from: counting.counts_from,
                    timing: counting.timing,
                    reason,
                }))
            })
            .boxed(),
        (
            order_key(),
            position(),
            fx_rate(),
            option::of(any::<i64>()),
            timestamp(),
        )
            .prop_map(
                move |(order, replaces, fx_rate, reporting_minor, ordered_at)| {
                    event(RevenueEvent::ConversionRated(ConversionRated {
                        order,
                        replaces,
                        fx_rate,
                        reporting_minor,
                        ordered_at,
                    }))
                },
            )
            .boxed(),
        (
            id(CostId::parse),
            fx_rate(),
            option::of(any::<i64>()),
            timestamp(),
        )
            .prop_map(|(cost, fx_rate, reporting_minor, incurred_at)| {
                Event::Settlement(SettlementEvent::CostRated(CostRated {
                    cost,
                    fx_rate,
                    reporting_minor,
                    incurred_at,
                }))
            })
            .boxed(),
    ]
}
