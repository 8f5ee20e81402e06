//! Collaborations: the agreement and its deliverables.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::campaign::within;
use super::table;
use crate::domain::rows::{Key, Row, Rows};
use crate::domain::{
    Actor, ActorKind, BrandId, CampaignRef, CollaborationId, CollaborationRef, CollaborationState,
    ContentRef, CreatorId, DeliverableId, DeliverableState, DeliverableTerms, DisputeId,
    DisputeSubject, FactTiming, FlagId, FollowerCount, HoldId, Money, Offer, OnBehalfOf,
    PersonalText, Position, ProductValue, PublicationId, ShipmentId, Terms, Tier, Timestamp,
};

/// One creator in one campaign.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Collaboration {
    /// The creator.
    pub creator: CreatorId,
    /// The collaboration of the same pair before this one, if any.
    pub previous: Option<CollaborationId>,
    /// State of the agreement.
    pub state: CollaborationState,
    /// The application of the creator; `None` when the brand invited them.
    pub application: Option<Application>,
    /// Offers and counters, the latest last; at most
    /// [`KEPT_OFFERS`](crate::domain::limits::KEPT_OFFERS).
    pub offers: Vec<OfferMade>,
    /// The latest version of an offer, a counter or an amendment; 0 before the first.
    pub last_version: u32,
    /// What the brand's offer reserves of the budget, in minor units of the reporting currency; 0
    /// once the negotiation has ended.
    pub reserved_minor: i64,
    /// How the offer was accepted; `None` before the acceptance.
    pub acceptance: Option<Acceptance>,
    /// Every version of the terms that was ever in force, the first one first.
    pub pinned: Vec<PinnedTerms>,
    /// A change of the terms that waits for the other side.
    pub amendment: Option<Amendment>,
    /// In the order of the terms.
    pub deliverables: Vec<Deliverable>,
    /// Products sent.
    pub shipments: Vec<Shipment>,
    /// Number of holds ever placed.
    pub holds: u32,
    /// Holds that are open, the first one first.
    pub open_holds: Vec<OpenHold>,
    /// The latest holds, open or released, the first one first; at most
    /// [`KEPT_HOLDS`](crate::domain::limits::KEPT_HOLDS).
    pub latest_holds: Vec<HoldId>,
    /// What the accepted terms commit, in minor units of the reporting currency.
    pub commitment_minor: i64,
    /// Fee lines that are recorded and not reversed, in minor units of the reporting currency.
    pub fee_lines_minor: i64,
    /// When it was terminated for cause: nothing that happens after it makes anything owed.
    pub terminated_at: Option<Timestamp>,
    /// Of them, those incurred up to the end of the campaign.
    pub fee_lines_on_time_minor: i64,
    /// Of them, those incurred up to the end of measurement.
    pub fee_lines_counted_minor: i64,
    /// Commission on locked orders.
    pub commission: CommissionAccount,
    /// Disputes that are open.
    pub open_disputes: Vec<OpenDispute>,
    /// When the first offer was made; `None` while the creator has only applied.
    pub invited_at: Option<Timestamp>,
    /// Last event that changed it.
    pub updated: Position,
}

impl Row for Collaboration {
    const TABLE: u8 = table::COLLABORATION;
}

impl Collaboration {
    /// Returns the key of a collaboration.
    pub fn key(collaboration: &CollaborationRef) -> Key {
        Self::of_campaign(&collaboration.campaign_ref()).text(collaboration.collaboration.as_str())
    }

    /// Returns the prefix of the collaborations of a campaign.
    pub fn of_campaign(campaign: &CampaignRef) -> Key {
        within::<Self>(campaign)
    }

    /// Returns the prefix of the collaborations of a brand.
    pub fn of_brand(brand: &BrandId) -> Key {
        Key::of::<Self>().text(brand.as_str())
    }

