//! Rules of amendments: accepted terms change when both sides agree.

use std::sync::Arc;

use super::{Case, Decided, Decision, ensure, happens, of_collaboration, refuse};
use crate::domain::rows::Rows;
use crate::domain::state::{Amendment, Collaboration};
use crate::domain::{AgreementEvent, CollaborationRef, DeliverableState, Event, Refusal, Terms};

impl<S: Rows> Case<'_, S> {
    pub(super) fn amend(
        &self,
        place: &CollaborationRef,
        terms: &Terms,
        reason: &str,
    ) -> Decided<Decision, S> {
        self.brand_or_creator()?;
        let collaboration = self.working(place)?;
        if let Some(pending) = &collaboration.amendment {
            let version = pending.version;
            return refuse(Refusal::AmendmentPending { version });
        }
        let campaign = self.campaign(&place.campaign_ref())?;
        self.terms_in_currency(terms, campaign.plan.currency)?;
        ensure_keeps_begun::<S>(&collaboration, terms)?;
        let event = Event::Agreement(AgreementEvent::AmendmentProposed {
            version: collaboration.last_version + 1,
            terms: terms.clone(),
            reason: reason.to_owned(),
        });
        happens(of_collaboration(place, &collaboration.creator, event))
    }

    pub(super) fn accept_amendment(
        &self,
        place: &CollaborationRef,
        version: u32,
    ) -> Decided<Decision, S> {
        self.brand_or_creator()?;
        let (collaboration, amendment) = self.pending(place, version)?;
        self.only(amendment.by.other())?;
        let terms = &amendment.terms;
        ensure_keeps_begun::<S>(&collaboration, terms)?;
        let campaign = self.campaign(&place.campaign_ref())?;
        let committed = terms.fee.minor.max(collaboration.fee_lines_minor);
        let more_minor = i128::from(committed) - i128::from(collaboration.committed_minor());
        let held = collaboration.terms();
        self.ensure_fits(place, &campaign, terms, held, more_minor)?;
        let event = Event::Agreement(AgreementEvent::TermsAmended {
            version,
            terms: terms.clone(),
            digest: terms.digest(),
            proposed: amendment.proposed,
        });
        happens(of_collaboration(place, &collaboration.creator, event))
    }

    pub(super) fn reject_amendment(
        &self,
        place: &CollaborationRef,
        version: u32,
        reason: &str,
    ) -> Decided<Decision, S> {
        self.brand_or_creator()?;
        let (collaboration, _) = self.pending(place, version)?;
        let reason = reason.to_owned();
        let event = Event::Agreement(AgreementEvent::AmendmentRejected { version, reason });
        happens(of_collaboration(place, &collaboration.creator, event))
    }

    /// Finds the amendment that waits for an answer, which must be the one named.
    fn pending(
        &self,
        place: &CollaborationRef,
        version: u32,
    ) -> Decided<(Arc<Collaboration>, Amendment), S> {
        let collaboration = self.working(place)?;
        let Some(amendment) = collaboration.amendment.clone() else {
            return refuse(Refusal::NoAmendment);
        };
        ensure(amendment.version == version, || Refusal::StaleAmendment {
            expected: version,
            actual: amendment.version,
        })?;
        Ok((collaboration, amendment))
    }
}

/// Checks that terms keep what was begun: each deliverable that is not just planned is promised
/// still, on its platform and in its format.
fn ensure_keeps_begun<S: Rows>(collaboration: &Collaboration, terms: &Terms) -> Decided<(), S> {
    let deliverables = collaboration.deliverables.iter();
    for begun in deliverables.filter(|one| one.state != DeliverableState::Planned) {
        let (begun, state) = (&begun.terms, begun.state);
        let is_kept = terms.deliverables.iter().any(|promised| {
            (&promised.id, promised.platform, promised.format)
                == (&begun.id, begun.platform, begun.format)
        });
        let rule = "an amendment keeps what was begun";
        ensure(is_kept, || Refusal::DeliverableState { state, rule })?;
    }
    Ok(())
}
