//! Events: what happened. Each carries all that folding it needs, so that the past never depends on
//! rules of today.

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
    /// Returns the side it was done for: the party acted for, or the actor.
    pub fn side(&self) -> ActorKind {
        self.on_behalf_of
            .as_ref()
            .map_or(self.actor.kind, |other| other.actor.kind)
    }

    /// Returns when it happened, as far as is known: as claimed, or when it was recorded.
    pub fn happened_at(&self) -> Timestamp {
        self.occurred_at.unwrap_or(self.recorded_at)
    }

    /// Returns when the fact it tells of happened: by the fact itself, else as [`happened_at`].
    ///
    /// [`happened_at`]: Self::happened_at
    pub fn fact_at(&self) -> Timestamp {
        let at = self.event.happened_at();
        at.unwrap_or_else(|| self.happened_at())
    }
}

impl Event {
    /// Returns when a fact with a time of its own happened. A correction is a word about what it
    /// corrects, and stands where that was seen.
    pub fn happened_at(&self) -> Option<Timestamp> {
        match self {
            Self::Engagement(event) => Some(event.observed_at()),
            Self::Revenue(event) => event.happened_at(),
            Self::Publication(event) => event.happened_at(),
            Self::Settlement(event) => event.happened_at(),
            Self::Seeding(event) => Some(event.happened_at()),
            Self::Campaign(_)
            | Self::Creator(_)
            | Self::Agreement(_)
            | Self::Content(_)
            | Self::Dispute(_)
            | Self::Hold(_) => None,
        }
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

/// What happened, by the track it belongs to: what is folded in one file is defined there.
#[derive(Clone, PartialEq, Debug)]
#[expect(missing_docs, reason = "the enum of each track documents it")]
pub enum Event {
    Campaign(CampaignEvent),
    Creator(CreatorEvent),
    Agreement(AgreementEvent),
    Content(ContentEvent),
    Publication(PublicationEvent),
    Seeding(SeedingEvent),
    Engagement(EngagementEvent),
    Revenue(RevenueEvent),
    Settlement(SettlementEvent),
    Dispute(DisputeEvent),
    Hold(HoldEvent),
}
