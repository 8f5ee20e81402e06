//! Assessments, safety flags, holds, and terminations because of them.

use campaign_ledger::domain::*;

use super::{Named, collaboration, creator, day, id};

impl Named for FlagId {
    fn named(text: &str) -> Self {
        Self::parse(text).expect(text)
    }
}

impl Named for HoldId {
    fn named(text: &str) -> Self {
        Self::parse(text).expect(text)
    }
}

impl Named for Niche {
    fn named(text: &str) -> Self {
        Self::parse(text).expect(text)
    }
}

/// A screenshot with its hash.
pub fn screenshot() -> Evidence {
    Evidence {
        reference: "drive/screenshot.png".into(),
        sha256: Some([9; 32]),
        note: "taken before it was deleted".into(),
    }
}

/// An assessment of day 0 in which everything fits.
pub fn fitting() -> Assessment {
    Assessment {
        niche_fit: Fit::Fits,
        style_fit: Fit::Fits,
        values_fit: Fit::Fits,
        controversy: ControversyCheck::Clear,
        note: "friendly and honest".into(),
        evidence: vec![screenshot()],
        assessed_at: day(0),
        niches: vec![id("coffee")],
    }
}

/// The brand assesses a creator.
pub fn assess(name: &str, assessment: Assessment) -> Request {
    creator(name, CreatorVerb::Assess { assessment })
}

/// A concern about a creator.
pub fn concern(flag: &str) -> SafetyFlag {
    SafetyFlag {
        id: id(flag),
        severity: FlagSeverity::High,
        category: FlagCategory::Controversy,
        evidence: vec![screenshot()],
        note: "a rude remark".into(),
    }
}

/// The brand raises a flag.
pub fn raise(name: &str, flag: &str) -> Request {
    let flag = concern(flag);
    creator(name, CreatorVerb::RaiseFlag { flag })
}

/// The brand clears a flag.
pub fn clear(name: &str, flag: &str) -> Request {
    let verb = CreatorVerb::ClearFlag {
        flag: id(flag),
        reason: "apologised in public".into(),
        evidence: vec![screenshot()],
    };
    creator(name, verb)
}

/// A hold on all of a collaboration.
pub fn hold(name: &str) -> HoldPlaced {
    HoldPlaced {
        hold: id(name),
        deliverable: None,
        flag: None,
        reason: "until it is looked into".into(),
    }
}

/// The brand places a hold.
pub fn place_hold(name: &str, hold: HoldPlaced) -> Request {
    collaboration(name, CollaborationVerb::PlaceHold(hold))
}

/// The brand releases a hold.
pub fn release_hold(name: &str, hold: &str) -> Request {
    let (hold, reason) = (id(hold), "looked into".to_owned());
    collaboration(
        name,
        CollaborationVerb::ReleaseHold {
            hold,
            reason: reason.into(),
        },
    )
}

/// The brand ends a collaboration because of a flag.
pub fn terminate(name: &str, flag: &str) -> Request {
    terminate_for(name, Ground::Flag(id(flag)))
}

/// The brand ends a collaboration.
pub fn terminate_for(name: &str, ground: Ground) -> Request {
    let reason = "the remark stands".to_owned();
    collaboration(
        name,
        CollaborationVerb::Terminate {
            reason: reason.into(),
            ground,
        },
    )
}
