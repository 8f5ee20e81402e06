//! State: the rows that events are folded into and that `decide` reads.
//!
//! One file per track. Each row type defines its key; none knows where rows are stored.

mod balance;
mod brand;
mod budget;
mod campaign;
mod chunk;
mod collaboration;
mod conversion;
mod corrected;
mod cost;
mod creator;
mod dispute;
mod due;
mod earning;
mod erasure;
mod extent;
mod heads;
mod lookup;
mod order_change;
mod publication;
mod report;
mod resource;
mod rights;
mod series;
mod shares;

pub use balance::Balance;
pub use brand::*;
pub use budget::{BudgetUse, Unconverted};
pub use campaign::*;
pub use collaboration::*;
pub use conversion::*;
pub use corrected::{Account, Booked, OrderSum, OrderSums, Version, Versions};
pub use cost::*;
pub use creator::*;
pub use dispute::*;
pub use due::{Due, Lane};
pub use earning::{OrderCommission, Promise, Ruled, Side, Sides};
pub use erasure::*;
pub use extent::Extent;
pub use heads::*;
pub use lookup::{HandleHolder, PostUrl};
pub use order_change::{ChangeKind, OrderChange, pinned};
pub use publication::*;
pub use report::*;
pub use resource::Resource;
pub use rights::RightsEnd;
pub use series::*;
pub use shares::OrderShares;

/// Tags of the tables, the first byte of every key. Views use tags from [`table::VIEWS`] on.
pub mod table {
    /// Campaigns.
    pub const CAMPAIGN: u8 = 1;
    /// Creators.
    pub const CREATOR: u8 = 2;
    /// Collaborations.
    pub const COLLABORATION: u8 = 3;
    /// Campaign × creator.
    pub const PAIR: u8 = 4;
    /// Codes of a campaign.
    pub const CODE: u8 = 5;
    /// Open invitations of a campaign.
    pub const OPEN_INVITATION: u8 = 6;
    /// What falls due, by campaign, kind and time.
    pub const DUE: u8 = 7;
    /// Collaborations of a creator.
    pub const CREATOR_COLLABORATION: u8 = 8;
    /// Publications.
    pub const PUBLICATION: u8 = 9;
    /// Post ids of platforms.
    pub const PLATFORM_POST: u8 = 10;
    /// Observations of a post.
    pub const SERIES_CHUNK: u8 = 11;
    /// Orders.
    pub const ORDER: u8 = 12;
    /// Cost lines.
    pub const COST: u8 = 13;
    /// Payments.
    pub const PAYMENT: u8 = 14;
    /// References of transfers.
    pub const PAYMENT_REFERENCE: u8 = 15;
    /// Collaborations of a creator that have not ended.
    pub const LIVE_COLLABORATION: u8 = 19;
    /// Erased creators.
    pub const ERASED: u8 = 20;
    /// Ids of legal holds of a creator.
    pub const LEGAL_HOLD: u8 = 22;
    /// Safety flags of a creator.
    pub const SAFETY_FLAG: u8 = 17;
    /// Holds of a collaboration.
    pub const HOLD: u8 = 18;
    /// Posts a collaboration is credited with.
    pub const CREDITED_POST: u8 = 16;
    /// Disputes.
    pub const DISPUTE: u8 = 24;
    /// Claims of orders, by position in the log.
    pub const CLAIMED: u8 = 26;
    /// What is owed to creators.
    pub const BALANCE: u8 = 27;
    /// Rights of use, by when they end.
    pub const RIGHTS_END: u8 = 21;
    /// Commission that orders promise, by when they are locked.
    pub const PROMISE: u8 = 28;
    /// Final reports.
    pub const REPORT: u8 = 29;
    /// Settings of brands.
    pub const BRAND_SETTINGS: u8 = 30;
    /// Handles of creators.
    pub const HANDLE: u8 = 23;
    /// Addresses of posts.
    pub const POST_URL: u8 = 25;
    /// First tag of the views.
    pub const VIEWS: u8 = 32;
}
