//! Rules of campaigns: `DRAFT → OPEN ⇄ PAUSED → CLOSED`, and `CANCELLED` from the first three.
//! `report` has the rules after `CLOSED`.

use super::{
    Case, Decided, Decision, Halt, ensure, happened, happens, of_campaign, of_collaboration,
    refuse, refused,
};
use crate::domain::limits::{MAX_AT_ONCE, MAX_FOLLOWING};
use crate::domain::rows::{Key, Rows, Scan};
use crate::domain::state::{Campaign, Collaboration, OpenInvitation};
use crate::domain::{
    ActorKind, AgreementEvent, CampaignEvent, CampaignId, CampaignPlan, CampaignRef, CampaignState,
    CollaborationId, CollaborationRef, CollaborationState, Drawn, Event, Fact, Money, OwnWords,
    PersonalText, PlanChange, Refusal,
};

/// Commands about a campaign.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the request message of the same name in v1 documents each field"
)]
pub enum CampaignVerb {
    Create {
        plan: CampaignPlan,
    },
    Open,
    Pause {
        reason: String,
    },
    Resume,
    Amend {
        change: Box<PlanChange>,
        reason: String,
    },
    AmendBudget {
        cap: Money,
        reason: String,
    },
    Close {
        withdraw_pending: bool,
    },
    Cancel {
        reason: String,
    },
    FinaliseReport {
        revision: Option<u32>,
        drawn: Drawn,
    },
    /// Only the timer of the ledger sends this.
    EndPending,
}

impl<S: Rows> Case<'_, S> {
    pub(super) fn campaign_verb(
        &self,
        id: &CampaignId,
        verb: &CampaignVerb,
    ) -> Decided<Decision, S> {
        let place = self.campaign_ref(id);
        if !matches!(verb, CampaignVerb::EndPending) {
            self.only(ActorKind::Brand)?;
        }
        match verb {
            CampaignVerb::EndPending => self.end_pending(&place),
            CampaignVerb::Create { plan } => self.create_campaign(&place, plan),
            CampaignVerb::Open => {
                let campaign =
                    self.campaign_in(&place, &[CampaignState::Draft], "only a draft opens")?;
                ensure_complete::<S>(&campaign.plan)?;
                let settings = self.brand_settings()?;
                let emv_model = settings.emv_model(campaign.plan.currency).cloned();
                happens(of_campaign(
                    id,
                    Event::Campaign(CampaignEvent::CampaignOpened { emv_model }),
                ))
            }
            CampaignVerb::Pause { reason } => {
                self.campaign_in(&place, &[CampaignState::Open], "only an open one pauses")?;
                let reason = reason.clone();
                happens(of_campaign(
                    id,
                    Event::Campaign(CampaignEvent::CampaignPaused { reason }),
                ))
            }
            CampaignVerb::Resume => {
                self.campaign_in(
                    &place,
                    &[CampaignState::Paused],
                    "only a paused one resumes",
                )?;
                happens(of_campaign(
                    id,
                    Event::Campaign(CampaignEvent::CampaignResumed),
                ))
            }
            CampaignVerb::Amend { change, reason } => self.amend_campaign(&place, change, reason),
            CampaignVerb::AmendBudget { cap, reason } => self.amend_budget(&place, *cap, reason),
            CampaignVerb::Close { withdraw_pending } => self.close(&place, *withdraw_pending),
            CampaignVerb::Cancel { reason } => self.cancel_campaign(&place, reason),
            CampaignVerb::FinaliseReport { revision, drawn } => {
                self.finalise_report(&place, *revision, drawn)
            }
        }
    }

    fn create_campaign(&self, place: &CampaignRef, plan: &CampaignPlan) -> Decided<Decision, S> {
        let taken = self.rows.get::<Campaign>(&Campaign::key(place))?.is_some();
        ensure(!taken, || Refusal::AlreadyExists {
            what: "campaign",
            id: place.campaign.to_string(),
        })?;
        let plan = plan.clone();
        happens(of_campaign(
            &place.campaign,
            Event::Campaign(CampaignEvent::CampaignCreated { plan }),
        ))
    }

    pub(super) fn campaign_in(
        &self,
        place: &CampaignRef,
        allowed: &[CampaignState],
        rule: &'static str,
    ) -> Decided<std::sync::Arc<Campaign>, S> {
        let campaign = self.campaign(place)?;
        let state = campaign.state;
        ensure(allowed.contains(&state), || Refusal::CampaignState {
            state,
            rule,
        })?;
        Ok(campaign)
    }

    fn amend_budget(&self, place: &CampaignRef, cap: Money, reason: &str) -> Decided<Decision, S> {
        let campaign = self.campaign(place)?;
        let currency = campaign.plan.currency;
        self.in_currency("budget_cap", cap, currency)?;
        let before = campaign.plan.budget_cap_minor;
        if before.is_none_or(|before| cap.minor <= before) {
            ensure_may_lower::<S>(&campaign, cap)?;
        }
        let previous = before.map(|minor| Money { currency, minor });
        let reason = reason.to_owned();
        happens(of_campaign(
            &place.campaign,
            Event::Campaign(CampaignEvent::BudgetAmended {
                cap,
                previous,
                reason,
            }),
        ))
    }

    fn close(&self, place: &CampaignRef, withdraw_pending: bool) -> Decided<Decision, S> {
        let open = [CampaignState::Open, CampaignState::Paused];
        let campaign = self.campaign_in(place, &open, "only an open or paused one closes")?;
        let idle = campaign.live_collaborations == 0
            && (withdraw_pending || campaign.open_invitations + campaign.applications == 0);
        ensure(idle, || live_work(&campaign))?;
        self.end_campaign(
            place,
            OwnWords::CampaignClosed,
            Event::Campaign(CampaignEvent::CampaignClosed),
        )
    }

    fn cancel_campaign(&self, place: &CampaignRef, reason: &str) -> Decided<Decision, S> {
        let running = [
            CampaignState::Draft,
            CampaignState::Open,
            CampaignState::Paused,
        ];
        let campaign = self.campaign_in(place, &running, "it has ended")?;
        ensure(campaign.live_collaborations == 0, || live_work(&campaign))?;
        let reason = reason.to_owned();
        self.end_campaign(
            place,
            OwnWords::CampaignCancelled,
            Event::Campaign(CampaignEvent::CampaignCancelled { reason }),
        )
    }

    /// Ends the campaign and everything pending in it. The command itself records the first of
    /// these ends; the ledger records the rest later.
    fn end_campaign(&self, place: &CampaignRef, why: OwnWords, end: Event) -> Decided<Decision, S> {
        let mut facts = vec![of_campaign(&place.campaign, end)];
        facts.extend(self.withdrawals(place, why, MAX_AT_ONCE)?);
        Ok(Decision::Happens(facts))
    }

    /// Records the next pending collaborations as ended with their campaign.
    fn end_pending(&self, place: &CampaignRef) -> Decided<Decision, S> {
        self.only(ActorKind::System)?;
        let campaign = self.campaign(place)?;
        let state = campaign.state;
        let why = end_of(state);
        let rule = "only what ends has something to be ended";
        let why = why.ok_or_else(|| refused(Refusal::CampaignState { state, rule }))?;
        let facts = self.withdrawals(place, why, MAX_FOLLOWING)?;
        if facts.is_empty() {
            return happened(campaign.updated);
        }
        Ok(Decision::Happens(facts))
    }

    fn withdrawals(
        &self,
        place: &CampaignRef,
        why: OwnWords,
        most: usize,
    ) -> Decided<Vec<Fact>, S> {
        let prefix = OpenInvitation::of_campaign(place);
        let pending = self.rows.page::<OpenInvitation>(Scan::of(&prefix), most)?;
        pending
            .into_iter()
            .map(|(key, _)| self.withdrawal(&named(place, &key)?, why))
            .collect()
    }

    /// Returns the fact that an offer, a counter or an application ended with its campaign.
    pub(super) fn withdrawal(&self, place: &CollaborationRef, why: OwnWords) -> Decided<Fact, S> {
        let row: std::sync::Arc<Collaboration> = self.collaboration(place)?;
        let reason = PersonalText::Own(why);
        let event = if row.state == CollaborationState::Applied {
            AgreementEvent::ApplicationRejected { reason }
        } else {
            AgreementEvent::InvitationWithdrawn { reason }
        };
        Ok(of_collaboration(
            place,
            &row.creator,
            Event::Agreement(event),
        ))
    }
}

