//! Ids, times and amounts, as functions of numbers.

use campaign_ledger::wire::proto::api::WriteContext;
use campaign_ledger::wire::proto::values::{Actor, ActorKind, Money};
use prost_types::Timestamp;

use super::DESKS;

/// Number of brands; the first has the most desks.
const BRANDS: u32 = 16;
/// 2025-01-01T00:00:00Z: the history ends within that year, so all of it is in the past.
const START_S: i64 = 1_735_689_600;
/// One day.
pub const DAY_S: i64 = 86_400;

/// A campaign of a desk.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The desk, from 0.
    pub desk: u32,
    /// The campaign, from 0.
    pub campaign: u64,
}

impl Place {
    /// Returns the brand of the desk: the share of desks of the k-th brand is proportional to 1 ÷
    /// k.
    pub fn brand(&self) -> String {
        let part = (f64::from(self.desk % DESKS) + 0.5) / f64::from(DESKS);
        let rank = (part * f64::from(BRANDS + 1).ln()).exp() as u32;
        format!("brand-{}", rank.clamp(1, BRANDS))
    }

    /// Returns the id of the campaign.
    pub fn campaign(&self) -> String {
        format!("desk-{}-campaign-{}", self.desk, self.campaign)
    }

    /// Returns the id of a creator of the desk.
    pub fn creator(&self, number: u64) -> String {
        format!("desk-{}-creator-{number}", self.desk)
    }

    /// Returns an id that is unique within the brand.
    pub fn unique(&self, what: &str, number: u64) -> String {
        format!("{what}-{}-{}-{number}", self.desk, self.campaign)
    }
}

/// Returns the id of a collaboration of a campaign.
pub fn collaboration(number: u32) -> String {
    format!("collaboration-{number}")
}

/// Returns the time this many seconds into the history.
pub fn at(seconds: i64) -> Option<Timestamp> {
    Some(Timestamp {
        seconds: START_S + seconds,
        nanos: 0,
    })
}

/// Returns this many rupiah.
pub fn rupiah(amount: i64) -> Option<Money> {
    Some(Money {
        currency_code: "IDR".to_owned(),
        minor_units: Some(amount * 100),
        ..Money::default()
    })
}

/// Returns a context in which the brand acts.
pub fn by_brand() -> Option<WriteContext> {
    by(ActorKind::Brand)
}

/// Returns a context in which the creator acts.
pub fn by_creator() -> Option<WriteContext> {
    by(ActorKind::Creator)
}

fn by(kind: ActorKind) -> Option<WriteContext> {
    Some(WriteContext {
        actor: Some(Actor {
            kind: kind.into(),
            id: "desk".to_owned(),
        }),
        ..WriteContext::default()
    })
}
