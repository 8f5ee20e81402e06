//! Events: what happened. Each carries all that folding it needs, so that the past never depends on
//! rules of today.

use serde::{Deserialize, Serialize};

use super::ids::*;
use super::values::*;
use super::*;

/// An event in its place in the log, with who, when and why.
#[derive(Clone, PartialEq, Debug)]
pub struct Record {
    /// Place in the partition.
    pub position: Position,
    /// The tenant.
    pub brand: BrandId,
    /// What it is about.
    pub subject: Subject,
    /// Who did it.
    pub actor: Actor,
    /// Whom the actor acted for.
    pub on_behalf_of: Option<OnBehalfOf>,
    /// The request that made it.
    pub request: Option<RequestStamp>,
    /// When the caller says it happened.
    pub occurred_at: Option<Timestamp>,
    /// When the ledger wrote it.
    pub recorded_at: Timestamp,
    /// What happened.
    pub event: Event,
}

impl Record {
    /// Returns when it happened, as far as is known: as claimed, or when it was recorded.
    pub fn happened_at(&self) -> Timestamp {
        self.occurred_at.unwrap_or(self.recorded_at)
    }
}

/// What an event is about.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Subject {
    /// The campaign, if one.
    pub campaign: Option<CampaignId>,
    /// The collaboration, if one.
    pub collaboration: Option<CollaborationId>,
    /// The creator, if one.
    pub creator: Option<CreatorId>,
}

/// The caller's name for a request, and a digest of its content.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RequestStamp {
    /// The name.
    pub id: RequestId,
    /// First 16 bytes of the SHA-256 of the content.
    pub digest: [u8; 16],
}

/// Something decided but not yet in the log: an event and what it is about.
#[derive(Clone, PartialEq, Debug)]
pub struct Fact {
    /// What it is about.
    pub subject: Subject,
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the message of the same name in event/v1 documents each field"
)]
pub enum Event {
    CampaignCreated {
        plan: CampaignPlan,
    },
    CampaignOpened,
    CampaignPaused {
        reason: String,
    },
    CampaignResumed,
    BudgetAmended {
        cap: Money,
        previous: Option<Money>,
        reason: String,
    },
    CampaignClosed,
    CampaignCancelled {
        reason: String,
    },

    CreatorProfileRecorded {
        profile: CreatorProfile,
    },
    CreatorBlocked {
        reason: String,
    },
    CreatorUnblocked {
        reason: String,
    },

    CreatorInvited {
        offer: Offer,
        previous: Option<CollaborationId>,
    },
    BriefAccepted(BriefAccepted),
    InvitationDeclined {
        reason: String,
    },
    InvitationWithdrawn {
        reason: String,
    },
    InvitationExpired {
        offer_version: u32,
    },
    CollaborationCompleted,
    CollaborationCancelled {
        reason: String,
        kill_fee: Money,
    },

    ContentSubmitted {
        deliverable: DeliverableId,
        version: u32,
        content: ContentRef,
        seconds_late: u64,
    },
    RevisionRequested {
        deliverable: DeliverableId,
        version: u32,
        reasons: Vec<String>,
    },
    ContentApproved {
        deliverable: DeliverableId,
        version: u32,
        rating: Option<u8>,
    },
    ContentRejected {
        deliverable: DeliverableId,
        version: u32,
        reason: String,
    },
    PublicationRecorded(PublicationRecorded),
    PublicationVerified {
        deliverable: DeliverableId,
        publication: PublicationId,
    },
    DeadlineRescheduled {
        deliverable: DeliverableId,
        due_at: Timestamp,
        previous: Timestamp,
        reason: String,
    },
    DeliverableWaived {
        deliverable: DeliverableId,
        reason: String,
    },
    ProductShipped {
        shipment: ShipmentId,
        product: String,
        value: ProductValue,
        shipped_at: Timestamp,
    },

    EngagementRecorded {
        publication: PublicationId,
        observation: Observation,
        timing: FactTiming,
    },
    EngagementCorrected {
        publication: PublicationId,
        observation: Observation,
        replaces: Replaces,
        timing: FactTiming,
        reason: String,
    },
    EngagementVoided {
        publication: PublicationId,
        seen: Seen,
        replaces: Replaces,
        timing: FactTiming,
        reason: String,
    },

    ConversionRecorded(ConversionRecorded),
    ConversionRejected(ConversionRejected),
    RefundRecorded {
        refund: Refund,
        effect: Option<RefundEffect>,
    },
    RefundApplied {
        refund: Refund,
        effect: RefundEffect,
    },
    RefundRejected {
        refund: Refund,
        rejection: RefundRejection,
    },

    CostRecorded(CostRecorded),
    CostApproved {
        cost: CostId,
        approved_minor: i64,
    },
    CostReversed {
        cost: CostId,
        reason: String,
        reporting_minor: Option<i64>,
        timing: FactTiming,
    },
    PaymentRecorded(PaymentRecorded),
}

/// A numbered version of terms offered.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Offer {
    /// From 1.
    pub version: u32,
    /// The terms.
    pub terms: Terms,
    /// From this time on it cannot be accepted.
    pub expires_at: Timestamp,
}

/// The creator accepted; the terms are pinned.
#[derive(Clone, PartialEq, Debug)]
pub struct BriefAccepted {
    /// The version accepted.
    pub offer_version: u32,
    /// Tier at acceptance, frozen.
    pub tier: Tier,
    /// Scheme of the tier.
    pub tier_scheme: String,
    /// The largest count over the platforms promised.
    pub followers: Option<FollowerCount>,
    /// SHA-256 of the accepted terms.
    pub terms_digest: [u8; 32],
}