    /// Returns the latest offer or counter, if any was made.
    pub fn offer(&self) -> Option<&Offer> {
        self.offers.last().map(|made| &made.offer)
    }

    /// Returns when the latest offer or counter was made, recorded, and expires.
    pub fn offer_made(&self) -> Option<&OfferMade> {
        self.offers.last()
    }

    /// Returns the brand's latest offer, if any was made.
    pub fn offer_of_brand(&self) -> Option<&Offer> {
        let mut offers = self.offers.iter().rev();
        offers
            .find(|made| made.by == ActorKind::Brand)
            .map(|made| &made.offer)
    }

    /// Returns the latest accepted terms, if there are any.
    pub fn terms(&self) -> Option<&Terms> {
        self.pinned.last().map(|pinned| &pinned.terms)
    }

    /// Returns the terms in force at a time: the latest that came into force at or before it, or
    /// else the first.
    pub fn terms_at(&self, at: Timestamp) -> Option<&Terms> {
        let first = || self.pinned.first().map(|pinned| &pinned.terms);
        self.terms_in_force_at(at).or_else(first)
    }

    /// Returns the terms in force at a time; `None` before the first ones.
    pub fn terms_in_force_at(&self, at: Timestamp) -> Option<&Terms> {
        let in_force = self.pinned.iter().rfind(|pinned| pinned.from <= at);
        in_force.map(|pinned| &pinned.terms)
    }

    /// Returns whether it was terminated for cause before a time.
    pub fn is_terminated_before(&self, at: Timestamp) -> bool {
        self.terminated_at.is_some_and(|ended| ended < at)
    }

    /// Returns a deliverable.
    pub fn deliverable(&self, id: &DeliverableId) -> Option<&Deliverable> {
        self.deliverables
            .iter()
            .find(|deliverable| deliverable.terms.id == *id)
    }

    /// Returns a deliverable for a change.
    pub fn deliverable_mut(&mut self, id: &DeliverableId) -> Option<&mut Deliverable> {
        self.deliverables
            .iter_mut()
            .find(|deliverable| deliverable.terms.id == *id)
    }

    /// Returns the number of bytes of its content references, over all submitted versions.
    pub fn content_bytes(&self) -> usize {
        let versions = self.deliverables.iter().flat_map(|one| &one.submissions);
        versions.map(|one| one.content.reference.bytes()).sum()
    }

    /// Returns the open dispute about a subject.
    pub fn dispute_of(&self, subject: &DisputeSubject) -> Option<&DisputeId> {
        let mut open = self.open_disputes.iter();
        open.find(|one| one.subject == *subject).map(|one| &one.id)
    }

    /// Returns a shipment.
    pub fn shipment(&self, id: &ShipmentId) -> Option<&Shipment> {
        self.shipments.iter().find(|shipment| shipment.id == *id)
    }

    /// Returns an open hold on this deliverable, or any open hold when no deliverable is given.
    pub fn hold_over(&self, deliverable: Option<&DeliverableId>) -> Option<&OpenHold> {
        let mut on = self.open_holds.iter();
        on.find(|hold| match (deliverable, &hold.deliverable) {
            (Some(meant), Some(held)) => meant == held,
            (None, _) | (_, None) => true,
        })
    }

    /// Reads the holds that an answer shows: the open ones and the latest ones, in the order in
    /// which they were placed.
    ///
    /// # Errors
    /// Returns an error when rows cannot be read.
    pub fn shown_holds<S: Rows>(
        &self,
        rows: &S,
        name: &CollaborationRef,
    ) -> Result<Vec<Arc<Hold>>, S::Error> {
        let on = self.open_holds.iter().map(|hold| &hold.id);
        let ids: BTreeSet<&HoldId> = on.chain(&self.latest_holds).collect();
        let mut shown = Vec::with_capacity(ids.len());
        for id in ids {
            shown.extend(rows.get::<Hold>(&Hold::key(name, id))?);
        }
        shown.sort_by_key(|hold| hold.placed);
        Ok(shown)
    }

