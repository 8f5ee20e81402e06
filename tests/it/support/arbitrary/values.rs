//! Ids, time, money, actors, shares, profiles.

use std::collections::BTreeSet;

use campaign_ledger::domain::*;
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use proptest::sample::select;

use super::words::*;

/// Text of an id.
pub fn id_text() -> impl Strategy<Value = String> + Clone {
    "[a-z0-9_-]{1,64}"
}

/// An id of the kind that `parse` reads.
pub fn id<T: std::fmt::Debug>(
    parse: fn(&str) -> Result<T, &'static str>,
) -> impl Strategy<Value = T> {
    id_text().prop_map(move |text| parse(&text).unwrap())
}

/// Free text, perhaps empty.
pub fn text() -> impl Strategy<Value = String> {
    "(?s).{0,24}"
}

/// A text about a person, in each of its forms.
pub fn personal() -> impl Strategy<Value = PersonalText> {
    prop_oneof![
        // What spells another form is not a clear text.
        "(?s)([^~=].{0,24})?".prop_map(PersonalText::Clear),
        sealed().prop_map(PersonalText::Sealed),
        select(OwnWords::ALL.to_vec()).prop_map(PersonalText::Own),
    ]
}

fn sealed() -> impl Strategy<Value = Sealed> {
    let bytes = vec(any::<u8>(), 0..60);
    (any::<u32>(), select(PersonalField::ALL), bytes).prop_map(|(key, tag, bytes)| Sealed {
        key: KeyNumber::new(key),
        tag,
        bytes: bytes.into(),
    })
}

/// Free text that is not empty.
pub fn some_text() -> impl Strategy<Value = String> {
    "(?s).{1,24}"
}

/// Any time.
pub fn timestamp() -> impl Strategy<Value = Timestamp> {
    (0..=i64::MAX).prop_map(Timestamp::from_nanos)
}

/// Any position but 0.
pub fn position() -> impl Strategy<Value = Position> {
    (1..=u64::MAX).prop_map(Position::new)
}

/// A digest of so many bytes.
pub fn digest<const N: usize>() -> impl Strategy<Value = [u8; N]> {
    vec(any::<u8>(), N).prop_map(|bytes| bytes.try_into().unwrap())
}

/// One of a few currencies with different exponents.
pub fn currency() -> impl Strategy<Value = Currency> {
    select(vec!["IDR", "USD", "JPY", "KWD"]).prop_map(|code| Currency::parse(code).unwrap())
}

/// An amount of at least `least` minor units.
pub fn money(least: i64) -> impl Strategy<Value = Money> {
    (currency(), least..=i64::MAX).prop_map(|(currency, minor)| Money { currency, minor })
}

/// A pinned rate.
pub fn fx_rate() -> impl Strategy<Value = FxRate> {
    (
        "[1-9][0-9]{0,17}(\\.[0-9]{1,12})?",
        some_text(),
        timestamp(),
    )
        .prop_map(|(rate, source, rated_at)| FxRate {
            rate: Rate::parse(&rate).unwrap(),
            source,
            rated_at,
        })
}

/// A reference of another system.
pub fn reference() -> impl Strategy<Value = Reference> {
    "[ -~]{1,128}".prop_map(|text| Reference::parse(&text).unwrap())
}

/// An order.
pub fn order_key() -> impl Strategy<Value = OrderKey> {
    (id(OrderSource::parse), reference()).prop_map(|(source, id)| OrderKey { source, id })
}

/// Who acts.
pub fn actor() -> impl Strategy<Value = Actor> {
    (actor_kind(), id(ActorId::parse)).prop_map(|(kind, id)| Actor { kind, id })
}

/// The party that the actor acts for.
pub fn on_behalf_of() -> impl Strategy<Value = OnBehalfOf> {
    (actor(), some_text()).prop_map(|(actor, reason)| OnBehalfOf {
        actor,
        reason: reason.into(),
    })
}