/// Where content lies, and its hash.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ContentRef {
    /// Where it lies.
    pub reference: String,
    /// SHA-256 of the content.
    pub sha256: [u8; 32],
}

/// A post went live.
#[derive(Clone, PartialEq, Debug)]
pub struct PublicationRecorded {
    /// The deliverable.
    pub deliverable: DeliverableId,
    /// The publication.
    pub publication: PublicationId,
    /// Where.
    pub platform: Platform,
    /// Address of the post; personal.
    pub url: String,
    /// Id of the post on the platform.
    pub post_id: String,
    /// When it went live.
    pub published_at: Timestamp,
    /// Followers at publication.
    pub followers: Option<u64>,
    /// Whether the cooperation is disclosed.
    pub disclosed: bool,
    /// Giveaway: left out of engagement-rate baselines.
    pub incentivised: bool,
    /// Shares of a JOINT post; empty when the post is the collaboration's alone.
    pub shares: Vec<Share>,
    /// Against the due time in force.
    pub seconds_late: u64,
    /// Against the first due time.
    pub seconds_late_original: u64,
    /// Breach: published without approval.
    pub unapproved: bool,
    /// Breach: not disclosed where the campaign demands it.
    pub undisclosed: bool,
}

/// Where on the axes of time and origin an observation lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Seen {
    /// When the counters were seen.
    pub observed_at: Timestamp,
    /// Where they come from.
    pub source: ObservationSource,
    /// How they came about.
    pub kind: MeasurementKind,
    /// Which audience they cover.
    pub scope: MeasurementScope,
}

/// Counters of a post as seen at one time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Observation {
    /// When, by whom, how, of whom.
    pub seen: Seen,
    /// What was seen.
    pub counters: Counters,
    /// Followers at the time.
    pub followers: Option<u64>,
}

/// Which observation a correction or a void is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Replaces {
    /// The recording that made the observation.
    pub observation: Position,
    /// The recording, or its latest correction.
    pub latest: Position,
}

/// An order was credited, or found to be unattributed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ConversionRecorded {
    /// The order.
    pub order: OrderKey,
    /// What it is.
    pub kind: ConversionType,
    /// What the customer paid.
    pub value: Option<Money>,
    /// Pinned rate of a foreign value.
    pub fx_rate: Option<FxRate>,
    /// Value in minor units of the reporting currency.
    pub reporting_minor: Option<i64>,
    /// When it happened.
    pub ordered_at: Timestamp,
    /// Why it is credited so.
    pub basis: AttributionBasis,
    /// Why it is not.
    pub unattributed: Option<UnattributedReason>,
    /// Who is credited.
    pub credits: Vec<Credit>,
    /// Against the window of the campaign.
    pub timing: FactTiming,
    /// First 16 bytes of the SHA-256 of the claim.
    pub claim_digest: [u8; 16],
}

/// A second claim of an order, kept as evidence.
#[derive(Clone, PartialEq, Debug)]
pub struct ConversionRejected {
    /// The order.
    pub order: OrderKey,
    /// Position of the conversion that stands.
    pub winner: Position,
    /// Its campaign.
    pub winner_campaign: CampaignId,
    /// The collaborations it credits.
    pub winner_collaborations: Vec<CollaborationId>,
    /// The collaborations this claim named.
    pub claimed: Vec<CollaborationId>,
    /// Value claimed.
    pub value: Option<Money>,
    /// Order time claimed.
    pub ordered_at: Timestamp,
}

/// Money of an order that went back.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Refund {
    /// The order.
    pub order: OrderKey,
    /// Unique within the order.
    pub id: RefundId,
    /// How much.
    pub amount: Money,
    /// When.
    pub refunded_at: Timestamp,
}

/// What a refund takes from revenue.
#[derive(Clone, PartialEq, Debug)]
pub struct RefundEffect {
    /// Minor units of the reporting currency; `None` without a rate.
    pub reporting_minor: Option<i64>,
    /// Whose revenue falls; empty when the order is unattributed.
    pub credits: Vec<Credit>,
    /// Against the window of the campaign.
    pub timing: FactTiming,
}

/// Money was spent or is owed.
#[derive(Clone, PartialEq, Debug)]
pub struct CostRecorded {
    /// The line.
    pub cost: CostId,
    /// What for.
    pub kind: CostType,
    /// How much.
    pub amount: Money,
    /// Pinned rate of a foreign amount.
    pub fx_rate: Option<FxRate>,
    /// Minor units of the reporting currency; `None` without a rate.
    pub reporting_minor: Option<i64>,
    /// When.
    pub incurred_at: Timestamp,
    /// Free text.
    pub note: String,
    /// Against the window of the campaign.
    pub timing: FactTiming,
}

/// A line, or part of it, was paid.
#[derive(Clone, PartialEq, Debug)]
pub struct PaymentRecorded {
    /// The payment.
    pub payment: PaymentId,
    /// The line.
    pub cost: CostId,
    /// How much, in the currency of the line.
    pub amount: Money,
    /// Reference of the transfer.
    pub reference: Reference,
    /// When.
    pub paid_at: Timestamp,
    /// Minor units of the reporting currency; `None` without a rate.
    pub reporting_minor: Option<i64>,
    /// Against the window of the campaign.
    pub timing: FactTiming,
}
