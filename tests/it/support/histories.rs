//! Random histories: requests that are mostly legal moves, from a seed or as a strategy.
//!
//! A generator looks at the state of a few brands, campaigns, creators, posts, orders and cost
//! lines, and makes the next move. Every step may depend on the positions of all earlier ones, so a
//! history must be played in order, on an empty ledger, with nothing in between. A strategy shrinks
//! by removing moves; the later moves are then generated again.

mod agreements;
mod dice;
mod disputes;
mod facts;
mod negotiation;
mod orders;
mod posts;
mod selection;
mod settlement;

use campaign_ledger::domain::rows::{Row, Scan};
use campaign_ledger::domain::state::{
    BrandSettings, Campaign, Collaboration, Creator, CreditedPost,
};
use campaign_ledger::domain::*;
use proptest::prelude::*;

use super::ledger::Ledger;
use super::requests::*;
pub use dice::Dice;

/// One request, and its time.
#[derive(Clone, Debug)]
pub struct Step {
    /// Time by the ledger's clock; it never goes backwards from step to step.
    pub at: Timestamp,
    /// The request.
    pub request: Request,
}

/// Makes a history of this many steps; the same seed makes the same one.
pub fn from_seed(seed: u64, steps: usize) -> Vec<Step> {
    let mut dice = Dice::new(seed);
    let moves: Vec<u64> = (0..steps).map(|_| dice.roll(u64::MAX)).collect();
    tell(&moves)
}

/// Returns a strategy for histories of this many steps.
pub fn strategy(steps: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec(any::<u64>(), steps).prop_map(|moves| tell(&moves))
}

fn tell(moves: &[u64]) -> Vec<Step> {
    let mut teller = Teller {
        ledger: Ledger::default(),
        now: day(1),
        campaign: campaign_ref(CAMPAIGN),
    };
    moves.iter().map(|seed| teller.step(*seed)).collect()
}

const BRANDS: [&str; 2] = ["kopi", "teh"];
const CAMPAIGNS: [&str; 2] = ["launch", "second"];
const CREATORS: [&str; 6] = ["ayu", "bima", "cici", "dodi", "eka", "fitri"];
const HOUR_NANOS: i64 = 60 * 60 * 1_000_000_000;

/// Makes a move that fits the current state.
type Move = fn(&Teller, &mut Dice) -> Request;

/// The kinds of moves, and the weight of each.
const MOVES: &[(u64, Move)] = &[
    (2, Teller::steering),
    (3, Teller::about_a_creator),
    (14, Teller::invitation),
    (6, Teller::amendment),
    (37, Teller::work),
    (15, Teller::observation),
    (4, Teller::about_a_post),
    (3, Teller::about_a_product),
    (11, Teller::claim),
    (6, Teller::refund),
    (12, Teller::settlement),
    (3, Teller::dispute),
    (6, Teller::locked_order),
    (6, Teller::fixed_order),
    (5, Teller::safety),
];

/// Looks at the current state and makes the next move.
struct Teller {
    ledger: Ledger,
    now: Timestamp,
    /// The campaign of this move.
    campaign: CampaignRef,
}

impl Teller {
    fn step(&mut self, seed: u64) -> Step {
        let mut dice = Dice::new(seed);
        let hours = *dice.pick(&[0, 0, 1, 1, 5, 12, 24]);
        self.now = later(self.now, hours * HOUR_NANOS + dice.roll(2) as i64);
        self.campaign = CampaignRef {
            brand: id(if dice.chance(85) {
                BRANDS[0]
            } else {
                BRANDS[1]
            }),
            campaign: id(if dice.chance(75) {
                CAMPAIGNS[0]
            } else {
                CAMPAIGNS[1]
            }),
        };
        let mut request = self.next_move(&mut dice);
        request.brand = self.campaign.brand.clone();
        self.misstate(&mut dice, &mut request);
        // A refusal is a step too.
        let _ = self.ledger.ask(&request, self.now);
        let at = self.now;
        Step { at, request }
    }

