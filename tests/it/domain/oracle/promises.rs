//! Promised work: from offers, counters and amendments.

use campaign_ledger::domain::*;

use super::{Agreement, Work};

impl Agreement {
    /// The brand makes an offer, and its fee is reserved.
    pub fn offers(&mut self, terms: &Terms) {
        self.offered_minor = terms.fee.minor;
        self.promises(terms);
    }

    /// No work has begun, so the promises are replaced.
    pub fn promises(&mut self, terms: &Terms) {
        self.terms = Some(terms.clone());
        let promised = terms.deliverables.iter();
        self.works = promised.map(|one| (one.id.clone(), planned(one))).collect();
    }

    /// The latest offer is agreed on.
    pub fn accepts(&mut self, at: Timestamp) {
        self.was_accepted = true;
        self.pinned
            .extend(self.terms.clone().map(|terms| (at, terms)));
    }

    /// Returns the terms in force at a time, or the first ones before that.
    pub fn terms_at(&self, at: Timestamp) -> Option<&Terms> {
        let in_force = self.pinned.iter().rfind(|(from, _)| *from <= at);
        in_force.or(self.pinned.first()).map(|(_, terms)| terms)
    }

    /// Returns the terms in force at a time; `None` before the acceptance.
    pub fn terms_in_force_at(&self, at: Timestamp) -> Option<&Terms> {
        let in_force = self.pinned.iter().rfind(|(from, _)| *from <= at);
        in_force.map(|(_, terms)| terms)
    }

    /// Deliverables that the new terms name again continue, perhaps with another due time.
    pub fn amends(&mut self, at: Timestamp, terms: &Terms) {
        let from = self.pinned.last().map_or(at, |(from, _)| at.max(*from));
        self.pinned.push((from, terms.clone()));
        use DeliverableState::{Approved, Planned, RevisionRequested, Submitted};
        let before = self.terms.replace(terms.clone()).unwrap();
        let mut works = std::mem::take(&mut self.works);
        for promised in &terms.deliverables {
            let mut was = before.deliverables.iter();
            let was = was.find(|one| one.id == promised.id);
            let mut work = works
                .remove(&promised.id)
                .unwrap_or_else(|| planned(promised));
            let is_owed = matches!(
                work.state,
                Planned | Submitted | RevisionRequested | Approved
            );
            if is_owed && was.is_some_and(|was| was.due_at != promised.due_at) {
                work.due_at = promised.due_at;
            }
            self.works.insert(promised.id.clone(), work);
        }
        let is_planned = |work: &Work| work.state == Planned;
        assert!(works.values().all(is_planned), "only those are left out");
    }

    /// Returns the fee of the latest version.
    pub fn fee_minor(&self) -> i64 {
        self.terms.as_ref().map_or(0, |terms| terms.fee.minor)
    }
}

fn planned(promised: &DeliverableTerms) -> Work {
    Work {
        state: DeliverableState::Planned,
        before_removal: None,
        was_verified: false,
        was_waived: false,
        was_approved: false,
        due_at: promised.due_at,
        first_due_at: promised.due_at,
        submissions: 0,
        revisions: 0,
        ratings: Vec::new(),
    }
}
