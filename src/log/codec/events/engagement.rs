//! Events of engagement, both ways.

use super::stored;
use crate::domain::{EngagementEvent, Observation, Replaces, Seen};

stored! { Engagement(EngagementEvent) {
    EngagementRecorded {
        publication = publication_id,
        observation: Observation {
            seen: Seen { observed_at, source, kind, scope, definition, },
            counters,
            followers,
        },
        timing,
    }
    EngagementCorrected {
        publication = publication_id,
        observation: Observation {
            seen: Seen { observed_at, source, kind, scope, definition, },
            counters,
            followers,
        },
        replaces: Replaces {
            observation = observation_position,
            latest = replaced_position,
        },
        timing,
        reason,
    }
    EngagementVoided {
        publication = publication_id,
        seen: Seen { observed_at, source, kind, scope, definition, },
        replaces: Replaces {
            observation = observation_position,
            latest = replaced_position,
        },
        timing,
        reason,
    }
}}
