//! States of the parallel tracks: campaign, agreement, deliverable, cost line.

use super::words;

words! {
    /// Where a campaign stands.
    pub enum CampaignState: "campaign.ledger.v1.CampaignState" {
        /// Being planned.
        Draft = 1 => "DRAFT",
        /// Creators may be invited.
        Open = 2 => "OPEN",
        /// No new invitations or acceptances.
        Paused = 3 => "PAUSED",
        /// No more work; measurement and settlement go on.
        Closed = 4 => "CLOSED",
        /// Called off.
        Cancelled = 5 => "CANCELLED",
        /// Closed, and a report that stays was made of it.
        Finalised = 6 => "FINALISED",
    }
}

impl CampaignState {
    /// Returns whether the campaign is over: nothing in it is offered or worked on any more.
    pub const fn is_ended(self) -> bool {
        match self {
            Self::Draft | Self::Open | Self::Paused => false,
            Self::Closed | Self::Cancelled | Self::Finalised => true,
        }
    }
}

words! {
    /// Where the agreement of a collaboration stands.
    pub enum CollaborationState: "campaign.ledger.v1.CollaborationState" {
        /// An offer is open.
        Invited = 1 => "INVITED",
        /// Terms are pinned.
        Accepted = 2 => "ACCEPTED",
        /// Work has begun.
        Active = 3 => "ACTIVE",
        /// Ended: the creator said no.
        Declined = 4 => "DECLINED",
        /// Ended: the brand took the offer back.
        Withdrawn = 5 => "WITHDRAWN",
        /// Ended: nobody answered in time.
        Expired = 6 => "EXPIRED",
        /// Ended: everything is verified or waived.
        Completed = 7 => "COMPLETED",
        /// Ended before anything was published: the brand called it off, or the creator left.
        Cancelled = 8 => "CANCELLED",
        /// Ended: the brand ended it for a grave reason.
        Terminated = 12 => "TERMINATED",
        /// The creator asked to take part; no offer yet.
        Applied = 9 => "APPLIED",
        /// The creator answered the offer with terms of their own.
        Countered = 10 => "COUNTERED",
        /// Ended: the brand turned an application or a counter down.
        Rejected = 11 => "REJECTED",
    }
}

words! {
    /// Where a deliverable stands.
    pub enum DeliverableState: "campaign.ledger.v1.DeliverableState" {
        /// Nothing handed in.
        Planned = 1 => "PLANNED",
        /// A version waits for review.
        Submitted = 2 => "SUBMITTED",
        /// Changes were asked for.
        RevisionRequested = 3 => "REVISION_REQUESTED",
        /// A version is approved.
        Approved = 4 => "APPROVED",
        /// Rejected for good.
        Rejected = 5 => "REJECTED",
        /// The post is live.
        Published = 6 => "PUBLISHED",
        /// The post is checked.
        Verified = 7 => "VERIFIED",
        /// The brand does without.
        Waived = 8 => "WAIVED",
        /// The post was live and is taken down.
        Removed = 9 => "REMOVED",
    }
}

words! {
    /// Where a cost line stands.
    pub enum CostState: "campaign.ledger.v1.CostState" {
        /// Owed.
        Accrued = 1 => "ACCRUED",
        /// All of it may be paid.
        Approved = 2 => "APPROVED",
        /// All of it is paid.
        Paid = 3 => "PAID",
        /// Taken back.
        Reversed = 4 => "REVERSED",
        /// Neither approved further nor paid until it is released.
        Withheld = 5 => "WITHHELD",
    }
}

impl CollaborationState {
    /// Returns whether the agreement has ended: only measurement and settlement are accepted.
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
    /// campaign, before it has an event of its own about that.
    pub const fn within(self, campaign: CampaignState) -> Self {
        match self {
            Self::Applied if campaign.is_ended() => Self::Rejected,
            Self::Invited | Self::Countered if campaign.is_ended() => Self::Withdrawn,
            state => state,
        }
    }

    /// Returns whether an offer or a counter waits for an answer.
    pub const fn is_negotiated(self) -> bool {
        matches!(self, Self::Invited | Self::Countered)
    }

    /// Returns whether work may go on under accepted terms.
    pub const fn is_working(self) -> bool {
        matches!(self, Self::Accepted | Self::Active)
    }
}

impl DeliverableState {
    /// Returns whether the post is still owed: neither live nor given up.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Planned | Self::Submitted | Self::RevisionRequested | Self::Approved => true,
            Self::Rejected | Self::Published | Self::Verified | Self::Waived | Self::Removed => {
                false
            }
        }
    }
}
