//! Settings of a brand: its time zone is set once.

use campaign_ledger::domain::*;

use super::history::*;
use super::stories::*;
use crate::support::requests::*;

fn set(time_zone: &str) -> Request {
    let time_zone = ZoneName::parse(time_zone).unwrap();
    ask(Command::Brand {
        verb: BrandVerb::SetTimeZone { time_zone },
    })
}

#[test]
fn time_zone_is_set_once() {
    let history = opened().given(set("Asia/Jakarta"));
    let position = history.head();
    history
        .when(set("Asia/Jakarta"))
        .then_happened_at(position)
        .when(set("Asia/Makassar"))
        .then_refused(Refusal::TimeZoneSet {
            time_zone: "Asia/Jakarta".to_owned(),
        });
    opened()
        .when(set("Asia/Jakarta").by(ActorKind::Creator))
        .then_refused(only("the brand"));
}

#[test]
fn names_of_zones_are_short_and_plain() {
    for good in ["UTC", "Asia/Jakarta", "Etc/GMT+7", "America/Port-au-Prince"] {
        assert_eq!(ZoneName::parse(good).unwrap().as_str(), good);
    }
    for bad in ["", "Asia Jakarta", "Asia/Jakärta", &"x".repeat(65)] {
        assert_eq!(ZoneName::parse(bad), Err(ZONE_RULE), "{bad}");
    }
}
