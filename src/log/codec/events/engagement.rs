//! Events of engagement, both ways.

use super::{Stored, Wire, wire};
use crate::domain::{
    EngagementEvent, Event, FactTiming, Observation, PublicationId, Replaces, Seen,
};
use crate::wire::fields::{Checked, Fields};
use crate::wire::observation::{
    WireSeen, read_counters, read_seen, read_timing, write_seen, write_timing,
};
use crate::wire::proto::values;
use crate::wire::values::read_position;

/// Writes an event of the track.
pub fn write(event: &EngagementEvent) -> Wire {
    match event {
        EngagementEvent::EngagementRecorded {
            publication,
            observation,
            timing,
        } => write_recorded(publication, observation, *timing),
        EngagementEvent::EngagementCorrected {
            publication,
            observation,
            replaces,
            timing,
            reason,
        } => write_corrected(publication, observation, *replaces, *timing, reason),
        EngagementEvent::EngagementVoided {
            publication,
            seen,
            replaces,
            timing,
            reason,
        } => write_voided(publication, *seen, *replaces, *timing, reason),
    }
}

fn read_publication(fields: &mut Fields, id: &str) -> Checked<PublicationId> {
    fields.parse("publication_id", id, PublicationId::parse)
}

fn read_replaces(fields: &mut Fields, observation: u64, latest: u64) -> Replaces {
    Replaces {
        observation: read_position(fields, "observation_position", observation),
        latest: read_position(fields, "replaced_position", latest),
    }
}

fn read_observation(
    fields: &mut Fields,
    seen: WireSeen,
    counters: Option<values::Counters>,
    followers: Option<u64>,
) -> Checked<Observation> {
    let seen = read_seen(fields, seen);
    let counters = fields.required("counters", counters, read_counters);
    Ok(Observation {
        seen: seen?,
        counters: counters?,
        followers,
    })
}

impl Stored for wire::EngagementRecorded {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let publication = read_publication(fields, &self.publication_id);
        let seen = WireSeen {
            observed_at: self.observed_at,
            source: self.source,
            kind: self.kind,
            scope: self.scope,
        };
        let observation = read_observation(fields, seen, self.counters, self.followers);
        let timing = read_timing(fields, self.timing);
        Ok(Event::Engagement(EngagementEvent::EngagementRecorded {
            publication: publication?,
            observation: observation?,
            timing: timing?,
        }))
    }
}

fn write_recorded(
    publication: &PublicationId,
    observation: &Observation,
    timing: FactTiming,
) -> Wire {
    let seen = write_seen(observation.seen);
    Wire::EngagementRecorded(wire::EngagementRecorded {
        publication_id: publication.to_string(),
        observed_at: seen.observed_at,
        source: seen.source,
        kind: seen.kind,
        scope: seen.scope,
        counters: Some((&observation.counters).into()),
        followers: observation.followers,
        timing: write_timing(timing),
    })
}

impl Stored for wire::EngagementCorrected {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let publication = read_publication(fields, &self.publication_id);
        let seen = WireSeen {
            observed_at: self.observed_at,
            source: self.source,
            kind: self.kind,
            scope: self.scope,
        };
        let observation = read_observation(fields, seen, self.counters, self.followers);
        let replaces = read_replaces(fields, self.observation_position, self.replaced_position);
        let timing = read_timing(fields, self.timing);
        Ok(Event::Engagement(EngagementEvent::EngagementCorrected {
            publication: publication?,
            observation: observation?,
            replaces,
            timing: timing?,
            reason: self.reason,
        }))
    }
}

fn write_corrected(
    publication: &PublicationId,
    observation: &Observation,
    replaces: Replaces,
    timing: FactTiming,
    reason: &str,
) -> Wire {
    let seen = write_seen(observation.seen);
    Wire::EngagementCorrected(wire::EngagementCorrected {
        publication_id: publication.to_string(),
        observed_at: seen.observed_at,
        source: seen.source,
        kind: seen.kind,
        scope: seen.scope,
        observation_position: replaces.observation.get(),
        replaced_position: replaces.latest.get(),
        counters: Some((&observation.counters).into()),
        followers: observation.followers,
        reason: reason.to_owned(),
        timing: write_timing(timing),
    })
}

impl Stored for wire::EngagementVoided {
    fn read(self, fields: &mut Fields) -> Checked<Event> {
        let publication = read_publication(fields, &self.publication_id);
        let seen = WireSeen {
            observed_at: self.observed_at,
            source: self.source,
            kind: self.kind,
            scope: self.scope,
        };
        let seen = read_seen(fields, seen);
        let replaces = read_replaces(fields, self.observation_position, self.replaced_position);
        let timing = read_timing(fields, self.timing);
        Ok(Event::Engagement(EngagementEvent::EngagementVoided {
            publication: publication?,
            seen: seen?,
            replaces,
            timing: timing?,
            reason: self.reason,
        }))
    }
}

fn write_voided(
    publication: &PublicationId,
    seen: Seen,
    replaces: Replaces,
    timing: FactTiming,
    reason: &str,
) -> Wire {
    let seen = write_seen(seen);
    Wire::EngagementVoided(wire::EngagementVoided {
        publication_id: publication.to_string(),
        observed_at: seen.observed_at,
        source: seen.source,
        kind: seen.kind,
        scope: seen.scope,
        observation_position: replaces.observation.get(),
        replaced_position: replaces.latest.get(),
        reason: reason.to_owned(),
        timing: write_timing(timing),
    })
}
