//! Small values that both calls and stored events carry: time, money, actors, shares.
//!
//! `read_…` notes what breaks a rule and answers domain values; `From` writes them.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use prost_types::Timestamp as WireTime;

use super::fields::{Checked, Fields, Origin, UNIQUE_RULE};
use crate::domain::limits::{MAX_NICHES, MAX_SHARES, MAX_VENUES};
use crate::domain::{
    Actor, ActorId, ActorKind, CollaborationId, Currency, FollowerCount, FxRate, LinkTouch, Money,
    NAMED_VENUE_RULE, Niche, Numbered, OnBehalfOf, OrderKey, OrderSource, PlatformName, Position,
    ProductValue, Rate, Reference, Share, Timestamp, Venue, WHOLE_BP,
};
use crate::wire::personal::spell;
use crate::wire::proto::values as wire;

/// Longest reason, in characters: a paragraph.
pub const MAX_REASON_CHARS: usize = 500;
/// Longest address, in characters: what browsers take.
pub const MAX_URL_CHARS: usize = 2_000;
/// Longest handle, in characters: beyond what any platform allows.
pub const MAX_HANDLE_CHARS: usize = 100;
/// Longest name or title, in characters: a line.
pub const MAX_NAME_CHARS: usize = 200;
/// States the rule of the limit.
pub const NICHES_RULE: &str = "must have at most 20 elements";

/// States the rule of the limit.
pub const VENUES_RULE: &str = "must have at most 50 elements";

/// States the rule a moment keeps.
pub const TIME_RULE: &str = "must be a time from 1970 to 2262 with nanos from 0 to 999,999,999";
/// States that an amount must be stated one way or the other.
pub const AMOUNT_REQUIRED_RULE: &str = "is required unless decimal is given";
/// States that an amount stated both ways must be one amount.
pub const SAME_AMOUNT_RULE: &str = "must be the amount that minor_units states";
/// States that an amount must not be negative.
pub const NOT_NEGATIVE_RULE: &str = "must be 0 or more";
/// States that an amount must change something.
pub const NOT_ZERO_RULE: &str = "must not be 0";
/// States that an amount must be more than nothing.
pub const POSITIVE_RULE: &str = "must be more than 0";
/// States that a number must count from 1.
pub const FROM_ONE_RULE: &str = "must be 1 or more";
/// States the range of a part in basis points.
pub const BASIS_POINTS_RULE: &str = "must be 0 to 10,000";
/// States the range of a share.
pub const SHARE_RULE: &str = "must be 1 to 10,000";
const SHARE_COUNT_RULE: &str = "must have 2 to 50 elements";
/// States that shares make a whole.
pub const SHARES_RULE: &str = "must add to 10,000 basis points";

/// Writes the number of a word that may be absent, which is spelled as 0.
pub fn optional_number<T: Numbered>(word: Option<T>) -> i32 {
    word.map_or(0, T::number)
}

/// Reads a moment.
pub fn read_time(fields: &mut Fields, message: WireTime) -> Checked<Timestamp> {
    Timestamp::new(message.seconds, message.nanos).ok_or_else(|| fields.refuse_here(TIME_RULE))
}

impl From<Timestamp> for WireTime {
    fn from(at: Timestamp) -> Self {
        let (seconds, nanos) = at.parts();
        Self { seconds, nanos }
    }
}

/// Reads a position that must be given.
pub fn read_position(fields: &mut Fields, field: &'static str, number: u64) -> Position {
    fields.check(field, number > 0, FROM_ONE_RULE);
    Position::new(number)
}

/// Reads a version, which counts from 1.
pub fn read_version(fields: &mut Fields, field: &'static str, number: u32) -> u32 {
    fields.check(field, number > 0, FROM_ONE_RULE);
    number
}

/// Reads a part of a whole.
pub fn read_basis_points(fields: &mut Fields, field: &'static str, part: u32) -> u32 {
    fields.check(field, part <= WHOLE_BP, BASIS_POINTS_RULE);
    part
}

/// Reads an amount.
pub fn read_money(fields: &mut Fields, message: wire::Money) -> Checked<Money> {
    read_money_where(fields, &message, |_| true, "")
}

/// Reads an amount of 0 or more.
pub fn read_amount(fields: &mut Fields, message: wire::Money) -> Checked<Money> {
    read_money_where(fields, &message, |minor| minor >= 0, NOT_NEGATIVE_RULE)
}

/// Reads an amount of more than 0.
pub fn read_positive_amount(fields: &mut Fields, message: wire::Money) -> Checked<Money> {
    read_money_where(fields, &message, |minor| minor > 0, POSITIVE_RULE)
}

