//! Events: what happened. An event carries everything that folding it needs, so that the past never
//! depends on today's rules.

use std::borrow::Cow;

use super::ids::*;
use super::values::*;
use super::*;

/// An event at its position in the log, with who caused it, when and why.
#[derive(Clone, PartialEq, Debug)]
pub struct Record {
    /// Position within the partition.
    pub position: Position,
    /// The tenant.
    pub brand: BrandId,
    /// The entities that it is about.
    pub subject: Subject,
    /// Who caused it.
    pub actor: Actor,
    /// Whom the actor acted for.
    pub on_behalf_of: Option<OnBehalfOf>,
    /// The request that caused it.
    pub request: Option<RequestStamp>,
    /// When it happened, as stated by the caller.
    pub occurred_at: Option<Timestamp>,
    /// When the ledger recorded it.
    pub recorded_at: Timestamp,
    /// Who was behind the request by the server's own check.
    pub principal: Principal,
    /// What happened.
    pub event: Event,
}

impl Record {
    /// Returns the side it was done for: the party acted for, or else the actor.
    pub fn side(&self) -> ActorKind {
        self.on_behalf_of
            .as_ref()
            .map_or(self.actor.kind, |other| other.actor.kind)
    }

    /// Returns when it happened: the time that the caller stated, or else the time it was recorded.
    pub fn happened_at(&self) -> Timestamp {
        self.occurred_at.unwrap_or(self.recorded_at)
    }

    /// Returns when the recorded fact happened: the time in the event itself, or else
    /// [`happened_at`].
    ///
    /// [`happened_at`]: Self::happened_at
    pub fn fact_at(&self) -> Timestamp {
        let at = self.event.happened_at();
        at.unwrap_or_else(|| self.happened_at())
    }
}

impl Record {
    /// Returns the event as it counts in a past up to a time of happening; `None` when it happened
    /// later. A correction that moves a line or a post beyond that time takes it out; of one of a locked
    /// order only what changes in place counts from the order on.
    pub fn up_to(&self, time: Timestamp) -> Option<Cow<'_, Self>> {
        if self.fact_at() <= time {
            return Some(Cow::Borrowed(self));
        }
        match &self.event {
            Event::Settlement(SettlementEvent::CostCorrected(corrected))
                if corrected.moved_from <= time =>
            {
                let event = Event::Settlement(SettlementEvent::CostReversed {
                    cost: corrected.cost.clone(),
                    reason: corrected.reason.clone(),
                    reporting_minor: corrected.reporting_minor,
                    timing: corrected.timing,
                });
                Some(Cow::Owned(Self {
                    event,
                    ..self.clone()
                }))
            }
            Event::Publication(PublicationEvent::PublicationCorrected(corrected))
                if corrected.moved_from <= time =>
            {
                let event = PublicationEvent::PublicationCorrected(PublicationCorrected {
                    now: None,
                    ..corrected.clone()
                });
                Some(Cow::Owned(Self {
                    event: Event::Publication(event),
                    ..self.clone()
                }))
            }
            Event::Revenue(event) => {
                let event = Event::Revenue(event.before_money_counts(time)?);
                Some(Cow::Owned(Self {
                    event,
                    ..self.clone()
                }))
            }
            Event::Campaign(_)
            | Event::Creator(_)
            | Event::Agreement(_)
            | Event::Content(_)
            | Event::Publication(_)
            | Event::Seeding(_)
            | Event::Engagement(_)
            | Event::Settlement(_)
            | Event::Dispute(_)
            | Event::Hold(_)
            | Event::Brand(_) => None,
        }
    }
}

impl Event {
    /// Returns when the fact happened, for events that carry a time of their own. A correction has
    /// the time of the observation that it corrects.
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
            | Self::Hold(_)
            | Self::Brand(_) => None,
        }
    }
}

/// The entities that an event is about.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Subject {
    /// The campaign, if there is one.
    pub campaign: Option<CampaignId>,
    /// The collaboration, if there is one.
    pub collaboration: Option<CollaborationId>,
    /// The creator, if there is one.
    pub creator: Option<CreatorId>,
}

/// The request id that the caller chose, and a digest of the request's content.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RequestStamp {
    /// The request id.
    pub id: RequestId,
    /// First 16 bytes of the SHA-256 of the content.
    pub digest: [u8; 16],
}

/// Most bytes of a [`Principal`].
pub const MAX_PRINCIPAL_BYTES: usize = 256;

/// Who was behind a request, as the server made sure of it and not as the caller stated it. Opaque to
/// the domain, and empty where nobody was asked for proof.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Principal(Box<[u8]>);

impl Principal {
    /// Nobody was asked for proof.
    pub fn none() -> Self {
        Self::default()
    }

    /// Takes the bytes. Returns `None` if they are more than [`MAX_PRINCIPAL_BYTES`].
    pub fn new(bytes: impl Into<Box<[u8]>>) -> Option<Self> {
        let bytes = bytes.into();
        (bytes.len() <= MAX_PRINCIPAL_BYTES).then_some(Self(bytes))
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// An event that is decided but not yet in the log, with the entities it is about.
#[derive(Clone, PartialEq, Debug)]
pub struct Fact {
    /// What it is about.
    pub subject: Subject,
    /// What happened.
    pub event: Event,
}

/// What happened, by track. The file that folds a track also defines its events.
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
    Brand(BrandEvent),
}
