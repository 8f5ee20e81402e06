//! Moves of agreements and deliverables.

use campaign_ledger::domain::state::{Campaign, Collaboration, Deliverable};
use campaign_ledger::domain::*;

use super::{CREATORS, Dice, HOUR_NANOS, Teller};
use crate::support::requests::*;

impl Teller {
    pub(super) fn invitation(&self, dice: &mut Dice) -> Request {
        if !self.is_open() && dice.chance(80) {
            return self.work(dice);
        }
        let name = *dice.pick(&CREATORS);
        if self.find_creator(name).is_none() {
            let profile = followed_by(dice.roll(150_000));
            return creator(name, CreatorVerb::RecordProfile { profile });
        }
        let known = self.collaborations();
        let mut rounds = known.iter().filter(|(_, row)| row.creator.as_str() == name);
        let live = rounds.clone().any(|(_, row)| !row.state.is_ended());
        if live && dice.chance(96) {
            return self.work(dice);
        }
        let round = rounds.by_ref().count() + usize::from(dice.chance(97));
        if dice.chance(25) {
            return self.here(apply(&format!("{name}-{round}"), name));
        }
        let verb = CollaborationVerb::Invite {
            creator: id(name),
            terms: self.some_terms(dice),
            expires_at: later(self.now, (1 + dice.roll(8) as i64) * 24 * HOUR_NANOS),
        };
        self.here(collaboration(&format!("{name}-{round}"), verb))
    }

    fn is_open(&self) -> bool {
        let campaign = self.ledger.find::<Campaign>(&Campaign::key(&self.campaign));
        campaign.is_some_and(|campaign| campaign.state == CampaignState::Open)
    }

    pub(super) fn some_terms(&self, dice: &mut Dice) -> Terms {
        let formats = [
            ContentFormat::Review,
            ContentFormat::Story,
            ContentFormat::Giveaway,
            ContentFormat::Joint,
        ];
        let deliverables = (0..=dice.roll(3)).map(|number| {
            let format = *dice.pick(&formats);
            let mut promised = promised(&format!("post-{number}"), format);
            promised.platform = (*dice.pick(&[Platform::Instagram, Platform::Tiktok])).into();
            promised.due_at = later(self.now, (1 + dice.roll(10) as i64) * 24 * HOUR_NANOS);
            promised
        });
        let mut terms = Terms {
            deliverables: deliverables.collect(),
            fee: money("IDR", dice.roll(120_000_000) as i64),
            max_revisions: dice.roll(3) as u32,
            kill_fee: KillFeeTerms {
                before_content_bp: dice.roll(2_000) as u32,
                after_submission_bp: dice.roll(5_000) as u32,
                after_approval_bp: dice.roll(10_001) as u32,
            },
            min_live_days: *dice.pick(&[0, 1, 3]),
            review_hours: dice.chance(50).then(|| 1 + dice.roll(30) as u32),
            disclosure: dice.chance(30).then_some(DisclosureTerms {
                connection: ConnectionType::Paid,
                required_label: None,
            }),
            usage_rights: self.some_rights(dice),
            ..terms()
        };
        terms.attribution.window_days = *dice.pick(&[1, 3, 30]);
        if dice.chance(50) {
            terms.attribution.code = Some(id(&format!("code{}", dice.roll(5))));
        }
        terms.attribution.lock_days = *dice.pick(&[1, 2, 3]);
        if dice.chance(60) {
            let rate_bp = 1 + dice.roll(3_000) as u32;
            terms.commission = Some(CommissionTerms { rate_bp });
        }
        if dice.chance(30) {
            terms.bonuses.push(BonusTier {
                id: id("views"),
                counter: Counter::Views,
                at_least: 1 + dice.roll(2_000),
                amount: rp(1 + dice.roll(50_000) as i64),
            });
        }
        if dice.chance(40) {
            let first = 1 + dice.roll(9_998) as u32;
            let second = 1 + dice.roll(9_999 - u64::from(first)) as u32;
            let part = |trigger, part_bp| FeePart { trigger, part_bp };
            terms.fee_parts = vec![
                part(SettlementTrigger::Acceptance, first),
                part(SettlementTrigger::Approval, second),
                part(SettlementTrigger::Verification, 10_000 - first - second),
            ];
        }
        terms
    }

    fn some_rights(&self, dice: &mut Dice) -> Vec<UsageRights> {
        let rights = (0..dice.roll(3)).map(|number| {
            let days = dice.roll(60) as i64 + 1;
            UsageRights {
                id: id(&format!("use-{number}")),
                scope: UsageScope::Organic,
                channels: Vec::new(),
                territories: Vec::new(),
                starts_at: self.now,
                ends_at: dice
                    .chance(70)
                    .then(|| later(self.now, days * 24 * HOUR_NANOS)),
            }
        });
        rights.collect()
    }