/// Returns the reason why pending collaborations end with the campaign, if it has ended.
pub(super) const fn end_of(state: CampaignState) -> Option<OwnWords> {
    match state {
        CampaignState::Closed | CampaignState::Finalised => Some(OwnWords::CampaignClosed),
        CampaignState::Cancelled => Some(OwnWords::CampaignCancelled),
        CampaignState::Draft | CampaignState::Open | CampaignState::Paused => None,
    }
}

/// Reads the collaboration of an open invitation from the row's key.
fn named<E>(place: &CampaignRef, key: &Key) -> Result<CollaborationRef, Halt<E>> {
    let mut parts = key.parts();
    let id = (parts.text(), parts.text(), parts.text())
        .2
        .unwrap_or_default();
    let collaboration = CollaborationId::parse(id)
        .or_else(|rule| refuse(Refusal::field("collaboration_id", rule)))?;
    Ok(CollaborationRef {
        brand: place.brand.clone(),
        campaign: place.campaign.clone(),
        collaboration,
    })
}

/// Checks that the cap may be set without raising it: what is in use stays covered, and an ended
/// campaign keeps its cap. A higher cap is always allowed, in any state, even where it does not yet
/// cover what was booked above the old one.
fn ensure_may_lower<S: Rows>(campaign: &Campaign, cap: Money) -> Decided<(), S> {
    let state = campaign.state;
    let rule = "the cap of an ended one may only be raised";
    ensure(!state.is_ended(), || Refusal::CampaignState { state, rule })?;
    let in_use_minor = campaign.budget.total();
    ensure(i128::from(cap.minor) >= in_use_minor, || {
        Refusal::BudgetBelowCommitted {
            in_use_minor,
            cap_minor: cap.minor,
        }
    })
}

fn live_work(campaign: &Campaign) -> Refusal {
    Refusal::LiveWork {
        open_invitations: campaign.open_invitations,
        applications: campaign.applications,
        live_collaborations: campaign.live_collaborations,
    }
}

fn ensure_complete<S: Rows>(plan: &CampaignPlan) -> Decided<(), S> {
    let needed = [
        ("budget_cap", plan.budget_cap_minor.is_some()),
        ("start_at", plan.start_at.is_some()),
        ("end_at", plan.end_at.is_some()),
    ];
    let missing = needed.into_iter().filter(|(_, is_given)| !is_given);
    let missing: Vec<_> = missing.map(|(field, _)| field).collect();
    ensure(missing.is_empty(), || Refusal::CampaignIncomplete {
        missing,
    })
}
