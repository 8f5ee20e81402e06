//! Events of a deliverable, both ways.

use super::{Stored, Wire, wire};
use crate::domain::{ContentEvent, ContentRef, DeliverableId, Event, Timestamp};
use crate::wire::fields::{Checked, Fields};
use crate::wire::values::{read_rating, read_time, read_version, write_digest};

/// Writes an event of the track.
pub fn write(event: &ContentEvent) -> Wire {
    match event {
        ContentEvent::ContentSubmitted {
            deliverable,
            version,
            content,
            seconds_late,
            review_due_at,
        } => write_submitted(
            deliverable,
            *version,
            content,
            *seconds_late,
            *review_due_at,
        ),
        ContentEvent::RevisionRequested {
            deliverable,
            version,
            reasons,
        } => write_revision_requested(deliverable, *version, reasons),
        ContentEvent::ContentApproved {
            deliverable,
            version,
            rating,
        } => write_approved(deliverable, *version, *rating),
        ContentEvent::ContentRejected {
            deliverable,
            version,
            reason,
        } => write_rejected(deliverable, *version, reason),
        ContentEvent::DeadlineRescheduled {
            deliverable,
            due_at,
            previous,
            reason,
        } => write_rescheduled(deliverable, *due_at, *previous, reason),
        ContentEvent::DeliverableWaived {
            deliverable,
            reason,
        } => write_waived(deliverable, reason),
    }
}

pub fn read_deliverable(fields: &mut Fields, id: &str) -> Checked<DeliverableId> {
    fields.parse("deliverable_id", id, DeliverableId::parse)
}

fn read_submission(fields: &mut Fields, version: u32) -> u32 {
    read_version(fields, "submission_version", version)
}

impl Stored for wire::ContentSubmitted {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let deliverable = read_deliverable(fields, &self.deliverable_id);
        let version = read_submission(fields, self.submission_version);
        let sha256 = fields.bytes("content_sha256", &self.content_sha256);
        let review_due_at = fields.optional("review_due_at", self.review_due_at, read_time);
        Ok(Event::Content(ContentEvent::ContentSubmitted {
            deliverable: deliverable?,
            version,
            content: ContentRef {
                reference: self.content_ref,
                sha256: sha256?,
            },
            seconds_late: self.seconds_late,
            review_due_at: review_due_at?,
        }))
    }
}

fn write_submitted(
    deliverable: &DeliverableId,
    version: u32,
    content: &ContentRef,
    seconds_late: u64,
    review_due_at: Option<Timestamp>,
) -> Wire {
    Wire::ContentSubmitted(wire::ContentSubmitted {
        deliverable_id: deliverable.to_string(),
        submission_version: version,
        content_ref: content.reference.clone(),
        content_sha256: write_digest(&content.sha256),
        seconds_late,
        review_due_at: review_due_at.map(Into::into),
    })
}

impl Stored for wire::RevisionRequested {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let deliverable = read_deliverable(fields, &self.deliverable_id);
        let version = read_submission(fields, self.submission_version);
        Ok(Event::Content(ContentEvent::RevisionRequested {
            deliverable: deliverable?,
            version,
            reasons: self.reasons,
        }))
    }
}

fn write_revision_requested(deliverable: &DeliverableId, version: u32, reasons: &[String]) -> Wire {
    Wire::RevisionRequested(wire::RevisionRequested {
        deliverable_id: deliverable.to_string(),
        submission_version: version,
        reasons: reasons.to_vec(),
    })
}

impl Stored for wire::ContentApproved {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let deliverable = read_deliverable(fields, &self.deliverable_id);
        let version = read_submission(fields, self.submission_version);
        let rating = read_rating(fields, self.rating);
        Ok(Event::Content(ContentEvent::ContentApproved {
            deliverable: deliverable?,
            version,
            rating: rating?,
        }))
    }
}

fn write_approved(deliverable: &DeliverableId, version: u32, rating: Option<u8>) -> Wire {
    Wire::ContentApproved(wire::ContentApproved {
        deliverable_id: deliverable.to_string(),
        submission_version: version,
        rating: rating.map(u32::from),
    })
}

impl Stored for wire::ContentRejected {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let deliverable = read_deliverable(fields, &self.deliverable_id);
        let version = read_submission(fields, self.submission_version);
        Ok(Event::Content(ContentEvent::ContentRejected {
            deliverable: deliverable?,
            version,
            reason: self.reason,
        }))
    }
}

fn write_rejected(deliverable: &DeliverableId, version: u32, reason: &str) -> Wire {
    Wire::ContentRejected(wire::ContentRejected {
        deliverable_id: deliverable.to_string(),
        submission_version: version,
        reason: reason.to_owned(),
    })
}

impl Stored for wire::DeadlineRescheduled {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let deliverable = read_deliverable(fields, &self.deliverable_id);
        let due_at = fields.required("due_at", self.due_at, read_time);
        let previous = fields.required("previous_due_at", self.previous_due_at, read_time);
        Ok(Event::Content(ContentEvent::DeadlineRescheduled {
            deliverable: deliverable?,
            due_at: due_at?,
            previous: previous?,
            reason: self.reason,
        }))
    }
}

fn write_rescheduled(
    deliverable: &DeliverableId,
    due_at: Timestamp,
    previous: Timestamp,
    reason: &str,
) -> Wire {
    Wire::DeadlineRescheduled(wire::DeadlineRescheduled {
        deliverable_id: deliverable.to_string(),
        due_at: Some(due_at.into()),
        previous_due_at: Some(previous.into()),
        reason: reason.to_owned(),
    })
}

impl Stored for wire::DeliverableWaived {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let deliverable = read_deliverable(fields, &self.deliverable_id)?;
        Ok(Event::Content(ContentEvent::DeliverableWaived {
            deliverable,
            reason: self.reason,
        }))
    }
}

fn write_waived(deliverable: &DeliverableId, reason: &str) -> Wire {
    Wire::DeliverableWaived(wire::DeliverableWaived {
        deliverable_id: deliverable.to_string(),
        reason: reason.to_owned(),
    })
}
