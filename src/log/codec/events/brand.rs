//! Events of the settings of a brand, both ways.

use super::stored;
use crate::domain::BrandEvent;

stored! { Brand(BrandEvent) {
    BrandTimeZoneSet { time_zone, }
    EmvModelDefined { emv_model, }
}}
