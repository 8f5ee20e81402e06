//! Events of the settings of a brand, and how they are folded.

use super::{Fold, Folded};
use crate::domain::rows::RowsMut;
use crate::domain::state::BrandSettings;
use crate::domain::{EmvModel, ZoneName};

/// Events of a brand as a whole.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the message of the same name in event/v1 documents each field"
)]
pub enum BrandEvent {
    BrandTimeZoneSet { time_zone: ZoneName },
    EmvModelDefined { emv_model: EmvModel },
}

impl<S: RowsMut> Fold<'_, S> {
    pub(super) fn brand_event(&mut self, event: &BrandEvent) -> Folded<(), S> {
        let position = self.record.position;
        let key = BrandSettings::key(&self.record.brand);
        let settings: &mut BrandSettings = self.rows.upsert(&key)?;
        settings.updated = position;
        match event {
            BrandEvent::BrandTimeZoneSet { time_zone } => {
                settings.time_zone = Some((time_zone.clone(), position));
            }
            BrandEvent::EmvModelDefined { emv_model } => {
                settings.emv_models.push((emv_model.clone(), position));
            }
        }
        Ok(())
    }
}
