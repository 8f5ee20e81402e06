//! Refusals: why a command changed nothing.

use super::{
    CampaignState, CollaborationId, CollaborationRef, CollaborationState, CostState, Currency,
    DeliverableState, DisputeId, FactTiming, HoldId, LegalHoldId, Position, Timestamp, Violation,
};

/// A kind of thing that a command refers to and the ledger does not have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unknown {
    /// A campaign.
    Campaign,
    /// A creator.
    Creator,
    /// A collaboration.
    Collaboration,
    /// A deliverable.
    Deliverable,
    /// A publication.
    Publication,
    /// An observation.
    Observation,
    /// An order.
    Order,
    /// A cost line.
    Cost,
    /// A payment of a line.
    Payment,
    /// A safety flag.
    Flag,
    /// A hold.
    Hold,
    /// A legal hold.
    LegalHold,
    /// A shipment.
    Shipment,
    /// A dispute.
    Dispute,
    /// A revision of the report.
    Report,
    /// A refund of an order.
    Refund,
}

/// Why a command was refused. A refused command writes nothing.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each message says what its fields are")]
pub enum Refusal {
    #[error("{} field(s) break a rule: {}", .0.len(), .0.first().map(ToString::to_string).unwrap_or_default())]
    Invalid(Vec<Violation>),
    #[error("no {} named {id}", noun(*.what))]
    NotFound { what: Unknown, id: String },
    #[error("{what} {id} exists already")]
    AlreadyExists { what: &'static str, id: String },
    #[error("only {allowed} may do this")]
    ActorNotAllowed { allowed: &'static str },
    #[error("the campaign is {}; {rule}", .state.name())]
    CampaignState {
        state: CampaignState,
        rule: &'static str,
    },
    #[error("the campaign needs {} before it opens", .missing.join(" and "))]
    CampaignIncomplete { missing: Vec<&'static str> },
    #[error(
        "{open_invitations} invitations, {applications} applications and {live_collaborations} collaborations are live"
    )]
    LiveWork {
        open_invitations: u32,
        applications: u32,
        live_collaborations: u32,
    },
    #[error("budget: {needed_minor} minor units would be in use, over the cap of {cap_minor}")]
    BudgetExceeded { needed_minor: i128, cap_minor: i64 },
    #[error("budget: {in_use_minor} minor units are in use, the cap cannot be {cap_minor}")]
    BudgetBelowCommitted { in_use_minor: i128, cap_minor: i64 },
    #[error("the brand blocked the creator")]
    CreatorBlocked,
    #[error("the brand does not block the creator")]
    CreatorNotBlocked,
    #[error("the creator was erased at position {position}")]
    CreatorErased { position: Position },
    #[error("legal hold {hold} keeps the creator from being erased")]
    LegalHold { hold: LegalHoldId },
    #[error("collaboration {} in campaign {} has not ended", .live.collaboration, .live.campaign)]
    AgreementLive { live: Box<CollaborationRef> },
    #[error("the campaign's policy demands an assessment, and there is none")]
    VettingMissing,
    #[error("collaboration {live} of the pair is live")]
    AlreadyActive { live: CollaborationId },
    #[error("the collaboration is {}; {rule}", .state.name())]
    CollaborationState {
        state: CollaborationState,
        rule: &'static str,
    },
    #[error("offer version {actual} is open, not {expected}")]
    StaleOffer { expected: u32, actual: u32 },
    #[error("the offer expired at {expired_at}")]
    OfferExpired { expired_at: Timestamp },
    #[error("the offer is open until {expires_at}")]
    OfferNotExpired { expires_at: Timestamp },
    #[error("the deliverable is {}; {rule}", .state.name())]
    DeliverableState {
        state: DeliverableState,
        rule: &'static str,
    },
    #[error("submission version {actual} is current, not {expected}")]
    StaleSubmission { expected: u32, actual: u32 },
    #[error("the terms allow {limit} revisions, all used")]
    RevisionLimitReached { limit: u32 },
    #[error("{open} deliverables are neither verified nor waived")]
    DeliverablesOpen { open: usize },
    #[error("something is published")]
    AlreadyPublished,
    #[error("the platform post id is recorded for publication {publication} of the brand")]
    PostAlreadyRecorded { publication: String },
    #[error("the code belongs to collaboration {holder}")]
    CodeTaken { holder: CollaborationId },
    #[error("collaboration {collaboration} never had accepted terms")]
    NotAccepted { collaboration: CollaborationId },
    #[error("the observation was changed at position {actual}, not {expected}")]
    StaleObservation {
        expected: Position,
        actual: Position,
    },
    #[error("the observation was taken out")]
    ObservationVoided,
    #[error("refunds of {refunds_minor} minor units would be more than the order of {order_minor}")]
    RefundExceedsOrder {
        refunds_minor: i128,
        order_minor: i64,
    },
    #[error("{field} is in {actual}, not in {expected}")]
    CurrencyMismatch {
        field: &'static str,
        expected: Currency,
        actual: Currency,
    },
    #[error("{field}: the total would leave the range of int64")]
    AmountOverflow { field: &'static str },
    #[error("the cost line is {}; {rule}", .state.name())]
    CostState {
        state: CostState,
        rule: &'static str,
    },
    #[error("{paid_minor} minor units would be paid, over the {approved_minor} approved")]
    PaymentExceedsApproved {
        paid_minor: i128,
        approved_minor: i64,
    },
    #[error("{approved_minor} minor units would be approved, over the {accrued_minor} accrued")]
    ApprovalExceedsAccrued {
        approved_minor: i64,
        accrued_minor: i64,
    },
    #[error("the external reference was used at position {position}")]
    PaymentReferenceUsed { position: Position },
    #[error("amendment {version} waits for an answer")]
    AmendmentPending { version: u32 },
    #[error("no amendment waits for an answer")]
    NoAmendment,
    #[error("amendment {actual} waits for an answer, not {expected}")]
    StaleAmendment { expected: u32, actual: u32 },
    #[error("terminating needs an open safety flag or a dispute ruled for it")]
    NoGroundToTerminate,
    #[error("the safety flag was cleared")]
    FlagCleared,
    #[error("hold {hold} stops it")]
    OnHold { hold: HoldId },
    #[error("the hold was released")]
    HoldReleased,
    #[error("the post is removed")]
    PostRemoved,
    #[error("the post is live")]
    PostNotRemoved,
    #[error("the review goes on until {due_at}")]
    ReviewNotDue { due_at: Timestamp },
    #[error("the shipment {rule}")]
    ShipmentState { rule: &'static str },
    #[error("the dispute is resolved")]
    DisputeResolved,
    #[error("dispute {dispute} freezes it")]
    Disputed { dispute: DisputeId },
    #[error("{open} disputes are open")]
    DisputeOpen { open: u32 },
    #[error("the order is not locked before {locks_at}")]
    OrderNotLocked { locks_at: Timestamp },
    #[error("{left_minor} minor units of the order would be left")]
    AdjustmentExceedsOrder { left_minor: i128 },
    #[error("{total_minor} minor units would be accrued, below the {approved_minor} approved")]
    AdjustmentBelowApproved {
        total_minor: i128,
        approved_minor: i64,
    },
    #[error("the counter is at {reached}, below {at_least}")]
    BonusNotReached { reached: u64, at_least: u64 },
    #[error("revision {actual} comes next, not {expected}")]
    StaleReport { expected: u32, actual: u32 },
    #[error("nothing changed since revision {revision}")]
    ReportUnchanged { revision: u32 },
    #[error("the fact of {at} is {}, and would not be any more", .timing.name())]
    FactsWouldMove { at: Timestamp, timing: FactTiming },
    #[error("an order of {ordered_at} would get another margin")]
    OrdersWouldMove { ordered_at: Timestamp },
    #[error("the collaboration was terminated at {terminated_at}: nothing after it is owed")]
    AccrualEnded { terminated_at: Timestamp },
    #[error("the cost line was changed at position {actual}, not {expected}")]
    StaleCost {
        expected: Position,
        actual: Position,
    },
    #[error("the payment was voided at position {position}")]
    PaymentVoided { position: Position },
    #[error("the cost line is as the correction says")]
    CostUnchanged,
    #[error("the time zone of the brand is {time_zone}")]
    TimeZoneSet { time_zone: String },
    #[error("version {version} says something else since position {position}: name a new version")]
    EmvModelDefined { version: String, position: Position },
    #[error("the post was told at position {actual}, not {expected}")]
    StalePublication {
        expected: Position,
        actual: Position,
    },
    #[error("the post is as the correction says")]
    PublicationUnchanged,
    #[error("the order was corrected at position {actual}, not {expected}")]
    StaleCorrection {
        expected: Position,
        actual: Position,
    },
    #[error("the order was voided at position {position}")]
    OrderVoided { position: Position },
    #[error("the refund was voided at position {position}")]
    RefundVoided { position: Position },
    #[error(
        "the terms of collaboration {collaboration} were not in force at {ordered_at}, but from {from} on"
    )]
    TermsNotInForce {
        collaboration: CollaborationId,
        ordered_at: Timestamp,
        from: Timestamp,
    },
    #[error("the order is as the correction says")]
    OrderUnchanged,
    #[error("the amount has a rate, or needs none")]
    RateNotMissing,
    #[error("there may be at most {limit} {collection}")]
    LimitReached {
        collection: &'static str,
        limit: usize,
    },
}

impl Refusal {
    /// Returns the refusal of one field.
    pub fn field(field: &str, rule: impl Into<String>) -> Self {
        Self::Invalid(vec![Violation::new(field, rule)])
    }
}

const fn noun(what: Unknown) -> &'static str {
    match what {
        Unknown::Campaign => "campaign",
        Unknown::Creator => "creator",
        Unknown::Collaboration => "collaboration",
        Unknown::Deliverable => "deliverable",
        Unknown::Publication => "publication",
        Unknown::Observation => "observation",
        Unknown::Order => "order",
        Unknown::Cost => "cost line",
        Unknown::Payment => "payment",
        Unknown::Flag => "safety flag",
        Unknown::Hold => "hold",
        Unknown::LegalHold => "legal hold",
        Unknown::Shipment => "shipment",
        Unknown::Dispute => "dispute",
        Unknown::Report => "report",
        Unknown::Refund => "refund",
    }
}
