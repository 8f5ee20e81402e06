//! Events of a creator, both ways.

use std::collections::BTreeMap;

use super::{Stored, Wire, wire};
use crate::domain::{
    CreatorEvent, CreatorProfile, Event, FlagId, PersonalDetails, Platform, SafetyFlag,
};
use crate::wire::fields::{Checked, Fields, UNIQUE_RULE};
use crate::wire::selection::{read_assessment, read_evidence, write_evidence};
use crate::wire::values::{
    MAX_NAME_CHARS, read_followers, read_niches, write_followers, write_niches,
};

/// Writes an event of the track.
pub fn write(event: &CreatorEvent) -> Wire {
    match event {
        CreatorEvent::CreatorProfileRecorded { profile } => write_profile_recorded(profile),
        CreatorEvent::CreatorBlocked { reason } => write_blocked(reason),
        CreatorEvent::CreatorUnblocked { reason } => write_unblocked(reason),
        CreatorEvent::CreatorAssessed { assessment } => {
            Wire::CreatorAssessed(wire::CreatorAssessed {
                assessment: Some(assessment.into()),
            })
        }
        CreatorEvent::SafetyFlagRaised { flag } => write_flag(flag),
        CreatorEvent::SafetyFlagCleared {
            flag,
            reason,
            evidence,
        } => Wire::SafetyFlagCleared(wire::SafetyFlagCleared {
            flag_id: flag.to_string(),
            reason: reason.clone(),
            evidence: write_evidence(evidence),
        }),
    }
}

/// Longest handle, in characters: beyond what any platform allows.
const MAX_HANDLE_CHARS: usize = 100;

impl Stored for wire::CreatorProfileRecorded {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let profile = read_profile(fields, self)?;
        Ok(Event::Creator(CreatorEvent::CreatorProfileRecorded {
            profile,
        }))
    }
}

/// Reads a profile.
pub fn read_profile(
    fields: &mut Fields,
    message: wire::CreatorProfileRecorded,
) -> Checked<CreatorProfile> {
    let followers = read_followers(fields, message.followers);
    let niches = read_niches(fields, message.niches);
    let locality = fields.optional_line("locality", message.locality, MAX_NAME_CHARS);
    let display_name = fields.optional_line("display_name", message.display_name, MAX_NAME_CHARS);
    let handles = read_handles(fields, message.handles);
    Ok(CreatorProfile {
        followers: followers?,
        niches: niches?,
        personal: PersonalDetails {
            locality,
            display_name,
            handles: handles?,
        },
    })
}

fn read_handles(
    fields: &mut Fields,
    handles: Vec<wire::CreatorHandle>,
) -> Checked<BTreeMap<Platform, String>> {
    let mut by_platform = BTreeMap::new();
    fields.each("handles", handles, |fields, message| {
        let handle = fields.line("handle", message.handle, MAX_HANDLE_CHARS);
        let platform = fields.one_of("platform", message.platform)?;
        let new = by_platform.insert(platform, handle).is_none();
        fields.check("platform", new, UNIQUE_RULE);
        Ok(())
    })?;
    Ok(by_platform)
}

fn write_profile_recorded(profile: &CreatorProfile) -> Wire {
    let write_handle = |(platform, handle): (&Platform, &String)| wire::CreatorHandle {
        platform: platform.number(),
        handle: handle.clone(),
    };
    let personal = &profile.personal;
    Wire::CreatorProfileRecorded(wire::CreatorProfileRecorded {
        followers: write_followers(&profile.followers),
        niches: write_niches(&profile.niches),
        locality: personal.locality.clone(),
        display_name: personal.display_name.clone(),
        handles: personal.handles.iter().map(write_handle).collect(),
    })
}

fn write_blocked(reason: &str) -> Wire {
    Wire::CreatorBlocked(wire::CreatorBlocked {
        reason: reason.to_owned(),
    })
}

fn write_unblocked(reason: &str) -> Wire {
    Wire::CreatorUnblocked(wire::CreatorUnblocked {
        reason: reason.to_owned(),
    })
}

impl Stored for wire::CreatorBlocked {
    fn read(self, _: &mut Fields) -> Checked<Event> {
        let reason = self.reason;
        Ok(Event::Creator(CreatorEvent::CreatorBlocked { reason }))
    }
}

impl Stored for wire::CreatorUnblocked {
    fn read(self, _: &mut Fields) -> Checked<Event> {
        let reason = self.reason;
        Ok(Event::Creator(CreatorEvent::CreatorUnblocked { reason }))
    }
}

impl Stored for wire::CreatorAssessed {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let assessment = fields.required("assessment", self.assessment, read_assessment)?;
        Ok(Event::Creator(CreatorEvent::CreatorAssessed { assessment }))
    }
}

impl Stored for wire::SafetyFlagRaised {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let id = fields.parse("flag_id", &self.flag_id, FlagId::parse);
        let severity = fields.one_of("severity", self.severity);
        let category = fields.one_of("category", self.category);
        let evidence = read_evidence(fields, self.evidence);
        let flag = SafetyFlag {
            id: id?,
            severity: severity?,
            category: category?,
            evidence: evidence?,
            note: self.note,
        };
        Ok(Event::Creator(CreatorEvent::SafetyFlagRaised { flag }))
    }
}

fn write_flag(flag: &SafetyFlag) -> Wire {
    Wire::SafetyFlagRaised(wire::SafetyFlagRaised {
        flag_id: flag.id.to_string(),
        severity: flag.severity.number(),
        category: flag.category.number(),
        evidence: write_evidence(&flag.evidence),
        note: flag.note.clone(),
    })
}

impl Stored for wire::SafetyFlagCleared {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let flag = fields.parse("flag_id", &self.flag_id, FlagId::parse);
        let evidence = read_evidence(fields, self.evidence);
        Ok(Event::Creator(CreatorEvent::SafetyFlagCleared {
            flag: flag?,
            reason: self.reason,
            evidence: evidence?,
        }))
    }
}
