//! What a brand finds out about a creator, both ways: assessments, safety flags, evidence.

use super::fields::{Checked, Fields};
use super::personal::spell;
use super::values::{MAX_REASON_CHARS, MAX_URL_CHARS, read_niches, read_time, write_niches};
use crate::domain::limits::MAX_EVIDENCE;
use crate::domain::{Assessment, Evidence};
use crate::wire::proto::values as wire;

const EVIDENCE_RULE: &str = "must have at most 20 elements";

/// Reads an assessment.
pub fn read_assessment(fields: &mut Fields, message: wire::Assessment) -> Checked<Assessment> {
    let niche_fit = fields.one_of("niche_fit", message.niche_fit);
    let style_fit = fields.one_of("style_fit", message.style_fit);
    let values_fit = fields.one_of("values_fit", message.values_fit);
    let controversy = fields.one_of("controversy", message.controversy);
    let note = fields.personal_optional_note("note", message.note, MAX_REASON_CHARS);
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

/// Reads what a finding rests on.
pub fn read_evidence(fields: &mut Fields, evidence: Vec<wire::Evidence>) -> Checked<Vec<Evidence>> {
    fields.within("evidence", |fields| read_evidence_here(fields, evidence))
}

/// Reads the current field as what a finding rests on.
pub fn read_evidence_here(
    fields: &mut Fields,
    evidence: Vec<wire::Evidence>,
) -> Checked<Vec<Evidence>> {
    fields.limit_here(evidence.len() <= MAX_EVIDENCE, EVIDENCE_RULE);
    fields.each_here(evidence, |fields, message| {
        let reference = fields.personal_line("reference", message.reference, MAX_URL_CHARS);
        let note = fields.personal_optional_note("note", message.note, MAX_REASON_CHARS);
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
        reference: spell(&one.reference),
        sha256: one
            .sha256
            .map_or_else(Vec::new, |sha256| sha256.to_vec())
            .into(),
        note: spell(&one.note),
    };
    evidence.iter().map(write).collect()
}

impl From<&Assessment> for wire::Assessment {
    fn from(assessment: &Assessment) -> Self {
        Self {
            niche_fit: assessment.niche_fit.number(),
            style_fit: assessment.style_fit.number(),
            values_fit: assessment.values_fit.number(),
            controversy: assessment.controversy.number(),
            note: spell(&assessment.note),
            evidence: write_evidence(&assessment.evidence),
            assessed_at: Some(assessment.assessed_at.into()),
            niches: write_niches(&assessment.niches),
        }
    }
}