/// Reads an amount to add, which may be negative.
pub fn read_delta(fields: &mut Fields, message: wire::Money) -> Checked<Money> {
    read_money_where(fields, &message, |minor| minor != 0, NOT_ZERO_RULE)
}

/// Reads an amount that keeps a rule. It is stated in minor units, as decimal text, or as both; what
/// breaks the rule is noted at the one that states it.
fn read_money_where(
    fields: &mut Fields,
    message: &wire::Money,
    holds: fn(i64) -> bool,
    rule: &str,
) -> Checked<Money> {
    let currency = fields.parse("currency_code", &message.currency_code, Currency::parse);
    if let Some(minor) = message.minor_units {
        fields.check("minor_units", holds(minor), rule);
    }
    if message.decimal.is_empty() {
        let minor = message.minor_units;
        let minor = minor.ok_or_else(|| fields.refuse("minor_units", AMOUNT_REQUIRED_RULE));
        return Ok(Money {
            currency: currency?,
            minor: minor?,
        });
    }
    let told = Money::parse_decimal(currency?, &message.decimal)
        .map_err(|rule| fields.refuse("decimal", rule))?;
    match message.minor_units {
        Some(minor) => fields.check("decimal", minor == told.minor, SAME_AMOUNT_RULE),
        None => fields.check("decimal", holds(told.minor), rule),
    }
    Ok(told)
}

/// Reads an entered amount of 0 or more, of which every unit can be paid.
pub fn read_payable_amount(fields: &mut Fields, message: wire::Money) -> Checked<Money> {
    let stated = stated_as(&message);
    let amount = read_amount(fields, message)?;
    check_payable(fields, stated, amount);
    Ok(amount)
}

/// Reads an entered amount of more than 0 that can be paid.
pub fn read_payable(fields: &mut Fields, message: wire::Money) -> Checked<Money> {
    let stated = stated_as(&message);
    let amount = read_positive_amount(fields, message)?;
    check_payable(fields, stated, amount);
    Ok(amount)
}

/// Reads an entered change that can be paid; it may be negative.
pub fn read_payable_delta(fields: &mut Fields, message: wire::Money) -> Checked<Money> {
    let stated = stated_as(&message);
    let amount = read_delta(fields, message)?;
    check_payable(
        fields,
        stated,
        Money {
            minor: amount.minor.saturating_abs(),
            ..amount
        },
    );
    Ok(amount)
}

/// Names the field that states an amount.
fn stated_as(message: &wire::Money) -> &'static str {
    match message.minor_units {
        Some(_) => "minor_units",
        None => "decimal",
    }
}

/// Checks that an entered amount can be paid: otherwise a part of it would stay owed for ever. It
/// holds for calls only; computed amounts are rounded.
fn check_payable(fields: &mut Fields, stated: &'static str, amount: Money) {
    if amount.minor > 0 && !amount.is_payable() {
        fields.limit(stated, false, &amount.currency.payable_rule());
    }
}

/// Checks that the current amount is in the currency it must be in.
pub fn check_currency(fields: &mut Fields, amount: Money, currency: Currency) {
    if amount.currency != currency {
        fields.refuse("currency_code", format!("must be {currency}"));
    }
}

impl From<Money> for wire::Money {
    fn from(amount: Money) -> Self {
        Self {
            currency_code: amount.currency.code().to_owned(),
            minor_units: Some(amount.minor),
            decimal: amount.decimal(),
        }
    }
}

/// Reads a pinned rate.
pub fn read_fx_rate(fields: &mut Fields, message: wire::FxRate) -> Checked<FxRate> {
    let rate = fields.parse("rate", &message.rate, Rate::parse);
    let source = fields.line("source", message.source, MAX_NAME_CHARS);
    let rated_at = fields.required("rated_at", message.rated_at, read_time);
    Ok(FxRate {
        rate: rate?,
        source,
        rated_at: rated_at?,
    })
}

impl From<&FxRate> for wire::FxRate {
    fn from(fx: &FxRate) -> Self {
        Self {
            rate: fx.rate.as_str().to_owned(),
            source: fx.source.clone(),
            rated_at: Some(fx.rated_at.into()),
        }
    }
}

/// Reads who acts. Calls cannot speak as the ledger itself, nor for it.
pub fn read_actor(fields: &mut Fields, message: wire::Actor) -> Checked<Actor> {
    let kinds: &[ActorKind] = match fields.origin() {
        Origin::Call => &[ActorKind::Brand, ActorKind::Creator],
        Origin::Log => &ActorKind::ALL,
    };
    let kind = fields.within("kind", |fields| fields.one_among_here(message.kind, kinds));
    let id = fields.parse("id", &message.id, ActorId::parse);
    Ok(Actor {
        kind: kind?,
        id: id?,
    })
}

