//! Events of engagement, both ways.

use super::{Wire, wire};
use crate::domain::{Event, FactTiming, Observation, PublicationId, Replaces, Seen};
use crate::log::codec::fields::{Checked, Fields};
use crate::log::codec::observation::{
    WireSeen, read_counters, read_seen, read_timing, write_seen, write_timing,
};
use crate::log::codec::values::read_position;

fn read_publication(fields: &mut Fields, id: &str) -> Checked<PublicationId> {
    fields.parse("publication_id", id, PublicationId::parse)
}

fn read_replaces(fields: &mut Fields, observation: u64, latest: u64) -> Replaces {
    Replaces {
        observation: read_position(fields, "observation_position", observation),
        latest: read_position(fields, "replaced_position", latest),
    }
}

pub fn read_recorded(fields: &mut Fields, message: wire::EngagementRecorded) -> Checked<Event> {
    let publication = read_publication(fields, &message.publication_id);
    let seen = WireSeen {
        observed_at: message.observed_at,
        source: message.source,
        kind: message.kind,
        scope: message.scope,
    };
    let seen = read_seen(fields, seen);
    let counters = fields.required("counters", message.counters, read_counters);
    let timing = read_timing(fields, message.timing);
    Ok(Event::EngagementRecorded {
        publication: publication?,
        observation: Observation {
            seen: seen?,
            counters: counters?,
            followers: message.followers,
        },
        timing: timing?,
    })
}

pub fn write_recorded(
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

pub fn read_corrected(fields: &mut Fields, message: wire::EngagementCorrected) -> Checked<Event> {
    let publication = read_publication(fields, &message.publication_id);
    let seen = WireSeen {
        observed_at: message.observed_at,
        source: message.source,
        kind: message.kind,
        scope: message.scope,
    };
    let seen = read_seen(fields, seen);
    let replaces = read_replaces(
        fields,
        message.observation_position,
        message.replaced_position,
    );
    let counters = fields.required("counters", message.counters, read_counters);
    let timing = read_timing(fields, message.timing);
    Ok(Event::EngagementCorrected {
        publication: publication?,
        observation: Observation {
            seen: seen?,
            counters: counters?,
            followers: message.followers,
        },
        replaces,
        timing: timing?,
        reason: message.reason,
    })
}

pub fn write_corrected(
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

pub fn read_voided(fields: &mut Fields, message: wire::EngagementVoided) -> Checked<Event> {
    let publication = read_publication(fields, &message.publication_id);
    let seen = WireSeen {
        observed_at: message.observed_at,
        source: message.source,
        kind: message.kind,
        scope: message.scope,
    };
    let seen = read_seen(fields, seen);
    let replaces = read_replaces(
        fields,
        message.observation_position,
        message.replaced_position,
    );
    let timing = read_timing(fields, message.timing);
    Ok(Event::EngagementVoided {
        publication: publication?,
        seen: seen?,
        replaces,
        timing: timing?,
        reason: message.reason,
    })
}

pub fn write_voided(
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
