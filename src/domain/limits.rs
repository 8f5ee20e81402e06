//! Limits: how many of one thing there may be, and why so many.
//!
//! Each is far beyond what campaigns need, and small enough that every row and every answer stays
//! small. Only `decide` and the readers of calls refuse by them: what the log holds is folded, however
//! much it is. `docs/bounds.md` says which collection keeps which limit; a test compares the two.

/// Refunds of one order that wait for it: more of one order are a mistake in its id.
pub const MAX_WAITING_REFUNDS: usize = 100;

/// Refunds of one order, those that wait among them: an order has a few, a line that stands for many
/// orders has more.
pub const MAX_REFUNDS: usize = 500;

/// Adjustments of one order: each is typed in by somebody, with a reason.
pub const MAX_ADJUSTMENTS: usize = 200;

/// Consequences that a command records itself. Each repeats for whom the caller acts and why, some
/// 3 KiB at most, so so many fit a block beside what the command says. The ledger records the rest.
pub const MAX_AT_ONCE: usize = 20;

/// Consequences that the ledger records in one block. None repeats a reason of a caller, so each takes
/// less than 600 bytes.
pub const MAX_FOLLOWING: usize = 150;

/// Safety flags of a creator that are open at a time: with more the brand is done with the creator.
/// Cleared ones are listed in pages, however many there are.
pub const MAX_OPEN_FLAGS: usize = 100;

/// Safety flags that a creator's own row names besides the open ones, for answers about the creator.
pub const KEPT_FLAGS: usize = 20;

/// Holds of a collaboration that are on at a time: one for each deliverable, and as many again.
/// Released ones are listed in pages, however many there are.
pub const MAX_OPEN_HOLDS: usize = 100;

/// Holds that a collaboration's own row names besides those that are on, for answers about it.
pub const KEPT_HOLDS: usize = 20;

/// Disputes of a collaboration that are open at a time: more are not talked over.
pub const MAX_OPEN_DISPUTES: usize = 100;

/// Where evidence of a dispute lies: with more it is a dossier, which has an address of its own.
pub const MAX_DISPUTE_EVIDENCE: usize = 20;

/// Most things one finding rests on: beyond this it is a dossier, which has an address of its own.
pub const MAX_EVIDENCE: usize = 20;

/// Versions of the terms of a collaboration that were ever in force: an agreement that changes more
/// often is a new one.
pub const MAX_TERMS_VERSIONS: usize = 50;

/// Bytes that terms take in a row: fifty posts and a page of rights take less.
pub const MAX_TERMS_BYTES: usize = 32 << 10;

/// Versions of the negotiation that a row keeps: the log has all.
pub const KEPT_OFFERS: usize = 21;

/// Most posts promised in one collaboration: beyond this it is several.
pub const MAX_DELIVERABLES: usize = 50;

/// Most revision rounds: beyond this the brief was wrong.
pub const MAX_REVISIONS: u32 = 20;

/// Most wishes in one revision round: beyond this it is another brief.
pub const MAX_REVISION_REASONS: usize = 20;

/// Bytes of the places where the content of a collaboration lies, of all versions of all posts.
pub const MAX_CONTENT_BYTES: usize = 512 << 10;

/// Products sent within one collaboration: a parcel a week for years.
pub const MAX_SHIPMENTS: usize = 200;

/// Collaborations of a brand with one creator: one a week for twenty years. What they add up to is one
/// answer.
pub const MAX_COLLABORATIONS_OF_CREATOR: u32 = 1_000;

/// Collaborations of a campaign that ever held one code.
pub const MAX_CODE_HOLDERS: usize = 1_000;

/// Changes of one observation: what is corrected more often was never known.
pub const MAX_CHANGES: usize = 100;

/// Taxes of one cost line: no law knows more.
pub const MAX_TAXES: usize = 20;

/// Revisions of the report of one campaign.
pub const MAX_REPORTS: u32 = 1_000;

/// Most niches of a plan or a profile: more describe nothing.
pub const MAX_NICHES: usize = 20;

/// Most formats of a plan: each once.
pub const MAX_FORMATS: usize = 12;

/// Most shares of one fact: more do not meet on one post.
pub const MAX_SHARES: usize = 50;

/// Most link touches of a claim: only the last one counts, the others are evidence.
pub const MAX_TOUCHES: usize = 50;

/// Most rights of one agreement: beyond this they say the same thing twice.
pub const MAX_RIGHTS: usize = 20;

/// Most channels of one right; all are named by naming none.
pub const MAX_CHANNELS: usize = 20;

/// Most territories of one right: as many as there are countries.
pub const MAX_TERRITORIES: usize = 250;

/// Most bonuses of one agreement.
pub const MAX_BONUSES: usize = 10;
