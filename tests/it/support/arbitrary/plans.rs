//! Terms, offers and plans.

use campaign_ledger::domain::*;
use proptest::collection::{btree_map, btree_set};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::subsequence;

use super::values::*;
use super::words::*;

fn deliverable_terms() -> impl Strategy<Value = Vec<DeliverableTerms>> {
    let rest = (platform(), content_format(), timestamp());
    btree_map(id_text(), rest, 1..4).prop_map(|promised| {
        let make = |(id, (platform, format, due_at)): (String, _)| DeliverableTerms {
            id: DeliverableId::parse(&id).unwrap(),
            platform,
            format,
            due_at,
        };
        promised.into_iter().map(make).collect()
    })
}

fn attribution_terms() -> impl Strategy<Value = AttributionTerms> {
    let code = "[!-~]{1,64}".prop_map(|text| Code::parse(&text).unwrap());
    (1..=365_u32, option::of(code), option::of(some_text())).prop_map(
        |(window_days, code, link)| AttributionTerms {
            window_days,
            code,
            link,
        },
    )
}

fn kill_fee_terms() -> impl Strategy<Value = KillFeeTerms> {
    (basis_points(), basis_points(), basis_points()).prop_map(
        |(before_content_bp, after_submission_bp, after_approval_bp)| KillFeeTerms {
            before_content_bp,
            after_submission_bp,
            after_approval_bp,
        },
    )
}

/// Terms.
pub fn terms() -> impl Strategy<Value = Terms> {
    (
        money(0),
        deliverable_terms(),
        0..=20_u32,
        attribution_terms(),
        prop_oneof![Just(KillFeeTerms::default()), kill_fee_terms()],
        0..=3_650_u32,
    )
        .prop_map(
            |(fee, deliverables, max_revisions, attribution, kill_fee, min_live_days)| Terms {
                fee,
                deliverables,
                max_revisions,
                attribution,
                kill_fee,
                min_live_days,
                rounding: Rounding::HalfEven,
            },
        )
}

/// An offer.
pub fn offer() -> impl Strategy<Value = Offer> {
    (1..=u32::MAX, terms(), timestamp()).prop_map(|(version, terms, expires_at)| Offer {
        version,
        terms,
        expires_at,
    })
}

fn follower_range() -> impl Strategy<Value = FollowerRange> {
    (any::<u64>(), option::of(any::<u64>())).prop_map(|(one, other)| match other {
        Some(other) => FollowerRange {
            min: one.min(other),
            max: Some(one.max(other)),
        },
        None => FollowerRange {
            min: one,
            max: None,
        },
    })
}

fn selection_policy() -> impl Strategy<Value = SelectionPolicy> {
    (any::<bool>(), any::<bool>()).prop_map(|(vetting_required, disclosure_required)| {
        SelectionPolicy {
            vetting_required,
            disclosure_required,
        }
    })
}

/// Start, end and end of measuring, in order where given.
fn window() -> impl Strategy<Value = (Option<Timestamp>, Option<Timestamp>, Option<Timestamp>)> {
    let moments = btree_set(0..=i64::MAX, 3).prop_map(|nanos| {
        let mut moments = nanos.into_iter().map(Timestamp::from_nanos);
        [(); 3].map(|()| moments.next())
    });
    (moments, any::<[bool; 3]>()).prop_map(|(moments, given)| {
        let keep = |index: usize| moments[index].filter(|_| given[index]);
        (keep(0), keep(1), keep(2))
    })
}

fn emv_model(currency: Currency) -> impl Strategy<Value = EmvModel> {
    (id(ModelVersion::parse), 0..=i64::MAX).prop_map(move |(version, minor)| EmvModel {
        version,
        cpm: Money { currency, minor },
    })
}

/// A plan.
pub fn campaign_plan() -> impl Strategy<Value = CampaignPlan> {
    let aims = (
        some_text(),
        campaign_objective(),
        niches(),
        option::of(follower_range()),
        subsequence(FORMATS.to_vec(), 0..=FORMATS.len()).prop_shuffle(),
    );
    let money = currency().prop_flat_map(|currency| {
        let cap = option::of(1..=i64::MAX);
        (Just(currency), cap, option::of(emv_model(currency)))
    });
    let rest = (window(), option::of(basis_points()), selection_policy());
    (aims, money, rest).prop_map(|(aims, money, rest)| {
        let (title, objective, niches, followers, formats) = aims;
        let (currency, budget_cap_minor, emv_model) = money;
        let ((start_at, end_at, measure_until), gross_margin_bp, policy) = rest;
        CampaignPlan {
            title,
            objective,
            niches,
            followers,
            formats,
            currency,
            budget_cap_minor,
            start_at,
            end_at,
            measure_until,
            gross_margin_bp,
            policy,
            emv_model,
        }
    })
}
