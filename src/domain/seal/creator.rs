//! Texts of the commands about a creator. All are about that creator.

use super::VisitText;
use crate::domain::{Assessment, CreatorProfile, CreatorVerb, Evidence, PersonalField, SafetyFlag};

impl CreatorVerb {
    /// Visits every personal text, empty ones too.
    pub fn each_text(&mut self, visit: &mut VisitText<'_>) {
        match self {
            Self::RecordProfile { profile } => profile_texts(profile, visit),
            Self::Block { reason } => visit(PersonalField::CreatorBlockedReason, reason),
            Self::Unblock { reason } => visit(PersonalField::CreatorUnblockedReason, reason),
            Self::Assess { assessment } => assessment_texts(assessment, visit),
            Self::RaiseFlag { flag } => flag_texts(flag, visit),
            Self::ClearFlag {
                flag: _,
                reason,
                evidence,
            } => {
                visit(PersonalField::SafetyFlagClearedReason, reason);
                evidence_texts(evidence, visit);
            }
        }
    }
}

fn profile_texts(profile: &mut CreatorProfile, visit: &mut VisitText<'_>) {
    let personal = &mut profile.personal;
    visit(
        PersonalField::CreatorProfileRecordedLocality,
        &mut personal.locality,
    );
    visit(
        PersonalField::CreatorProfileRecordedDisplayName,
        &mut personal.display_name,
    );
    for handle in personal.handles.values_mut() {
        visit(PersonalField::CreatorHandleHandle, handle);
    }
}

fn assessment_texts(assessment: &mut Assessment, visit: &mut VisitText<'_>) {
    visit(PersonalField::AssessmentNote, &mut assessment.note);
    evidence_texts(&mut assessment.evidence, visit);
}

fn flag_texts(flag: &mut SafetyFlag, visit: &mut VisitText<'_>) {
    visit(PersonalField::SafetyFlagRaisedNote, &mut flag.note);
    evidence_texts(&mut flag.evidence, visit);
}

pub(super) fn evidence_texts(evidence: &mut [Evidence], visit: &mut VisitText<'_>) {
    for one in evidence {
        visit(PersonalField::EvidenceReference, &mut one.reference);
        visit(PersonalField::EvidenceNote, &mut one.note);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::{
        ControversyCheck, Fit, FlagCategory, FlagId, FlagSeverity, PersonalDetails, PersonalText,
        Platform, Timestamp,
    };

    fn seen() -> Vec<Evidence> {
        vec![Evidence {
            reference: "seen".into(),
            sha256: None,
            note: "by chance".into(),
        }]
    }

    /// One of each verb, with every text.
    fn verbs() -> Vec<CreatorVerb> {
        let handles = BTreeMap::from([
            (Platform::Instagram.into(), PersonalText::from("ayu")),
            (Platform::Tiktok.into(), PersonalText::from("ayu.pagi")),
        ]);
        let flag = FlagId::parse("f-1").unwrap();
        vec![
            CreatorVerb::RecordProfile {
                profile: CreatorProfile {
                    personal: PersonalDetails {
                        locality: "Bandung".into(),
                        display_name: "Ayu".into(),
                        handles,
                    },
                    ..CreatorProfile::default()
                },
            },
            CreatorVerb::Block {
                reason: "late".into(),
            },
            CreatorVerb::Unblock {
                reason: "in time".into(),
            },
            CreatorVerb::Assess {
                assessment: Assessment {
                    niche_fit: Fit::Fits,
                    style_fit: Fit::Fits,
                    values_fit: Fit::Fits,
                    controversy: ControversyCheck::Clear,
                    note: "kind".into(),
                    evidence: seen(),
                    assessed_at: Timestamp::from_nanos(0),
                    niches: Vec::new(),
                },
            },
            CreatorVerb::RaiseFlag {
                flag: SafetyFlag {
                    id: flag.clone(),
                    severity: FlagSeverity::Low,
                    category: FlagCategory::Other,
                    evidence: seen(),
                    note: "rude".into(),
                },
            },
            CreatorVerb::ClearFlag {
                flag,
                reason: "sorry".into(),
                evidence: seen(),
            },
        ]
    }

    #[test]
    fn every_text_is_visited_with_its_field() {
        let mut visited = Vec::new();
        for mut verb in verbs() {
            verb.each_text(&mut |field, text| {
                assert!(!text.is_empty());
                visited.push(field);
                *text = PersonalText::EMPTY;
            });
            // Debug output names each clear text that was left out.
            let left = format!("{verb:?}");
            assert!(!left.contains("Clear(..)"), "{left}");
        }
        let evidence = [
            PersonalField::EvidenceReference,
            PersonalField::EvidenceNote,
        ];
        let expected = [
            &[
                PersonalField::CreatorProfileRecordedLocality,
                PersonalField::CreatorProfileRecordedDisplayName,
                PersonalField::CreatorHandleHandle,
                PersonalField::CreatorHandleHandle,
                PersonalField::CreatorBlockedReason,
                PersonalField::CreatorUnblockedReason,
                PersonalField::AssessmentNote,
            ][..],
            &evidence,
            &[PersonalField::SafetyFlagRaisedNote],
            &evidence,
            &[PersonalField::SafetyFlagClearedReason],
            &evidence,
        ];
        assert_eq!(visited, expected.concat());
    }
}