    /// Sometimes changes the brand, the actor, the party acted for or the stated time.
    fn misstate(&self, dice: &mut Dice, request: &mut Request) {
        let sides = [ActorKind::Brand, ActorKind::Creator, ActorKind::System];
        if dice.chance(2) {
            request.actor = actor(*dice.pick(&sides));
        }
        if dice.chance(5) {
            let side = request.actor.kind;
            *request = request.clone().by(ActorKind::Brand).on_behalf_of(side);
        }
        if dice.chance(20) {
            let hours = dice.roll(48) as i64;
            request.occurred_at = Some(later(self.now, -hours * HOUR_NANOS));
        }
    }

    fn next_move(&self, dice: &mut Dice) -> Request {
        let Some(campaign) = self.ledger.find::<Campaign>(&Campaign::key(&self.campaign)) else {
            let plan = self.some_plan(dice);
            return self.of_campaign(CampaignVerb::Create { plan });
        };
        if campaign.state == CampaignState::Draft && dice.chance(80) {
            return self.opening(dice, &campaign);
        }
        if campaign.state == CampaignState::Paused && dice.chance(40) {
            return self.of_campaign(CampaignVerb::Resume);
        }
        if campaign.closed.is_some() && dice.chance(10) {
            return self.report(dice);
        }
        let mut left = dice.roll(MOVES.iter().map(|(weight, _)| weight).sum());
        let chosen = MOVES.iter().find(|(weight, _)| {
            let is_chosen = left < *weight;
            left = left.saturating_sub(*weight);
            is_chosen
        });
        let (_, make) = chosen.expect("the roll is below the sum of the weights");
        make(self, dice)
    }

    fn some_plan(&self, dice: &mut Dice) -> CampaignPlan {
        let days = |days: u64| later(self.now, days as i64 * 24 * HOUR_NANOS);
        CampaignPlan {
            budget_cap_minor: dice
                .chance(90)
                .then(|| rp(1_000_000 + dice.roll(9_000_000) as i64).minor),
            start_at: Some(self.now),
            end_at: Some(days(5 + dice.roll(30))),
            measure_until: dice.chance(80).then(|| days(40)),
            policy: SelectionPolicy {
                vetting_required: dice.chance(3),
                disclosure_required: dice.chance(50),
            },
            ..plan()
        }
    }

    fn of_campaign(&self, verb: CampaignVerb) -> Request {
        campaign(verb).in_campaign(self.campaign.campaign.as_str())
    }

    fn opening(&self, dice: &mut Dice, campaign: &Campaign) -> Request {
        let settings = BrandSettings::key(&self.campaign.brand);
        let settings = self.ledger.find::<BrandSettings>(&settings);
        let models = settings.map_or(0, |settings| settings.emv_models.len());
        if models < 3 && dice.chance(40) {
            return self.emv_model(dice, models);
        }
        if campaign.plan.budget_cap_minor.is_some() {
            return self.of_campaign(CampaignVerb::Open);
        }
        self.of_campaign(CampaignVerb::AmendBudget {
            cap: rp(5_000_000 + dice.roll(5_000_000) as i64),
            reason: "approved".to_owned(),
        })
    }

    /// Prices some counters on some platforms.
    fn emv_model(&self, dice: &mut Dice, known: usize) -> Request {
        let mut prices = Vec::new();
        for platform in Platform::ALL {
            for counter in Counter::ALL {
                if dice.chance(30) {
                    prices.push(EmvPrice {
                        platform,
                        counter,
                        per_thousand_minor: 1 + dice.roll(1_000_000) as i64,
                    });
                }
            }
        }
        let emv_model = EmvModel {
            version: ModelVersion::parse(&format!("v{known}")).expect("a valid name"),
            currency: plan().currency,
            prices,
        };
        ask(Command::Brand {
            verb: BrandVerb::DefineEmvModel { emv_model },
        })
    }

