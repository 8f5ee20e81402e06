//! Assessments, safety flags, holds, termination.

use campaign_ledger::domain::*;

use super::at;

pub fn events() -> Vec<Event> {
    vec![
        Event::Creator(CreatorEvent::CreatorAssessed {
            assessment: assessment(),
        }),
        Event::Creator(CreatorEvent::SafetyFlagRaised {
            flag: SafetyFlag {
                id: flag(),
                severity: FlagSeverity::Critical,
                category: FlagCategory::FakeFollowers,
                evidence: vec![screenshot()],
                note: "followers came in one night".into(),
            },
        }),
        Event::Creator(CreatorEvent::SafetyFlagCleared {
            flag: flag(),
            reason: "the platform had counted twice".into(),
            evidence: vec![screenshot()],
        }),
        Event::Agreement(AgreementEvent::CollaborationTerminated {
            reason: "the audience is not there".into(),
            ground: Ground::Flag(flag()),
        }),
        Event::Hold(HoldEvent::HoldPlaced(HoldPlaced {
            hold: hold(),
            deliverable: Some(DeliverableId::parse("review").unwrap()),
            flag: Some(flag()),
            reason: "until the followers are checked".into(),
        })),
        Event::Hold(HoldEvent::HoldReleased {
            hold: hold(),
            reason: "checked".into(),
        }),
    ]
}

fn assessment() -> Assessment {
    Assessment {
        niche_fit: Fit::Fits,
        style_fit: Fit::Partly,
        values_fit: Fit::DoesNotFit,
        controversy: ControversyCheck::Unclear,
        note: "kind, but sells everything".into(),
        evidence: vec![screenshot()],
        assessed_at: at(-3_600),
        niches: vec![Niche::parse("skincare").unwrap()],
    }
}

fn screenshot() -> Evidence {
    Evidence {
        reference: "s3://vetting/ayu/followers.png".into(),
        sha256: Some([0xe7; 32]),
        note: "of the day after".into(),
    }
}

fn flag() -> FlagId {
    FlagId::parse("followers").unwrap()
}

fn hold() -> HoldId {
    HoldId::parse("check-1").unwrap()
}
