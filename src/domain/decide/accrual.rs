//! What the terms make owed: each part of the fee when its trigger occurs, and a bonus once its
//! threshold is reached.

use sha2::{Digest, Sha256};

use super::amounts::ensure_in_range;
use super::{Case, Decided, Decision, ensure, happens, of_collaboration, refuse, refused};
use crate::domain::rows::{Rows, Scan};
use crate::domain::state::{Collaboration, Cost, CreditedPost, Publication};
use crate::domain::{
    Audience, BonusId, CollaborationId, CollaborationRef, CostId, CostRecorded, CostType, Counter,
    DeliverableId, Event, Fact, Money, OwedFor, OwnWords, PersonalText, PublicationRef, Refusal,
    SettlementEvent, SettlementTrigger, Terms, WHOLE_BP,
};

/// Posts that one bonus is computed over: more than the terms and JOINT posts of one collaboration.
const MAX_POSTS: usize = 1_000;

/// A part of the fee whose trigger has occurred.
struct Part<'a> {
    terms: &'a Terms,
    trigger: SettlementTrigger,
    deliverable: Option<&'a DeliverableId>,
    /// What the agreement commits at that time, in minor units.
    commitment_minor: i64,
}

impl<S: Rows> Case<'_, S> {
    /// Returns the line that the acceptance of these terms makes owed, if any.
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

    /// Returns the line that a step of a deliverable makes owed, if any, by the terms in force at
    /// the time of the step.
    pub(super) fn owed_for_deliverable(
        &self,
        place: &CollaborationRef,
        collaboration: &Collaboration,
        deliverable: &DeliverableId,
        trigger: SettlementTrigger,
    ) -> Decided<Option<Fact>, S> {
        let happens_at = self.happens_at();
        // A termination for cause ends what the terms make owed.
        if collaboration.is_terminated_before(happens_at) {
            return Ok(None);
        }
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

    /// Returns the lines that new terms make owed because their trigger has occurred before: parts
    /// of the fee without a line. Lines that exist keep the amounts of the terms of their time.
    /// Also returns the sum of the lines, in minor units.
    pub(super) fn owed_at_amendment(
        &self,
        place: &CollaborationRef,
        collaboration: &Collaboration,
        terms: &Terms,
    ) -> Decided<(Vec<Fact>, i64), S> {
        let (mut lines, mut sum_minor) = (Vec::new(), 0);
        for (trigger, deliverable) in come(collaboration) {
            let part = Part {
                terms,
                trigger,
                deliverable,
                commitment_minor: terms.fee.minor,
            };
            let key = Cost::key(&place.campaign_ref(), &fee_line_id(place, &part));
            if self.rows.get::<Cost>(&key)?.is_some() {
                continue;
            }
            if let Some(line) = self.fee_line(place, collaboration, &part)? {
                sum_minor += terms.fee_part_minor(trigger, deliverable);
                lines.push(line);
            }
        }
        Ok((lines, sum_minor))
    }

    /// Returns the line of a part of the fee, which draws on the commitment first. It is owed by the
    /// terms, so the cap does not stop it.
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
        ensure_in_range::<S>(&campaign, more_minor)?;
        let incurred_at = self.happens_at();
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
            note: PersonalText::Own(OwnWords::FeePart),
            timing: campaign.plan.timing(incurred_at),
            owed_for: Some(OwedFor::FeePart {
                trigger: part.trigger,
                deliverable: part.deliverable.cloned(),
            }),
        }));
        Ok(Some(of_collaboration(place, &collaboration.creator, event)))
    }
}

