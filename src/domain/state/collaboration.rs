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
    DisputeSubject, FlagId, FollowerCount, HoldId, Money, Offer, OnBehalfOf, Position,
    ProductValue, PublicationId, ShipmentId, Terms, Tier, Timestamp,
};

/// One creator in one campaign.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Collaboration {
    /// The creator.
    pub creator: CreatorId,
    /// The collaboration of the same pair before this one.
    pub previous: Option<CollaborationId>,
    /// Where the agreement stands.
    pub state: CollaborationState,
    /// What the creator applied with; `None` when the brand invited them.
    pub application: Option<Application>,
    /// Offers and counters, the latest last; at most
    /// [`KEPT_OFFERS`](crate::domain::limits::KEPT_OFFERS).
    pub offers: Vec<OfferMade>,
    /// The latest version of an offer, a counter or an amendment; 0 before the first.
    pub last_version: u32,
    /// What the brand's offer holds of the budget, in minor units of the reporting currency; 0 once
    /// it is answered for good.
    pub reserved_minor: i64,
    /// That and how the offer was accepted.
    pub acceptance: Option<Acceptance>,
    /// Every version of the terms that was ever in force, the first one first.
    pub pinned: Vec<PinnedTerms>,
    /// A change of the terms that waits for the other side.
    pub amendment: Option<Amendment>,
    /// In the order of the terms.
    pub deliverables: Vec<Deliverable>,
    /// Products sent.
    pub shipments: Vec<Shipment>,
    /// Holds ever placed.
    pub holds: u32,
    /// Those that are on, the first one first.
    pub open_holds: Vec<OpenHold>,
    /// The latest ones, on or released, the first one first; at most
    /// [`KEPT_HOLDS`](crate::domain::limits::KEPT_HOLDS).
    pub latest_holds: Vec<HoldId>,
    /// What the accepted terms commit, in minor units of the reporting currency.
    pub commitment_minor: i64,
    /// Fee lines recorded and not reversed, in minor units of the reporting currency.
    pub fee_lines_minor: i64,
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
    /// Key of a collaboration.
    pub fn key(collaboration: &CollaborationRef) -> Key {
        Self::of_campaign(&collaboration.campaign_ref()).text(collaboration.collaboration.as_str())
    }

    /// Prefix of the collaborations of a campaign.
    pub fn of_campaign(campaign: &CampaignRef) -> Key {
        within::<Self>(campaign)
    }

    /// Prefix of the collaborations of a brand.
    pub fn of_brand(brand: &BrandId) -> Key {
        Key::of::<Self>().text(brand.as_str())
    }

    /// Returns the latest offer or counter, if any was made.
    pub fn offer(&self) -> Option<&Offer> {
        self.offers.last().map(|made| &made.offer)
    }

    /// Returns the brand's latest offer, if any was made.
    pub fn offer_of_brand(&self) -> Option<&Offer> {
        let mut offers = self.offers.iter().rev();
        offers
            .find(|made| made.by == ActorKind::Brand)
            .map(|made| &made.offer)
    }

    /// Returns the latest pinned terms, if any were.
    pub fn terms(&self) -> Option<&Terms> {
        self.pinned.last().map(|pinned| &pinned.terms)
    }

    /// Returns the terms in force at a time: the latest pinned at or before it, or else the first.
    pub fn terms_at(&self, at: Timestamp) -> Option<&Terms> {
        let in_force = self.pinned.iter().rfind(|pinned| pinned.from <= at);
        in_force.or(self.pinned.first()).map(|pinned| &pinned.terms)
    }

    /// Finds a deliverable.
    pub fn deliverable(&self, id: &DeliverableId) -> Option<&Deliverable> {
        self.deliverables
            .iter()
            .find(|deliverable| deliverable.terms.id == *id)
    }

    /// Finds a deliverable to change it.
    pub fn deliverable_mut(&mut self, id: &DeliverableId) -> Option<&mut Deliverable> {
        self.deliverables
            .iter_mut()
            .find(|deliverable| deliverable.terms.id == *id)
    }

    /// Adds up what the places of its content take, of all versions handed in.
    pub fn content_bytes(&self) -> usize {
        let versions = self.deliverables.iter().flat_map(|one| &one.submissions);
        versions.map(|one| one.content.reference.len()).sum()
    }

    /// Finds the open dispute about a subject.
    pub fn dispute_of(&self, subject: &DisputeSubject) -> Option<&DisputeId> {
        let mut open = self.open_disputes.iter();
        open.find(|one| one.subject == *subject).map(|one| &one.id)
    }

    /// Finds a shipment.
    pub fn shipment(&self, id: &ShipmentId) -> Option<&Shipment> {
        self.shipments.iter().find(|shipment| shipment.id == *id)
    }

    /// Finds a hold that is on: over this deliverable, or any when none is named.
    pub fn hold_over(&self, deliverable: Option<&DeliverableId>) -> Option<&OpenHold> {
        let mut on = self.open_holds.iter();
        on.find(|hold| match (deliverable, &hold.deliverable) {
            (Some(meant), Some(held)) => meant == held,
            (None, _) | (_, None) => true,
        })
    }

    /// Reads the holds that an answer shows: those that are on and the latest ones, in the order they
    /// were placed.
    ///
    /// # Errors
    /// When rows cannot be read.
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

    /// Returns what the collaboration holds of the budget: the commitment, or the fee lines where
    /// those are more; in minor units.
    pub fn committed_minor(&self) -> i64 {
        self.commitment_minor.max(self.fee_lines_minor)
    }
}

