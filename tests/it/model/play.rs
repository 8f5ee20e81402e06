//! Sends each operation to the running server and to the world, and compares the answers.

mod bulk;
mod deals;
mod facts;
mod many;
mod settlement;
mod works;

use std::pin::Pin;

use campaign_ledger::wire::proto::api::*;
use campaign_ledger::wire::proto::values::*;

use super::ops::{CampaignVerb, CreatorVerb, Op, Pick, Refund, Sale};
use super::world::{CAP_MINOR, CREATORS, Judged, SPECS, World};
use crate::support::server::{Client, Refusal, Story, Write, days_and, money, plan};
pub use deals::hold_id;
use deals::terms_of;
pub use facts::SOURCES;
use many::Batch;

/// An expiry that no clock reaches.
const FAR_DAY: i64 = 3_000;

/// Repeats a request and compares the answer.
type Again = Box<dyn Fn(Client) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// The history of one brand, at the server and in the world.
pub struct Play {
    pub client: Client,
    pub brand: String,
    pub world: World,
    asked: u64,
    done: Vec<Again>,
    batches: Vec<Batch>,
    /// Every final report, by its campaign, as it was when it was made.
    pub reports: Vec<(u8, GetReportResponse)>,
}

pub fn deal_id(deal: u8) -> String {
    format!("k{deal}")
}

pub fn order_id(order: u8) -> String {
    format!("o-{order}")
}

pub fn cost_id(cost: u8) -> String {
    format!("l{cost}")
}

pub fn flag_id(flag: u8) -> String {
    format!("f{flag}")
}

pub fn dispute_id(dispute: u8) -> String {
    format!("x{dispute}")
}

fn code(code: u8) -> String {
    format!("SAVE{code}")
}

/// Picks one of those for which it makes sense; one time in eight, one of all.
fn pick<T: Copy>(pick: Pick, all: &[T], makes_sense: impl Fn(&T) -> bool) -> Option<T> {
    let sensible: Vec<T> = all.iter().copied().filter(makes_sense).collect();
    let among = if pick.is_multiple_of(8) || sensible.is_empty() {
        all
    } else {
        &sensible
    };
    let index = usize::from(pick / 8).checked_rem(among.len())?;
    among.get(index).copied()
}

impl Play {
    /// Begins after `head`, with two drafts that are opened.
    pub async fn begin(client: Client, brand: String, head: u64, now: i64) -> Self {
        let mut world = World::default();
        (world.head, world.now) = (head, now);
        let mut play = Self {
            client,
            brand,
            world,
            asked: 0,
            done: Vec::new(),
            batches: Vec::new(),
            reports: Vec::new(),
        };
        for (number, spec) in SPECS.iter().enumerate() {
            let judged = play.world.creates(number);
            let story = play.story(number as u8);
            play.write(story.create(plan_of(spec)), judged).await;
            let open = CampaignVerb::Open;
            play.campaign_verb(number as u8, &open).await;
        }
        for creator in 0..CREATORS.len() as u8 {
            let profile = CreatorVerb::Profile(20_000);
            play.creator_verb(creator, &profile).await;
        }
        play
    }

    pub fn story(&self, campaign: u8) -> Story {
        let spec = &SPECS[usize::from(campaign)];
        Story::of(&self.brand, spec.id, spec.currency, &self.client)
    }

