//! Commands: what a caller asks for. A command is parsed: each of its fields keeps its own rule.
//! The rules that need state are in `decide`.

use super::ids::*;
use super::values::*;
use super::*;

/// A command, with who asks for it and how.
#[derive(Clone, PartialEq, Debug)]
pub struct Request {
    /// The brand: the tenant whose log this is.
    pub brand: BrandId,
    /// Who asks.
    pub actor: Actor,
    /// The party the actor acts for.
    pub on_behalf_of: Option<OnBehalfOf>,
    /// The request id of the caller, and a digest of the request.
    pub stamp: Option<RequestStamp>,
    /// When it happened, as stated by the caller.
    pub occurred_at: Option<Timestamp>,
    /// What the caller asks for.
    pub command: Command,
}

impl Request {
    /// Returns the side whose rights the rules check: the party acted for, or else the actor.
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
    /// Only the timer of the ledger sends this.
    LockOrder {
        order: OrderKey,
    },
    /// Only the timer of the ledger sends this.
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
