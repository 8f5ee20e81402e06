//! What a brand finds out about a creator, both ways: assessments, safety flags, evidence.

use super::fields::{Checked, Fields};
use super::values::{MAX_REASON_CHARS, MAX_URL_CHARS, read_niches, read_time, write_niches};
use crate::domain::limits::MAX_EVIDENCE;
use crate::domain::{Assessment, ControversyCheck, Evidence, Fit, FlagCategory, FlagSeverity};
use crate::wire::proto::values as wire;

const EVIDENCE_RULE: &str = "must have at most 20 elements";

/// Reads an assessment.
pub fn read_assessment(fields: &mut Fields, message: wire::Assessment) -> Checked<Assessment> {
    let niche_fit = read_fit(fields, "niche_fit", message.niche_fit);
    let style_fit = read_fit(fields, "style_fit", message.style_fit);
    let values_fit = read_fit(fields, "values_fit", message.values_fit);
    let name_of = ControversyCheck::name;
    let controversy = fields.one_of("controversy", message.controversy, controversy, name_of);
    let note = fields.optional_note("note", message.note, MAX_REASON_CHARS);
    let evidence = read_evidence(fields, message.evidence);
    let assessed_at = fields.required("assessed_at", message.assessed_at, read_time);
    let niches = read_niches(fields, message.niches);
    Ok(Assessment {
        niche_fit: niche_fit?,
        style_fit: style_fit?,
        values_fit: values_fit?,
        controversy: controversy?,
        note,
        evidence: evidence?,
        assessed_at: assessed_at?,
        niches: niches?,
    })
}

fn read_fit(fields: &mut Fields, field: &'static str, number: i32) -> Checked<Fit> {
    fields.one_of(field, number, fit, Fit::name)
}

/// Reads what a finding rests on.
pub fn read_evidence(fields: &mut Fields, evidence: Vec<wire::Evidence>) -> Checked<Vec<Evidence>> {
    fields.limit("evidence", evidence.len() <= MAX_EVIDENCE, EVIDENCE_RULE);
    fields.each("evidence", evidence, |fields, message| {
        let reference = fields.line("reference", message.reference, MAX_URL_CHARS);
        let note = fields.optional_note("note", message.note, MAX_REASON_CHARS);
        let sha256 = match message.sha256.is_empty() {
            true => None,
            false => Some(fields.bytes("sha256", &message.sha256)?),
        };
        Ok(Evidence {
            reference,
            sha256,
            note,
        })
    })
}

/// Writes what a finding rests on.
pub fn write_evidence(evidence: &[Evidence]) -> Vec<wire::Evidence> {
    let write = |one: &Evidence| wire::Evidence {
        reference: one.reference.clone(),
        sha256: one
            .sha256
            .map_or_else(Vec::new, |sha256| sha256.to_vec())
            .into(),
        note: one.note.clone(),
    };
    evidence.iter().map(write).collect()
}

impl From<&Assessment> for wire::Assessment {
    fn from(assessment: &Assessment) -> Self {
        Self {
            niche_fit: wire::Fit::from(assessment.niche_fit).into(),
            style_fit: wire::Fit::from(assessment.style_fit).into(),
            values_fit: wire::Fit::from(assessment.values_fit).into(),
            controversy: wire::ControversyCheck::from(assessment.controversy).into(),
            note: assessment.note.clone(),
            evidence: write_evidence(&assessment.evidence),
            assessed_at: Some(assessment.assessed_at.into()),
            niches: write_niches(&assessment.niches),
        }
    }
}

fn fit(number: i32) -> Option<Fit> {
    match wire::Fit::try_from(number).ok()? {
        wire::Fit::Unspecified => None,
        wire::Fit::Fits => Some(Fit::Fits),
        wire::Fit::Partly => Some(Fit::Partly),
        wire::Fit::DoesNotFit => Some(Fit::DoesNotFit),
    }
}

impl From<Fit> for wire::Fit {
    fn from(word: Fit) -> Self {
        match word {
            Fit::Fits => Self::Fits,
            Fit::Partly => Self::Partly,
            Fit::DoesNotFit => Self::DoesNotFit,
        }
    }
}

fn controversy(number: i32) -> Option<ControversyCheck> {
    match wire::ControversyCheck::try_from(number).ok()? {
        wire::ControversyCheck::Unspecified => None,
        wire::ControversyCheck::Clear => Some(ControversyCheck::Clear),
        wire::ControversyCheck::Found => Some(ControversyCheck::Found),
        wire::ControversyCheck::Unclear => Some(ControversyCheck::Unclear),
    }
}

impl From<ControversyCheck> for wire::ControversyCheck {
    fn from(word: ControversyCheck) -> Self {
        match word {
            ControversyCheck::Clear => Self::Clear,
            ControversyCheck::Found => Self::Found,
            ControversyCheck::Unclear => Self::Unclear,
        }
    }
}

/// Reads how grave a concern is.
pub fn flag_severity(number: i32) -> Option<FlagSeverity> {
    match wire::FlagSeverity::try_from(number).ok()? {
        wire::FlagSeverity::Unspecified => None,
        wire::FlagSeverity::Low => Some(FlagSeverity::Low),
        wire::FlagSeverity::Medium => Some(FlagSeverity::Medium),
        wire::FlagSeverity::High => Some(FlagSeverity::High),
        wire::FlagSeverity::Critical => Some(FlagSeverity::Critical),
    }
}

impl From<FlagSeverity> for wire::FlagSeverity {
    fn from(word: FlagSeverity) -> Self {
        match word {
            FlagSeverity::Low => Self::Low,
            FlagSeverity::Medium => Self::Medium,
            FlagSeverity::High => Self::High,
            FlagSeverity::Critical => Self::Critical,
        }
    }
}

/// Reads what a concern is about.
pub fn flag_category(number: i32) -> Option<FlagCategory> {
    match wire::FlagCategory::try_from(number).ok()? {
        wire::FlagCategory::Unspecified => None,
        wire::FlagCategory::Controversy => Some(FlagCategory::Controversy),
        wire::FlagCategory::Fraud => Some(FlagCategory::Fraud),
        wire::FlagCategory::FakeFollowers => Some(FlagCategory::FakeFollowers),
        wire::FlagCategory::OffensiveContent => Some(FlagCategory::OffensiveContent),
        wire::FlagCategory::Legal => Some(FlagCategory::Legal),
        wire::FlagCategory::Other => Some(FlagCategory::Other),
    }
}

impl From<FlagCategory> for wire::FlagCategory {
    fn from(word: FlagCategory) -> Self {
        match word {
            FlagCategory::Controversy => Self::Controversy,
            FlagCategory::Fraud => Self::Fraud,
            FlagCategory::FakeFollowers => Self::FakeFollowers,
            FlagCategory::OffensiveContent => Self::OffensiveContent,
            FlagCategory::Legal => Self::Legal,
            FlagCategory::Other => Self::Other,
        }
    }
}
