//! What an order added to revenue, as its row keeps it: a correction takes that out.

use super::revenue::amounts;
use super::{ConversionAdjustment, ConversionRecorded, Fold, Folded, RefundEffect};
use crate::domain::rows::RowsMut;

impl<S: RowsMut> Fold<'_, S> {
    /// Notes in the row of an order what it adds.
    pub(super) fn book_conversion(&mut self, conversion: &ConversionRecorded) -> Folded<(), S> {
        let order = self.order(&conversion.order)?;
        let timing = conversion.timing;
        let credits = conversion.credits.iter().map(Some);
        match (conversion.reporting_minor, conversion.credits.is_empty()) {
            (Some(minor), true) => order.book(timing, false, &[(None, minor)]),
            (None, true) => {}
            (_, false) if conversion.value.is_none() => {}
            (_, false) => {
                let parts: Vec<_> = credits.zip(order.shares.whole().to_vec()).collect();
                order.book(timing, false, &parts);
            }
        }
        Ok(())
    }

    /// Notes in the row of an order what an adjustment adds; returns the parts of its credits.
    pub(super) fn book_adjustment(
        &mut self,
        adjustment: &ConversionAdjustment,
        effect: &RefundEffect,
    ) -> Folded<Vec<i64>, S> {
        let order = self.order(&adjustment.order)?;
        let parts = match effect.reporting_minor {
            Some(_) => amounts(&effect.credits),
            None => order.shares.of_adjustment(adjustment.delta.minor),
        };
        order.shares.adjust(&parts);
        match (effect.reporting_minor, effect.credits.is_empty()) {
            (Some(minor), true) => order.book(effect.timing, false, &[(None, minor)]),
            (None, true) => {}
            (_, false) => {
                let credits = effect.credits.iter().map(Some);
                let booked: Vec<_> = credits.zip(parts.iter().copied()).collect();
                order.book(effect.timing, false, &booked);
            }
        }
        Ok(parts)
    }
}
