//! A statement: what a campaign cost and brought, as a page and as a table that people can read.
//!
//! Owns words, layout and plots. Every number in it is a number of the API, formatted; none is
//! computed here. The page is self-contained: no script, no font, no picture from elsewhere.

mod page;
mod plot;
mod table;
mod words;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::wire::proto::api;

pub use page::html;
pub use table::csv;

/// What a statement is made of.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The campaign.
    pub campaign: api::Campaign,
    /// Its numbers.
    pub roi: api::CampaignRoi,
    /// Its collaborations, each with its numbers.
    pub collaborations: Vec<Line>,
    /// How its numbers grew, by the day on which things happened; each day once, in order.
    pub days: Vec<Day>,
    /// What happened, the oldest first; without single observations and orders, but with what was
    /// corrected of orders.
    pub timeline: Vec<Happened>,
    /// Orders that are credited to nobody, the oldest first.
    pub uncredited: Vec<Uncredited>,
    /// Refunds of its orders, the oldest first.
    pub refunds: Vec<Refunded>,
    /// The revisions of its report up to the position.
    pub revisions: Vec<api::FinalReport>,
    /// The time zone of its days and times.
    pub zone: TimeZone,
    /// The position that everything reflects.
    pub position: u64,
    /// When the event at that position was recorded, RFC 3339.
    pub recorded_at: String,
    /// The signed checkpoint of the log; empty if there is none.
    pub checkpoint: String,
}

/// A collaboration and its numbers.
#[derive(Clone, Debug)]
pub struct Line {
    /// The collaboration.
    pub collaboration: api::Collaboration,
    /// Its numbers.
    pub performance: api::CollaborationPerformance,
    /// Where its posts are, by publication id.
    pub urls: BTreeMap<String, String>,
}

/// Sums up to the end of a day in the time zone of the statement, in minor units of the reporting currency.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Day {
    /// The day, as in 2026-11-01.
    pub day: String,
    /// Accrued cost.
    pub cost_minor: i64,
    /// Net revenue.
    pub revenue_minor: i64,
    /// Likes, comments, shares and saves that count.
    pub engagements: i64,
}

/// Something that happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Happened {
    /// The event's position.
    pub position: u64,
    /// When, RFC 3339.
    pub at: String,
    /// The event's type, such as `ContentApproved`.
    pub event: String,
    /// The collaboration it was in, if any.
    pub collaboration_id: String,
    /// Who did it, such as `brand maya`.
    pub actor: String,
    /// For whom and why, where it was done for another; else empty.
    pub on_behalf_of: String,
    /// Why, where the event says so; else empty.
    pub reason: String,
}

/// An order that is credited to nobody.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Uncredited {
    /// The order, as `shop o-1`.
    pub order: String,
    /// When it happened, RFC 3339.
    pub at: String,
    /// Its type, such as `SALE`.
    pub kind: &'static str,
    /// What the customer paid, with its currency; empty without a value.
    pub value: String,
    /// Why nobody is credited, such as `UNKNOWN_CODE`.
    pub reason: &'static str,
}

/// A refund of an order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refunded {
    /// The order, as `shop o-1`.
    pub order: String,
    /// The refund.
    pub refund_id: String,
    /// When it happened, RFC 3339.
    pub at: String,
    /// What went back, with its currency.
    pub amount: String,
    /// `APPLIED`, `WAITING` or `REJECTED`.
    pub state: &'static str,
    /// Why it was rejected; empty otherwise.
    pub reason: &'static str,
}
