//! What a dispute is about and how it ended, both ways.

use super::fields::{Checked, Fields};
use super::values::{MAX_NAME_CHARS, read_basis_points};
use crate::domain::{
    Arbiter, CostId, DeliverableId, DisputeRuling, DisputeSubject, PublicationId, RulingKind,
};
use crate::wire::personal::spell;
use crate::wire::proto::values as wire;
use wire::dispute_subject::Subject;

const SPLIT_RULE: &str = "must be given for SPLIT, and for no other";

/// Reads what a dispute is about.
pub fn read_subject(fields: &mut Fields, message: wire::DisputeSubject) -> Checked<DisputeSubject> {
    let Some(subject) = message.subject else {
        return Err(fields.refuse_here("must name a cost line, a deliverable or a number"));
    };
    Ok(match subject {
        Subject::CostId(id) => DisputeSubject::Cost(fields.parse("cost_id", &id, CostId::parse)?),
        Subject::DeliverableId(id) => DisputeSubject::Deliverable(fields.parse(
            "deliverable_id",
            &id,
            DeliverableId::parse,
        )?),
        Subject::Number(number) => fields.within("number", |fields| read_number(fields, number))?,
    })
}

fn read_number(fields: &mut Fields, number: wire::DisputedNumber) -> Checked<DisputeSubject> {
    let publication = fields.parse_optional(
        "publication_id",
        &number.publication_id,
        PublicationId::parse,
    );
    let metric = fields.line("metric", number.metric, MAX_NAME_CHARS);
    Ok(DisputeSubject::Number {
        publication: publication?,
        metric,
    })
}

impl From<&DisputeSubject> for wire::DisputeSubject {
    fn from(subject: &DisputeSubject) -> Self {
        let subject = match subject {
            DisputeSubject::Cost(id) => Subject::CostId(id.to_string()),
            DisputeSubject::Deliverable(id) => Subject::DeliverableId(id.to_string()),
            DisputeSubject::Number {
                publication,
                metric,
            } => Subject::Number(wire::DisputedNumber {
                publication_id: publication
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
                metric: metric.clone(),
            }),
        };
        Self {
            subject: Some(subject),
        }
    }
}

/// Reads for whom a dispute ended, from the word and the share that goes with a split.
pub fn read_ruling(
    fields: &mut Fields,
    ruling: i32,
    share_bp: Option<u32>,
) -> Checked<DisputeRuling> {
    match (fields.one_of("ruling", ruling)?, share_bp) {
        (RulingKind::Split, Some(share_bp)) => Ok(DisputeRuling::Split {
            share_bp: read_basis_points(fields, "share_bp", share_bp),
        }),
        (RulingKind::Upheld, None) => Ok(DisputeRuling::Upheld),
        (RulingKind::Overturned, None) => Ok(DisputeRuling::Overturned),
        (RulingKind::Withdrawn, None) => Ok(DisputeRuling::Withdrawn),
        (RulingKind::Split, None)
        | (RulingKind::Upheld | RulingKind::Overturned | RulingKind::Withdrawn, Some(_)) => {
            Err(fields.refuse("share_bp", SPLIT_RULE))
        }
    }
}

/// Writes for whom a dispute ended: the word, and the share that goes with a split.
pub fn write_ruling(ruling: DisputeRuling) -> (i32, Option<u32>) {
    let share_bp = match ruling {
        DisputeRuling::Split { share_bp } => Some(share_bp),
        DisputeRuling::Upheld | DisputeRuling::Overturned | DisputeRuling::Withdrawn => None,
    };
    (ruling.kind().number(), share_bp)
}

/// Reads who ruled.
pub fn read_arbiter(fields: &mut Fields, message: wire::Arbiter) -> Checked<Arbiter> {
    let name = fields.personal_line("name", message.name, MAX_NAME_CHARS);
    let role = fields.optional_line("role", message.role, MAX_NAME_CHARS);
    Ok(Arbiter { name, role })
}

impl From<&Arbiter> for wire::Arbiter {
    fn from(arbiter: &Arbiter) -> Self {
        Self {
            name: spell(&arbiter.name),
            role: arbiter.role.clone(),
        }
    }
}
