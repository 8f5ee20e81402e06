//! The oracle: totals of a campaign, recomputed from its raw events.
//!
//! It keeps what happened as plain lists and evaluates all of it at the end; it derives from dates
//! where a fact counts. It shares no code with `totals.rs` or `evolve`, only the type of the
//! result.

mod commission;
mod corrections;
mod delivery;
mod hearing;
mod promises;
mod tally;

use std::collections::{BTreeMap, BTreeSet};

use campaign_ledger::domain::*;
pub use tally::{Period, summands, without_zeros};

/// What the oracle knows about a campaign.
#[derive(Default)]
pub struct Story {
    pub plan: Option<CampaignPlan>,
    /// What engagement was held to be worth when the campaign opened.
    prices: Vec<EmvPrice>,
    pub agreements: BTreeMap<CollaborationId, Agreement>,
    reached: BTreeMap<CollaborationState, i64>,
    pub posts: Vec<Post>,
    pub orders: Vec<ConversionRecorded>,
    pub refunds: Vec<Refund>,
    pub lines: BTreeMap<CostId, Line>,
    pub payments: Vec<PaymentRecorded>,
    disputes: BTreeMap<DisputeId, Dispute>,
    /// Adjustments, and when they were made.
    pub adjustments: Vec<(ConversionAdjustment, Timestamp)>,
    /// Locked orders, and whose commission a termination had taken then.
    locked: BTreeMap<OrderKey, BTreeSet<CollaborationId>>,
    /// Rates of commission, by the terms known when an order was credited.
    rates: BTreeMap<(OrderKey, CollaborationId), u32>,
    /// Orders whose commission a ruling changed.
    ruled: BTreeSet<OrderKey>,
    pub carried: Vec<(OrderKey, i64)>,
    /// Commission on time, as it was told.
    told_on_time: Vec<(OrderKey, i64)>,
    /// Orders as they count on time, where a correction came after the end.
    on_time: BTreeMap<OrderKey, ConversionRecorded>,
    /// Voided orders, and whether they count no more on time, too.
    voided: BTreeMap<OrderKey, bool>,
    /// Voided refunds, and the same.
    voided_refunds: BTreeMap<(OrderKey, RefundId), bool>,
    /// When orders are locked.
    locks: BTreeMap<OrderKey, Timestamp>,
    rejected_claims: i64,
    /// Whether each hold is open.
    holds: BTreeMap<(CollaborationId, HoldId), bool>,
    late_facts: Vec<Timestamp>,
    shipped: Vec<ProductValue>,
    received: i64,
    returned: Vec<ProductValue>,
}

/// One collaboration.
pub struct Agreement {
    pub state: CollaborationState,
    /// Terms of the latest version, whether offered, asked for or in force; `None` for an
    /// application.
    pub terms: Option<Terms>,
    /// Terms in force, with their start.
    pinned: Vec<(Timestamp, Terms)>,
    /// Fee of the brand's latest offer.
    pub offered_minor: i64,
    pub was_accepted: bool,
    terminated_at: Option<Timestamp>,
    creator: CreatorId,
    works: BTreeMap<DeliverableId, Work>,
    gifted: bool,
}

struct Work {
    state: DeliverableState,
    before_removal: Option<DeliverableState>,
    was_verified: bool,
    was_waived: bool,
    was_approved: bool,
    due_at: Timestamp,
    first_due_at: Timestamp,
    submissions: i64,
    revisions: i64,
    ratings: Vec<u8>,
}

/// One post.
pub struct Post {
    pub owner: CollaborationId,
    pub recorded: PublicationRecorded,
    pub observations: Vec<Seeing>,
    due_at: Timestamp,
    first_due_at: Timestamp,
    was_approved: bool,
    was_waived: bool,
    /// Times when it was taken down, restored, taken down …
    lives: Vec<Timestamp>,
    /// Minimum days live in the terms, for each time it was taken down.
    promised_days: Vec<u32>,
    /// Whether the terms required disclosure when it was recorded.
    was_agreed: bool,
    /// Whether a check found it undisclosed, and whether one did while the terms required
    /// disclosure.
    was_insufficient: (bool, bool),
}

/// One observation and its changes.
pub struct Seeing {
    pub position: Position,
    pub observation: Observation,
    pub is_void: bool,
}

