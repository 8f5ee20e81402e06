//! Events of a deliverable, both ways.

use super::stored;
use crate::domain::{ContentEvent, ContentRef};
use crate::wire::rules::{from_one, rating};

stored! { Content(ContentEvent) {
    ContentSubmitted {
        deliverable = deliverable_id,
        version = submission_version: from_one,
        content: ContentRef {
            reference = content_ref,
            sha256 = content_sha256,
        },
        seconds_late,
        review_due_at,
    }
    RevisionRequested {
        deliverable = deliverable_id,
        version = submission_version: from_one,
        reasons,
    }
    ContentApproved {
        deliverable = deliverable_id,
        version = submission_version: from_one,
        rating: rating,
    }
    ContentRejected {
        deliverable = deliverable_id,
        version = submission_version: from_one,
        reason,
    }
    DeadlineRescheduled {
        deliverable = deliverable_id,
        due_at,
        previous = previous_due_at,
        reason,
    }
    DeliverableWaived {
        deliverable = deliverable_id,
        reason,
    }
}}
