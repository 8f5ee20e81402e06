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
    /// Who was behind the request by the server's own check.
    pub principal: Principal,
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

    /// Names what the command is about.
    pub fn about(&self) -> About {
        let campaign = |campaign: &CampaignId| CampaignRef {
            brand: self.brand.clone(),
            campaign: campaign.clone(),
        };
        let place = |campaign: &CampaignId, collaboration: &CollaborationId| CollaborationRef {
            brand: self.brand.clone(),
            campaign: campaign.clone(),
            collaboration: collaboration.clone(),
        };
        let order = |order: &OrderKey| OrderRef {
            brand: self.brand.clone(),
            order: order.clone(),
        };
        match &self.command {
            Command::Campaign { campaign: name, .. } => About::Campaign(campaign(name)),
            Command::Creator { creator, .. } => About::Creator(CreatorRef {
                brand: self.brand.clone(),
                creator: creator.clone(),
            }),
            Command::Collaboration {
                campaign,
                collaboration,
                ..
            }
            | Command::Deliverable {
                campaign,
                collaboration,
                ..
            } => About::Collaboration(place(campaign, collaboration)),
            Command::Publication { publication, .. } | Command::Engagement { publication, .. } => {
                About::Publication(publication.clone())
            }
            Command::RecordConversion { campaign, claim } => {
                About::Claim(order(&claim.order), campaign.clone())
            }
            Command::RecordRefund { refund } => About::Order(order(&refund.order)),
            Command::AdjustConversion { adjustment } => About::Order(order(&adjustment.order)),
            Command::Order { order: name, .. } => About::Order(order(name)),
            Command::LockOrder { order: name } | Command::SettleRefunds { order: name } => {
                About::Order(order(name))
            }
            Command::Cost {
                campaign: name,
                cost,
                ..
            } => About::Cost(campaign(name), cost.clone()),
            Command::Dispute {
                campaign: name,
                dispute,
                ..
            } => About::Dispute(campaign(name), dispute.clone()),
            Command::Brand { .. } => About::Brand(self.brand.clone()),
        }
    }
}

/// What a command is about, by its full name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum About {
    /// A campaign.
    Campaign(CampaignRef),
    /// A creator.
    Creator(CreatorRef),
    /// A collaboration, or one of its deliverables.
    Collaboration(CollaborationRef),
    /// A post.
    Publication(PublicationRef),
    /// An order.
    Order(OrderRef),
    /// An order that a campaign claims.
    Claim(OrderRef, CampaignId),
    /// A cost line.
    Cost(CampaignRef, CostId),
    /// A dispute.
    Dispute(CampaignRef, DisputeId),
    /// A brand as a whole.
    Brand(BrandId),
}

impl About {
    /// Returns the last part of the name.
    pub fn id(&self) -> &str {
        match self {
            Self::Campaign(name) => name.campaign.as_str(),
            Self::Creator(name) => name.creator.as_str(),
            Self::Collaboration(name) => name.collaboration.as_str(),
            Self::Publication(name) => name.publication.as_str(),
            Self::Order(name) | Self::Claim(name, _) => name.order.id.as_str(),
            Self::Cost(_, id) => id.as_str(),
            Self::Dispute(_, id) => id.as_str(),
            Self::Brand(brand) => brand.as_str(),
        }
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
    Order {
        order: OrderKey,
        verb: OrderVerb,
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
    Brand {
        verb: BrandVerb,
    },
}
