//! Events of posts, both ways.

use super::{Stored, Wire, stored, wire};
use crate::domain::{
    DeliverableId, DisclosureChecked, DisclosureFound, DisclosureTerms, Event, PostRemoved,
    PublicationCorrected, PublicationEvent, PublicationId, PublicationRecorded, Venue,
};
use crate::wire::fields::{Checked, Fields};
use crate::wire::personal::spell;
use crate::wire::proto::values;
use crate::wire::rules::shares;
use crate::wire::spelled::{Field, given, spelled};
use crate::wire::values::read_time;

stored! { Publication(PublicationEvent) {
    PublicationCorrected (PublicationCorrected {
        deliverable = deliverable_id,
        publication = publication_id,
        replaces,
        moved_from,
        now,
        reason,
    })
    PublicationVerified {
        deliverable = deliverable_id,
        publication = publication_id,
    }
    PostRemoved (PostRemoved {
        publication = publication_id,
        deliverable = deliverable_id,
        removed_at,
        by = removed_by,
        reason,
        live_seconds,
        required_seconds,
        early,
    })
    PostRestored {
        publication = publication_id,
        deliverable = deliverable_id,
        restored_at,
    }
} by hand {
    PublicationEvent::PublicationRecorded(recorded) => {
        Wire::PublicationRecorded(recorded.write())
    }
    PublicationEvent::DisclosureChecked(checked) => write_checked(checked),
}}

spelled! {
    PublicationRecorded => wire::PublicationRecorded {
        deliverable = deliverable_id,
        publication = publication_id,
        platform: Venue {
            platform,
            name = platform_name,
        },
        url,
        post_id = platform_post_id,
        published_at,
        followers,
        disclosed,
        incentivised,
        shares: shares,
        seconds_late,
        seconds_late_original,
        unapproved,
        undisclosed,
        waived,
    }
}

given! {
    PublicationRecorded: wire::PublicationRecorded =
        (PublicationRecorded::read, wire::PublicationRecorded::from);
}

// A correction holds all of it too.
impl Stored for wire::PublicationRecorded {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let recorded = PublicationRecorded::read(fields, self)?;
        let event = PublicationEvent::PublicationRecorded(recorded);
        Ok(Event::Publication(event))
    }
}

// What the terms say is absent without a connection.
impl Stored for wire::DisclosureChecked {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let publication =
            fields.parse("publication_id", &self.publication_id, PublicationId::parse);
        let deliverable =
            fields.parse("deliverable_id", &self.deliverable_id, DeliverableId::parse);
        let checked_at = fields.required("checked_at", self.checked_at, read_time);
        let terms = read_agreed(fields, self.connection, self.required_label);
        Ok(Event::Publication(PublicationEvent::DisclosureChecked(
            DisclosureChecked {
                publication: publication?,
                deliverable: deliverable?,
                found: DisclosureFound {
                    checked_at: checked_at?,
                    label: fields.personal_if_any(self.label_found),
                    sufficient: self.sufficient,
                    evidence: fields.personal(self.evidence),
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
            required_label: fields.personal_if_any(label),
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
        label_found: found.label.as_ref().map(spell).unwrap_or_default(),
        sufficient: found.sufficient,
        evidence: spell(&found.evidence),
    })
}