/// One cost line.
#[derive(Clone)]
pub struct Line {
    pub recorded: CostRecorded,
    pub owner: Option<CollaborationId>,
    pub is_reversed: bool,
    pub adjusted_minor: i64,
    /// When it was incurred; commission counts with its order.
    pub counts_from: Timestamp,
}

/// One dispute.
struct Dispute {
    about_number: bool,
    line: Option<CostId>,
    is_open: bool,
}

impl Line {
    /// Returns the total owed.
    pub fn total(&self) -> Money {
        let amount = self.recorded.amount;
        Money {
            minor: amount.minor + self.adjusted_minor,
            ..amount
        }
    }
}

impl Story {
    /// Collects what happened to a campaign.
    pub fn of(records: &[Record], campaign: &CampaignRef) -> Self {
        let mut story = Self::default();
        for record in records {
            let is_meant = record.brand == campaign.brand
                && record.subject.campaign.as_ref() == Some(&campaign.campaign);
            if is_meant {
                story.hear(record);
            }
        }
        story
    }

    /// Returns the same campaign with only the lines that have no collaboration.
    pub fn of_nobody(&self) -> Self {
        let nobodys = self.lines.iter().filter(|(_, line)| line.owner.is_none());
        let lines: BTreeMap<CostId, Line> = nobodys
            .map(|(id, line)| (id.clone(), line.clone()))
            .collect();
        let payments = self.payments.iter();
        let payments = payments.filter(|payment| lines.contains_key(&payment.cost));
        Self {
            plan: self.plan.clone(),
            payments: payments.cloned().collect(),
            lines,
            ..Self::default()
        }
    }

    fn hear(&mut self, record: &Record) {
        let owner = &record.subject.collaboration;
        match &record.event {
            Event::Campaign(event) => self.hear_campaign(event),
            // Facts about a creator are in no total.
            Event::Creator(_) | Event::Brand(_) => {}
            Event::Agreement(event) => self.hear_agreement(record, owner, event),
            Event::Content(event) => self.hear_content(owner, event),
            Event::Publication(event) => self.hear_publication(owner, event),
            Event::Seeding(event) => self.hear_seeding(owner, event),
            Event::Engagement(event) => self.hear_engagement(record, owner, event),
            Event::Revenue(event) => self.hear_revenue(record, event),
            Event::Settlement(event) => self.hear_settlement(owner, event),
            Event::Dispute(event) => self.hear_dispute(event),
            Event::Hold(event) => self.hear_hold(owner, event),
        }
    }

    fn begun(&mut self, id: CollaborationId, creator: CreatorId, state: CollaborationState) {
        let agreement = Agreement {
            state,
            terms: None,
            pinned: Vec::new(),
            offered_minor: 0,
            was_accepted: false,
            terminated_at: None,
            creator,
            works: BTreeMap::new(),
            gifted: false,
        };
        self.agreements.insert(id, agreement);
        *self.reached.entry(state).or_default() += 1;
    }

    fn published(&mut self, owner: &Option<CollaborationId>, recorded: &PublicationRecorded) {
        self.begins(owner);
        self.late_facts.push(recorded.published_at);
        let agreed = self.agreement(owner).terms_at(recorded.published_at);
        let was_agreed = agreed.is_some_and(|terms| terms.disclosure.is_some());
        let work = self.work(owner, &recorded.deliverable);
        let was_waived = work.state == DeliverableState::Waived;
        let was_approved =
            work.state == DeliverableState::Approved || was_waived && work.was_approved;
        work.state = DeliverableState::Published;
        let (due_at, first_due_at) = (work.due_at, work.first_due_at);
        self.posts.push(Post {
            owner: owner.clone().unwrap(),
            recorded: recorded.clone(),
            observations: Vec::new(),
            due_at,
            first_due_at,
            was_approved,
            was_waived,
            lives: Vec::new(),
            promised_days: Vec::new(),
            was_agreed,
            was_insufficient: (false, false),
        });
    }

    fn agreement(&mut self, owner: &Option<CollaborationId>) -> &mut Agreement {
        self.agreements.get_mut(owner.as_ref().unwrap()).unwrap()
    }

    fn work(&mut self, owner: &Option<CollaborationId>, deliverable: &DeliverableId) -> &mut Work {
        self.agreement(owner).works.get_mut(deliverable).unwrap()
    }

