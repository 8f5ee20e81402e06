//! The read side: views, each a fold of the log that says which position it reflects.
//!
//! A view is a file with a row type and what an event does to a row; the engine owns storage,
//! checkpoints, restarts and rebuilds. Views are disposable: without their file they are folded
//! anew, to the same bytes.
//!
//! | view | row | key |
//! |---|---|---|
//! | campaigns, creators, collaborations, publications, orders, costs | `domain::state` | their name |
//! | campaign ROI | [`CampaignTotals`] | campaign |
//! | collaboration performance | [`CollaborationTotals`] | collaboration |
//! | partnership | [`Partnership`] | brand × creator |
//! | index | [`index`] | campaign, creator, or the rest of a brand → positions |

mod as_of;
mod campaign_roi;
mod engine;
mod fold;
pub mod index;
mod partnership;
mod performance;
mod rebuild;

pub use as_of::{AsOfError, as_of, events_of};
pub use campaign_roi::CampaignTotals;
pub use engine::{Follower, Publisher, ViewError, Views};
pub use fold::{LastRecorded, apply};
pub use partnership::{CampaignShare, Partnership};
pub use performance::CollaborationTotals;
pub use rebuild::{RebuildError, Rebuilt, rebuild};

/// Version of the row types; a file of another version is folded anew.
pub const SCHEMA: u32 = 1;

mod table {
    use crate::domain::state::table::VIEWS;

    pub(super) const CAMPAIGN_TOTALS: u8 = VIEWS;
    pub(super) const COLLABORATION_TOTALS: u8 = VIEWS + 1;
    pub(super) const PARTNERSHIP: u8 = VIEWS + 2;
    pub(super) const INDEX: u8 = VIEWS + 3;
    pub(super) const INDEX_CHUNK: u8 = VIEWS + 4;
    pub(super) const LAST_RECORDED: u8 = VIEWS + 5;
}
