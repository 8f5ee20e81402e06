//! The ledger as a few plain lists, written from the description of the domain without its code.
//!
//! Each method returns what the ledger must answer to one request, and stores the new state.

mod agreements;
mod campaigns;
mod costs;
mod disputes;
mod engagement;
mod fixes;
mod negotiation;
mod orders;
mod seeding;
mod work;

use std::collections::{BTreeMap, BTreeSet};

use campaign_ledger::wire::proto::api::{
    CampaignState, CollaborationState, DeliverableState, ErrorReason,
};
use campaign_ledger::wire::proto::values::{CostType, Counters};

use super::ops::{Correction, Offer, Refund, Sale};
pub use costs::KINDS;
pub use disputes::{About, Dispute, Ruling};
pub use engagement::PostPlace;

pub const DAY: i64 = 24 * 60 * 60;

/// What a campaign is made with.
pub struct Spec {
    pub id: &'static str,
    pub currency: &'static str,
    pub margin_bp: Option<u32>,
    pub end_day: i64,
    pub measure_until_day: i64,
    pub discloses: bool,
}

/// One whose facts are on time, late or after measurement, and one that counts all facts.
pub const SPECS: [Spec; 2] = [
    Spec {
        id: "sari",
        currency: "IDR",
        margin_bp: Some(3_500),
        end_day: 30,
        measure_until_day: 60,
        discloses: true,
    },
    Spec {
        id: "cloud",
        currency: "USD",
        margin_bp: None,
        end_day: 200,
        measure_until_day: 250,
        discloses: false,
    },
];

pub const CREATORS: [&str; 3] = ["ayu", "budi", "citra"];

/// A cap that a few fees reach.
pub const CAP_MINOR: i64 = 1_000_000_000;

#[derive(Default)]
pub struct World {
    /// Position of the last event.
    pub head: u64,
    /// Time of the next request, in seconds since the beginning.
    pub now: i64,
    pub campaigns: Vec<Campaign>,
    pub creators: BTreeMap<u8, Creator>,
    pub orders: BTreeMap<u8, Order>,
    posts: BTreeSet<u8>,
    references: BTreeSet<u8>,
}

pub struct Campaign {
    pub spec: &'static Spec,
    pub state: CampaignState,
    pub cap_minor: i64,
    pub deals: BTreeMap<u8, Deal>,
    pub costs: BTreeMap<CostKey, Cost>,
    pub payments: Vec<Payment>,
    pub rejected_claims: u64,
    pub disputes: BTreeMap<u8, Dispute>,
    /// Number of report revisions.
    pub reports: u32,
    /// Number of codes that deals have held so far.
    codes: usize,
}

#[derive(Clone, Default)]
pub struct Creator {
    pub followers: Option<u64>,
    pub blocked: bool,
    pub blocks: u64,
    pub assessments: u64,
    /// Safety flags, and whether they are open.
    pub flags: BTreeMap<u8, bool>,
}

/// One creator in one campaign.
pub struct Deal {
    pub creator: u8,
    pub previous: Option<u8>,
    /// The brand's offer, or the terms that both accepted.
    pub offer: Offer,
    /// All versions offered by either side, the first one first.
    pub versions: Vec<Offer>,
    /// Number of the last version, including amendments.
    pub last_version: u32,
    /// A proposed fee and the number of its version.
    pub amendment: Option<(u32, i64)>,
    pub state: CollaborationState,
    pub began_at: i64,
    /// When the first offer was made.
    pub invited_at: Option<i64>,
    pub applied: bool,
    /// Number of this deal among all deals.
    number: usize,
    /// Number of its code among all codes, when it came to hold it.
    code_number: usize,
    pub acceptance: Option<Acceptance>,
    pub deliverables: Vec<Deliverable>,
    pub shipment: Option<Shipment>,
    pub holds: BTreeMap<u8, Hold>,
}

/// A product; when it was received and returned, with the positions.
#[derive(Default)]
pub struct Shipment {
    pub received: Option<(i64, u64)>,
    pub returned: Option<(i64, u64)>,
}

pub struct Hold {
    /// The deliverable that it blocks; `None` for all.
    work: Option<usize>,
    pub open: bool,
}

#[derive(Clone)]
pub struct Acceptance {
    /// When it happened, as stated.
    pub at: i64,
    pub version: u32,
    pub followers: Option<u64>,
}

pub struct Deliverable {
    pub state: DeliverableState,
    pub due: i64,
    pub first_due: i64,
    pub giveaway: bool,
    /// When each version was submitted, and how late.
    pub submissions: Vec<(i64, i64)>,
    pub revisions: u32,
    pub was_approved: bool,
    pub was_verified: bool,
    pub was_waived: bool,
    pub rating: Option<u32>,
    pub post: Option<Post>,
}

