//! Terms, offers and plans.

use campaign_ledger::domain::*;
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::values::*;
use super::words::*;

fn deliverable_terms() -> impl Strategy<Value = Vec<DeliverableTerms>> {
    let rest = (venue(), (content_format(), medium()), timestamp());
    btree_map(id_text(), rest, 1..4).prop_map(|promised| {
        let make = |(id, (platform, (format, medium), due_at)): (String, _)| DeliverableTerms {
            id: DeliverableId::parse(&id).unwrap(),
            platform,
            format,
            medium,
            due_at,
        };
        promised.into_iter().map(make).collect()
    })
}

fn attribution_terms() -> impl Strategy<Value = AttributionTerms> {
    let lock_days = prop_oneof![Just(DEFAULT_LOCK_DAYS), 1..=365_u32];
    (
        1..=365_u32,
        option::of(matched()),
        option::of(some_personal()),
        lock_days,
        option::of(timestamp()),
    )
        .prop_map(
            |(window_days, code, link, lock_days, ends_at)| AttributionTerms {
                window_days,
                code,
                link,
                lock_days,
                ends_at,
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

fn usage_rights() -> impl Strategy<Value = Vec<UsageRights>> {
    let territories = vec("[A-Z]{2}", 0..3).prop_map(|mut texts| {
        texts.sort();
        texts.dedup();
        let territories = texts.iter().map(|text| Territory::parse(text).unwrap());
        territories.collect::<Vec<_>>()
    });
    let term = (0..i64::MAX, option::of(1..i64::MAX)).prop_map(|(start, length)| {
        let ends_at = length.and_then(|length| start.checked_add(length));
        (
            Timestamp::from_nanos(start),
            ends_at.map(Timestamp::from_nanos),
        )
    });
    let rest = (usage_scope(), vec(some_personal(), 0..3), territories, term);
    btree_map(id_text(), rest, 0..3).prop_map(|rights| {
        let make = |(id, (scope, channels, territories, term)): (String, _)| {
            let (starts_at, ends_at) = term;
            UsageRights {
                id: RightsId::parse(&id).unwrap(),
                scope,
                channels,
                territories,
                starts_at,
                ends_at,
            }
        };
        rights.into_iter().map(make).collect()
    })
}

pub fn disclosure_terms() -> impl Strategy<Value = DisclosureTerms> {
    (connection_type(), option::of(some_personal())).prop_map(|(connection, required_label)| {
        DisclosureTerms {
            connection,
            required_label,
        }
    })
}

fn fee_parts() -> impl Strategy<Value = Vec<FeePart>> {
    let triggers = subsequence(TRIGGERS.to_vec(), 0..=TRIGGERS.len()).prop_shuffle();
    triggers.prop_map(|triggers| {
        let count = u32::try_from(triggers.len()).unwrap();
        let part = |(index, trigger)| FeePart {
            trigger,
            part_bp: WHOLE_BP / count + if index == 0 { WHOLE_BP % count } else { 0 },
        };
        triggers.into_iter().enumerate().map(part).collect()
    })
}

fn bonuses() -> impl Strategy<Value = Vec<BonusTier>> {
    let rest = (select(&Counter::ALL[..]), 1..=u64::MAX, money(1));
    btree_map(id_text(), rest, 0..3).prop_map(|tiers| {
        let make = |(id, (counter, at_least, amount)): (String, _)| BonusTier {
            id: BonusId::parse(&id).unwrap(),
            counter,
            at_least,
            amount,
        };
        tiers.into_iter().map(make).collect()
    })
}

/// Terms.
pub fn terms() -> impl Strategy<Value = Terms> {
    let first = (
        money(0),
        deliverable_terms(),
        0..=20_u32,
        attribution_terms(),
        prop_oneof![Just(KillFeeTerms::default()), kill_fee_terms()],
        0..=3_650_u32,
    );
    let added = (
        option::of(1..=2_160_u32),
        usage_rights(),
        option::of(disclosure_terms()),
        fee_parts(),
        bonuses(),
        option::of((1..=WHOLE_BP).prop_map(|rate_bp| CommissionTerms { rate_bp })),
    );
    (first, added).prop_map(|(first, added)| {
        let (fee, deliverables, max_revisions, attribution, kill_fee, min_live_days) = first;
        let (review_hours, usage_rights, disclosure, fee_parts, bonuses, commission) = added;
        Terms {
            fee,
            deliverables,
            max_revisions,
            attribution,
            kill_fee,
            min_live_days,
            rounding: Rounding::HalfEven,
            review_hours,
            usage_rights,
            disclosure,
            fee_parts,
            bonuses,
            commission,
        }
    })
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

/// Returns start, end and end of measurement, in order where present.
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

/// A model of earned media value.
pub fn emv_model() -> impl Strategy<Value = EmvModel> {
    let pairs = Platform::ALL.iter().flat_map(|platform| {
        let counters = Counter::ALL.iter();
        counters.map(move |counter| (*platform, *counter))
    });
    let pairs = subsequence(pairs.collect::<Vec<_>>(), 0..=9);
    (
        id(ModelVersion::parse),
        currency(),
        pairs,
        1..=MAX_EMV_PRICE,
    )
        .prop_map(|(version, currency, pairs, per_thousand_minor)| EmvModel {
            version,
            currency,
            prices: pairs
                .into_iter()
                .map(|(platform, counter)| EmvPrice {
                    platform,
                    counter,
                    per_thousand_minor,
                })
                .collect(),
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
    let money = (currency(), option::of(1..=i64::MAX));
    let rest = (window(), option::of(basis_points()), selection_policy());
    (aims, money, rest).prop_map(|(aims, money, rest)| {
        let (title, objective, niches, followers, formats) = aims;
        let (currency, budget_cap_minor) = money;
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
        }
    })
}