    /// Sends one request and compares.
    async fn write<W: Write<Answer: Sync> + Sync>(&mut self, mut request: W, judged: Judged) {
        self.asked += 1;
        let id = format!("q-{}", self.asked);
        W::context(&mut request).as_mut().unwrap().request_id = id;
        let head = self.world.head;
        let answer = self.client.call(request.clone()).await;
        let (first, last) = match (answer, judged) {
            (Err(status), Judged::Refused(reasons)) => {
                let refusal = Refusal::from(status);
                assert!(
                    reasons.contains(&refusal.reason),
                    "{reasons:?}, not {refusal}: {request:?}"
                );
                return;
            }
            (Err(status), judged) => {
                panic!("{judged:?}, not {}: {request:?}", Refusal::from(status))
            }
            (Ok(answer), Judged::Refused(reasons)) => {
                panic!("{reasons:?}, not {answer:?}: {request:?}")
            }
            (Ok(answer), judged) => {
                let receipt = W::receipt(&answer).clone();
                let wrote = matches!(judged, Judged::New(_));
                let expected = match judged {
                    Judged::New(events) => (head + 1 - events, head),
                    Judged::Old(first, last) => (first, last),
                    Judged::Refused(_) => unreachable!("compared before"),
                };
                let told = (receipt.first_position, receipt.last_position);
                assert_eq!(told, expected, "{request:?}");
                // A request that wrote nothing left its id free, like a refusal.
                if wrote {
                    self.remember(request, answer);
                }
                told
            }
        };
        assert!(first <= last && last <= head);
    }

    /// Checks that a repeated request gets its first answer and writes nothing.
    fn remember<W: Write<Answer: Sync> + Sync>(&mut self, request: W, answer: W::Answer) {
        self.done.push(Box::new(move |client| {
            let (request, answer) = (request.clone(), answer.clone());
            Box::pin(async move {
                let again = client.call(request.clone()).await;
                let again = again.unwrap_or_else(|status| panic!("{status:?}: {request:?}"));
                assert_eq!(again, answer, "again: {request:?}");
            })
        }));
    }

    /// Applies an operation as far as possible; there may be nothing to apply it to.
    pub async fn op(&mut self, op: &Op) {
        match op {
            Op::Campaign(campaign, verb) => self.campaign_verb(*campaign, verb).await,
            Op::Creator(creator, verb) => self.creator_verb(*creator, verb).await,
            Op::Invite {
                campaign,
                deal,
                creator,
                offer,
            } => {
                let story = self.story(*campaign);
                let terms = terms_of(&story, offer);
                let mut request = story.invite(&deal_id(*deal), terms);
                request.creator_id = CREATORS[usize::from(*creator)].to_owned();
                request.expires_at = Some(days_and(FAR_DAY, 0));
                occurred(&mut request, 0);
                let judged = self.world.invite(*campaign, *deal, *creator, offer);
                self.write(request, judged).await;
            }
            Op::InviteMany {
                campaign,
                pairs,
                offer,
            } => self.invite_many(*campaign, pairs, offer).await,
            Op::Apply {
                campaign,
                deal,
                creator,
            } => {
                let mut request = self.story(*campaign).apply(&deal_id(*deal));
                request.creator_id = CREATORS[usize::from(*creator)].to_owned();
                let judged = self.world.apply(*campaign, *deal, *creator);
                self.write(request, judged).await;
            }
            Op::Deal(picked, verb) => self.deal_verb(*picked, verb).await,
            Op::Work(picked, verb) => self.work_verb(*picked, verb).await,
            Op::Again(picked) => {
                if let Some(again) = self.done.get(usize::from(*picked) % self.done.len()) {
                    again(self.client.clone()).await;
                }
            }
            Op::Observe { .. } | Op::ObserveAgain(_) | Op::Correct { .. } | Op::Void { .. } => {
                self.engagement(op).await;
            }
            Op::ObserveMany(sightings, way) => self.many(sightings, *way).await,
            Op::ManyAgain(picked) => self.many_again(*picked).await,
            Op::Sell(sale) => self.sell(&sale.clone()).await,
            Op::SellAgain(picked) => {
                let orders = self.world.orders.values();
                let won = orders.filter_map(|order| Some(order.conversion.as_ref()?.sale.clone()));
                let won: Vec<Sale> = won.collect();
                let index = usize::from(*picked).checked_rem(won.len());
                if let Some(sale) = index.map(|index| &won[index]) {
                    self.sell(sale).await;
                }
            }
            Op::Refund(refund) => self.refund(&self.fitted(refund)).await,
            Op::RefundAgain(picked) => {
                let known = self.world.orders.values().flat_map(|order| &order.refunds);
                let known: Vec<Refund> = known.map(|known| known.refund.clone()).collect();
                let index = usize::from(*picked).checked_rem(known.len());
                if let Some(refund) = index.map(|index| &known[index]) {
                    self.refund(refund).await;
                }
            }
            Op::AdjustSale(correction) => self.adjust_sale(correction).await,
            Op::Fix(fix) => self.fix(fix).await,
            Op::Cost { .. }
            | Op::ApproveCost { .. }
            | Op::RateCost(_)
            | Op::ReverseCost(_)
            | Op::Pay { .. }
            | Op::AdjustCost { .. }
            | Op::WithholdCost(_)
            | Op::ReleaseCost(_) => self.settlement(op).await,
            Op::Dispute {
                about,
                line,
                id,
                by_creator,
            } => self.dispute(*about, *line, *id, *by_creator).await,
            Op::Resolve {
                dispute,
                ruling,
                by_creator,
            } => self.resolve(*dispute, *ruling, *by_creator).await,
            Op::WindUp(campaign) => self.wind_up(*campaign).await,
            Op::Finalise(campaign) => self.finalise(*campaign).await,
            // The stage handles these.
            Op::Check | Op::Restart(_) => {}
        }
    }

