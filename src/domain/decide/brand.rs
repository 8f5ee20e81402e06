//! Rules of the settings of a brand.

use std::sync::Arc;

use super::{Case, Decided, Decision, ensure, happened, happens, refuse};
use crate::domain::limits::MAX_EMV_MODELS;
use crate::domain::rows::Rows;
use crate::domain::state::BrandSettings;
use crate::domain::{ActorKind, BrandEvent, EmvModel, Event, Fact, Refusal, Subject, ZoneName};

/// Commands about a brand as a whole.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the request message of the same name in v1 documents each field"
)]
pub enum BrandVerb {
    SetTimeZone { time_zone: ZoneName },
    DefineEmvModel { emv_model: EmvModel },
}

impl<S: Rows> Case<'_, S> {
    pub(super) fn brand_verb(&self, verb: &BrandVerb) -> Decided<Decision, S> {
        self.only(ActorKind::Brand)?;
        match verb {
            BrandVerb::SetTimeZone { time_zone } => self.set_time_zone(time_zone),
            BrandVerb::DefineEmvModel { emv_model } => self.define_emv_model(emv_model),
        }
    }

    pub(super) fn brand_settings(&self) -> Decided<Arc<BrandSettings>, S> {
        let key = BrandSettings::key(&self.request.brand);
        let settings = self.rows.get::<BrandSettings>(&key)?;
        Ok(settings.unwrap_or_default())
    }

    fn set_time_zone(&self, time_zone: &ZoneName) -> Decided<Decision, S> {
        // With another zone, days that were told would become others.
        if let Some((known, position)) = &self.brand_settings()?.time_zone {
            return match known == time_zone {
                true => happened(*position),
                false => refuse(Refusal::TimeZoneSet {
                    time_zone: known.as_str().to_owned(),
                }),
            };
        }
        let time_zone = time_zone.clone();
        happens(of_brand(BrandEvent::BrandTimeZoneSet { time_zone }))
    }

    fn define_emv_model(&self, emv_model: &EmvModel) -> Decided<Decision, S> {
        let known = &self.brand_settings()?.emv_models;
        let mut same = known.iter();
        // What a version says never changes: a figure names its version only.
        if let Some((same, position)) = same.find(|(one, _)| one.version == emv_model.version) {
            return match same == emv_model {
                true => happened(*position),
                false => refuse(Refusal::EmvModelDefined {
                    version: same.version.as_str().to_owned(),
                    position: *position,
                }),
            };
        }
        ensure(known.len() < MAX_EMV_MODELS, || Refusal::LimitReached {
            collection: "models of earned media value of a brand",
            limit: MAX_EMV_MODELS,
        })?;
        let emv_model = emv_model.clone();
        happens(of_brand(BrandEvent::EmvModelDefined { emv_model }))
    }
}

fn of_brand(event: BrandEvent) -> Fact {
    Fact {
        subject: Subject::default(),
        event: Event::Brand(event),
    }
}
