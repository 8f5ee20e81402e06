//! Rules of the settings of a brand.

use super::{Case, Decided, Decision, happened, happens, refuse};
use crate::domain::rows::Rows;
use crate::domain::state::BrandSettings;
use crate::domain::{ActorKind, BrandEvent, Event, Fact, Refusal, Subject, ZoneName};

/// Commands about a brand as a whole.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the request message of the same name in v1 documents each field"
)]
pub enum BrandVerb {
    SetTimeZone { time_zone: ZoneName },
}

impl<S: Rows> Case<'_, S> {
    pub(super) fn brand_verb(&self, verb: &BrandVerb) -> Decided<Decision, S> {
        self.only(ActorKind::Brand)?;
        let BrandVerb::SetTimeZone { time_zone } = verb;
        let key = BrandSettings::key(&self.request.brand);
        let settings = self.rows.get::<BrandSettings>(&key)?;
        // With another zone, days that were told would become others.
        if let Some((known, position)) = settings.and_then(|row| row.time_zone.clone()) {
            return match known == *time_zone {
                true => happened(position),
                false => refuse(Refusal::TimeZoneSet {
                    time_zone: known.as_str().to_owned(),
                }),
            };
        }
        let time_zone = time_zone.clone();
        happens(Fact {
            subject: Subject::default(),
            event: Event::Brand(BrandEvent::BrandTimeZoneSet { time_zone }),
        })
    }
}
