//! Rules of attribution: a code takes precedence over the last link touch within its window, and
//! both count only while terms that carry them are in force at the time of the order.

use super::{Case, Decided};
use crate::domain::rows::Rows;
use crate::domain::state::{CodeHolders, Collaboration};
use crate::domain::{
    AttributionBasis, AttributionTerms, CampaignPlan, CampaignRef, Claim, CollaborationId,
    LinkTouch, Matched, Share, Timestamp, UnattributedReason, WHOLE_BP,
};

/// Who is credited, and why.
pub(super) struct Attribution {
    pub basis: AttributionBasis,
    pub unattributed: Option<UnattributedReason>,
    /// When the terms came into force that the order came too early for.
    pub in_force_from: Option<Timestamp>,
    pub shares: Vec<Share>,
}

impl Attribution {
    fn whole(basis: AttributionBasis, collaboration: CollaborationId) -> Self {
        let share_bp = WHOLE_BP;
        Self::shared(
            basis,
            vec![Share {
                collaboration,
                share_bp,
            }],
        )
    }

    fn shared(basis: AttributionBasis, shares: Vec<Share>) -> Self {
        Self {
            basis,
            unattributed: None,
            in_force_from: None,
            shares,
        }
    }

    fn none(missed: Missed) -> Self {
        let (reason, in_force_from) = match missed {
            Missed::Expired => (UnattributedReason::CodeExpired, None),
            Missed::NotYet(from) => (UnattributedReason::CodeNotYetInForce, Some(from)),
            Missed::UnknownCode => (UnattributedReason::UnknownCode, None),
            Missed::OutsideWindow => (UnattributedReason::OutsideWindow, None),
            Missed::NoEvidence => (UnattributedReason::NoEvidence, None),
        };
        Self {
            basis: AttributionBasis::None,
            unattributed: Some(reason),
            in_force_from,
            shares: Vec::new(),
        }
    }
}

/// Why a code or touches credit nobody, the closest miss first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Missed {
    Expired,
    /// In force only from this time on.
    NotYet(Timestamp),
    UnknownCode,
    OutsideWindow,
    NoEvidence,
}

/// What a collaboration's terms say of its code or link at the time of an order.
enum Reach<'a> {
    InForce(&'a AttributionTerms),
    Ended(&'a AttributionTerms),
    /// In force only from this time on.
    NotYet(Timestamp),
    /// No terms ever carried it.
    Never,
}

impl<S: Rows> Case<'_, S> {
    pub(super) fn attribute(
        &self,
        campaign: &CampaignRef,
        plan: &CampaignPlan,
        claim: &Claim,
    ) -> Decided<Attribution, S> {
        if !claim.joint_shares.is_empty() {
            let shares = claim.joint_shares.clone();
            return Ok(Attribution::shared(AttributionBasis::Joint, shares));
        }
        let by_code = match &claim.code {
            Some(quoted) => self.by_code(campaign, plan, quoted, claim.ordered_at)?,
            None => Err(Missed::NoEvidence),
        };
        let code_missed = match by_code {
            Ok(holder) => return Ok(Attribution::whole(AttributionBasis::Code, holder)),
            Err(missed) => missed,
        };
        Ok(match self.by_touch(campaign, plan, claim)? {
            Ok(touched) => Attribution::whole(AttributionBasis::Link, touched),
            // What became of a code says more than what became of touches.
            Err(missed) if code_missed == Missed::NoEvidence => Attribution::none(missed),
            Err(_) => Attribution::none(code_missed),
        })
    }

    /// Returns who holds a code when an order is made: of several, the one whose terms carried it
    /// last.
    fn by_code(
        &self,
        campaign: &CampaignRef,
        plan: &CampaignPlan,
        quoted: &Matched,
        ordered_at: Timestamp,
    ) -> Decided<Result<CollaborationId, Missed>, S> {
        let key = CodeHolders::key(campaign, quoted.digest);
        let codes = self.rows.get::<CodeHolders>(&key)?;
        let holders = codes
            .as_ref()
            .map_or(&[][..], |codes| codes.holders.as_slice());
        let mut held: Option<(Timestamp, &CollaborationId)> = None;
        let mut missed = Missed::UnknownCode;
        for holder in holders {
            let Some(accepted_at) = holder.accepted_at else {
                continue;
            };
            let id = &holder.collaboration;
            let row = self.agreed(&campaign.campaign, id)?;
            let carries = |terms: &AttributionTerms| {
                terms.code.as_ref().is_some_and(|code| code.is_same(quoted))
            };
            match reach(&row, plan, ordered_at, carries) {
                Reach::InForce(_) if accepted_at > ordered_at => {}
                // The one who got the code later holds it, also of two accepted at the same time.
                Reach::InForce(_) if held.is_some_and(|(at, _)| at > accepted_at) => {}
                Reach::InForce(_) => held = Some((accepted_at, id)),
                Reach::Ended(_) => missed = missed.min(Missed::Expired),
                Reach::NotYet(from) => missed = missed.min(Missed::NotYet(from)),
                Reach::Never => {}
            }
        }
        Ok(held.map(|(_, id)| id.clone()).ok_or(missed))
    }

    /// Returns the last touch before the order that lies within its own window.
    fn by_touch(
        &self,
        campaign: &CampaignRef,
        plan: &CampaignPlan,
        claim: &Claim,
    ) -> Decided<Result<CollaborationId, Missed>, S> {
        let ordered_at = claim.ordered_at;
        let mut last: Option<&LinkTouch> = None;
        let mut missed = match claim.touches.is_empty() {
            true => Missed::NoEvidence,
            false => Missed::OutsideWindow,
        };
        for touch in &claim.touches {
            if touch.touched_at > ordered_at {
                continue;
            }
            let row = self.agreed(&campaign.campaign, &touch.collaboration)?;
            // Terms need no text of a link: the touch itself says that there was one.
            match reach(&row, plan, ordered_at, |_| true) {
                Reach::InForce(terms) if terms.covers(touch.touched_at, ordered_at) => {
                    if last.is_none_or(|last| last.touched_at <= touch.touched_at) {
                        last = Some(touch);
                    }
                }
                Reach::Ended(terms) if terms.covers(touch.touched_at, ordered_at) => {
                    missed = missed.min(Missed::Expired);
                }
                Reach::NotYet(from) => missed = missed.min(Missed::NotYet(from)),
                Reach::InForce(_) | Reach::Ended(_) | Reach::Never => {}
            }
        }
        Ok(last.map(|touch| touch.collaboration.clone()).ok_or(missed))
    }
}

/// Returns what the terms of a collaboration say of its code or link when an order is made.
/// `carries` says which terms have it.
fn reach<'a>(
    collaboration: &'a Collaboration,
    plan: &CampaignPlan,
    ordered_at: Timestamp,
    carries: impl Fn(&AttributionTerms) -> bool,
) -> Reach<'a> {
    if let Some(now) = collaboration.terms_in_force_at(ordered_at)
        && carries(&now.attribution)
    {
        let terms = &now.attribution;
        return match terms.end(plan) {
            Some(end) if end < ordered_at => Reach::Ended(terms),
            Some(_) | None => Reach::InForce(terms),
        };
    }
    let pinned = collaboration.pinned.iter();
    let mut carrying = pinned.filter(|pinned| carries(&pinned.terms.attribution));
    let before = carrying.clone().rfind(|pinned| pinned.from <= ordered_at);
    match (before, carrying.next()) {
        (Some(before), _) => Reach::Ended(&before.terms.attribution),
        (None, Some(first)) => Reach::NotYet(first.from),
        (None, None) => Reach::Never,
    }
}