    fn post(&mut self, owner: &Option<CollaborationId>, id: &PublicationId) -> &mut Post {
        let is_meant = |post: &&mut Post| {
            Some(&post.owner) == owner.as_ref() && post.recorded.publication == *id
        };
        self.posts.iter_mut().find(is_meant).unwrap()
    }

    fn seeing(
        &mut self,
        owner: &Option<CollaborationId>,
        publication: &PublicationId,
        position: Position,
    ) -> &mut Seeing {
        let post = self.post(owner, publication);
        let mut seen = post.observations.iter_mut();
        seen.find(|seeing| seeing.position == position).unwrap()
    }

    fn moves(&mut self, owner: &Option<CollaborationId>, to: CollaborationState) {
        self.agreement(owner).state = to;
        *self.reached.entry(to).or_default() += 1;
    }

    /// The first work makes an accepted collaboration active.
    fn begins(&mut self, owner: &Option<CollaborationId>) {
        if self.agreement(owner).state == CollaborationState::Accepted {
            self.moves(owner, CollaborationState::Active);
        }
    }

    /// Computes the totals.
    pub fn totals(&self) -> Totals {
        let plan = self.plan.as_ref();
        let end = plan.and_then(|plan| plan.end_at);
        let measured_until = plan.and_then(|plan| plan.measure_until).or(end);
        let counted_until = end.and(measured_until);
        let beyond = |at: &&Timestamp| counted_until.is_some_and(|until| **at > until);
        let mut totals = Totals {
            counted: self.tally(Period::Total, counted_until),
            on_time: self.tally(Period::OnTime, end),
            reached: self.reached.clone(),
            delivery: self.delivery(),
            payments: self.paid_after(),
            after_measurement: self.late_facts.iter().filter(beyond).count() as i64,
            rejected_claims: self.rejected_claims,
            conduct: self.conduct(),
            holds: HoldTotals {
                placed: self.holds.len() as i64,
                open: self.holds.values().filter(|is_on| **is_on).count() as i64,
            },
            ..Totals::default()
        };
        for refund in self.refunds.iter().filter(|one| self.is_kept(one)) {
            let at = self.order_of(refund).ordered_at;
            totals.after_measurement += i64::from(beyond(&&at));
        }
        for agreement in self.agreements.values() {
            *totals.agreements.entry(agreement.state).or_default() += 1;
        }
        for work in self.accepted_works() {
            *totals.deliverables.entry(work.state).or_default() += 1;
            for rating in &work.ratings {
                totals.ratings[usize::from(*rating) - 1] += 1;
            }
        }
        let creators = |is: &dyn Fn(&CollaborationId, &Agreement) -> bool| -> BTreeSet<CreatorId> {
            let agreements = self.agreements.iter().filter(|(id, one)| is(id, one));
            agreements.map(|(_, one)| one.creator.clone()).collect()
        };
        let gifted = creators(&|_, one| one.gifted);
        let posted = creators(&|id, _| self.posts.iter().any(|post| post.owner == *id));
        let sum = |of: fn(&ProductValue) -> Money, values: &[ProductValue]| {
            values.iter().map(|one| i128::from(of(one).minor)).sum()
        };
        totals.products = ProductTotals {
            shipped: self.shipped.len() as i64,
            received: self.received,
            returned: self.returned.len() as i64,
            cost_of_goods: sum(|one| one.cost_of_goods, &self.shipped),
            fair_value: sum(|one| one.fair_value, &self.shipped),
            returned_cost_of_goods: sum(|one| one.cost_of_goods, &self.returned),
            returned_fair_value: sum(|one| one.fair_value, &self.returned),
        };
        totals.gifted = gifted.len() as i64;
        totals.gifted_posted = gifted.intersection(&posted).count() as i64;
        totals
    }

    fn conduct(&self) -> ConductTotals {
        let open = || self.disputes.values().filter(|one| one.is_open);
        ConductTotals {
            disputes: self.disputes.len() as i64,
            open_disputes: open().count() as i64,
            disputed_numbers: open().filter(|one| one.about_number).count() as i64,
        }
    }

    pub fn ordered_at(&self, order: &OrderKey) -> Timestamp {
        let mut orders = self.orders.iter();
        orders
            .find(|known| known.order == *order)
            .unwrap()
            .ordered_at
    }

    pub fn order_of(&self, refund: &Refund) -> &ConversionRecorded {
        let mut orders = self.orders.iter();
        orders.find(|order| order.order == refund.order).unwrap()
    }
}
