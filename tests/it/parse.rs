//! Parsing: each rule names its field, all violations are reported at once, and valid requests
//! become commands.

mod agreements;
mod campaigns;
mod context;
mod creators;
mod deliverables;
mod disputes;
mod erasure;
mod measurement;
mod money;
mod negotiation;
mod posts;
mod proofs;
mod reads;
mod reports;
mod selection;
mod settlement;

use campaign_ledger::domain::{Command, Currency, Money, Timestamp, Violation};
use campaign_ledger::grpc::calls::request::Write;
use campaign_ledger::wire::proto::{api, values};

const NOW_SECONDS: i64 = 1_760_000_000;
/// One more character than reasons may have.
const LONG_REASON: usize = 501;
/// One more character than names may have.
const LONG_NAME: usize = 201;
/// One more character than addresses may have.
const LONG_URL: usize = 2_001;
const ID_RULE: &str = "must be 1 to 64 characters of a-z 0-9 - _";

fn now() -> Timestamp {
    Timestamp::new(NOW_SECONDS, 0).unwrap()
}

/// Returns the time this many seconds after now, as a domain value.
fn moment(seconds: i64) -> Timestamp {
    Timestamp::new(NOW_SECONDS + seconds, 0).unwrap()
}

/// Returns the time this many seconds after now, as a message.
fn at(seconds: i64) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp {
        seconds: NOW_SECONDS + seconds,
        nanos: 0,
    })
}

fn wire_actor(kind: values::ActorKind, id: &str) -> Option<values::Actor> {
    Some(values::Actor {
        kind: kind.into(),
        id: id.to_owned(),
    })
}

fn context() -> Option<api::WriteContext> {
    Some(api::WriteContext {
        actor: wire_actor(values::ActorKind::Brand, "staff-7"),
        ..api::WriteContext::default()
    })
}

fn wire_idr(minor_units: i64) -> Option<values::Money> {
    Some(values::Money {
        currency_code: "IDR".to_owned(),
        minor_units: Some(minor_units),
        ..values::Money::default()
    })
}

fn idr(minor: i64) -> Money {
    Money {
        currency: Currency::parse("IDR").unwrap(),
        minor,
    }
}

fn wire_fx() -> Option<values::FxRate> {
    Some(values::FxRate {
        rate: "15875.5".to_owned(),
        source: "Bank Indonesia".to_owned(),
        rated_at: at(-900),
    })
}

fn wire_share(collaboration: &str, share_bp: u32) -> values::Share {
    values::Share {
        collaboration_id: collaboration.to_owned(),
        share_bp,
    }
}

fn texts(violations: Vec<Violation>) -> Vec<String> {
    violations.iter().map(Violation::to_string).collect()
}

/// How to spoil a valid request, and the expected violation.
type Case<R> = (fn(&mut R), &'static str);

/// Spoils a valid request in one way after the other; each must give exactly one violation.
fn each_is_refused<R: Clone, T: std::fmt::Debug>(
    good: &R,
    parse: impl Fn(R) -> Result<T, Vec<Violation>>,
    cases: &[Case<R>],
) {
    parse(good.clone()).unwrap();
    for (spoil, expected) in cases {
        let mut request = good.clone();
        spoil(&mut request);
        assert_eq!(texts(parse(request).unwrap_err()), [*expected]);
    }
}

fn command(write: Write) -> Command {
    write.unwrap().request.command
}