    /// Returns what the collaboration uses of the budget, in minor units: the commitment, or the
    /// fee lines where their sum is higher.
    pub fn committed_minor(&self) -> i64 {
        self.commitment_minor.max(self.fee_lines_minor)
    }

    /// Returns what the collaboration commits of the fee lines up to the end of the campaign, up to
    /// the end of measurement, and of all: each fee line counts by its own time.
    pub fn committed_by_period(&self) -> [i64; 3] {
        [
            self.fee_lines_on_time_minor,
            self.fee_lines_counted_minor,
            self.fee_lines_minor,
        ]
        .map(|lines| self.commitment_minor.max(lines))
    }

    /// Adds to the fee lines.
    pub fn add_fee_line(&mut self, timing: FactTiming, minor: i64) {
        self.fee_lines_minor += minor;
        match timing {
            FactTiming::OnTime => {
                self.fee_lines_on_time_minor += minor;
                self.fee_lines_counted_minor += minor;
            }
            FactTiming::Late => self.fee_lines_counted_minor += minor,
            FactTiming::AfterMeasurement => {}
        }
    }
}

/// A creator's application.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Application {
    /// When, by the ledger's clock.
    pub at: Timestamp,
    /// Message of the creator; may be empty.
    pub message: PersonalText,
    /// Fee asked for.
    pub fee: Option<Money>,
}

/// A version of the negotiation.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct OfferMade {
    /// The version.
    pub offer: Offer,
    /// The side that made it: the brand makes offers, the creator makes counters.
    pub by: ActorKind,
    /// When it was made, as stated by the caller.
    pub at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The ledger lets it expire at this time, so that its answer can be entered until then. An
    /// offer that was entered late stays open for a day after it was recorded.
    pub open_until: Timestamp,
    /// Note of the creator with a counter; may be empty.
    pub note: PersonalText,
}

impl OfferMade {
    /// Returns what its timer is known by: the version, and when it is due.
    pub fn due(&self) -> (u32, Timestamp) {
        (self.offer.version, self.open_until)
    }
}

/// A change of the terms that waits for the other side.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Amendment {
    /// Version that the terms get when they are accepted.
    pub version: u32,
    /// The proposed terms.
    pub terms: Terms,
    /// The side that proposed it.
    pub by: ActorKind,
    /// When, by the ledger's clock.
    pub at: Timestamp,
    /// Position of the proposal in the log.
    pub proposed: Position,
    /// Why.
    pub reason: PersonalText,
}

/// Commission of a collaboration, in minor units of the reporting currency.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct CommissionAccount {
    /// On locked orders, after refunds and adjustments.
    pub earned_minor: i64,
    /// The part that no cost line accrues: 0, or negative while commission fell after it was
    /// approved.
    pub carried_minor: i64,
}

/// A dispute that is open, and what it is about.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct OpenDispute {
    /// The dispute.
    pub id: DisputeId,
    /// What it is about.
    pub subject: DisputeSubject,
}

/// Terms that both sides accepted.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PinnedTerms {
    /// Their version.
    pub version: u32,
    /// The terms.
    pub terms: Terms,
    /// Their SHA-256.
    pub digest: [u8; 32],
    /// Start of their time in force.
    pub from: Timestamp,
}

/// How and when an offer was accepted.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Acceptance {
    /// The version accepted.
    pub offer_version: u32,
    /// When it was accepted, as stated by the caller.
    pub at: Timestamp,
    /// When the acceptance was recorded.
    pub recorded_at: Timestamp,
    /// Tier at acceptance; it does not change later.
    pub tier: Tier,
    /// Scheme of the tier.
    pub tier_scheme: String,
    /// The follower count that the tier was computed from.
    pub followers: Option<FollowerCount>,
    /// Who accepted.
    pub by: Actor,
    /// The party they acted for, if any.
    pub on_behalf_of: Option<OnBehalfOf>,
}

