//! Views: folds of the log, as rows that reflect a known position.
//!
//! A view is a source file with a row type and the change that an event makes to a row. The engine
//! owns storage, checkpoints, restarts and rebuilds. The rows on which commands are decided are
//! views like all others, in the same store, so that each event is folded once. Views are
//! disposable: if their file is lost, they are rebuilt to the same bytes.
//!
//! | view | row | key |
//! |---|---|---|
//! | campaigns, creators, collaborations, publications, orders, costs | `domain::state` | their name |
//! | campaign ROI | [`CampaignTotals`] | campaign |
//! | collaboration performance | [`CollaborationTotals`] | collaboration |
//! | partnership | [`Partnership`] | brand × creator |
//! | worklist | [`worklist::TaskRow`] | brand or campaign, time |
//! | brand awareness | [`PostDay`] | brand, day |
//! | index | [`index`] | campaign, creator, or the rest of a brand → positions |

mod awareness;
mod campaign_roi;
mod check;
mod engine;
mod fold;
pub mod index;
mod mend;
mod partnership;
mod past;
mod performance;
mod rebuild;
mod slice;
pub mod worklist;

pub use awareness::{Day, PostDay};
pub use campaign_roi::CampaignTotals;
pub use check::{CheckError, Compared, Trial, Unfit};
pub use engine::{Durable, Live, ViewError, Views};
pub use fold::{Fold, LastRecorded};
pub use partnership::{CampaignShare, Lifetime, Partnership};
pub use past::{
    AsOf, AsOfError, Look, Past, Tell, past, position_at, position_before, recorded_at,
};
pub use performance::CollaborationTotals;
pub use rebuild::{RebuildError, Rebuilt, rebuild};
pub use slice::Slice;

/// Fingerprint of the fold, made by the build. A file with another fingerprint is rebuilt.
pub const SCHEMA: u64 = include!(concat!(env!("OUT_DIR"), "/views.schema"));

mod table {
    use crate::domain::state::table::VIEWS;

    pub(super) const CAMPAIGN_TOTALS: u8 = VIEWS;
    pub(super) const COLLABORATION_TOTALS: u8 = VIEWS + 1;
    pub(super) const PARTNERSHIP: u8 = VIEWS + 2;
    pub(super) const INDEX: u8 = VIEWS + 3;
    pub(super) const INDEX_CHUNK: u8 = VIEWS + 4;
    pub(super) const LAST_RECORDED: u8 = VIEWS + 5;
    pub(super) const TASK_SET: u8 = VIEWS + 6;
    pub(super) const TASK: u8 = VIEWS + 7;
    pub(super) const POST_DAY: u8 = VIEWS + 8;
}
