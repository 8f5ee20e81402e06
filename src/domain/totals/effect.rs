//! Effects: what one event adds to totals. Every number is a sum of these signed contributions.

use std::sync::Arc;

use super::{Conduct, EngagementChange};
use crate::domain::{
    Audience, CollaborationId, CollaborationState, ConversionType, CostType, Currency,
    DeliverableState, FactTiming, ProductValue, Timestamp,
};

/// Whose totals a contribution goes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// The campaign of the event.
    Campaign,
    /// A collaboration of that campaign.
    Collaboration(CollaborationId),
}

/// What one event adds to the totals of one target; may be negative.
#[derive(Clone, PartialEq, Debug)]
pub struct Contribution {
    /// The target.
    pub target: Target,
    /// What is added.
    pub effect: Effect,
}

impl Effect {
    /// Returns what revenue, or what takes from it, adds beside where a later margin covers it.
    pub fn at_later_margin(&self, margin_bp: u32) -> Option<Self> {
        let (timing, net_minor) = if let Self::Revenue { timing, minor } = self {
            (*timing, *minor)
        } else if let Self::Refund { timing, minor } = self {
            (*timing, -*minor)
        } else {
            return None;
        };
        Some(Self::LaterMargin {
            timing,
            net_minor,
            margin_bp,
        })
    }

    /// Returns how the fact lies against the campaign window, and the same effect as if it lay within
    /// the window; `None` where the window does not matter.
    pub fn in_time(&self) -> Option<(FactTiming, Self)> {
        let mut in_time = self.clone();
        let timing = match &mut in_time {
            Self::Posted { timing, .. }
            | Self::Committed { timing, .. }
            | Self::Cost { timing, .. }
            | Self::Paid { timing, .. }
            | Self::ForeignCost { timing, .. }
            | Self::ForeignPaid { timing, .. }
            | Self::Revenue { timing, .. }
            | Self::Refund { timing, .. }
            | Self::LaterMargin { timing, .. }
            | Self::Unattributed { timing, .. }
            | Self::ForeignRevenue { timing, .. }
            | Self::Conversion { timing, .. } => timing,
            Self::Agreement { .. }
            | Self::Deliverable { .. }
            | Self::DueOpened { .. }
            | Self::DueClosed { .. }
            | Self::DeliverablesAccepted { .. }
            | Self::DeliverableDropped
            | Self::Submitted { .. }
            | Self::RevisionRequested
            | Self::Rated { .. }
            | Self::Published { .. }
            | Self::Verified
            | Self::PostRemoved { .. }
            | Self::PostRestored
            | Self::RemovedEarly { .. }
            | Self::FoundUndisclosed { .. }
            | Self::Gifted
            | Self::GiftedPosted
            | Self::Shipped { .. }
            | Self::Received
            | Self::Returned { .. }
            | Self::HoldPlaced
            | Self::HoldReleased
            | Self::ClaimRejected
            | Self::Conduct(_)
            | Self::Engagement { .. }
            | Self::PaymentTimed { .. }
            | Self::AfterMeasurement
            | Self::NoLongerAfterMeasurement => return None,
        };
        let was = std::mem::replace(timing, FactTiming::OnTime);
        Some((was, in_time))
    }
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
    /// An amendment drops a planned deliverable.
    DeliverableDropped,
    Submitted {
        first: bool,
    },
    RevisionRequested,
    Rated {
        rating: u8,
    },
    /// A post went live, or what was told of it is taken back.
    Published {
        posts: i64,
        seconds_late: u64,
        seconds_late_original: u64,
        unapproved: bool,
        undisclosed: bool,
        /// The brand had waived the deliverable.
        waived: bool,
    },
    /// The post of a deliverable was verified for the first time.
    Verified,
    PostRemoved {
        early: bool,
    },
    PostRestored,
    /// How many removals more were too early, because a post is told to have gone live at another
    /// time.
    RemovedEarly {
        posts: i64,
    },
    /// A check found a post undisclosed for the first time.
    FoundUndisclosed {
        posts: i64,
    },
    Posted {
        timing: FactTiming,
        posts: i64,
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
    },
    /// A payment, with a rate or without one: from incurring the cost to paying it. Negative when it
    /// was paid in advance.
    PaymentTimed {
        payments: i64,
        nanos: i128,
    },
    ForeignCost {
        currency: Currency,
        timing: FactTiming,
        minor: i64,
        /// How many lines more lack a rate.
        facts: i64,
    },
    ForeignPaid {
        currency: Currency,
        timing: FactTiming,
        minor: i64,
        /// How many payments more lack a rate.
        facts: i64,
    },
    Revenue {
        timing: FactTiming,
        minor: i64,
    },
    Refund {
        timing: FactTiming,
        minor: i64,
    },
    /// Beside revenue or a refund of an order that a later margin than the first covers.
    LaterMargin {
        timing: FactTiming,
        net_minor: i64,
        margin_bp: u32,
    },
    Unattributed {
        timing: FactTiming,
        minor: i64,
    },
    ForeignRevenue {
        currency: Currency,
        timing: FactTiming,
        minor: i64,
        /// How many orders more lack a rate.
        facts: i64,
    },
    Conversion {
        kind: ConversionType,
        timing: FactTiming,
        attributed_bp: i64,
        unattributed: i64,
    },
    ClaimRejected,
    Conduct(Conduct),
    Engagement {
        audience: Audience,
        on_time: bool,
        counted: bool,
        change: Arc<EngagementChange>,
    },
    AfterMeasurement,
    /// A fact was taken back, or its time corrected.
    NoLongerAfterMeasurement,
}