/// A creator's wish to take part.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Application {
    /// When, by the ledger's clock.
    pub at: Timestamp,
    /// What the creator says; may be empty.
    pub message: String,
    /// Fee asked for.
    pub fee: Option<Money>,
}

/// A version of the negotiation.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct OfferMade {
    /// The version.
    pub offer: Offer,
    /// Whose terms they are: an offer is the brand's, a counter the creator's.
    pub by: ActorKind,
    /// When, by the ledger's clock.
    pub at: Timestamp,
    /// What the creator says to a counter; may be empty.
    pub note: String,
}

/// A change of the terms that waits for the other side.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Amendment {
    /// Version the terms get.
    pub version: u32,
    /// The terms as they would be.
    pub terms: Terms,
    /// The side that proposed it.
    pub by: ActorKind,
    /// When, by the ledger's clock.
    pub at: Timestamp,
    /// Where in the log.
    pub proposed: Position,
    /// Why.
    pub reason: String,
}

/// Commission of a collaboration, in minor units of the reporting currency.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct CommissionAccount {
    /// On locked orders, after refunds and adjustments.
    pub earned_minor: i64,
    /// Of that, what no line accrues: 0, or less while commission fell after it was approved.
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

/// Terms both sides agreed on.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PinnedTerms {
    /// Their version.
    pub version: u32,
    /// The terms.
    pub terms: Terms,
    /// Their SHA-256.
    pub digest: [u8; 32],
    /// From when on they are in force.
    pub from: Timestamp,
}

/// That and how the offer was accepted.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Acceptance {
    /// The version accepted.
    pub offer_version: u32,
    /// When, by the ledger's clock.
    pub at: Timestamp,
    /// Tier at acceptance, frozen.
    pub tier: Tier,
    /// Scheme of the tier.
    pub tier_scheme: String,
    /// The count behind it.
    pub followers: Option<FollowerCount>,
    /// Who accepted.
    pub by: Actor,
    /// For whom, when not for themselves.
    pub on_behalf_of: Option<OnBehalfOf>,
}

/// One promised post and how far it is.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Deliverable {
    /// What was promised.
    pub terms: DeliverableTerms,
    /// Due time in force; the terms keep the first one.
    pub due_at: Timestamp,
    /// How far it is.
    pub state: DeliverableState,
    /// Every version handed in, version 1 first.
    pub submissions: Vec<Submission>,
    /// Revision rounds used.
    pub revisions: u32,
    /// Whether a version was ever approved, whatever came after.
    pub was_approved: bool,
    /// 1 to 5, from the approval.
    pub rating: Option<u8>,
    /// The post.
    pub publication: Option<PublicationId>,
    /// Whether the post was ever verified, whatever came after.
    pub was_verified: bool,
}

impl Deliverable {
    /// Starts a deliverable as promised.
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
        }
    }

    /// Tells whether nothing is left to do: verified once, or waived.
    pub fn is_done(&self) -> bool {
        self.was_verified || self.state == DeliverableState::Waived
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
    /// When it was handed in.
    pub submitted_at: Timestamp,
    /// Against the due time in force.
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
    pub product: String,
    /// Its two values.
    pub value: ProductValue,
    /// When.
    pub shipped_at: Timestamp,
    /// When it arrived, as far as told.
    pub received: Option<Told>,
    /// When it came back.
    pub returned: Option<Told>,
}

/// When something happened, and the event that told of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Told {
    /// When.
    pub at: Timestamp,
    /// Position of the event.
    pub position: Position,
}

/// A stop of approval, publication and payment.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Hold {
    /// The hold.
    pub id: HoldId,
    /// The deliverable that waits; `None` for all of them.
    pub deliverable: Option<DeliverableId>,
    /// The safety flag behind it.
    pub flag: Option<FlagId>,
    /// Why; may be personal.
    pub reason: String,
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
    /// Key of a hold.
    pub fn key(collaboration: &CollaborationRef, hold: &HoldId) -> Key {
        Self::of_collaboration(collaboration).text(hold.as_str())
    }

    /// Prefix of the holds of a collaboration.
    pub fn of_collaboration(collaboration: &CollaborationRef) -> Key {
        within::<Self>(&collaboration.campaign_ref()).text(collaboration.collaboration.as_str())
    }
}

/// A hold that is on, and over what.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct OpenHold {
    /// The hold.
    pub id: HoldId,
    /// The deliverable that waits; `None` for all of them.
    pub deliverable: Option<DeliverableId>,
}
