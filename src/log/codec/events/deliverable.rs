//! Events of a deliverable, both ways.

use super::{Wire, wire};
use crate::domain::{
    ContentRef, DeliverableId, Event, Platform, PublicationId, PublicationRecorded, Timestamp,
};
use crate::log::codec::fields::{Checked, Fields};
use crate::log::codec::values::{read_rating, read_shares, read_time, read_version, write_digest};
use crate::log::codec::vocabulary;
use crate::proto::values;

fn read_deliverable(fields: &mut Fields, id: &str) -> Checked<DeliverableId> {
    fields.parse("deliverable_id", id, DeliverableId::parse)
}

fn read_publication(fields: &mut Fields, id: &str) -> Checked<PublicationId> {
    fields.parse("publication_id", id, PublicationId::parse)
}

fn read_submission(fields: &mut Fields, version: u32) -> u32 {
    read_version(fields, "submission_version", version)
}

pub fn read_submitted(fields: &mut Fields, message: wire::ContentSubmitted) -> Checked<Event> {
    let deliverable = read_deliverable(fields, &message.deliverable_id);
    let version = read_submission(fields, message.submission_version);
    let sha256 = fields.bytes("content_sha256", &message.content_sha256);
    Ok(Event::ContentSubmitted {
        deliverable: deliverable?,
        version,
        content: ContentRef {
            reference: message.content_ref,
            sha256: sha256?,
        },
        seconds_late: message.seconds_late,
    })
}

pub fn write_submitted(
    deliverable: &DeliverableId,
    version: u32,
    content: &ContentRef,
    seconds_late: u64,
) -> Wire {
    Wire::ContentSubmitted(wire::ContentSubmitted {
        deliverable_id: deliverable.to_string(),
        submission_version: version,
        content_ref: content.reference.clone(),
        content_sha256: write_digest(&content.sha256),
        seconds_late,
    })
}

pub fn read_revision_requested(
    fields: &mut Fields,
    message: wire::RevisionRequested,
) -> Checked<Event> {
    let deliverable = read_deliverable(fields, &message.deliverable_id);
    let version = read_submission(fields, message.submission_version);
    Ok(Event::RevisionRequested {
        deliverable: deliverable?,
        version,
        reasons: message.reasons,
    })
}

pub fn write_revision_requested(
    deliverable: &DeliverableId,
    version: u32,
    reasons: &[String],
) -> Wire {
    Wire::RevisionRequested(wire::RevisionRequested {
        deliverable_id: deliverable.to_string(),
        submission_version: version,
        reasons: reasons.to_vec(),
    })
}

pub fn read_approved(fields: &mut Fields, message: &wire::ContentApproved) -> Checked<Event> {
    let deliverable = read_deliverable(fields, &message.deliverable_id);
    let version = read_submission(fields, message.submission_version);
    let rating = read_rating(fields, message.rating);
    Ok(Event::ContentApproved {
        deliverable: deliverable?,
        version,
        rating: rating?,
    })
}

pub fn write_approved(deliverable: &DeliverableId, version: u32, rating: Option<u8>) -> Wire {
    Wire::ContentApproved(wire::ContentApproved {
        deliverable_id: deliverable.to_string(),
        submission_version: version,
        rating: rating.map(u32::from),
    })
}

pub fn read_rejected(fields: &mut Fields, message: wire::ContentRejected) -> Checked<Event> {
    let deliverable = read_deliverable(fields, &message.deliverable_id);
    let version = read_submission(fields, message.submission_version);
    Ok(Event::ContentRejected {
        deliverable: deliverable?,
        version,
        reason: message.reason,
    })
}

pub fn write_rejected(deliverable: &DeliverableId, version: u32, reason: &str) -> Wire {
    Wire::ContentRejected(wire::ContentRejected {
        deliverable_id: deliverable.to_string(),
        submission_version: version,
        reason: reason.to_owned(),
    })
}

pub fn read_published(fields: &mut Fields, message: wire::PublicationRecorded) -> Checked<Event> {
    let deliverable = read_deliverable(fields, &message.deliverable_id);
    let publication = read_publication(fields, &message.publication_id);
    let platform = fields.one_of(
        "platform",
        message.platform,
        vocabulary::platform,
        Platform::name,
    );
    let published_at = fields.required("published_at", message.published_at, read_time);
    let shares = read_shares(fields, "shares", message.shares);
    Ok(Event::PublicationRecorded(PublicationRecorded {
        deliverable: deliverable?,
        publication: publication?,
        platform: platform?,
        url: message.url,
        post_id: message.platform_post_id,
        published_at: published_at?,
        followers: message.followers,
        disclosed: message.disclosed,
        incentivised: message.incentivised,
        shares: shares?,
        seconds_late: message.seconds_late,
        seconds_late_original: message.seconds_late_original,
        unapproved: message.unapproved,
        undisclosed: message.undisclosed,
    }))
}

pub fn write_published(published: &PublicationRecorded) -> Wire {
    Wire::PublicationRecorded(wire::PublicationRecorded {
        deliverable_id: published.deliverable.to_string(),
        publication_id: published.publication.to_string(),
        platform: values::Platform::from(published.platform).into(),
        url: published.url.clone(),
        platform_post_id: published.post_id.clone(),
        published_at: Some(published.published_at.into()),
        followers: published.followers,
        disclosed: published.disclosed,
        incentivised: published.incentivised,
        shares: published.shares.iter().map(Into::into).collect(),
        seconds_late: published.seconds_late,
        seconds_late_original: published.seconds_late_original,
        unapproved: published.unapproved,
        undisclosed: published.undisclosed,
    })
}

pub fn read_verified(fields: &mut Fields, message: &wire::PublicationVerified) -> Checked<Event> {
    let deliverable = read_deliverable(fields, &message.deliverable_id);
    let publication = read_publication(fields, &message.publication_id);
    Ok(Event::PublicationVerified {
        deliverable: deliverable?,
        publication: publication?,
    })
}

pub fn write_verified(deliverable: &DeliverableId, publication: &PublicationId) -> Wire {
    Wire::PublicationVerified(wire::PublicationVerified {
        deliverable_id: deliverable.to_string(),
        publication_id: publication.to_string(),
    })
}

pub fn read_rescheduled(fields: &mut Fields, message: wire::DeadlineRescheduled) -> Checked<Event> {
    let deliverable = read_deliverable(fields, &message.deliverable_id);
    let due_at = fields.required("due_at", message.due_at, read_time);
    let previous = fields.required("previous_due_at", message.previous_due_at, read_time);
    Ok(Event::DeadlineRescheduled {
        deliverable: deliverable?,
        due_at: due_at?,
        previous: previous?,
        reason: message.reason,
    })
}

pub fn write_rescheduled(
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

pub fn read_waived(fields: &mut Fields, message: wire::DeliverableWaived) -> Checked<Event> {
    let deliverable = read_deliverable(fields, &message.deliverable_id)?;
    Ok(Event::DeliverableWaived {
        deliverable,
        reason: message.reason,
    })
}

pub fn write_waived(deliverable: &DeliverableId, reason: &str) -> Wire {
    Wire::DeliverableWaived(wire::DeliverableWaived {
        deliverable_id: deliverable.to_string(),
        reason: reason.to_owned(),
    })
}