    async fn campaign_verb(&mut self, campaign: u8, verb: &CampaignVerb) {
        let story = self.story(campaign);
        let used: i64 = self.world.campaign(campaign).budget().iter().sum();
        let verb = match verb {
            CampaignVerb::Amend { minor, beyond_use } => CampaignVerb::Amend {
                minor: minor + if *beyond_use { used.max(0) } else { 0 },
                beyond_use: *beyond_use,
            },
            other => other.clone(),
        };
        let judged = self.world.campaign_verb(campaign, &verb);
        match &verb {
            CampaignVerb::Open => self.write(story.start(), judged).await,
            CampaignVerb::Pause => self.write(story.pause(), judged).await,
            CampaignVerb::Resume => self.write(story.resume(), judged).await,
            CampaignVerb::Amend { minor, .. } => {
                let cap = money(&story.currency, *minor);
                self.write(story.amend(cap), judged).await;
            }
            CampaignVerb::Close { withdraw_pending } => {
                self.write(story.close(*withdraw_pending), judged).await;
            }
            CampaignVerb::Cancel => self.write(story.cancel_campaign(), judged).await,
        }
    }

    async fn creator_verb(&mut self, creator: u8, verb: &CreatorVerb) {
        let story = self.story(0);
        let who = CREATORS[usize::from(creator)];
        let judged = self.world.creator_verb(creator, verb);
        match verb {
            CreatorVerb::Profile(followers) => {
                self.write(story.profile(who, *followers), judged).await;
            }
            CreatorVerb::Block => self.write(story.block(who), judged).await,
            CreatorVerb::Unblock => self.write(story.unblock(who), judged).await,
            CreatorVerb::Assess => self.write(story.assess(who), judged).await,
            CreatorVerb::Flag(flag) => self.write(story.raise(who, &flag_id(*flag)), judged).await,
            CreatorVerb::Clear(flag) => self.write(story.clear(who, &flag_id(*flag)), judged).await,
        }
    }
}

pub fn work_id(number: usize) -> String {
    format!("d{number}")
}

fn occurred<W: Write>(request: &mut W, day: i64) {
    W::context(request).as_mut().unwrap().occurred_at = Some(days_and(day, 0));
}

fn plan_of(spec: &super::world::Spec) -> CampaignPlan {
    CampaignPlan {
        budget_cap: Some(money(spec.currency, CAP_MINOR)),
        end_at: Some(days_and(spec.end_day, 0)),
        measure_until: Some(days_and(spec.measure_until_day, 0)),
        gross_margin_bp: spec.margin_bp,
        policy: Some(SelectionPolicy {
            vetting_required: false,
            disclosure_required: spec.discloses,
        }),
        ..plan(spec.currency)
    }
}
