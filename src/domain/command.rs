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
    Publication {
        publication: PublicationRef,
        verb: PublicationVerb,
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
    AdjustConversion {
        adjustment: ConversionAdjustment,
    },
    /// Only the ledger's own timer asks this.
    LockOrder {
        order: OrderKey,
    },
    /// Only the ledger's own timer asks this.
    SettleRefunds {
        order: OrderKey,
    },
    Cost {
        campaign: CampaignId,
        cost: CostId,
        verb: CostVerb,
    },
    Dispute {
        campaign: CampaignId,
        collaboration: CollaborationId,
        dispute: DisputeId,
        verb: DisputeVerb,
    },
}
