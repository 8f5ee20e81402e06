//! Rules of campaigns: `DRAFT → OPEN ⇄ PAUSED → CLOSED`, `CANCELLED` from the first three; what
//! comes after `CLOSED` is with the reports.

use super::{Case, Decided, Decision, ensure, happens, of_campaign, of_collaboration, refuse};
use crate::domain::rows::{Rows, Scan};
use crate::domain::state::{Campaign, Collaboration, OpenInvitation};
use crate::domain::{
    ActorKind, AgreementEvent, CampaignEvent, CampaignId, CampaignPlan, CampaignRef, CampaignState,
    CollaborationId, CollaborationRef, Drawn, Event, Fact, Money, Refusal,
};

/// What can be asked of a campaign.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the request message of the same name in v1 documents each field"
)]
pub enum CampaignVerb {
    Create { plan: CampaignPlan },
    Open,
    Pause { reason: String },
    Resume,
    AmendBudget { cap: Money, reason: String },
    Close { withdraw_pending: bool },
    Cancel { reason: String },
    FinaliseReport { revision: Option<u32>, drawn: Drawn },
}

impl<S: Rows> Case<'_, S> {
    pub(super) fn campaign_verb(
        &self,
        id: &CampaignId,
        verb: &CampaignVerb,
    ) -> Decided<Decision, S> {
        let place = self.campaign_ref(id);
        self.only(ActorKind::Brand)?;
        match verb {
            CampaignVerb::Create { plan } => self.create_campaign(&place, plan),
            CampaignVerb::Open => {
                let campaign =
                    self.campaign_in(&place, &[CampaignState::Draft], "only a draft opens")?;
                ensure_complete::<S>(&campaign.plan)?;
                happens(of_campaign(
                    id,
                    Event::Campaign(CampaignEvent::CampaignOpened),
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
        let running = [
            CampaignState::Draft,
            CampaignState::Open,
            CampaignState::Paused,
        ];
        let rule = "the budget of an ended one stays";
        let campaign = self.campaign_in(place, &running, rule)?;
        let currency = campaign.plan.currency;
        self.in_currency("budget_cap", cap, currency)?;
        let in_use_minor = campaign.budget.total();
        ensure(i128::from(cap.minor) >= in_use_minor, || {
            Refusal::BudgetBelowCommitted {
                in_use_minor,
                cap_minor: cap.minor,
            }
        })?;
        let previous = campaign
            .plan
            .budget_cap_minor
            .map(|minor| Money { currency, minor });
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
            && (withdraw_pending || campaign.open_invitations == 0);
        ensure(idle, || live_work(&campaign))?;
        self.end_campaign(
            place,
            "the campaign closed",
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
            "the campaign was cancelled",
            Event::Campaign(CampaignEvent::CampaignCancelled { reason }),
        )
    }

    /// Withdraws what is pending, then ends the campaign, in one step.
    fn end_campaign(&self, place: &CampaignRef, why: &str, end: Event) -> Decided<Decision, S> {
        let prefix = OpenInvitation::of_campaign(place);
        let pending = self
            .rows
            .page::<OpenInvitation>(Scan::of(&prefix), usize::MAX)?;
        let mut facts = Vec::with_capacity(pending.len() + 1);
        for (key, _) in pending {
            facts.push(self.withdrawal(place, &key, why)?);
        }
        facts.push(of_campaign(&place.campaign, end));
        Ok(Decision::Happens(facts))
    }

    fn withdrawal(
        &self,
        place: &CampaignRef,
        key: &crate::domain::rows::Key,
        why: &str,
    ) -> Decided<Fact, S> {
        let mut parts = key.parts();
        let id = (parts.text(), parts.text(), parts.text())
            .2
            .unwrap_or_default();
        let collaboration = CollaborationId::parse(id)
            .or_else(|rule| refuse(Refusal::field("collaboration_id", rule)))?;
        let place = CollaborationRef {
            brand: place.brand.clone(),
            campaign: place.campaign.clone(),
            collaboration,
        };
        let row: std::sync::Arc<Collaboration> = self.collaboration(&place)?;
        let reason = why.to_owned();
        let event = Event::Agreement(AgreementEvent::InvitationWithdrawn { reason });
        Ok(of_collaboration(&place, &row.creator, event))
    }
}

fn live_work(campaign: &Campaign) -> Refusal {
    Refusal::LiveWork {
        open_invitations: campaign.open_invitations,
        live_collaborations: campaign.live_collaborations,
    }
}

fn ensure_complete<S: Rows>(plan: &CampaignPlan) -> Decided<(), S> {
    let missing = if plan.budget_cap_minor.is_none() {
        "a budget cap"
    } else if plan.start_at.is_none() {
        "a start"
    } else if plan.end_at.is_none() {
        "an end"
    } else {
        return Ok(());
    };
    refuse(Refusal::CampaignIncomplete { missing })
}
