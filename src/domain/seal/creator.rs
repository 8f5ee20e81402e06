//! Texts of the commands about a creator. All are about that creator.

use super::VisitTexts;
use crate::domain::{
    Assessment, CreatorProfile, CreatorVerb, DigestKind, Evidence, PersonalField, SafetyFlag,
};

impl CreatorVerb {
    /// Visits every personal text, empty ones too.
    pub(super) fn each_text(&mut self, visit: &mut dyn VisitTexts) {
        match self {
            Self::RecordProfile { profile } => profile_texts(profile, visit),
            Self::Block { reason } => visit.text(PersonalField::CreatorBlockedReason, reason),
            Self::Unblock { reason } => visit.text(PersonalField::CreatorUnblockedReason, reason),
            Self::Assess { assessment } => assessment_texts(assessment, visit),
            Self::RaiseFlag { flag } => flag_texts(flag, visit),
            Self::ClearFlag {
                flag: _,
                reason,
                evidence,
            } => {
                visit.text(PersonalField::SafetyFlagClearedReason, reason);
                evidence_texts(evidence, visit);
            }
            // They outlive the key of the creator, so nothing in them is about the person.
            Self::Erase {
                ground: _,
                reference: _,
            }
            | Self::PlaceLegalHold {
                hold: _,
                ground: _,
                reference: _,
            }
            | Self::ReleaseLegalHold {
                hold: _,
                ground: _,
                reference: _,
            } => {}
        }
    }
}

fn profile_texts(profile: &mut CreatorProfile, visit: &mut dyn VisitTexts) {
    let personal = &mut profile.personal;
    visit.text(
        PersonalField::CreatorProfileRecordedLocality,
        &mut personal.locality,
    );
    visit.text(
        PersonalField::CreatorProfileRecordedDisplayName,
        &mut personal.display_name,
    );
    for (venue, handle) in &mut personal.handles {
        let kind = DigestKind::Handle(venue);
        visit.matched(PersonalField::CreatorHandleHandle, kind, handle);
    }
    visit.text(
        PersonalField::CreatorProfileRecordedContact,
        &mut personal.contact,
    );
}

fn assessment_texts(assessment: &mut Assessment, visit: &mut dyn VisitTexts) {
    visit.text(PersonalField::AssessmentNote, &mut assessment.note);
    evidence_texts(&mut assessment.evidence, visit);
}

fn flag_texts(flag: &mut SafetyFlag, visit: &mut dyn VisitTexts) {
    visit.text(PersonalField::SafetyFlagRaisedNote, &mut flag.note);
    evidence_texts(&mut flag.evidence, visit);
}

pub(super) fn evidence_texts(evidence: &mut [Evidence], visit: &mut dyn VisitTexts) {
    for one in evidence {
        visit.text(PersonalField::EvidenceReference, &mut one.reference);
        visit.text(PersonalField::EvidenceNote, &mut one.note);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::{
        ControversyCheck, Fit, FlagCategory, FlagId, FlagSeverity, Matched, PersonalDetails,
        PersonalText, Platform, Timestamp,
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
            (Platform::Instagram.into(), Matched::told("ayu")),
            (Platform::Tiktok.into(), Matched::told("ayu.pagi")),
        ]);
        let flag = FlagId::parse("f-1").unwrap();
        vec![
            CreatorVerb::RecordProfile {
                profile: CreatorProfile {
                    personal: PersonalDetails {
                        locality: "Bandung".into(),
                        display_name: "Ayu".into(),
                        handles,
                        contact: "0812".into(),
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

    /// Notes the field of each text, and takes the text out.
    struct Emptying<'a>(&'a mut Vec<PersonalField>);

    impl VisitTexts for Emptying<'_> {
        fn text(&mut self, field: PersonalField, text: &mut PersonalText) {
            assert!(!text.is_empty());
            self.0.push(field);
            *text = PersonalText::EMPTY;
        }

        fn matched(&mut self, field: PersonalField, _: DigestKind<'_>, text: &mut Matched) {
            self.text(field, &mut text.text);
        }
    }

    #[test]
    fn every_text_is_visited_with_its_field() {
        let mut visited = Vec::new();
        for mut verb in verbs() {
            verb.each_text(&mut Emptying(&mut visited));
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
                PersonalField::CreatorProfileRecordedContact,
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