/// The caller's name for a request.
pub fn request_stamp() -> impl Strategy<Value = RequestStamp> {
    ("[a-zA-Z0-9_.:-]{1,64}", digest()).prop_map(|(id, digest)| RequestStamp {
        id: RequestId::parse(&id).unwrap(),
        digest,
    })
}

/// Basis points of a part.
pub fn basis_points() -> impl Strategy<Value = u32> {
    0..=WHOLE_BP
}

/// The given number of parts, each at least 1, that add up to the whole.
pub fn whole(parts: usize) -> impl Strategy<Value = Vec<u32>> {
    btree_set(1..WHOLE_BP, parts.saturating_sub(1)).prop_map(|cuts| {
        let ends = cuts.iter().copied().chain([WHOLE_BP]);
        let starts = [0].into_iter().chain(cuts.iter().copied());
        ends.zip(starts).map(|(end, start)| end - start).collect()
    })
}

/// Distinct collaborations.
pub fn collaborations(
    count: std::ops::RangeInclusive<usize>,
) -> impl Strategy<Value = BTreeSet<CollaborationId>> {
    btree_set(id(CollaborationId::parse), count)
}

/// Shares of a joint fact.
pub fn shares() -> impl Strategy<Value = Vec<Share>> {
    collaborations(2..=4).prop_flat_map(|ids| {
        whole(ids.len()).prop_map(move |parts| {
            let make = |(collaboration, share_bp)| Share {
                collaboration,
                share_bp,
            };
            ids.iter().cloned().zip(parts).map(make).collect()
        })
    })
}

/// Shares, or none.
pub fn shares_or_none() -> impl Strategy<Value = Vec<Share>> {
    prop_oneof![Just(Vec::new()), shares()]
}

/// Credits of a fact, or none.
pub fn credits() -> impl Strategy<Value = Vec<Credit>> {
    let some = collaborations(1..=4).prop_flat_map(|ids| {
        let amounts = vec((id(CreatorId::parse), any::<(i64, bool)>()), ids.len());
        (whole(ids.len()), amounts).prop_map(move |(parts, amounts)| {
            let each = ids.iter().cloned().zip(parts).zip(amounts);
            each.map(
                |((collaboration, share_bp), (creator, (amount_minor, after_termination)))| {
                    Credit {
                        collaboration,
                        creator,
                        share_bp,
                        amount_minor,
                        after_termination,
                    }
                },
            )
            .collect()
        })
    });
    prop_oneof![Just(Vec::new()), some]
}

/// A follower count.
pub fn follower_count() -> impl Strategy<Value = FollowerCount> {
    (any::<u64>(), timestamp()).prop_map(|(followers, observed_at)| FollowerCount {
        followers,
        observed_at,
    })
}

/// Niches.
pub fn niches() -> impl Strategy<Value = Vec<Niche>> {
    vec(id(Niche::parse), 0..4)
}

/// A profile.
pub fn creator_profile() -> impl Strategy<Value = CreatorProfile> {
    let handles = btree_map(venue(), matched(), 0..4);
    let personal = (personal(), personal(), handles, personal()).prop_map(
        |(locality, display_name, handles, contact)| PersonalDetails {
            locality,
            display_name,
            handles,
            contact,
        },
    );
    let followers = btree_map(venue(), follower_count(), 0..4);
    (followers, niches(), personal).prop_map(|(followers, niches, personal)| CreatorProfile {
        followers,
        niches,
        personal,
    })
}

/// Texts that are recognised, as the log has them.
pub fn matched() -> impl Strategy<Value = Matched> {
    (sealed(), any::<[u8; 16]>()).prop_map(|(text, digest)| Matched {
        text: PersonalText::Sealed(text),
        digest: TextDigest(digest),
    })
}

/// Personal texts that are not empty.
pub fn some_personal() -> impl Strategy<Value = PersonalText> {
    personal().prop_filter("not empty", |text| !text.is_empty())
}
