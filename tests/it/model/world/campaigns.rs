//! Campaigns and creators.

use campaign_ledger::wire::proto::api::{CampaignState, CollaborationState, ErrorReason};

use super::super::ops::{CampaignVerb, CreatorVerb};
use super::{Against, CAP_MINOR, Campaign, Judged, SPECS, World};

impl World {
    /// Creates both campaigns as drafts.
    pub fn creates(&mut self, number: usize) -> Judged {
        self.campaigns.push(Campaign {
            spec: &SPECS[number],
            state: CampaignState::Draft,
            cap_minor: CAP_MINOR,
            deals: Default::default(),
            costs: Default::default(),
            payments: Vec::new(),
            rejected_claims: 0,
            disputes: Default::default(),
            reports: 0,
            codes: 0,
        });
        self.happens(1)
    }

    pub fn campaign_verb(&mut self, campaign: u8, verb: &CampaignVerb) -> Judged {
        use CampaignState::{Cancelled, Closed, Draft, Open, Paused};
        let campaign = self.campaign(campaign);
        let (state, mut against) = (campaign.state, Against::default());
        let from: &[CampaignState] = match verb {
            CampaignVerb::Open => &[Draft],
            CampaignVerb::Pause => &[Open],
            CampaignVerb::Resume => &[Paused],
            CampaignVerb::Close { .. } => &[Open, Paused],
            // A cap may always be raised; a lower one needs a running campaign.
            CampaignVerb::Amend { minor, .. } if *minor > campaign.cap_minor => &[
                Draft,
                Open,
                Paused,
                Closed,
                Cancelled,
                CampaignState::Finalised,
            ],
            CampaignVerb::Amend { .. } | CampaignVerb::Cancel => &[Draft, Open, Paused],
        };
        against.unless(from.contains(&state), ErrorReason::CampaignState);
        let is_pending = |deal: &&mut super::Deal| deal.is_pending();
        let at_work = campaign.deals.values().any(|deal| deal.is_working());
        let pending = campaign.deals.values_mut().filter(is_pending).count() as u64;
        match verb {
            CampaignVerb::Amend { minor, .. } => against.unless(
                *minor > campaign.cap_minor || *minor >= campaign.budget().iter().sum(),
                ErrorReason::BudgetBelowCommitted,
            ),
            CampaignVerb::Close { withdraw_pending } => against.unless(
                !at_work && (*withdraw_pending || pending == 0),
                ErrorReason::CampaignHasLiveWork,
            ),
            CampaignVerb::Cancel => against.unless(!at_work, ErrorReason::CampaignHasLiveWork),
            CampaignVerb::Open | CampaignVerb::Pause | CampaignVerb::Resume => {}
        }
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        campaign.state = match verb {
            CampaignVerb::Open | CampaignVerb::Resume => Open,
            CampaignVerb::Pause => Paused,
            CampaignVerb::Amend { minor, .. } => {
                campaign.cap_minor = *minor;
                state
            }
            CampaignVerb::Close { .. } => Closed,
            CampaignVerb::Cancel => Cancelled,
        };
        let ends = matches!(campaign.state, Closed | Cancelled);
        if !ends {
            return self.happens(1);
        }
        for deal in campaign.deals.values_mut().filter(is_pending) {
            deal.state = match deal.state {
                CollaborationState::Applied => CollaborationState::Rejected,
                _ => CollaborationState::Withdrawn,
            };
        }
        self.happens(1 + pending)
    }

    /// Makes a report of an ended campaign, unless the numbers equal those of the last report.
    pub fn finalise(&mut self, campaign: u8, says_the_same: bool) -> Judged {
        use CampaignState::{Closed, Finalised};
        let campaign = self.campaign(campaign);
        let mut against = Against::default();
        let ended = matches!(campaign.state, Closed | Finalised);
        against.unless(ended, ErrorReason::CampaignState);
        against.unless(!says_the_same, ErrorReason::ReportUnchanged);
        if !against.0.is_empty() {
            return Judged::Refused(against.0);
        }
        campaign.state = Finalised;
        campaign.reports += 1;
        self.happens(1)
    }

    pub fn creator_verb(&mut self, creator: u8, verb: &CreatorVerb) -> Judged {
        if let CreatorVerb::Profile(followers) = verb {
            self.creators.entry(creator).or_default().followers = Some(*followers);
            return self.happens(1);
        }
        let Some(known) = self.creators.get_mut(&creator) else {
            return Judged::Refused(vec![ErrorReason::CreatorNotFound]);
        };
        match (verb, known.blocked) {
            (CreatorVerb::Assess, _) => {
                known.assessments += 1;
                self.happens(1)
            }
            (CreatorVerb::Flag(flag), _) => match known.flags.contains_key(flag) {
                true => Judged::Refused(vec![ErrorReason::AlreadyExists]),
                false => {
                    known.flags.insert(*flag, true);
                    self.happens(1)
                }
            },
            (CreatorVerb::Clear(flag), _) => match known.flags.get_mut(flag) {
                None => Judged::Refused(vec![ErrorReason::FlagNotFound]),
                Some(false) => Judged::Refused(vec![ErrorReason::FlagCleared]),
                Some(open) => {
                    *open = false;
                    self.happens(1)
                }
            },
            (CreatorVerb::Block, true) => Judged::Refused(vec![ErrorReason::CreatorBlocked]),
            (CreatorVerb::Block, false) => {
                known.blocked = true;
                known.blocks += 1;
                self.happens(1)
            }
            (_, false) => Judged::Refused(vec![ErrorReason::CreatorNotBlocked]),
            (_, true) => {
                known.blocked = false;
                self.happens(1)
            }
        }
    }
}
