//! One fixed record per event type; the bytes in `tests/golden/events-v2` must decode to it
//! forever. The records tell the story of a skincare brand.

mod campaigns;
mod erasure;
mod facts;
mod negotiation;
mod posts;
mod reports;
mod selection;
mod settlement;
mod work;

use campaign_ledger::domain::*;

use super::event_types;

/// Numbers of the event types whose records stand at positions 1, 2, 3 …
const FIRST: [u32; 38] = [
    20, 21, 22, 23, 24, 25, 26, 40, 41, 42, 50, 51, 52, 53, 54, 55, 56, 70, 71, 72, 73, 74, 75, 76,
    77, 85, 90, 91, 92, 100, 101, 102, 103, 104, 120, 121, 122, 123,
];
/// The record of any other event type is at this offset plus its number, whatever its place in the
/// list.
const OTHERS: u64 = 1_000;

/// Returns one record for every event type.
pub fn records() -> Vec<Record> {
    let events = [
        campaigns::events(),
        negotiation::events(),
        work::events(),
        facts::events(),
        posts::events(),
        reports::events(),
        selection::events(),
        erasure::events(),
        settlement::events(),
    ]
    .concat();
    events.into_iter().map(record).collect()
}

fn record(event: Event) -> Record {
    let record = unplaced(event);
    let number = event_types::number(&record);
    let position = match FIRST.iter().position(|first| *first == number) {
        Some(index) => index as u64 + 1,
        None => OTHERS + u64::from(number),
    };
    Record {
        position: Position::new(position),
        ..record
    }
}

fn unplaced(event: Event) -> Record {
    Record {
        position: Position::new(1),
        brand: BrandId::parse("kulit-sehat").unwrap(),
        subject: Subject {
            campaign: Some(CampaignId::parse("jujur-2025").unwrap()),
            collaboration: Some(collaboration("ayu-1")),
            creator: Some(creator("ayu")),
        },
        actor: actor(ActorKind::Brand, "staff-7"),
        on_behalf_of: Some(OnBehalfOf {
            actor: actor(ActorKind::Creator, "ayu"),
            reason: "agreed on the phone".into(),
        }),
        request: Some(RequestStamp {
            id: RequestId::parse("0199C2F0:first.try").unwrap(),
            digest: [0xd1; 16],
        }),
        occurred_at: Some(at(1_000)),
        recorded_at: at(1_060),
        principal: Principal::none(),
        event,
    }
}

fn actor(kind: ActorKind, id: &str) -> Actor {
    Actor {
        kind,
        id: ActorId::parse(id).unwrap(),
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::new(1_760_000_000 + second, 123_456_789).unwrap()
}

fn idr(minor: i64) -> Money {
    Money {
        currency: Currency::parse("IDR").unwrap(),
        minor,
    }
}

fn usd(minor: i64) -> Money {
    Money {
        currency: Currency::parse("USD").unwrap(),
        minor,
    }
}

fn fx_rate() -> FxRate {
    FxRate {
        rate: Rate::parse("15875.5").unwrap(),
        source: "Bank Indonesia".to_owned(),
        rated_at: at(900),
    }
}

fn collaboration(id: &str) -> CollaborationId {
    CollaborationId::parse(id).unwrap()
}

fn creator(id: &str) -> CreatorId {
    CreatorId::parse(id).unwrap()
}