    fn steering(&self, dice: &mut Dice) -> Request {
        let campaign = self.ledger.find::<Campaign>(&Campaign::key(&self.campaign));
        let campaign = campaign.expect("a move is made in a campaign that is there");
        let reason = "plans changed".to_owned();
        let in_use = i64::try_from(campaign.budget.total()).unwrap_or(i64::MAX);
        let more = rp(dice.roll(3_000_000) as i64 - 500_000).minor;
        let cap = money("IDR", in_use.saturating_add(more).max(1));
        let withdraw_pending = dice.chance(50);
        let is_idle = campaign.live_collaborations == 0;
        self.of_campaign(match dice.roll(10) {
            _ if is_idle && dice.chance(30) => CampaignVerb::Close {
                withdraw_pending: true,
            },
            0..=2 => CampaignVerb::Pause { reason },
            3..=6 => CampaignVerb::AmendBudget { cap, reason },
            7..=8 => CampaignVerb::Close { withdraw_pending },
            _ => CampaignVerb::Cancel { reason },
        })
    }

    /// Fixes the numbers, sometimes those of an earlier position.
    fn report(&self, dice: &mut Dice) -> Request {
        let drawn = Drawn {
            as_of: self.ledger.head(),
            definitions: "metrics-v1".to_owned(),
            sha256: [dice.roll(4) as u8; 32],
        };
        let revision = dice.chance(20).then(|| 1 + dice.roll(4) as u32);
        self.of_campaign(CampaignVerb::FinaliseReport { revision, drawn })
    }

    fn about_a_creator(&self, dice: &mut Dice) -> Request {
        let name = *dice.pick(&CREATORS);
        let reason = "a controversy".into();
        let blocked = self
            .find_creator(name)
            .is_some_and(|row| row.blocked.is_some());
        let verb = match dice.roll(4) {
            _ if blocked => CreatorVerb::Unblock { reason },
            0 => CreatorVerb::Block { reason },
            _ => CreatorVerb::RecordProfile {
                profile: followed_by(dice.roll(200_000)),
            },
        };
        creator(name, verb)
    }

    fn find_creator(&self, name: &str) -> Option<std::sync::Arc<Creator>> {
        self.ledger.find(&Creator::key(&CreatorRef {
            brand: self.campaign.brand.clone(),
            creator: id(name),
        }))
    }

    /// Returns the rows under a prefix, in order.
    fn all<R: Row>(&self, prefix: &rows::Key) -> Vec<(rows::Key, std::sync::Arc<R>)> {
        use campaign_ledger::domain::rows::Rows;
        match self.ledger.rows.page(Scan::of(prefix), usize::MAX) {
            Ok(page) => page,
            Err(never) => match never {},
        }
    }

    /// Returns the collaborations of the campaign, with their ids.
    fn collaborations(&self) -> Vec<(String, std::sync::Arc<Collaboration>)> {
        let rows = self.all(&Collaboration::of_campaign(&self.campaign));
        let named = rows.into_iter().map(|(key, row)| {
            let mut parts = key.parts();
            let (_, _, name) = (parts.text(), parts.text(), parts.text());
            (name.unwrap_or_default().to_owned(), row)
        });
        named.collect()
    }

    /// Returns the collaborations whose terms were accepted.
    fn agreed(&self) -> Vec<(String, std::sync::Arc<Collaboration>)> {
        let mut all = self.collaborations();
        all.retain(|(_, row)| row.acceptance.is_some());
        all
    }

    /// Returns the posts of the campaign; a JOINT post once per credit.
    fn posts(&self) -> Vec<PublicationRef> {
        let rows = self.all::<CreditedPost>(&CreditedPost::of_campaign(&self.campaign));
        let named = rows.into_iter().map(|(_, row)| PublicationRef {
            collaboration: CollaborationRef {
                brand: self.campaign.brand.clone(),
                campaign: self.campaign.campaign.clone(),
                collaboration: row.owner.clone(),
            },
            publication: row.publication.clone(),
        });
        named.collect()
    }

    /// Returns a time that is not in the future, some whole hours back.
    fn lately(&self, dice: &mut Dice, hours: u64) -> Timestamp {
        later(self.now, -(dice.roll(hours) as i64) * HOUR_NANOS)
    }

    fn here(&self, request: Request) -> Request {
        request.in_campaign(self.campaign.campaign.as_str())
    }
}
