//! Events of a creator, both ways.

use std::collections::BTreeMap;

use super::{Stored, Wire, stored, wire};
use crate::domain::limits::MAX_VENUES;
use crate::domain::{
    CreatorEvent, CreatorProfile, Event, Matched, PersonalDetails, SafetyFlag, Venue,
};
use crate::wire::fields::{Checked, Fields, UNIQUE_RULE};
use crate::wire::personal::spell_matched;
use crate::wire::rules::{evidence, followers, niches, optional_contact, optional_name};
use crate::wire::spelled::{Field, spelled};
use crate::wire::values::{MAX_HANDLE_CHARS, VENUES_RULE, read_venue};

stored! { Creator(CreatorEvent) {
    CreatorBlocked { reason, }
    CreatorUnblocked { reason, }
    CreatorAssessed { assessment, }
    SafetyFlagRaised {
        flag: SafetyFlag {
            id = flag_id,
            severity,
            category,
            evidence: evidence,
            note,
        },
    }
    SafetyFlagCleared {
        flag = flag_id,
        reason,
        evidence: evidence,
    }
    CreatorErased { ground, reference, }
    LegalHoldPlaced {
        hold = hold_id,
        ground,
        reference,
    }
    LegalHoldReleased {
        hold = hold_id,
        ground,
        reference,
    }
} by hand {
    CreatorEvent::CreatorProfileRecorded { profile } => {
        Wire::CreatorProfileRecorded(profile.write())
    }
}}

impl Stored for wire::CreatorProfileRecorded {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let profile = CreatorProfile::read(fields, self)?;
        Ok(Event::Creator(CreatorEvent::CreatorProfileRecorded {
            profile,
        }))
    }
}

spelled! {
    CreatorProfile => wire::CreatorProfileRecorded {
        followers: followers,
        niches: niches,
        personal: PersonalDetails {
            locality: optional_name,
            display_name: optional_name,
            handles: handles,
            contact: optional_contact,
        },
    }
}

/// Handles, one a platform.
mod handles {
    use super::*;

    pub fn read(
        fields: &mut Fields,
        handles: Vec<wire::CreatorHandle>,
    ) -> Checked<BTreeMap<Venue, Matched>> {
        fields.limit_here(handles.len() <= MAX_VENUES, VENUES_RULE);
        let mut by_venue = BTreeMap::new();
        fields.each_here(handles, |fields, message| {
            let handle = fields.matched_line("handle", message.handle, MAX_HANDLE_CHARS);
            let venue = read_venue(fields, message.platform, &message.platform_name)?;
            let new = by_venue.insert(venue, handle).is_none();
            fields.check("platform", new, UNIQUE_RULE);
            Ok(())
        })?;
        Ok(by_venue)
    }

    pub fn write(handles: &BTreeMap<Venue, Matched>) -> Vec<wire::CreatorHandle> {
        let write = |(venue, handle): (&Venue, &Matched)| wire::CreatorHandle {
            platform: venue.platform.number(),
            platform_name: venue.name().to_owned(),
            handle: spell_matched(handle),
        };
        handles.iter().map(write).collect()
    }
}
