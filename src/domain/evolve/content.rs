//! Events of deliverables before publication, and how they are folded.

use serde::{Deserialize, Serialize};

use super::{Fold, Folded};
use crate::domain::rows::RowsMut;
use crate::domain::state::{Deliverable, Due, Submission};
use crate::domain::{DeliverableId, DeliverableState, Effect, PersonalText, Timestamp};

/// Events of a deliverable before it is published.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the message of the same name in event/v1 documents each field"
)]
pub enum ContentEvent {
    ContentSubmitted {
        deliverable: DeliverableId,
        version: u32,
        content: ContentRef,
        seconds_late: u64,
        review_due_at: Option<Timestamp>,
    },
    RevisionRequested {
        deliverable: DeliverableId,
        version: u32,
        reasons: Vec<PersonalText>,
    },
    ContentApproved {
        deliverable: DeliverableId,
        version: u32,
        rating: Option<u8>,
    },
    ContentRejected {
        deliverable: DeliverableId,
        version: u32,
        reason: PersonalText,
    },
    DeadlineRescheduled {
        deliverable: DeliverableId,
        due_at: Timestamp,
        previous: Timestamp,
        reason: PersonalText,
    },
    DeliverableWaived {
        deliverable: DeliverableId,
        reason: PersonalText,
    },
}

/// Where content lies, and its hash.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ContentRef {
    /// Where it lies.
    pub reference: PersonalText,
    /// SHA-256 of the content.
    pub sha256: [u8; 32],
}

impl<S: RowsMut> Fold<'_, S> {
    pub(super) fn content_event(&mut self, event: &ContentEvent) -> Folded<(), S> {
        match event {
            ContentEvent::ContentSubmitted {
                deliverable,
                content,
                seconds_late,
                review_due_at,
                ..
            } => self.submitted(deliverable, content, *seconds_late, *review_due_at),
            ContentEvent::RevisionRequested { deliverable, .. } => {
                self.revision_requested(deliverable)
            }
            ContentEvent::ContentApproved {
                deliverable,
                rating,
                ..
            } => self.approved(deliverable, *rating),
            ContentEvent::ContentRejected { deliverable, .. } => self.rejected(deliverable),
            ContentEvent::DeadlineRescheduled {
                deliverable,
                due_at,
                ..
            } => self.rescheduled(deliverable, *due_at),
            ContentEvent::DeliverableWaived { deliverable, .. } => self.waived(deliverable),
        }
    }

    fn submitted(
        &mut self,
        id: &DeliverableId,
        content: &ContentRef,
        seconds_late: u64,
        review_due_at: Option<Timestamp>,
    ) -> Folded<(), S> {
        self.activate()?;
        let submission = Submission {
            content: content.clone(),
            submitted_at: self.record.happened_at(),
            seconds_late,
            review_due_at,
        };
        self.step(id, DeliverableState::Submitted, |deliverable| {
            deliverable.submissions.push(submission);
        })?;
        if let Some((at, due)) = self.review(id)? {
            self.rows.put(due.key(at), due);
        }
        let first = self.deliverable(id)?.submissions.len() == 1;
        self.add_to_both(Effect::Submitted { first });
        Ok(())
    }

    fn revision_requested(&mut self, id: &DeliverableId) -> Folded<(), S> {
        self.step(id, DeliverableState::RevisionRequested, |deliverable| {
            deliverable.revisions += 1;
        })?;
        self.add_to_both(Effect::RevisionRequested);
        Ok(())
    }

    fn approved(&mut self, id: &DeliverableId, rating: Option<u8>) -> Folded<(), S> {
        self.step(id, DeliverableState::Approved, |deliverable| {
            deliverable.was_approved = true;
            deliverable.rating = rating;
        })?;
        if let Some(rating) = rating {
            self.add_to_both(Effect::Rated { rating });
        }
        Ok(())
    }

    fn rejected(&mut self, id: &DeliverableId) -> Folded<(), S> {
        self.give_up(id, DeliverableState::Rejected)
    }

    fn waived(&mut self, id: &DeliverableId) -> Folded<(), S> {
        self.give_up(id, DeliverableState::Waived)?;
        self.deliverable(id)?.was_waived = true;
        Ok(())
    }

    fn give_up(&mut self, id: &DeliverableId, to: DeliverableState) -> Folded<(), S> {
        let (was_open, due_at) = self.due(id)?;
        self.step(id, to, |_| ())?;
        if was_open {
            self.add_to_both(Effect::DueClosed { due_at });
        }
        Ok(())
    }

    pub(super) fn due(&mut self, id: &DeliverableId) -> Folded<(bool, Timestamp), S> {
        let deliverable = self.deliverable(id)?;
        Ok((deliverable.state.is_open(), deliverable.due_at))
    }

    fn rescheduled(&mut self, id: &DeliverableId, due_at: Timestamp) -> Folded<(), S> {
        let (was_open, previous) = self.due(id)?;
        self.deliverable(id)?.due_at = due_at;
        if was_open {
            self.add_to_both(Effect::DueClosed { due_at: previous });
            self.add_to_both(Effect::DueOpened { due_at });
        }
        Ok(())
    }

    /// Moves a deliverable to a state and applies a change to it.
    pub(super) fn step(
        &mut self,
        id: &DeliverableId,
        to: DeliverableState,
        change: impl FnOnce(&mut Deliverable),
    ) -> Folded<(), S> {
        self.end_review(id)?;
        let deliverable = self.deliverable(id)?;
        let from = Some(std::mem::replace(&mut deliverable.state, to));
        change(deliverable);
        self.add_to_both(Effect::Deliverable { from, to });
        Ok(())
    }

    /// Removes a version that waits for review from the timer's queue, because somebody reviewed it
    /// first.
    pub(super) fn end_review(&mut self, id: &DeliverableId) -> Folded<(), S> {
        if let Some((at, due)) = self.review(id)? {
            self.rows.remove(&due.key(at));
        }
        Ok(())
    }

    /// Returns the timer's approval of the version that waits for review and its time, if there is
    /// one.
    pub(super) fn review(&mut self, id: &DeliverableId) -> Folded<Option<(Timestamp, Due)>, S> {
        let collaboration = self.collaboration_ref()?;
        let deliverable = self.deliverable(id)?;
        if deliverable.state != DeliverableState::Submitted {
            return Ok(None);
        }
        let version = deliverable.version();
        let submission = deliverable.submissions.last();
        let at = submission.and_then(|submission| submission.review_due_at);
        let due = Due::Review {
            collaboration,
            deliverable: id.clone(),
            version,
        };
        Ok(at.map(|at| (at, due)))
    }

    pub(super) fn deliverable(&mut self, id: &DeliverableId) -> Folded<&mut Deliverable, S> {
        let dangling = self.dangling("deliverable");
        self.collaboration()?.deliverable_mut(id).ok_or(dangling)
    }
}
