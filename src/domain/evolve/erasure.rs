//! How erasures of creators and their legal holds are folded.

use super::{Fold, Folded};
use crate::domain::rows::RowsMut;
use crate::domain::state::{Creator, ErasedCreator, Erasure, KnownLegalHold, LegalHold};
use crate::domain::{ErasureGround, LegalHoldGround, LegalHoldId, Reference};

impl<S: RowsMut> Fold<'_, S> {
    pub(super) fn creator_erased(
        &mut self,
        ground: ErasureGround,
        reference: &Reference,
    ) -> Folded<(), S> {
        let erasure = Erasure {
            erased: self.occurrence(self.record.recorded_at),
            ground,
            reference: reference.clone(),
        };
        let known = self
            .rows
            .get::<Creator>(&Creator::key(&self.creator_ref()?))?;
        self.forget_handles(known.as_deref())?;
        self.creator()?.erasure = Some(erasure);
        let entry = ErasedCreator {
            creator: self.creator_ref()?,
        };
        self.rows.put(entry.key(), entry);
        Ok(())
    }

    pub(super) fn legal_hold_placed(
        &mut self,
        id: &LegalHoldId,
        ground: LegalHoldGround,
        reference: &Reference,
    ) -> Folded<(), S> {
        let hold = LegalHold {
            id: id.clone(),
            placed: self.occurrence(self.record.happened_at()),
            ground,
            reference: reference.clone(),
        };
        self.creator()?.legal_holds.push(hold);
        let key = KnownLegalHold::key(&self.creator_ref()?, id);
        self.rows.put(key, KnownLegalHold { released: None });
        Ok(())
    }

    pub(super) fn legal_hold_released(&mut self, id: &LegalHoldId) -> Folded<(), S> {
        let released = Some(self.record.position);
        let key = KnownLegalHold::key(&self.creator_ref()?, id);
        let known: &mut KnownLegalHold = self.row(&key, "legal hold")?;
        known.released = released;
        self.creator()?.legal_holds.retain(|hold| hold.id != *id);
        Ok(())
    }
}