impl<S: Rows> Case<'_, S> {
    /// Accrues a bonus once its threshold is reached. Each bonus is accrued once.
    pub(super) fn accrue_bonus(
        &self,
        place: &CollaborationRef,
        cost: &CostId,
        bonus: &BonusId,
    ) -> Decided<Decision, S> {
        let collaboration = self.agreed(&place.campaign, &place.collaboration)?;
        let incurred_at = self.happens_at();
        if let Some(terminated_at) = collaboration.terminated_at {
            let is_before = incurred_at <= terminated_at;
            ensure(is_before, || Refusal::AccrualEnded { terminated_at })?;
        }
        let tiers = collaboration
            .terms_at(incurred_at)
            .map(|terms| &terms.bonuses);
        let tier = tiers.into_iter().flatten().find(|tier| tier.id == *bonus);
        let Some(tier) = tier else {
            let rule = "must be a bonus of the terms in force";
            return refuse(Refusal::field("bonus_id", rule));
        };
        self.ensure_new_line(&place.campaign_ref(), cost)?;
        let (reached, at_least) = (self.reached(place, tier.counter)?, tier.at_least);
        ensure(reached >= at_least, || Refusal::BonusNotReached {
            reached,
            at_least,
        })?;
        let campaign = self.campaign(&place.campaign_ref())?;
        ensure_in_range::<S>(&campaign, i128::from(tier.amount.minor))?;
        let event = Event::Settlement(SettlementEvent::CostRecorded(CostRecorded {
            cost: cost.clone(),
            kind: CostType::Bonus,
            amount: tier.amount,
            fx_rate: None,
            reporting_minor: Some(tier.amount.minor),
            incurred_at,
            note: PersonalText::Own(OwnWords::Bonus),
            timing: campaign.plan.timing(incurred_at),
            owed_for: Some(OwedFor::Bonus {
                bonus: bonus.clone(),
            }),
        }));
        happens(of_collaboration(place, &collaboration.creator, event))
    }

    /// Sums a counter over the posts that a collaboration is credited with, weighted by its shares
    /// and rounded down to a whole number.
    fn reached(&self, place: &CollaborationRef, counter: Counter) -> Decided<u64, S> {
        let prefix = CreditedPost::of_collaboration(place);
        let posts = self
            .rows
            .page::<CreditedPost>(Scan::of(&prefix), MAX_POSTS)?;
        let mut sum = 0_u128;
        for (_, post) in posts {
            let key = Publication::key(&PublicationRef {
                collaboration: CollaborationRef {
                    collaboration: post.owner.clone(),
                    ..place.clone()
                },
                publication: post.publication.clone(),
            });
            let Some(publication) = self.rows.get::<Publication>(&key)? else {
                continue;
            };
            let series = publication.series.get(&Audience::HEADLINE);
            let head = series.and_then(|series| series.counted.get(counter));
            let mut credits = publication.credits.iter();
            let credit = credits.find(|one| one.collaboration == place.collaboration);
            let share_bp = credit.map_or(0, |credit| credit.share_bp);
            sum += head.map_or(0, |head| u128::from(head.value)) * u128::from(share_bp);
        }
        let reached = u64::try_from(sum / u128::from(WHOLE_BP));
        reached.map_err(|_| refused(Refusal::AmountOverflow { field: "bonus_id" }))
    }
}

/// Returns the triggers that have occurred in an accepted collaboration, each with its deliverable.
fn come(
    collaboration: &Collaboration,
) -> impl Iterator<Item = (SettlementTrigger, Option<&DeliverableId>)> {
    let acceptance = std::iter::once((SettlementTrigger::Acceptance, None));
    let of_work = collaboration.deliverables.iter().flat_map(|one| {
        let id = Some(&one.terms.id);
        let approved = one
            .was_approved
            .then_some((SettlementTrigger::Approval, id));
        let verified = one
            .was_verified
            .then_some((SettlementTrigger::Verification, id));
        approved.into_iter().chain(verified)
    });
    acceptance.chain(of_work)
}

/// Returns the id of the line of a bonus. One bonus has one id, so it is accrued once.
pub fn bonus_line(collaboration: &CollaborationId, bonus: &BonusId) -> CostId {
    line_id("bonus", &[collaboration.as_str(), bonus.as_str()])
}

/// Returns the id of the line of a part of the fee. Every replay computes the same id.
fn fee_line_id(place: &CollaborationRef, part: &Part<'_>) -> CostId {
    let deliverable = part.deliverable.map_or("", DeliverableId::as_str);
    let parts = [
        place.collaboration.as_str(),
        part.trigger.name(),
        deliverable,
    ];
    line_id("fee", &parts)
}

/// Returns the id of a line that a rule creates: unique within the campaign, and the same on every
/// replay.
pub(super) fn line_id(kind: &str, parts: &[&str]) -> CostId {
    // Ids contain no slash, so two different lists of ids never join to the same text.
    let digest = Sha256::digest(parts.join("/"));
    let hex: String = digest
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    CostId::parse(&format!("{kind}-{hex}")).expect("hex keeps the rule of ids")
}