pub struct Post {
    pub number: u8,
    pub published_at: i64,
    pub followers: Option<u64>,
    pub disclosed: bool,
    pub unapproved: bool,
    /// The brand had done without it.
    pub waived: bool,
    pub late: i64,
    pub late_at_first: i64,
    /// Since when it is live, and how long it was live before.
    pub live: (i64, i64),
    /// Position of the recording, or of the latest correction.
    pub told: u64,
    /// When it was last taken down.
    taken_down_at: Option<i64>,
    /// When it was taken down, with the position.
    pub removed: Option<(i64, u64)>,
    /// When it was last restored, with the position.
    restored: Option<(i64, u64)>,
    pub removals: u32,
    pub removals_early: u64,
    pub observations: Vec<Observation>,
}

pub struct Observation {
    /// Position of the recording.
    pub position: u64,
    /// Position of the last correction or void.
    pub latest: u64,
    pub observed_at: i64,
    pub source: u8,
    pub first_said: Counters,
    pub counters: Counters,
    pub voided: bool,
}

/// What is known about an order.
#[derive(Default)]
pub struct Order {
    pub conversion: Option<Conversion>,
    pub refunds: Vec<KnownRefund>,
    /// Corrections, their positions and when they were made.
    pub corrections: Vec<(Correction, u64, i64)>,
}

pub struct Conversion {
    pub sale: Sale,
    pub first: u64,
    last: u64,
    pub credited: Credited,
    /// Who was credited at first.
    first_credited: Credited,
    /// Position of the recording or the latest correction.
    pub latest: u64,
    /// Whether it is an install, as corrected.
    pub install: bool,
    pub voided: bool,
    /// What was corrected of its money, and when: `None` in place.
    changes: Vec<(Option<i64>, Told)>,
}

/// What a correction says of the money of an order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Told {
    Value(i64),
    Credited(Credited),
    Voided,
}

/// Who is credited with an order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Credited {
    Code(u8),
    Link(u8),
    Nobody(&'static str),
    /// By a correction.
    Moved(u8),
}

pub struct KnownRefund {
    pub refund: Refund,
    position: u64,
    pub fate: Fate,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Fate {
    Waiting,
    Applied,
    Rejected,
    /// Voided: whether it had counted, and when it was voided after the lock of its order.
    Voided(bool, Option<i64>),
}

/// A line with an id that a caller chose, or the line that a deal made: by its cancellation or its
/// bonus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CostKey {
    Named(u8),
    KillFee(u8),
    Bonus(u8),
}

#[derive(Default)]
pub struct Cost {
    pub deal: Option<u8>,
    pub kind: CostType,
    pub minor: i64,
    pub incurred_at: i64,
    pub adjusted_minor: i64,
    pub approved_minor: i64,
    pub paid_minor: i64,
    pub reversed: bool,
    pub withheld: bool,
    /// Whether it is in euros.
    pub foreign: bool,
    /// Whether it is in euros, without a rate.
    pub unrated: bool,
}

pub struct Payment {
    id: u8,
    pub cost: CostKey,
    pub minor: i64,
    pub paid_at: i64,
}

/// What the ledger must answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Judged {
    /// It writes this many events.
    New(u64),
    /// It happened before, at these positions.
    Old(u64, u64),
    /// It is refused for one of these reasons: a request that breaks several rules may get any.
    Refused(Vec<ErrorReason>),
}

/// Reasons against a request.
#[derive(Default)]
struct Against(Vec<ErrorReason>);

impl Against {
    fn unless(&mut self, holds: bool, reason: ErrorReason) {
        if !holds {
            self.0.push(reason);
        }
    }
}

impl World {
    /// Takes the next position for each of this many events.
    fn happens(&mut self, events: u64) -> Judged {
        self.head += events;
        Judged::New(events)
    }

    pub fn campaign(&mut self, campaign: u8) -> &mut Campaign {
        &mut self.campaigns[usize::from(campaign)]
    }

    pub fn deal(&mut self, place: (u8, u8)) -> &mut Deal {
        self.campaign(place.0).deals.get_mut(&place.1).unwrap()
    }

    /// Returns every deal.
    pub fn places(&self) -> impl Iterator<Item = ((u8, u8), &Deal)> {
        let campaigns = self.campaigns.iter().zip(0..);
        campaigns.flat_map(|(campaign, number)| {
            let deals = campaign.deals.iter();
            deals.map(move |(id, deal)| ((number, *id), deal))
        })
    }

