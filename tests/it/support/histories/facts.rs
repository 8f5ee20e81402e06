//! Moves of measurement: observations, orders, refunds.

use campaign_ledger::domain::state::{Order, Publication};
use campaign_ledger::domain::*;

use super::{Dice, HOUR_NANOS, Teller};
use crate::support::requests::*;

/// Number of orders of a brand; few enough that claims of the same order occur.
const ORDERS: u64 = 40;

impl Teller {
    pub(super) fn observation(&self, dice: &mut Dice) -> Request {
        let posts = self.posts();
        let Some(post) = dice.pick_any(&posts) else {
            return self.work(dice);
        };
        let known = self.observations(post);
        match (dice.pick_any(&known), dice.roll(100)) {
            (Some((_, again)), 0..=4) => {
                let observation = *again;
                engagement(post.clone(), EngagementVerb::Record { observation })
            }
            (Some((position, _)), 5..=14) => {
                let verb = EngagementVerb::Correct {
                    observation: *position,
                    counters: some_counters(dice),
                    followers: None,
                    reason: "bots were removed".into(),
                };
                engagement(post.clone(), verb)
            }
            (Some((position, _)), 15..=22) => {
                let verb = EngagementVerb::Void {
                    observation: *position,
                    reason: "another post's".into(),
                };
                engagement(post.clone(), verb)
            }
            _ => self.new_observation(dice, post),
        }
    }

    /// Observations of a post and their corrections, by position.
    fn observations(&self, post: &PublicationRef) -> Vec<(Position, Observation)> {
        let owner = &post.collaboration;
        let records = self.ledger.records.iter().filter(|record| {
            record.brand == owner.brand
                && record.subject.campaign.as_ref() == Some(&owner.campaign)
                && record.subject.collaboration.as_ref() == Some(&owner.collaboration)
        });
        let seen = records.filter_map(|record| match &record.event {
            Event::Engagement(EngagementEvent::EngagementRecorded {
                publication,
                observation,
                ..
            })
            | Event::Engagement(EngagementEvent::EngagementCorrected {
                publication,
                observation,
                ..
            }) if *publication == post.publication => Some((record.position, *observation)),
            _ => None,
        });
        seen.collect()
    }

    fn new_observation(&self, dice: &mut Dice, post: &PublicationRef) -> Request {
        let row = self.ledger.row::<Publication>(&Publication::key(post));
        let age_hours = self.now.nanos().saturating_sub(row.published_at.nanos()) / HOUR_NANOS;
        let hours = dice.roll(age_hours.max(0) as u64 + 1) as i64;
        let kinds = [
            (ObservationSource::Api, MeasurementKind::Measured),
            (ObservationSource::Api, MeasurementKind::Measured),
            (ObservationSource::Brand, MeasurementKind::Measured),
            (ObservationSource::Creator, MeasurementKind::Reported),
        ];
        let scopes = [
            MeasurementScope::Total,
            MeasurementScope::Total,
            MeasurementScope::Organic,
        ];
        let (source, kind) = *dice.pick(&kinds);
        let definition = dice.chance(10).then_some("view-2025");
        let observation = Observation {
            seen: Seen {
                observed_at: later(row.published_at, hours * HOUR_NANOS),
                source,
                kind,
                scope: *dice.pick(&scopes),
                definition: definition.and_then(|name| Definition::parse(name).ok()),
            },
            counters: some_counters(dice),
            followers: dice.chance(20).then(|| dice.roll(100_000)),
        };
        engagement(post.clone(), EngagementVerb::Record { observation })
    }

    pub(super) fn claim(&self, dice: &mut Dice) -> Request {
        let agreed = self.agreed();
        let ordered_at = self.lately(dice, 72);
        let mut claim = Claim {
            order: some_order(dice),
            kind: *dice.pick(&[
                ConversionType::Sale,
                ConversionType::Sale,
                ConversionType::Install,
            ]),
            quantity: *dice.pick(&[1, 1, 1, 8]),
            value: None,
            fx_rate: None,
            ordered_at,
            code: None,
            touches: Vec::new(),
            joint_shares: Vec::new(),
            digest: [0; 16],
        };
        match dice.roll(10) {
            0 => {}
            1 => claim.value = Some(money("USD", dice.roll(10_000) as i64)),
            2 => {
                claim.value = Some(money("USD", dice.roll(10_000) as i64));
                let rates = ["15875.5", "0.37", "16000"];
                claim.fx_rate = rate(rates[dice.roll(3) as usize]);
            }
            _ => claim.value = Some(money("IDR", dice.roll(50_000_000) as i64)),
        }
        match dice.roll(10) {
            0 => {}
            1..=3 => claim.code = Some(id(&format!("code{}", dice.roll(6)))),
            4 if agreed.len() > 1 => {
                let first = dice.roll(agreed.len() as u64 - 1) as usize;
                let share = 1 + dice.roll(9_998) as u32;
                let (one, other) = (&agreed[first].0, &agreed[first + 1].0);
                claim.joint_shares = shares(&[(one, share), (other, 10_000 - share)]);
            }
            _ => {
                let touches = (0..dice.roll(3)).filter_map(|_| {
                    let (name, _) = dice.pick_any(&agreed)?;
                    let hours = dice.roll(120) as i64 - 4;
                    Some(LinkTouch {
                        collaboration: id(name),
                        touched_at: later(ordered_at, -hours * HOUR_NANOS),
                    })
                });
                claim.touches = touches.collect();
            }
        }
        self.here(convert_order(claim))
    }

    pub(super) fn refund(&self, dice: &mut Dice) -> Request {
        let order = some_order(dice);
        let known = self.ledger.find::<Order>(&Order::key(&OrderRef {
            brand: self.campaign.brand.clone(),
            order: order.clone(),
        }));
        let standing = known.as_ref().and_then(|known| known.conversion.as_ref());
        let value = standing.and_then(|standing| standing.conversion.value);
        let refunded = known.as_ref().map_or(0, |known| known.refunded_minor());
        let left = value.map_or(0, |value| value.minor) - refunded as i64;
        let currency = value.map_or("IDR", |value| match value.currency.code() {
            "USD" => "USD",
            _ => "IDR",
        });
        let minor = match dice.roll(10) {
            0 => left + 1,
            1..=4 if left > 0 => left,
            _ if left > 0 => 1 + dice.roll(left as u64) as i64,
            _ => 1 + dice.roll(20_000_000) as i64,
        };
        let currency = if dice.chance(95) { currency } else { "USD" };
        refund(Refund {
            order,
            id: id(&format!("r-{}", dice.roll(6))),
            amount: money(currency, minor),
            refunded_at: self.lately(dice, 48),
            fx_rate: None,
        })
    }
}

fn some_order(dice: &mut Dice) -> OrderKey {
    OrderKey {
        source: id(if dice.chance(80) { "shop" } else { "kiosk" }),
        id: id(&format!("o-{}", dice.roll(ORDERS / 2))),
    }
}

fn some_counters(dice: &mut Dice) -> Counters {
    let mut counters = Counters::default();
    counters.set(Counter::Likes, Some(dice.roll(5_000)));
    for counter in Counter::ALL {
        if dice.chance(35) {
            counters.set(counter, Some(dice.roll(5_000)));
        }
    }
    counters
}