impl From<&Actor> for wire::Actor {
    fn from(actor: &Actor) -> Self {
        Self {
            kind: actor.kind.number(),
            id: actor.id.as_str().to_owned(),
        }
    }
}

/// Reads whom the actor acts for.
pub fn read_on_behalf_of(fields: &mut Fields, message: wire::OnBehalfOf) -> Checked<OnBehalfOf> {
    let actor = fields.required("actor", message.actor, read_actor);
    let reason = fields.personal_note("reason", message.reason, MAX_REASON_CHARS);
    Ok(OnBehalfOf {
        actor: actor?,
        reason,
    })
}

impl From<&OnBehalfOf> for wire::OnBehalfOf {
    fn from(other: &OnBehalfOf) -> Self {
        Self {
            actor: Some((&other.actor).into()),
            reason: spell(&other.reason),
        }
    }
}

/// Reads niches.
pub fn read_niches(fields: &mut Fields, niches: Vec<String>) -> Checked<Vec<Niche>> {
    fields.within("niches", |fields| read_niches_here(fields, niches))
}

/// Reads the current field as niches.
pub fn read_niches_here(fields: &mut Fields, niches: Vec<String>) -> Checked<Vec<Niche>> {
    fields.limit_here(niches.len() <= MAX_NICHES, NICHES_RULE);
    fields.each_here(niches, |fields, niche| {
        Niche::parse(&niche).map_err(|rule| fields.refuse_here(rule))
    })
}

/// Writes niches.
pub fn write_niches(niches: &[Niche]) -> Vec<String> {
    niches.iter().map(Niche::to_string).collect()
}

/// Reads where posts live: a platform, and its name where it takes one.
pub fn read_venue(fields: &mut Fields, platform: i32, name: &str) -> Checked<Venue> {
    let platform = fields.one_of("platform", platform);
    let name = fields.parse_optional("platform_name", name, PlatformName::parse);
    let venue = Venue {
        platform: platform?,
        name: name?,
    };
    let fits = venue.name.is_none() || venue.platform.takes_name();
    fields.check("platform_name", fits, NAMED_VENUE_RULE);
    Ok(venue)
}

/// Reads a venue as a filter, which may be absent.
pub fn read_venue_filter(fields: &mut Fields, platform: i32, name: &str) -> Checked<Option<Venue>> {
    if platform == 0 {
        fields.check("platform_name", name.is_empty(), NAMED_VENUE_RULE);
        return Ok(None);
    }
    read_venue(fields, platform, name).map(Some)
}

/// Reads the current field as follower counts, at most one per platform.
pub fn read_followers_here(
    fields: &mut Fields,
    counts: Vec<wire::FollowerCount>,
) -> Checked<BTreeMap<Venue, FollowerCount>> {
    fields.limit_here(counts.len() <= MAX_VENUES, VENUES_RULE);
    let mut seen = BTreeSet::new();
    let counts = fields.each_here(counts, |fields, count| {
        let venue = read_venue(fields, count.platform, &count.platform_name);
        let observed_at = fields.required("observed_at", count.observed_at, read_time);
        let venue = venue?;
        fields.check("platform", seen.insert(venue.clone()), UNIQUE_RULE);
        let count = FollowerCount {
            followers: count.followers,
            observed_at: observed_at?,
        };
        Ok((venue, count))
    })?;
    Ok(counts.into_iter().collect())
}

/// Writes follower counts.
pub fn write_followers(counts: &BTreeMap<Venue, FollowerCount>) -> Vec<wire::FollowerCount> {
    let write = |(venue, count): (&Venue, &FollowerCount)| wire::FollowerCount {
        platform: venue.platform.number(),
        platform_name: venue.name().to_owned(),
        followers: count.followers,
        observed_at: Some(count.observed_at.into()),
    };
    counts.iter().map(write).collect()
}

/// Reads the shares of one fact: each collaboration once, adding to the whole. None is fine too.
pub fn read_shares(
    fields: &mut Fields,
    field: &'static str,
    shares: Vec<wire::Share>,
) -> Checked<Vec<Share>> {
    fields.within(field, |fields| read_shares_here(fields, shares))
}

