//! Settings of a brand: its time zone, set once, and its models of earned media value.

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

fn model(version: &str, currency: &str, per_thousand_minor: i64) -> EmvModel {
    EmvModel {
        version: ModelVersion::parse(version).unwrap(),
        currency: Currency::parse(currency).unwrap(),
        prices: vec![EmvPrice {
            platform: Platform::Instagram,
            counter: Counter::Likes,
            per_thousand_minor,
        }],
    }
}

fn define(emv_model: EmvModel) -> Request {
    ask(Command::Brand {
        verb: BrandVerb::DefineEmvModel { emv_model },
    })
}

fn drafted() -> History {
    History::new().given(campaign(CampaignVerb::Create { plan: plan() }))
}

fn opened_with(emv_model: Option<EmvModel>) -> [Event; 1] {
    [Event::Campaign(CampaignEvent::CampaignOpened { emv_model })]
}

#[test]
fn a_version_of_a_model_never_changes() {
    let history = History::new().given(define(model("v1", "IDR", 5)));
    let position = history.head();
    history
        .when(define(model("v1", "IDR", 5)))
        .then_happened_at(position)
        .when(define(model("v1", "IDR", 6)))
        .then_refused(Refusal::EmvModelDefined {
            version: "v1".to_owned(),
            position,
        })
        .when(define(model("v2", "IDR", 6)).by(ActorKind::Creator))
        .then_refused(only("the brand"));
}

#[test]
fn a_brand_has_at_most_a_hundred_models() {
    let mut history = History::new();
    for number in 0..100 {
        history = history.given(define(model(&format!("v{number}"), "IDR", 1)));
    }
    history
        .when(define(model("v100", "IDR", 1)))
        .then_refused(Refusal::LimitReached {
            collection: "models of earned media value of a brand",
            limit: 100,
        });
}

#[test]
fn a_campaign_pins_the_latest_model_in_its_currency_when_it_opens() {
    let first = model("v1", "IDR", 5);
    let history = drafted()
        .given(define(first.clone()))
        .given(define(model("dollars", "USD", 7)));
    let history = history
        .when(campaign(CampaignVerb::Open))
        .then_events(opened_with(Some(first.clone())));
    // A later one is for campaigns that open later.
    let history = history.given(define(model("v2", "IDR", 9)));
    assert_eq!(history.campaign().emv_model.as_deref(), Some(&first));
}

#[test]
fn a_model_without_prices_ends_the_valuing_of_later_campaigns() {
    let none = EmvModel {
        prices: Vec::new(),
        ..model("v2", "IDR", 1)
    };
    drafted()
        .given(define(model("v1", "IDR", 5)))
        .given(define(none.clone()))
        .when(campaign(CampaignVerb::Open))
        .then_events(opened_with(Some(none)));
    drafted()
        .when(campaign(CampaignVerb::Open))
        .then_events(opened_with(None));
}
