//! What the terms make owed by themselves: the parts of a fee, each when its trigger comes.

use sha2::{Digest, Sha256};

use super::agreement::ensure_in_budget;
use super::{Case, Decided, of_collaboration};
use crate::domain::rows::Rows;
use crate::domain::state::Collaboration;
use crate::domain::{
    CollaborationRef, CostId, CostRecorded, CostType, DeliverableId, Event, Fact, Money, OwedFor,
    SettlementEvent, SettlementTrigger, Terms,
};

/// A part of a fee whose trigger has come.
struct Part<'a> {
    terms: &'a Terms,
    trigger: SettlementTrigger,
    deliverable: Option<&'a DeliverableId>,
    /// What the agreement commits by then, in minor units.
    commitment_minor: i64,
}

impl<S: Rows> Case<'_, S> {
    /// Makes the line of what the acceptance of these terms makes owed, if anything.
    pub(super) fn owed_at_acceptance(
        &self,
        place: &CollaborationRef,
        collaboration: &Collaboration,
        terms: &Terms,
    ) -> Decided<Option<Fact>, S> {
        let part = Part {
            terms,
            trigger: SettlementTrigger::Acceptance,
            deliverable: None,
            commitment_minor: terms.fee.minor,
        };
        self.fee_line(place, collaboration, &part)
    }

    /// Makes the line of what a step of a deliverable makes owed, if anything, by the terms in force
    /// when it happens.
    pub(super) fn owed_for_deliverable(
        &self,
        place: &CollaborationRef,
        collaboration: &Collaboration,
        deliverable: &DeliverableId,
        trigger: SettlementTrigger,
    ) -> Decided<Option<Fact>, S> {
        let happens_at = self.request.occurred_at.unwrap_or(self.now);
        let Some(terms) = collaboration.terms_at(happens_at) else {
            return Ok(None);
        };
        let part = Part {
            terms,
            trigger,
            deliverable: Some(deliverable),
            commitment_minor: collaboration.commitment_minor,
        };
        self.fee_line(place, collaboration, &part)
    }

    /// Makes the line of a part. It draws on the commitment, so it fits the budget but for fee lines
    /// recorded by hand.
    fn fee_line(
        &self,
        place: &CollaborationRef,
        collaboration: &Collaboration,
        part: &Part<'_>,
    ) -> Decided<Option<Fact>, S> {
        let minor = part.terms.fee_part_minor(part.trigger, part.deliverable);
        if minor <= 0 {
            return Ok(None);
        }
        let campaign = self.campaign(&place.campaign_ref())?;
        let cost = fee_line_id(place, part);
        self.ensure_new_line(&place.campaign_ref(), &cost)?;
        let before = i128::from(collaboration.fee_lines_minor);
        let held = |lines: i128| lines.max(i128::from(part.commitment_minor));
        let more_minor = held(before + i128::from(minor)) - held(before);
        ensure_in_budget::<S>(&campaign, more_minor)?;
        let incurred_at = self.request.occurred_at.unwrap_or(self.now);
        let event = Event::Settlement(SettlementEvent::CostRecorded(CostRecorded {
            cost,
            kind: CostType::Fee,
            amount: Money {
                minor,
                ..part.terms.fee
            },
            fx_rate: None,
            reporting_minor: Some(minor),
            incurred_at,
            note: "part of the fee by the terms".to_owned(),
            timing: campaign.plan.timing(incurred_at),
            owed_for: Some(OwedFor::FeePart {
                trigger: part.trigger,
                deliverable: part.deliverable.cloned(),
            }),
        }));
        Ok(Some(of_collaboration(place, &collaboration.creator, event)))
    }
}

/// Names the line of a part of a fee: the same on every replay.
fn fee_line_id(place: &CollaborationRef, part: &Part<'_>) -> CostId {
    let deliverable = part.deliverable.map_or("", DeliverableId::as_str);
    let parts = [
        place.collaboration.as_str(),
        part.trigger.name(),
        deliverable,
    ];
    line_id("fee", &parts)
}

/// Names a line that a rule makes: unique within the campaign, the same on every replay.
pub(super) fn line_id(kind: &str, parts: &[&str]) -> CostId {
    // No id has a slash, so that no two lists of ids are joined to the same text.
    let digest = Sha256::digest(parts.join("/"));
    let hex: String = digest
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    CostId::parse(&format!("{kind}-{hex}")).expect("hex keeps the rule of ids")
}