    pub(super) fn work(&self, dice: &mut Dice) -> Request {
        let mut all = self.collaborations();
        if dice.chance(92) {
            all.retain(|(_, row)| !row.state.is_ended());
        }
        let chosen = dice.pick_any(&all);
        let Some((name, row)) = chosen else {
            let profile = followed_by(dice.roll(150_000));
            let name = *dice.pick(&CREATORS);
            return creator(name, CreatorVerb::RecordProfile { profile });
        };
        if !row.state.is_working() && !row.state.is_ended() {
            return self.negotiation(dice, name, row);
        }
        let reason = "plans changed".to_owned();
        let verb = match dice.roll(100) {
            0..=9 => self.shipment(dice),
            10..=12 => CollaborationVerb::Cancel {
                reason: reason.into(),
            },
            13..=17 => CollaborationVerb::Complete,
            18..=19 => CollaborationVerb::Accept { offer_version: 1 },
            20..=21 => CollaborationVerb::Leave {
                reason: reason.into(),
            },
            _ => return self.deliverable_move(dice, name, row),
        };
        self.here(collaboration(name, verb))
    }

    fn shipment(&self, dice: &mut Dice) -> CollaborationVerb {
        CollaborationVerb::ShipProduct {
            shipment: id(&format!("s-{}", dice.roll(4))),
            product: "single origin, 1 kg".into(),
            value: ProductValue {
                cost_of_goods: rp(80_000),
                fair_value: rp(150_000),
            },
            shipped_at: self.now,
            cost: dice
                .chance(30)
                .then(|| id(&format!("product-{}", self.ledger.head().get()))),
        }
    }

    fn deliverable_move(&self, dice: &mut Dice, name: &str, row: &Collaboration) -> Request {
        let all_done = row.deliverables.iter().all(Deliverable::is_done);
        if all_done && dice.chance(70) {
            return self.here(collaboration(name, CollaborationVerb::Complete));
        }
        // An application without an agreement promised nothing.
        let Some(chosen) = dice.pick_any(&row.deliverables) else {
            return self.here(collaboration(name, CollaborationVerb::Complete));
        };
        let verb = self.deliverable_verb(dice, name, chosen);
        let mut request = deliverable(name, chosen.terms.id.as_str(), verb);
        let waiting = chosen.submissions.last().filter(|_| dice.chance(50));
        let review_due_at = waiting.and_then(|submission| submission.review_due_at);
        if let Command::Deliverable {
            verb: DeliverableVerb::Approve { rating, .. },
            ..
        } = &mut request.command
            && review_due_at.is_some_and(|due_at| due_at <= self.now)
        {
            *rating = None;
            request.actor = actor(ActorKind::System);
        }
        self.here(request)
    }

    fn deliverable_verb(&self, dice: &mut Dice, name: &str, one: &Deliverable) -> DeliverableVerb {
        use DeliverableState::{
            Approved, Planned, Published, Rejected, RevisionRequested, Submitted,
        };
        let reason = "plans changed".to_owned();
        let version = if dice.chance(95) {
            one.version()
        } else {
            dice.roll(4) as u32
        };
        match (one.state, dice.roll(100)) {
            (_, 0..=4) => DeliverableVerb::Waive {
                reason: reason.into(),
            },
            (_, 5..=11) => DeliverableVerb::Reschedule {
                due_at: later(self.now, dice.roll(9) as i64 * 24 * HOUR_NANOS),
                reason: reason.into(),
            },
            (Planned | RevisionRequested, 12..=80) => DeliverableVerb::Submit {
                content: ContentRef {
                    reference: "drive/draft".into(),
                    sha256: [7; 32],
                },
            },
            (Submitted, 12..=59) => DeliverableVerb::Approve {
                version,
                rating: dice.chance(60).then(|| 1 + dice.roll(5) as u8),
            },
            (Submitted, 60..=79) => DeliverableVerb::RequestRevision {
                version,
                reasons: vec!["the logo is hidden".into()],
            },
            (Submitted, 80..=86) => DeliverableVerb::Reject {
                version,
                reason: reason.into(),
            },
            (Published, _) => DeliverableVerb::Verify,
            (Planned | RevisionRequested | Submitted | Approved | Rejected, _) => {
                self.publication(dice, name, one)
            }
            _ => DeliverableVerb::Verify,
        }
    }

    fn publication(&self, dice: &mut Dice, name: &str, one: &Deliverable) -> DeliverableVerb {
        let serial = if dice.chance(95) {
            self.ledger.head().get()
        } else {
            dice.roll(60)
        };
        let mut post = Publish {
            publication: id(&format!("p-{serial}")),
            url: told("https://instagram.example/p"),
            post_id: told(format!("{serial}")),
            published_at: self.lately(dice, 30),
            followers: dice.chance(30).then(|| dice.roll(150_000)),
            disclosed: dice.chance(80),
            shares: Vec::new(),
            platform_name: None,
        };
        if one.terms.format == ContentFormat::Joint {
            let agreed = self.agreed();
            let other = dice.pick_any(&agreed).filter(|(other, _)| other != name);
            let share = 1 + dice.roll(9_998) as u32;
            post.shares = match other {
                Some((other, _)) => shares(&[(name, share), (other, 10_000 - share)]),
                None => shares(&[(name, 10_000)]),
            };
        }
        DeliverableVerb::Publish(post)
    }
}
