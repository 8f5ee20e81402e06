//! States of the parallel tracks: campaign, agreement, deliverable, cost line.

use serde::{Deserialize, Serialize};

/// Where a campaign stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum CampaignState {
    /// Being planned.
    Draft,
    /// Creators may be invited.
    Open,
    /// No new invitations or acceptances.
    Paused,
    /// No more work; measurement and settlement go on.
    Closed,
    /// Called off.
    Cancelled,
    /// Closed, and a report that stays was made of it.
    Finalised,
}

impl CampaignState {
    /// Returns the name as the API spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Open => "OPEN",
            Self::Paused => "PAUSED",
            Self::Closed => "CLOSED",
            Self::Cancelled => "CANCELLED",
            Self::Finalised => "FINALISED",
        }
    }

    /// Tells whether the campaign is over: nothing in it is offered or worked on any more.
    pub const fn is_ended(self) -> bool {
        match self {
            Self::Draft | Self::Open | Self::Paused => false,
            Self::Closed | Self::Cancelled | Self::Finalised => true,
        }
    }
}

/// Where the agreement of a collaboration stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum CollaborationState {
    /// An offer is open.
    Invited,
    /// Terms are pinned.
    Accepted,
    /// Work has begun.
    Active,
    /// Ended: the creator said no.
    Declined,
    /// Ended: the brand took the offer back.
    Withdrawn,
    /// Ended: nobody answered in time.
    Expired,
    /// Ended: everything is verified or waived.
    Completed,
    /// Ended before anything was published: the brand called it off, or the creator left.
    Cancelled,
    /// Ended: the brand ended it for a grave reason.
    Terminated,
    /// The creator asked to take part; no offer yet.
    Applied,
    /// The creator answered the offer with terms of their own.
    Countered,
    /// Ended: the brand turned an application or a counter down.
    Rejected,
}

impl CollaborationState {
    /// Returns the name as the API spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invited => "INVITED",
            Self::Accepted => "ACCEPTED",
            Self::Active => "ACTIVE",
            Self::Declined => "DECLINED",
            Self::Withdrawn => "WITHDRAWN",
            Self::Expired => "EXPIRED",
            Self::Completed => "COMPLETED",
            Self::Cancelled => "CANCELLED",
            Self::Terminated => "TERMINATED",
            Self::Applied => "APPLIED",
            Self::Countered => "COUNTERED",
            Self::Rejected => "REJECTED",
        }
    }
}

/// Where a deliverable stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum DeliverableState {
    /// Nothing handed in.
    Planned,
    /// A version waits for review.
    Submitted,
    /// Changes were asked for.
    RevisionRequested,
    /// A version is approved.
    Approved,
    /// Rejected for good.
    Rejected,
    /// The post is live.
    Published,
    /// The post is checked.
    Verified,
    /// The brand does without.
    Waived,
    /// The post was live and is taken down.
    Removed,
}

impl DeliverableState {
    /// Returns the name as the API spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Planned => "PLANNED",
            Self::Submitted => "SUBMITTED",
            Self::RevisionRequested => "REVISION_REQUESTED",
            Self::Approved => "APPROVED",
            Self::Rejected => "REJECTED",
            Self::Published => "PUBLISHED",
            Self::Verified => "VERIFIED",
            Self::Waived => "WAIVED",
            Self::Removed => "REMOVED",
        }
    }
}

/// Where a cost line stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum CostState {
    /// Owed.
    Accrued,
    /// All of it may be paid.
    Approved,
    /// All of it is paid.
    Paid,
    /// Taken back.
    Reversed,
    /// Neither approved further nor paid until it is released.
    Withheld,
}

impl CostState {
    /// Returns the name as the API spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accrued => "ACCRUED",
            Self::Approved => "APPROVED",
            Self::Paid => "PAID",
            Self::Reversed => "REVERSED",
            Self::Withheld => "WITHHELD",
        }
    }
}

impl CollaborationState {
    /// Tells whether the agreement has ended: only measurement and settlement are accepted.
    pub const fn is_ended(self) -> bool {
        match self {
            Self::Applied | Self::Invited | Self::Countered | Self::Accepted | Self::Active => {
                false
            }
            Self::Declined
            | Self::Withdrawn
            | Self::Expired
            | Self::Completed
            | Self::Cancelled
            | Self::Rejected
            | Self::Terminated => true,
        }
    }

    /// Returns where the agreement stands in a campaign that stands there: what is open ends with its
    /// campaign, before an event tells so of it.
    pub const fn within(self, campaign: CampaignState) -> Self {
        match self {
            Self::Applied if campaign.is_ended() => Self::Rejected,
            Self::Invited | Self::Countered if campaign.is_ended() => Self::Withdrawn,
            state => state,
        }
    }

    /// Tells whether an offer or a counter waits for an answer.
    pub const fn is_negotiated(self) -> bool {
        matches!(self, Self::Invited | Self::Countered)
    }

    /// Tells whether work may go on under accepted terms.
    pub const fn is_working(self) -> bool {
        matches!(self, Self::Accepted | Self::Active)
    }
}

impl DeliverableState {
    /// Tells whether the post is still owed: neither live nor given up.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Planned | Self::Submitted | Self::RevisionRequested | Self::Approved => true,
            Self::Rejected | Self::Published | Self::Verified | Self::Waived | Self::Removed => {
                false
            }
        }
    }
}
