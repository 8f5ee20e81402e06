//! Events of posts, both ways.

use super::content::read_deliverable;
use super::{Stored, Wire, wire};
use crate::domain::{
    DeliverableId, Event, Platform, PublicationEvent, PublicationId, PublicationRecorded,
};
use crate::log::codec::fields::{Checked, Fields};
use crate::log::codec::values::{read_shares, read_time};
use crate::log::codec::vocabulary;
use crate::proto::values;

/// Writes an event of the track.
pub fn write(event: &PublicationEvent) -> Wire {
    match event {
        PublicationEvent::PublicationRecorded(published) => write_published(published),
        PublicationEvent::PublicationVerified {
            deliverable,
            publication,
        } => write_verified(deliverable, publication),
    }
}

fn read_publication(fields: &mut Fields, id: &str) -> Checked<PublicationId> {
    fields.parse("publication_id", id, PublicationId::parse)
}

impl Stored for wire::PublicationRecorded {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let deliverable = read_deliverable(fields, &self.deliverable_id);
        let publication = read_publication(fields, &self.publication_id);
        let platform = fields.one_of(
            "platform",
            self.platform,
            vocabulary::platform,
            Platform::name,
        );
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
