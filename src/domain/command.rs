//! Commands: what somebody asks for. Parsed, so every field keeps its own rule; rules that need
//! state are `decide`'s.

use super::ids::*;
use super::values::*;
use super::*;

/// A command with who asks and as what.
#[derive(Clone, PartialEq, Debug)]
pub struct Request {
    /// The tenant.
    pub brand: BrandId,
    /// Who asks.
    pub actor: Actor,
    /// Whom the actor acts for.
    pub on_behalf_of: Option<OnBehalfOf>,
    /// The caller's name for the request.
    pub stamp: Option<RequestStamp>,
    /// When the caller says it happened.
    pub occurred_at: Option<Timestamp>,
    /// What is asked.
    pub command: Command,
}

impl Request {
    /// Returns the side whose rights the rules check: the party acted for, or the actor.
    pub fn side(&self) -> ActorKind {
        self.on_behalf_of
            .as_ref()
            .map_or(self.actor.kind, |other| other.actor.kind)
    }
}

/// What is asked.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the request message of the same name in v1 documents each field"
)]
pub enum Command {
    Campaign {
        campaign: CampaignId,
        verb: CampaignVerb,
    },
    Creator {
        creator: CreatorId,
        verb: CreatorVerb,
    },
    Collaboration {
        campaign: CampaignId,
        collaboration: CollaborationId,
        verb: CollaborationVerb,
    },
    Deliverable {
        campaign: CampaignId,
        collaboration: CollaborationId,
        deliverable: DeliverableId,
        verb: DeliverableVerb,
    },
    Engagement {
        publication: PublicationRef,
        verb: EngagementVerb,
    },
    RecordConversion {
        campaign: CampaignId,
        claim: Claim,
    },
    RecordRefund {
        refund: Refund,
    },
    Cost {
        campaign: CampaignId,
        cost: CostId,
        verb: CostVerb,
    },
}

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
}

/// What can be asked about a creator.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the request message of the same name in v1 documents each field"
)]
pub enum CreatorVerb {
    RecordProfile { profile: CreatorProfile },
    Block { reason: String },
    Unblock { reason: String },
}

/// What can be asked of the agreement.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the request message of the same name in v1 documents each field"
)]
pub enum CollaborationVerb {
    Invite {
        creator: CreatorId,
        terms: Terms,
        expires_at: Timestamp,
    },
    Accept {
        offer_version: u32,
    },
    Decline {
        reason: String,
    },
    Withdraw {
        reason: String,
    },
    /// Only the ledger's own timer asks this.
    Expire {
        offer_version: u32,
    },
    ShipProduct {
        shipment: ShipmentId,
        product: String,
        value: ProductValue,
        shipped_at: Timestamp,
    },
    Complete,
    Cancel {
        reason: String,
    },
}

/// What can be asked of a deliverable.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the request message of the same name in v1 documents each field"
)]
pub enum DeliverableVerb {
    Submit { content: ContentRef },
    RequestRevision { version: u32, reasons: Vec<String> },
    Approve { version: u32, rating: Option<u8> },
    Reject { version: u32, reason: String },
    Publish(Publish),
    Verify,
    Reschedule { due_at: Timestamp, reason: String },
    Waive { reason: String },
}

/// A post that went live, as told.
#[derive(Clone, PartialEq, Debug)]
pub struct Publish {
    /// The publication.
    pub publication: PublicationId,
    /// Address of the post; personal.
    pub url: String,
    /// Id of the post on the platform.
    pub post_id: String,
    /// When it went live.
    pub published_at: Timestamp,
    /// Followers at publication; `None` takes the profile's count for the platform.
    pub followers: Option<u64>,
    /// Whether the cooperation is disclosed.
    pub disclosed: bool,
    /// Shares of a JOINT post, adding to 10,000; empty otherwise.
    pub shares: Vec<Share>,
}

/// What can be asked about the counters of a post.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the request message of the same name in v1 documents each field"
)]
pub enum EngagementVerb {
    Record {
        observation: Observation,
    },
    Correct {
        observation: Position,
        counters: Counters,
        followers: Option<u64>,
        reason: String,
    },
    Void {
        observation: Position,
        reason: String,
    },
}

/// A claim that an order is to be credited.
#[derive(Clone, PartialEq, Debug)]
pub struct Claim {
    /// The order.
    pub order: OrderKey,
    /// What it is.
    pub kind: ConversionType,
    /// What the customer paid.
    pub value: Option<Money>,
    /// Rate of a foreign value.
    pub fx_rate: Option<FxRate>,
    /// When it happened.
    pub ordered_at: Timestamp,
    /// Code quoted.
    pub code: Option<Code>,
    /// Link touches before the order.
    pub touches: Vec<LinkTouch>,
    /// Credit in stated shares; empty for by code or touch.
    pub joint_shares: Vec<Share>,
    /// First 16 bytes of the SHA-256 of the claim.
    pub digest: [u8; 16],
}

/// What can be asked of a cost line.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the request message of the same name in v1 documents each field"
)]
pub enum CostVerb {
    Record {
        collaboration: Option<CollaborationId>,
        kind: CostType,
        amount: Money,
        fx_rate: Option<FxRate>,
        incurred_at: Timestamp,
        note: String,
    },
    Approve {
        approved_minor: Option<i64>,
    },
    Reverse {
        reason: String,
    },
    Pay {
        payment: PaymentId,
        amount: Money,
        reference: Reference,
        paid_at: Timestamp,
    },
}
