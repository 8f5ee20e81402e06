//! A desk: it plays one campaign after the other, and sometimes returns to an old one.

use super::ids::Place;
use super::plan::{Collaboration, CostFate, End, Fate, Plan, random};
use crate::ledger::Ledger;

/// Most observations in one call.
const BATCH: usize = 1_000;
/// Share of the campaigns after which the desk returns to an old one.
const VISITS: f64 = 0.5;
/// Shares of the observations that are corrected, and that are voided.
const CORRECTED: f64 = 0.01;
const VOIDED: f64 = 0.003;
/// Shares of the orders with a second claim, and with a refund.
const CLAIMED_TWICE: f64 = 0.05;
const REFUNDED: f64 = 0.1;

/// A desk of a brand.
pub struct Desk {
    seed: u64,
    place: Place,
    /// Creators recorded so far.
    creators: u64,
    random: fastrand::Rng,
}

impl Desk {
    /// Makes the desk with this number, before its first campaign.
    pub fn new(seed: u64, desk: u32) -> Self {
        let place = Place { desk, campaign: 0 };
        Self {
            seed,
            place,
            creators: 0,
            random: random(!seed, place),
        }
    }

    /// Works until no more events are requested.
    pub async fn work(mut self, mut ledger: Ledger) {
        loop {
            self.run_campaign(&mut ledger).await;
            ledger.finished(self.place);
            if self.random.f64() < VISITS {
                self.visit_old(&mut ledger).await;
            }
            self.place.campaign += 1;
        }
    }

    async fn run_campaign(&mut self, ledger: &mut Ledger) {
        let plan = Plan::of(self.seed, self.place);
        let first_creator = self.meet_creators(&plan, ledger).await;
        ledger.write(plan.create()).await;
        match plan.end {
            End::Draft => return,
            End::DraftCancelled => {
                ledger.write(plan.place.cancel()).await;
                return;
            }
            End::Open | End::Paused | End::Closed | End::Cancelled => {}
        }
        ledger.write(plan.place.open()).await;
        if plan.amends {
            ledger.write(plan.place.amend()).await;
        }
        if plan.pauses {
            ledger.write(plan.place.pause()).await;
            ledger.write(plan.place.resume()).await;
        }
        for part in &plan.collaborations {
            let creator = (first_creator + u64::from(part.number)) % self.creators;
            ledger.write(plan.invite(part, creator)).await;
            agree(&plan, part, ledger).await;
            settle(&plan, part, ledger).await;
        }
        self.measure(&plan, ledger).await;
        self.sell(&plan, ledger).await;
        match plan.end {
            End::Draft | End::DraftCancelled | End::Open => {}
            End::Paused => ledger.write(plan.place.pause()).await,
            End::Closed => ledger.write(plan.place.close()).await,
            End::Cancelled => ledger.write(plan.place.cancel()).await,
        }
    }

    /// Records one new creator for every five collaborations, more when there are too few. Returns
    /// who gets the first invitation. Later invitations go to the creators after that one, so no
    /// two go to the same.
    async fn meet_creators(&mut self, plan: &Plan, ledger: &mut Ledger) -> u64 {
        let size = plan.collaborations.len() as u64;
        let missing = size.saturating_sub(self.creators);
        for _ in 0..missing.max(size.div_ceil(5)) {
            let followers = self.random.u64(2_000..200_000);
            let call = self.place.record_profile(self.creators, followers);
            ledger.write(call).await;
            self.creators += 1;
        }
        // Creators that were recorded early are invited most: the k-th is picked with a probability
        // proportional to 1 ÷ k.
        let span = (self.creators as f64 + 1.0).ln();
        (self.random.f64() * span).exp() as u64 - 1
    }

    async fn measure(&mut self, plan: &Plan, ledger: &mut Ledger) {
        let mut seen = Vec::new();
        for part in plan.published() {
            let items = plan.seen(part, part.observations, &mut self.random);
            seen.extend(items.into_iter().map(|item| (part.number, item)));
        }
        self.random.shuffle(&mut seen);
        while !seen.is_empty() {
            let rest = seen.split_off(seen.len().min(BATCH));
            let (of, items): (Vec<_>, Vec<_>) = seen.into_iter().unzip();
            seen = rest;
            let positions = ledger.observe(plan.place.batch(items)).await;
            for (of, position) in of.into_iter().zip(positions) {
                self.mend(plan.place, of, position, ledger).await;
            }
        }
    }

