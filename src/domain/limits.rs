//! Limits: how many of each thing there may be, and why.
//!
//! Each limit is far above what campaigns need, and low enough that every row and every answer
//! stays small. Only `decide` and the parsers of calls refuse because of a limit. Events in the log
//! are folded whatever their number. `docs/bounds.md` says which limit bounds which collection; a
//! test compares the two.

/// Refunds of one order that arrived before the order: more than this means a wrong order id.
pub const MAX_WAITING_REFUNDS: usize = 100;

/// Refunds of one order, including those that wait for it: an order has a few; a line that stands
/// for many orders has more.
pub const MAX_REFUNDS: usize = 500;

/// Conversions that one claim may stand for: sums of them stay far from their range.
pub const MAX_QUANTITY: u32 = 1_000_000;

/// Adjustments of one order: a person enters each of them, with a reason.
pub const MAX_ADJUSTMENTS: usize = 200;

/// Corrections of one order: a person enters each of them, with a reason. Each keeps who was credited
/// before and after.
pub const MAX_ORDER_CHANGES: usize = 20;

/// Consequences that the command itself records. Each repeats the party acted for and the reason, 3
/// KiB at most, so that this many fit into one block beside the command's own events. The ledger
/// records the rest.
pub const MAX_AT_ONCE: usize = 20;

/// Consequences that the ledger records in one block. They carry no reason from a caller, so each
/// takes less than 600 bytes.
pub const MAX_FOLLOWING: usize = 150;

/// Legal holds of one creator that are on: a creator with more cases than this is a matter for more
/// than a ledger.
pub const MAX_LEGAL_HOLDS: usize = 20;

/// Open safety flags of one creator: with more, a brand no longer works with the creator. Cleared
/// flags have no limit; they are listed in pages.
pub const MAX_OPEN_FLAGS: usize = 100;

/// Latest safety flags that the creator's own row names, beside the open ones, for answers about
/// the creator.
pub const KEPT_FLAGS: usize = 20;

/// Open holds of one collaboration: one for each deliverable, and as many again. Released holds
/// have no limit; they are listed in pages.
pub const MAX_OPEN_HOLDS: usize = 100;

/// Latest holds that the collaboration's own row names, beside the open ones, for answers about it.
pub const KEPT_HOLDS: usize = 20;

/// Open disputes of one collaboration: nobody settles more than this one by one.
pub const MAX_OPEN_DISPUTES: usize = 100;

/// Evidence references of one dispute: a longer list is a document, which has one address of its
/// own.
pub const MAX_DISPUTE_EVIDENCE: usize = 20;

/// Evidence references of one finding: a longer list is a document, which has one address of its
/// own.
pub const MAX_EVIDENCE: usize = 20;

/// Versions of the terms of one collaboration that were ever in force: an agreement that changes
/// more often is a new agreement.
pub const MAX_TERMS_VERSIONS: usize = 50;

/// Bytes of one version of terms in a row: fifty posts and a page of rights take less.
pub const MAX_TERMS_BYTES: usize = 32 << 10;

/// Versions of the negotiation that a row keeps: the log has all of them.
pub const KEPT_OFFERS: usize = 21;

/// Posts promised in one collaboration: more than this is several collaborations.
pub const MAX_DELIVERABLES: usize = 50;

/// Revision rounds of one deliverable: with more, the brief was wrong.
pub const MAX_REVISIONS: u32 = 20;

/// Requested changes in one revision round: with more, it is another brief.
pub const MAX_REVISION_REASONS: usize = 20;

/// Bytes of all content references of one collaboration: all versions of all its posts.
pub const MAX_CONTENT_BYTES: usize = 512 << 10;

/// Products sent within one collaboration: a parcel a week for almost four years.
pub const MAX_SHIPMENTS: usize = 200;

/// Collaborations of one brand with one creator: one a week for almost twenty years. One answer
/// sums over all of them.
pub const MAX_COLLABORATIONS_OF_CREATOR: u32 = 1_000;

/// Collaborations of one campaign that ever held the same code.
pub const MAX_CODE_HOLDERS: usize = 1_000;

/// Most platforms, by name, of one creator.
pub const MAX_VENUES: usize = 50;

/// Most definitions that the counters of one post may name.
pub const MAX_DEFINITIONS: usize = 10;

/// Changes of one observation: a number that is corrected more often was never known.
pub const MAX_CHANGES: usize = 100;

/// Models of earned media value of one brand: one a quarter for 25 years.
pub const MAX_EMV_MODELS: usize = 100;

/// Taxes of one cost line: no law has more.
pub const MAX_TAXES: usize = 20;

/// Revisions of the report of one campaign.
pub const MAX_REPORTS: u32 = 1_000;

/// Gross margins of one campaign: a margin that changes more often is not one of a campaign.
pub const MAX_MARGINS: usize = 50;

/// Niches of one plan or profile: a longer list describes nothing.
pub const MAX_NICHES: usize = 20;

/// Formats of one plan: each format once.
pub const MAX_FORMATS: usize = 12;

/// Shares of one fact: no post has more partners.
pub const MAX_SHARES: usize = 50;

/// Link touches of one claim: only the last one counts, the others are evidence.
pub const MAX_TOUCHES: usize = 50;

/// Usage rights of one agreement: with more, some of them repeat others.
pub const MAX_RIGHTS: usize = 20;

/// Channels of one usage right; an empty list means all channels.
pub const MAX_CHANNELS: usize = 20;

/// Territories of one usage right: there are about as many countries.
pub const MAX_TERRITORIES: usize = 250;

/// Bonuses of one agreement.
pub const MAX_BONUSES: usize = 10;