    /// Returns every deliverable, by its deal and its number.
    pub fn works(&self) -> impl Iterator<Item = ((u8, u8), usize, &Deliverable)> {
        self.places().flat_map(|(place, deal)| {
            let works = deal.deliverables.iter().enumerate();
            works.map(move |(number, work)| (place, number, work))
        })
    }
}

impl Deal {
    pub fn is_working(&self) -> bool {
        use CollaborationState::{Accepted, Active};
        matches!(self.state, Accepted | Active)
    }

    /// Returns whether an offer or a counter waits for its answer.
    pub fn is_negotiated(&self) -> bool {
        use CollaborationState::{Countered, Invited};
        matches!(self.state, Invited | Countered)
    }

    pub fn is_pending(&self) -> bool {
        self.state == CollaborationState::Applied || self.is_negotiated()
    }

    pub fn is_live(&self) -> bool {
        self.is_pending() || self.is_working()
    }

    fn ends(&mut self, to: CollaborationState) {
        self.state = to;
        self.amendment = None;
    }

    /// Returns whether a hold is open: on a deliverable, or any.
    fn is_held(&self, work: Option<usize>) -> bool {
        let mut open = self.holds.values().filter(|hold| hold.open);
        open.any(|hold| work.is_none() || hold.work.is_none() || hold.work == work)
    }

    fn begins(&mut self) {
        if self.state == CollaborationState::Accepted {
            self.state = CollaborationState::Active;
        }
    }
}

impl Deliverable {
    pub fn is_open(&self) -> bool {
        use DeliverableState::{Approved, Planned, RevisionRequested, Submitted};
        matches!(
            self.state,
            Planned | Submitted | RevisionRequested | Approved
        )
    }
}

impl Campaign {
    /// Returns the fees of open offers, the accepted fees (or fee lines where their sum is higher),
    /// and the other costs.
    pub fn budget(&self) -> [i64; 3] {
        let open = self.deals.values();
        let open = open.filter(|deal| deal.is_negotiated());
        let reserved = open.map(|deal| deal.offer.fee_minor).sum();
        let committed = self.deals.keys().map(|deal| self.committed(*deal)).sum();
        let others = self.costs.values();
        let others = others.filter(|cost| !cost.reversed && cost.kind != CostType::Fee);
        let others = others.filter(|cost| !cost.unrated);
        [reserved, committed, others.map(Cost::signed).sum()]
    }

    /// Returns the part of the budget that a deal's fee uses.
    pub fn committed(&self, deal: u8) -> i64 {
        self.promised(deal).max(self.fee_lines(deal))
    }

    fn promised(&self, deal: u8) -> i64 {
        use CollaborationState::{Cancelled, Terminated};
        let deal = &self.deals[&deal];
        match deal.acceptance {
            Some(_) if !matches!(deal.state, Cancelled | Terminated) => deal.offer.fee_minor,
            _ => 0,
        }
    }

    /// Returns the part of the fee that counts up to a time: the promised fee, or the lines up to
    /// then where their sum is higher.
    pub fn committed_until(&self, deal: u8, until: i64) -> i64 {
        self.promised(deal).max(self.fee_lines_until(deal, until))
    }

    pub fn fee_lines(&self, deal: u8) -> i64 {
        self.fee_lines_until(deal, i64::MAX)
    }

    fn fee_lines_until(&self, deal: u8, until: i64) -> i64 {
        let lines = self.costs.values().filter(|cost| !cost.reversed);
        let lines = lines.filter(|cost| cost.kind == CostType::Fee && cost.deal == Some(deal));
        let lines = lines.filter(|cost| !cost.unrated && cost.incurred_at <= until);
        lines.map(Cost::total_minor).sum()
    }

    /// Returns the greatest line of a kind that the cap allows.
    pub fn left_for(&self, kind: CostType, deal: Option<u8>) -> i64 {
        let left = self.cap_minor - self.budget().iter().sum::<i64>();
        match (kind, deal) {
            (CostType::Fee, Some(deal)) => left + self.committed(deal) - self.fee_lines(deal),
            _ => left,
        }
    }

    fn affords(&self, more_minor: i64) -> bool {
        more_minor <= 0 || self.budget().iter().sum::<i64>() + more_minor <= self.cap_minor
    }
}

impl Cost {
    pub fn total_minor(&self) -> i64 {
        self.minor + self.adjusted_minor
    }

    /// Recovered money lowers cost.
    pub fn signed(&self) -> i64 {
        self.sign() * self.total_minor()
    }

    pub fn sign(&self) -> i64 {
        match self.kind {
            CostType::Recovery => -1,
            _ => 1,
        }
    }

    pub fn is_paid(&self) -> bool {
        self.total_minor() > 0 && self.paid_minor == self.total_minor()
    }
}