/// One promised post and its progress.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Deliverable {
    /// What was promised.
    pub terms: DeliverableTerms,
    /// The due time in force; `terms` keeps the first one.
    pub due_at: Timestamp,
    /// State of the deliverable.
    pub state: DeliverableState,
    /// Every submitted version, version 1 first.
    pub submissions: Vec<Submission>,
    /// Revision rounds used.
    pub revisions: u32,
    /// Whether any version was ever approved, even if it was rejected since.
    pub was_approved: bool,
    /// 1 to 5, from the approval.
    pub rating: Option<u8>,
    /// The post.
    pub publication: Option<PublicationId>,
    /// Whether the post was ever verified, even if it was taken down since.
    pub was_verified: bool,
    /// Whether the brand does without it, even if it was published all the same.
    pub was_waived: bool,
}

impl Deliverable {
    /// Makes a deliverable that is promised and not begun.
    pub fn planned(terms: &DeliverableTerms) -> Self {
        Self {
            terms: terms.clone(),
            due_at: terms.due_at,
            state: DeliverableState::Planned,
            submissions: Vec::new(),
            revisions: 0,
            was_approved: false,
            rating: None,
            publication: None,
            was_verified: false,
            was_waived: false,
        }
    }

    /// Returns whether nothing is left to do: it was verified once, or waived.
    pub fn is_done(&self) -> bool {
        self.was_verified || self.was_waived
    }

    /// Returns the number of the latest submission; 0 before the first.
    pub fn version(&self) -> u32 {
        u32::try_from(self.submissions.len()).unwrap_or(u32::MAX)
    }
}

/// A version of the content of a deliverable.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Submission {
    /// Where the content lies, and its hash.
    pub content: ContentRef,
    /// When it was submitted.
    pub submitted_at: Timestamp,
    /// How late it was against the due time in force then.
    pub seconds_late: u64,
    /// When the ledger approves it by itself; `None` without a review period.
    pub review_due_at: Option<Timestamp>,
}

/// A product sent to the creator.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Shipment {
    /// The shipment.
    pub id: ShipmentId,
    /// What was sent.
    pub product: PersonalText,
    /// Cost of goods and fair value.
    pub value: ProductValue,
    /// When.
    pub shipped_at: Timestamp,
    /// When it arrived; `None` while nobody has reported it.
    pub received: Option<Occurrence>,
    /// When it was returned.
    pub returned: Option<Occurrence>,
}

/// When something happened, and the event that recorded it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Occurrence {
    /// When.
    pub at: Timestamp,
    /// Position of the event.
    pub position: Position,
}

/// A hold: it blocks approval, publication and payment.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Hold {
    /// The hold.
    pub id: HoldId,
    /// The deliverable it blocks; `None` for all of them.
    pub deliverable: Option<DeliverableId>,
    /// The safety flag behind it.
    pub flag: Option<FlagId>,
    /// Why; may be personal.
    pub reason: PersonalText,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// The event that placed it.
    pub placed: Position,
    /// When it was released.
    pub released_at: Option<Timestamp>,
}

impl Row for Hold {
    const TABLE: u8 = table::HOLD;
}

impl Hold {
    /// Returns the key of a hold.
    pub fn key(collaboration: &CollaborationRef, hold: &HoldId) -> Key {
        Self::of_collaboration(collaboration).text(hold.as_str())
    }

    /// Returns the prefix of the holds of a collaboration.
    pub fn of_collaboration(collaboration: &CollaborationRef) -> Key {
        within::<Self>(&collaboration.campaign_ref()).text(collaboration.collaboration.as_str())
    }
}

/// An open hold and what it blocks.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct OpenHold {
    /// The hold.
    pub id: HoldId,
    /// The deliverable it blocks; `None` for all of them.
    pub deliverable: Option<DeliverableId>,
}
