//! Events of posts, both ways.

use super::content::read_deliverable;
use super::{Stored, Wire, wire};
use crate::domain::{
    DeliverableId, DisclosureChecked, DisclosureFound, DisclosureTerms, Event, PostRemoved,
    PublicationEvent, PublicationId, PublicationRecorded, RemovedBy,
};
use crate::wire::fields::{Checked, Fields};
use crate::wire::proto::values;
use crate::wire::values::{optional_number, read_shares, read_time};

/// Writes an event of the track.
pub fn write(event: &PublicationEvent) -> Wire {
    match event {
        PublicationEvent::PublicationRecorded(published) => write_published(published),
        PublicationEvent::PublicationVerified {
            deliverable,
            publication,
        } => write_verified(deliverable, publication),
        PublicationEvent::PostRemoved(removed) => write_removed(removed),
        PublicationEvent::PostRestored {
            publication,
            deliverable,
            restored_at,
        } => Wire::PostRestored(wire::PostRestored {
            publication_id: publication.to_string(),
            deliverable_id: deliverable.to_string(),
            restored_at: Some((*restored_at).into()),
        }),
        PublicationEvent::DisclosureChecked(checked) => write_checked(checked),
    }
}

fn read_publication(fields: &mut Fields, id: &str) -> Checked<PublicationId> {
    fields.parse("publication_id", id, PublicationId::parse)
}

impl Stored for wire::PublicationRecorded {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let deliverable = read_deliverable(fields, &self.deliverable_id);
        let publication = read_publication(fields, &self.publication_id);
        let platform = fields.one_of("platform", self.platform);
        let published_at = fields.required("published_at", self.published_at, read_time);
        let shares = read_shares(fields, "shares", self.shares);
        Ok(Event::Publication(PublicationEvent::PublicationRecorded(
            PublicationRecorded {
                deliverable: deliverable?,
                publication: publication?,
                platform: platform?,
                url: self.url,
                post_id: self.platform_post_id,
                published_at: published_at?,
                followers: self.followers,
                disclosed: self.disclosed,
                incentivised: self.incentivised,
                shares: shares?,
                seconds_late: self.seconds_late,
                seconds_late_original: self.seconds_late_original,
                unapproved: self.unapproved,
                undisclosed: self.undisclosed,
            },
        )))
    }
}

fn write_published(published: &PublicationRecorded) -> Wire {
    Wire::PublicationRecorded(wire::PublicationRecorded {
        deliverable_id: published.deliverable.to_string(),
        publication_id: published.publication.to_string(),
        platform: published.platform.number(),
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

impl Stored for wire::PublicationVerified {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let deliverable = read_deliverable(fields, &self.deliverable_id);
        let publication = read_publication(fields, &self.publication_id);
        Ok(Event::Publication(PublicationEvent::PublicationVerified {
            deliverable: deliverable?,
            publication: publication?,
        }))
    }
}

fn write_verified(deliverable: &DeliverableId, publication: &PublicationId) -> Wire {
    Wire::PublicationVerified(wire::PublicationVerified {
        deliverable_id: deliverable.to_string(),
        publication_id: publication.to_string(),
    })
}

impl Stored for wire::PostRemoved {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let publication = read_publication(fields, &self.publication_id);
        let deliverable = read_deliverable(fields, &self.deliverable_id);
        let removed_at = fields.required("removed_at", self.removed_at, read_time);
        let by = read_removed_by(fields, self.removed_by);
        Ok(Event::Publication(PublicationEvent::PostRemoved(
            PostRemoved {
                publication: publication?,
                deliverable: deliverable?,
                removed_at: removed_at?,
                by: by?,
                reason: self.reason,
                live_seconds: self.live_seconds,
                required_seconds: self.required_seconds,
                early: self.early,
            },
        )))
    }
}

/// Reads who took a post down; unspecified when not known.
pub fn read_removed_by(fields: &mut Fields, number: i32) -> Checked<Option<RemovedBy>> {
    fields.optional_one_of("removed_by", number)
}

fn write_removed(removed: &PostRemoved) -> Wire {
    Wire::PostRemoved(wire::PostRemoved {
        publication_id: removed.publication.to_string(),
        deliverable_id: removed.deliverable.to_string(),
        removed_at: Some(removed.removed_at.into()),
        removed_by: optional_number(removed.by),
        reason: removed.reason.clone(),
        live_seconds: removed.live_seconds,
        required_seconds: removed.required_seconds,
        early: removed.early,
    })
}

impl Stored for wire::PostRestored {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let publication = read_publication(fields, &self.publication_id);
        let deliverable = read_deliverable(fields, &self.deliverable_id);
        let restored_at = fields.required("restored_at", self.restored_at, read_time);
        Ok(Event::Publication(PublicationEvent::PostRestored {
            publication: publication?,
            deliverable: deliverable?,
            restored_at: restored_at?,
        }))
    }
}

impl Stored for wire::DisclosureChecked {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let publication = read_publication(fields, &self.publication_id);
        let deliverable = read_deliverable(fields, &self.deliverable_id);
        let checked_at = fields.required("checked_at", self.checked_at, read_time);
        let terms = read_agreed(fields, self.connection, self.required_label);
        Ok(Event::Publication(PublicationEvent::DisclosureChecked(
            DisclosureChecked {
                publication: publication?,
                deliverable: deliverable?,
                found: DisclosureFound {
                    checked_at: checked_at?,
                    label: Some(self.label_found).filter(|label| !label.is_empty()),
                    sufficient: self.sufficient,
                    evidence: self.evidence,
                },
                required: self.required,
                terms: terms?,
            },
        )))
    }
}

/// Reads what the terms say about disclosure; without a connection they say nothing.
fn read_agreed(
    fields: &mut Fields,
    connection: i32,
    label: String,
) -> Checked<Option<DisclosureTerms>> {
    let connection = (connection != 0).then_some(connection);
    fields.optional("connection", connection, |fields, number| {
        let connection = fields.one_of_here(number)?;
        Ok(DisclosureTerms {
            connection,
            required_label: Some(label).filter(|label| !label.is_empty()),
        })
    })
}

fn write_checked(checked: &DisclosureChecked) -> Wire {
    let agreed = checked.terms.as_ref().map(values::DisclosureTerms::from);
    let agreed = agreed.unwrap_or_default();
    let found = &checked.found;
    Wire::DisclosureChecked(wire::DisclosureChecked {
        publication_id: checked.publication.to_string(),
        deliverable_id: checked.deliverable.to_string(),
        checked_at: Some(found.checked_at.into()),
        required: checked.required,
        connection: agreed.connection,
        required_label: agreed.required_label,
        label_found: found.label.clone().unwrap_or_default(),
        sufficient: found.sufficient,
        evidence: found.evidence.clone(),
    })
}
