//! Observations, refunds, records.

use campaign_ledger::domain::*;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::values::*;
use super::words::*;

/// Counters, at least one seen.
pub fn counters() -> impl Strategy<Value = Counters> {
    vec(option::of(any::<u64>()), Counter::ALL.len())
        .prop_map(|values| {
            let mut counters = Counters::default();
            for (counter, value) in Counter::ALL.into_iter().zip(values) {
                counters.set(counter, value);
            }
            counters
        })
        .prop_filter("at least one", |counters| !counters.is_empty())
}

/// Returns the place of an observation.
pub fn seen() -> impl Strategy<Value = Seen> {
    (
        timestamp(),
        observation_source(),
        measurement_kind(),
        measurement_scope(),
        option::of("[a-z]{1,32}"),
    )
        .prop_map(|(observed_at, source, kind, scope, definition)| Seen {
            observed_at,
            source,
            kind,
            scope,
            definition: definition.and_then(|name| Definition::parse(&name).ok()),
        })
}

/// An observation.
pub fn observation() -> impl Strategy<Value = Observation> {
    (seen(), counters(), option::of(any::<u64>())).prop_map(|(seen, counters, followers)| {
        Observation {
            seen,
            counters,
            followers,
        }
    })
}

/// Returns what a correction refers to.
pub fn replaces() -> impl Strategy<Value = Replaces> {
    (position(), position()).prop_map(|(observation, latest)| Replaces {
        observation,
        latest,
    })
}

/// A refund.
pub fn refund() -> impl Strategy<Value = Refund> {
    (
        order_key(),
        id(RefundId::parse),
        money(1),
        timestamp(),
        option::of(fx_rate()),
    )
        .prop_map(|(order, id, amount, refunded_at, fx_rate)| Refund {
            order,
            id,
            amount,
            refunded_at,
            fx_rate,
        })
}

/// Returns what a refund takes.
pub fn refund_effect() -> impl Strategy<Value = RefundEffect> {
    (option::of(any::<i64>()), credits(), fact_timing()).prop_map(
        |(reporting_minor, credits, timing)| RefundEffect {
            reporting_minor,
            credits,
            timing,
        },
    )
}

/// The two values of a product.
pub fn product_value() -> impl Strategy<Value = ProductValue> {
    (money(0), money(0)).prop_map(|(cost_of_goods, fair_value)| ProductValue {
        cost_of_goods,
        fair_value,
    })
}

/// Returns the subject of an event.
pub fn subject() -> impl Strategy<Value = Subject> {
    (
        option::of(id(CampaignId::parse)),
        option::of(id(CollaborationId::parse)),
        option::of(id(CreatorId::parse)),
    )
        .prop_map(|(campaign, collaboration, creator)| Subject {
            campaign,
            collaboration,
            creator,
        })
}

/// A record of the event.
pub fn record(event: impl Strategy<Value = Event>) -> impl Strategy<Value = Record> {
    (
        position(),
        id(BrandId::parse),
        subject(),
        actor(),
        option::of(on_behalf_of()),
        option::of(request_stamp()),
        option::of(timestamp()),
        timestamp(),
        vec(any::<u8>(), 0..=MAX_PRINCIPAL_BYTES),
        event,
    )
        .prop_map(
            |(
                position,
                brand,
                subject,
                actor,
                on_behalf_of,
                request,
                occurred_at,
                recorded_at,
                principal,
                event,
            )| Record {
                position,
                brand,
                subject,
                actor,
                on_behalf_of,
                request,
                occurred_at,
                recorded_at,
                principal: Principal::new(principal).unwrap(),
                event,
            },
        )
}