    /// Corrects or voids one of many observations.
    async fn mend(&mut self, place: Place, of: u32, position: u64, ledger: &mut Ledger) {
        let drawn = self.random.f64();
        if drawn < CORRECTED {
            let call = place.correct(of, position, &mut self.random);
            ledger.write(call).await;
        } else if drawn < CORRECTED + VOIDED {
            ledger.write(place.void(of, position)).await;
        }
    }

    async fn sell(&mut self, plan: &Plan, ledger: &mut Ledger) {
        let accepted = plan.collaborations.iter();
        let accepted: Vec<_> = accepted.filter(|one| one.fate.is_accepted()).collect();
        for number in 0..plan.orders {
            let of = accepted[self.random.usize(0..accepted.len())];
            let value = self.random.i64(20..500) * 1_000;
            let is_refunded = self.random.f64() < REFUNDED;
            let is_early = self.random.bool();
            if is_refunded && is_early {
                ledger.write(plan.refund(number, of, value / 2)).await;
            }
            ledger.write(plan.order(number, of, value)).await;
            if is_refunded && !is_early {
                ledger.write(plan.refund(number, of, value / 2)).await;
            }
            if self.random.f64() < CLAIMED_TWICE {
                ledger.write(plan.order(number, of, value + 1)).await;
            }
        }
    }

    /// Observes the posts of an old campaign again, late.
    async fn visit_old(&mut self, ledger: &mut Ledger) {
        let campaign = self.random.u64(0..=self.place.campaign);
        let place = Place {
            campaign,
            ..self.place
        };
        let plan = Plan::of(self.seed, place);
        let mut items = Vec::new();
        for part in plan.published().into_iter().take(BATCH / 2) {
            items.extend(plan.seen(part, 2, &mut self.random));
        }
        if !items.is_empty() {
            ledger.observe(place.batch(items)).await;
        }
    }
}

/// Plays a collaboration from the answer to the invitation to its last step.
async fn agree(plan: &Plan, part: &Collaboration, ledger: &mut Ledger) {
    match part.fate {
        Fate::Pending => return,
        Fate::Declined => return ledger.write(plan.decline(part)).await,
        Fate::Withdrawn => return ledger.write(plan.withdraw(part)).await,
        Fate::Accepted => return ledger.write(plan.accept(part)).await,
        Fate::Shipped
        | Fate::Rejected
        | Fate::Cancelled
        | Fate::Published
        | Fate::Verified
        | Fate::Completed => {}
    }
    ledger.write(plan.accept(part)).await;
    if part.fate == Fate::Shipped || (part.fate == Fate::Completed && !part.submits) {
        ledger.write(plan.ship(part)).await;
    }
    if part.submits || part.fate == Fate::Rejected {
        review(plan, part, ledger).await;
    }
    if part.fate == Fate::Cancelled {
        return ledger.write(plan.cancel(part)).await;
    }
    if !part.fate.is_published() {
        return;
    }
    ledger.write(plan.publish(part)).await;
    if part.fate == Fate::Published {
        return;
    }
    ledger.write(plan.verify(part)).await;
    if part.fate == Fate::Verified {
        return;
    }
    if part.has_second {
        ledger.write(plan.waive_second(part)).await;
    }
    ledger.write(plan.complete(part)).await;
}

/// Content is submitted, sometimes twice, and approved or rejected; that of a collaboration that is
/// cancelled gets no answer.
async fn review(plan: &Plan, part: &Collaboration, ledger: &mut Ledger) {
    ledger.write(plan.submit(part)).await;
    let mut version = 1;
    if part.revises {
        ledger.write(plan.request_revision(part)).await;
        ledger.write(plan.submit(part)).await;
        version = 2;
    }
    match part.fate {
        Fate::Rejected => ledger.write(plan.reject(part, version)).await,
        Fate::Published | Fate::Verified | Fate::Completed => {
            ledger.write(plan.approve(part, version)).await;
        }
        Fate::Pending
        | Fate::Declined
        | Fate::Withdrawn
        | Fate::Accepted
        | Fate::Shipped
        | Fate::Cancelled => {}
    }
}

/// Records the costs of a fee.
async fn settle(plan: &Plan, part: &Collaboration, ledger: &mut Ledger) {
    if part.cost == CostFate::None {
        return;
    }
    ledger.write(plan.record_fee(part)).await;
    match part.cost {
        CostFate::None | CostFate::Recorded => {}
        CostFate::Reversed => ledger.write(plan.reverse_fee(part)).await,
        CostFate::Approved => ledger.write(plan.approve_fee(part)).await,
        CostFate::Paid => {
            ledger.write(plan.approve_fee(part)).await;
            ledger.write(plan.pay_fee(part)).await;
        }
    }
}
