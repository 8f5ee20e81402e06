//! What one event adds to totals: signed contributions, the atoms of every number.

use std::sync::Arc;

use super::{Conduct, EngagementChange};
use crate::domain::{
    CollaborationId, CollaborationState, ConversionType, CostType, Currency, DeliverableState,
    FactTiming, MeasurementKind, MeasurementScope, ProductValue, Timestamp,
};

/// Whose totals a contribution goes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// The campaign of the event.
    Campaign,
    /// A collaboration of that campaign.
    Collaboration(CollaborationId),
}

/// What one event adds to one target; may be negative.
#[derive(Clone, PartialEq, Debug)]
pub struct Contribution {
    /// Whose totals.
    pub target: Target,
    /// What is added.
    pub effect: Effect,
}

/// What is added. Amounts are minor units of the reporting currency and signed.
#[derive(Clone, PartialEq, Debug)]
#[expect(
    missing_docs,
    reason = "the fields of Totals and Tally document what each is added to"
)]
pub enum Effect {
    Agreement {
        from: Option<CollaborationState>,
        to: CollaborationState,
    },
    Deliverable {
        from: Option<DeliverableState>,
        to: DeliverableState,
    },
    DueOpened {
        due_at: Timestamp,
    },
    DueClosed {
        due_at: Timestamp,
    },
    DeliverablesAccepted {
        count: u32,
    },
    /// An amendment leaves out a planned deliverable.
    DeliverableDropped,
    Submitted {
        first: bool,
    },
    RevisionRequested,
    Rated {
        rating: u8,
    },
    Published {
        seconds_late: u64,
        seconds_late_original: u64,
        unapproved: bool,
        undisclosed: bool,
    },
    /// The post of a deliverable was verified, for the first and only time.
    Verified,
    PostRemoved {
        early: bool,
    },
    PostRestored,
    /// A check found a post undisclosed that was not known to be.
    FoundUndisclosed,
    Posted {
        timing: FactTiming,
    },
    Gifted,
    GiftedPosted,
    Shipped {
        value: ProductValue,
    },
    Received,
    Returned {
        value: ProductValue,
    },
    HoldPlaced,
    HoldReleased,
    Committed {
        timing: FactTiming,
        minor: i64,
    },
    Cost {
        kind: CostType,
        timing: FactTiming,
        minor: i64,
    },
    Paid {
        kind: CostType,
        timing: FactTiming,
        minor: i64,
        seconds: u64,
    },
    ForeignCost {
        currency: Currency,
        timing: FactTiming,
        minor: i64,
    },
    Revenue {
        timing: FactTiming,
        minor: i64,
    },
    Refund {
        timing: FactTiming,
        minor: i64,
    },
    Unattributed {
        timing: FactTiming,
        minor: i64,
    },
    ForeignRevenue {
        currency: Currency,
        timing: FactTiming,
        minor: i64,
    },
    Conversion {
        kind: ConversionType,
        timing: FactTiming,
        attributed_bp: u32,
        unattributed: u32,
    },
    ClaimRejected,
    Conduct(Conduct),
    Engagement {
        scope: MeasurementScope,
        kind: MeasurementKind,
        on_time: bool,
        counted: bool,
        change: Arc<EngagementChange>,
    },
    AfterMeasurement,
}
