//! One fixed record per event type, beside the bytes in `tests/golden/events-v1` that must decode to
//! it for ever. The story is that of a skincare brand.

mod campaigns;
mod facts;
mod work;

use campaign_ledger::domain::*;

/// Returns one record for every event type.
pub fn records() -> Vec<Record> {
    let events = [campaigns::events(), work::events(), facts::events()].concat();
    (1..).zip(events).map(record).collect()
}

fn record((position, event): (u64, Event)) -> Record {
    Record {
        position: Position::new(position),
        brand: BrandId::parse("kulit-sehat").unwrap(),
        subject: Subject {
            campaign: Some(CampaignId::parse("jujur-2025").unwrap()),
            collaboration: Some(collaboration("ayu-1")),
            creator: Some(creator("ayu")),
        },
        actor: actor(ActorKind::Brand, "staff-7"),
        on_behalf_of: Some(OnBehalfOf {
            actor: actor(ActorKind::Creator, "ayu"),
            reason: "agreed on the phone".to_owned(),
        }),
        request: Some(RequestStamp {
            id: RequestId::parse("0199C2F0:first.try").unwrap(),
            digest: [0xd1; 16],
        }),
        occurred_at: Some(at(1_000)),
        recorded_at: at(1_060),
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