/// Reads the current field as the shares of one fact.
pub fn read_shares_here(fields: &mut Fields, shares: Vec<wire::Share>) -> Checked<Vec<Share>> {
    check_whole_here(fields, shares.iter().map(|share| share.share_bp));
    let mut seen = BTreeSet::new();
    fields.each_here(shares, |fields, message| {
        let range = 1..=WHOLE_BP;
        fields.check("share_bp", range.contains(&message.share_bp), SHARE_RULE);
        let collaboration = read_collaboration(fields, &message.collaboration_id)?;
        let new = seen.insert(collaboration.clone());
        fields.check("collaboration_id", new, UNIQUE_RULE);
        Ok(Share {
            collaboration,
            share_bp: message.share_bp,
        })
    })
}

/// Checks how many shares a call may state, where it states any.
pub fn check_share_count(fields: &mut Fields, field: &'static str, shares: &[wire::Share]) {
    let fits = shares.is_empty() || (2..=MAX_SHARES).contains(&shares.len());
    fields.limit(field, fits, SHARE_COUNT_RULE);
}

/// Checks that parts in basis points, where there are any, add to the whole.
pub fn check_whole(
    fields: &mut Fields,
    field: &'static str,
    parts: impl ExactSizeIterator<Item = u32>,
) {
    fields.within(field, |fields| check_whole_here(fields, parts));
}

/// Checks that parts of the current field, where there are any, add to the whole.
pub fn check_whole_here(fields: &mut Fields, parts: impl ExactSizeIterator<Item = u32>) {
    let none = parts.len() == 0;
    let sum: u64 = parts.map(u64::from).sum();
    fields.check_here(none || sum == u64::from(WHOLE_BP), SHARES_RULE);
}

impl From<&Share> for wire::Share {
    fn from(share: &Share) -> Self {
        Self {
            collaboration_id: share.collaboration.as_str().to_owned(),
            share_bp: share.share_bp,
        }
    }
}

/// Reads a click before an order.
pub fn read_touch(fields: &mut Fields, message: wire::LinkTouch) -> Checked<LinkTouch> {
    let collaboration = read_collaboration(fields, &message.collaboration_id);
    let touched_at = fields.required("touched_at", message.touched_at, read_time);
    Ok(LinkTouch {
        collaboration: collaboration?,
        touched_at: touched_at?,
    })
}

impl From<&LinkTouch> for wire::LinkTouch {
    fn from(touch: &LinkTouch) -> Self {
        Self {
            collaboration_id: touch.collaboration.to_string(),
            touched_at: Some(touch.touched_at.into()),
        }
    }
}

fn read_collaboration(fields: &mut Fields, id: &str) -> Checked<CollaborationId> {
    fields.parse("collaboration_id", id, CollaborationId::parse)
}

/// Reads the two fields that name an order.
pub fn read_order(fields: &mut Fields, source: &str, id: &str) -> Checked<OrderKey> {
    let source = fields.parse("order_source", source, OrderSource::parse);
    let id = fields.parse("order_id", id, Reference::parse);
    Ok(OrderKey {
        source: source?,
        id: id?,
    })
}

/// Reads the two values of a product.
pub fn read_product_value(
    fields: &mut Fields,
    message: wire::ProductValue,
) -> Checked<ProductValue> {
    let cost_of_goods =
        fields.required("cost_of_goods", message.cost_of_goods, read_payable_amount);
    let fair_value = fields.required("fair_value", message.fair_value, read_amount);
    Ok(ProductValue {
        cost_of_goods: cost_of_goods?,
        fair_value: fair_value?,
    })
}

impl From<ProductValue> for wire::ProductValue {
    fn from(value: ProductValue) -> Self {
        Self {
            cost_of_goods: Some(value.cost_of_goods.into()),
            fair_value: Some(value.fair_value.into()),
        }
    }
}

/// Writes a digest.
pub fn write_digest(digest: &[u8]) -> Bytes {
    Bytes::copy_from_slice(digest)
}

/// Best rating.
const MAX_RATING: u8 = 5;
/// States the range of a rating.
pub const RATING_RULE: &str = "must be 1 to 5";

/// Reads a rating of content.
pub fn read_rating(fields: &mut Fields, rating: Option<u32>) -> Checked<Option<u8>> {
    fields.within("rating", |fields| read_rating_here(fields, rating))
}

/// Reads the current field as a rating of content.
pub fn read_rating_here(fields: &mut Fields, rating: Option<u32>) -> Checked<Option<u8>> {
    let range = 1..=MAX_RATING;
    let read = |rating: u32| {
        u8::try_from(rating)
            .ok()
            .filter(|rating| range.contains(rating))
    };
    rating
        .map(|rating| read(rating).ok_or_else(|| fields.refuse_here(RATING_RULE)))
        .transpose()
}
