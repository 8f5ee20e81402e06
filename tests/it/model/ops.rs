//! Operations, made of small numbers, so that they collide often and shrink well.

mod deals;
mod orders;
mod posts;

use campaign_ledger::wire::proto::values::Counters;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::world::{CAP_MINOR, Ruling};
pub use deals::{DealVerb, Offer};
use deals::{deal_verb, offer};
pub use orders::{Correction, OrderFix, OrderVerb};
pub use posts::{Publish, Repair};
use posts::{publish, repair};

/// Selects one of the existing things, mostly one for which the operation makes sense.
pub type Pick = u16;

#[derive(Clone, Debug)]
pub enum Op {
    Campaign(u8, CampaignVerb),
    Creator(u8, CreatorVerb),
    Invite {
        campaign: u8,
        deal: u8,
        creator: u8,
        offer: Offer,
    },
    /// The same offer to several creators, as pairs of deal and creator, in one call.
    InviteMany {
        campaign: u8,
        pairs: Vec<(u8, u8)>,
        offer: Offer,
    },
    Apply {
        campaign: u8,
        deal: u8,
        creator: u8,
    },
    Deal(Pick, DealVerb),
    Work(Pick, WorkVerb),
    Observe {
        post: Pick,
        hours_after: i64,
        source: u8,
        counters: Counters,
    },
    ObserveAgain(Pick),
    ObserveMany(Vec<Sighting>, Way),
    /// Repeats an earlier batch.
    ManyAgain(Pick),
    Correct {
        observation: Pick,
        counters: Counters,
        stale: bool,
    },
    Void {
        observation: Pick,
        stale: bool,
    },
    Sell(Sale),
    SellAgain(Pick),
    Refund(Refund),
    RefundAgain(Pick),
    /// Corrects a sale, in its currency.
    AdjustSale(Correction),
    /// Takes back, corrects or credits to somebody else what was told of a sale.
    Fix(OrderFix),
    Cost {
        campaign: u8,
        id: u8,
        deal: Option<Pick>,
        kind: u8,
        minor: i64,
        /// An amount beyond the rest of the budget, instead.
        beyond: Option<i64>,
        /// In a currency for which there is no rate.
        unrated: bool,
        day: i64,
    },
    ApproveCost {
        cost: Pick,
        percent: i64,
    },
    ReverseCost(Pick),
    /// Supplies a rate of 1.
    RateCost(Pick),
    AdjustCost {
        cost: Pick,
        percent: i64,
    },
    WithholdCost(Pick),
    ReleaseCost(Pick),
    Dispute {
        about: Pick,
        /// Whether it is about a line rather than a deliverable.
        line: bool,
        id: u8,
        by_creator: bool,
    },
    Resolve {
        dispute: Pick,
        ruling: Ruling,
        by_creator: bool,
    },
    /// Ends everything in a campaign, and closes it.
    WindUp(u8),
    /// Makes a final report.
    Finalise(u8),
    Pay {
        cost: Pick,
        id: u8,
        reference: u8,
        percent: i64,
        day: i64,
    },
    /// Repeats an earlier request.
    Again(Pick),
    /// Reads and compares everything.
    Check,
    Restart(Rest),
}

/// One of several observations.
#[derive(Clone, Debug)]
pub enum Sighting {
    New {
        post: Pick,
        hours_after: i64,
        source: u8,
        counters: Counters,
    },
    /// Repeats an earlier one.
    Again(Pick),
}

/// How several observations are sent.
#[derive(Clone, Copy, Debug)]
pub enum Way {
    /// In one call with a request id.
    Batch,
    /// In one call without a request id.
    UnnamedBatch,
    /// In a stream.
    Chunks,
}

/// What happens to the views while the server is down.
#[derive(Clone, Copy, Debug)]
pub enum Rest {
    Kept,
    Forgotten,
    Rebuilt,
}

#[derive(Clone, Debug)]
pub enum CampaignVerb {
    Open,
    Pause,
    Resume,
    /// To an amount above what is in use, or to a fixed amount.
    Amend {
        minor: i64,
        beyond_use: bool,
    },
    Close {
        withdraw_pending: bool,
    },
    Cancel,
}

#[derive(Clone, Debug)]
pub enum CreatorVerb {
    Profile(u64),
    Block,
    Unblock,
    Assess,
    Flag(u8),
    Clear(u8),
}

#[derive(Clone, Debug)]
pub enum WorkVerb {
    Submit(i64),
    Revise {
        stale: bool,
    },
    Approve {
        stale: bool,
        rating: Option<u32>,
    },
    Reject,
    Publish(Publish),
    Verify,
    Reschedule(i64),
    Waive,
    /// Days after it went live.
    Remove(i64),
    /// Days after it was taken down.
    Restore(i64),
    Correct(Repair),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Sale {
    pub campaign: u8,
    pub order: u8,
    pub install: bool,
    pub minor: Option<i64>,
    pub day: i64,
    pub code: Option<u8>,
    /// Deals, and the days of their link touches.
    pub touches: Vec<(u8, i64)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Refund {
    pub order: u8,
    pub id: u8,
    pub usd: bool,
    pub minor: i64,
    pub day: i64,
}

/// Returns a day for facts: in the campaign's window, late, or after measurement.
fn day() -> impl Strategy<Value = i64> {
    prop_oneof![6 => 0..30_i64, 2 => 30..60_i64, 1 => 60..75_i64]
}

fn minor() -> impl Strategy<Value = i64> {
    prop_oneof![
        4 => (1..5_000_i64).prop_map(|whole| whole * 100),
        // Not payable in rupiah.
        1 => 1..500_000_i64,
        1 => (1..60_i64).prop_map(|much| much * 10_000_000),
    ]
}

/// Returns an amount that can be paid, as terms have to state.
fn payable() -> impl Strategy<Value = i64> {
    minor().prop_map(|minor| (minor / 100 * 100).max(100))
}

fn counters() -> impl Strategy<Value = Counters> {
    let likes = 0..50_000_u64;
    // A denominator may be zero.
    let some = || option::weighted(0.7, prop_oneof![1 => Just(0), 4 => 1..50_000_u64]);
    (
        likes,
        [some(), some(), some(), some(), some(), some(), some()],
    )
        .prop_map(|(likes, some)| {
            let [comments, shares, saves, views, impressions, reach, clicks] = some;
            Counters {
                likes: Some(likes),
                comments,
                shares,
                saves,
                views,
                impressions,
                reach,
                clicks,
                ..Counters::default()
            }
        })
}

fn campaign_verb() -> impl Strategy<Value = CampaignVerb> {
    let cap = prop_oneof![minor(), Just(500_000_000)];
    prop_oneof![
        2 => Just(CampaignVerb::Open),
        2 => Just(CampaignVerb::Pause),
        4 => Just(CampaignVerb::Resume),
        4 => (cap, prop::bool::weighted(0.8))
            .prop_map(|(minor, beyond_use)| CampaignVerb::Amend { minor, beyond_use }),
        1 => any::<bool>().prop_map(|withdraw_pending| CampaignVerb::Close { withdraw_pending }),
        1 => Just(CampaignVerb::Cancel),
    ]
}

fn creator_verb() -> impl Strategy<Value = CreatorVerb> {
    let followers = prop::sample::select(vec![999, 1_000, 10_000, 100_000, 100_001, 1_000_001]);
    prop_oneof![
        4 => followers.prop_map(CreatorVerb::Profile),
        1 => Just(CreatorVerb::Block),
        3 => Just(CreatorVerb::Unblock),
        1 => Just(CreatorVerb::Assess),
        2 => (0..3_u8).prop_map(CreatorVerb::Flag),
        2 => (0..3_u8).prop_map(CreatorVerb::Clear),
    ]
}

fn work_verb() -> impl Strategy<Value = WorkVerb> {
    let stale = || prop::bool::weighted(0.1);
    let rating = option::of(1..=5_u32);
    prop_oneof![
        6 => day().prop_map(WorkVerb::Submit),
        2 => stale().prop_map(|stale| WorkVerb::Revise { stale }),
        4 => (stale(), rating).prop_map(|(stale, rating)| WorkVerb::Approve { stale, rating }),
        1 => Just(WorkVerb::Reject),
        8 => publish().prop_map(WorkVerb::Publish),
        3 => Just(WorkVerb::Verify),
        1 => day().prop_map(WorkVerb::Reschedule),
        1 => Just(WorkVerb::Waive),
        4 => (-1..15_i64).prop_map(WorkVerb::Remove),
        4 => (-1..10_i64).prop_map(WorkVerb::Restore),
        4 => repair().prop_map(WorkVerb::Correct),
    ]
}

fn sale() -> impl Strategy<Value = Sale> {
    let touches = vec((0..6_u8, 0..40_i64), 0..3);
    let what = (0..2_u8, 0..8_u8, prop::bool::weighted(0.2));
    let value = option::weighted(0.85, minor());
    let code = option::weighted(0.4, 0..3_u8);
    (what, value, day(), code, touches).prop_map(|(what, minor, day, code, touches)| Sale {
        campaign: what.0,
        order: what.1,
        install: what.2,
        minor,
        day,
        code,
        touches,
    })
}

fn refund() -> impl Strategy<Value = Refund> {
    (0..8_u8, 0..4_u8, prop::bool::weighted(0.3), minor(), day()).prop_map(
        |(order, id, usd, minor, day)| Refund {
            order,
            id,
            usd,
            minor,
            day,
        },
    )
}

fn percent() -> impl Strategy<Value = i64> {
    prop_oneof![4 => Just(100), 3 => 1..100_i64, 1 => 101..110_i64]
}

fn sighting() -> impl Strategy<Value = Sighting> {
    let hours = prop_oneof![1 => -30..0_i64, 9 => 0..1_500_i64];
    prop_oneof![
        3 => (any::<Pick>(), hours, 0..4_u8, counters()).prop_map(
            |(post, hours_after, source, counters)| Sighting::New { post, hours_after, source, counters }
        ),
        1 => any::<Pick>().prop_map(Sighting::Again),
    ]
}

fn many() -> impl Strategy<Value = Op> {
    let way = prop::sample::select(vec![Way::Batch, Way::Batch, Way::UnnamedBatch, Way::Chunks]);
    (vec(sighting(), 1..6), way).prop_map(|(seen, way)| Op::ObserveMany(seen, way))
}

fn measured() -> impl Strategy<Value = Op> {
    let pick = any::<Pick>;
    let stale = || prop::bool::weighted(0.15);
    prop_oneof![
        8 => (pick(), -30..1_500_i64, 0..4_u8, counters()).prop_map(
            |(post, hours_after, source, counters)| Op::Observe { post, hours_after, source, counters }
        ),
        1 => pick().prop_map(Op::ObserveAgain),
        4 => many(),
        3 => pick().prop_map(Op::ManyAgain),
        3 => (pick(), counters(), stale()).prop_map(
            |(observation, counters, stale)| Op::Correct { observation, counters, stale }
        ),
        2 => (pick(), stale()).prop_map(|(observation, stale)| Op::Void { observation, stale }),
        8 => sale().prop_map(Op::Sell),
        1 => pick().prop_map(Op::SellAgain),
        6 => refund().prop_map(Op::Refund),
        1 => pick().prop_map(Op::RefundAgain),
        3 => (0..8_u8, 0..3_u8, prop_oneof![minor(), minor().prop_map(|minor| -minor)]).prop_map(
            |(order, id, delta_minor)| Op::AdjustSale(Correction { order, id, delta_minor })
        ),
        6 => orders::fix().prop_map(Op::Fix),
    ]
}

fn settled() -> impl Strategy<Value = Op> {
    let pick = any::<Pick>;
    let place = (0..2_u8, 0..12_u8, option::weighted(0.7, pick()));
    let kind = prop_oneof![1 => Just(0), 3 => 0..11_u8];
    use Ruling::{Overturned, Split, Upheld, Withdrawn};
    let ruling = prop::sample::select(vec![Upheld, Overturned, Split, Withdrawn]);
    let beyond = option::weighted(0.3, prop::sample::select(vec![-100_i64, 0, 1, 100]));
    prop_oneof![
        4 => (place, kind, minor(), beyond, prop::bool::weighted(0.15), day()).prop_map(|(place, kind, minor, beyond, unrated, day)| Op::Cost {
            campaign: place.0,
            id: place.1,
            deal: place.2,
            kind,
            minor,
            beyond,
            unrated,
            day,
        }),
        3 => (pick(), percent()).prop_map(|(cost, percent)| Op::ApproveCost { cost, percent }),
        1 => pick().prop_map(Op::ReverseCost),
        1 => pick().prop_map(Op::RateCost),
        3 => (pick(), -60..60_i64).prop_map(|(cost, percent)| Op::AdjustCost { cost, percent }),
        1 => pick().prop_map(Op::WithholdCost),
        2 => pick().prop_map(Op::ReleaseCost),
        5 => (pick(), prop::bool::weighted(0.7), 0..16_u8, any::<bool>()).prop_map(
            |(about, line, id, by_creator)| Op::Dispute { about, line, id, by_creator }
        ),
        4 => (pick(), ruling, any::<bool>()).prop_map(
            |(dispute, ruling, by_creator)| Op::Resolve { dispute, ruling, by_creator }
        ),
        4 => (pick(), 0..30_u8, 0..30_u8, percent(), day()).prop_map(
            |(cost, id, reference, percent, day)| Op::Pay { cost, id, reference, percent, day }
        ),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let invite = (0..2_u8, 0..6_u8, 0..3_u8, offer());
    let rest = prop::sample::select(vec![Rest::Kept, Rest::Forgotten, Rest::Rebuilt]);
    prop_oneof![
        2 => (0..2_u8, campaign_verb()).prop_map(|(campaign, verb)| Op::Campaign(campaign, verb)),
        5 => (0..3_u8, creator_verb()).prop_map(|(creator, verb)| Op::Creator(creator, verb)),
        8 => invite.prop_map(|(campaign, deal, creator, offer)| Op::Invite {
            campaign, deal, creator, offer,
        }),
        1 => (0..2_u8, vec((0..6_u8, 0..3_u8), 1..4), offer()).prop_map(
            |(campaign, pairs, offer)| Op::InviteMany { campaign, pairs, offer }
        ),
        3 => (0..2_u8, 0..6_u8, 0..3_u8).prop_map(|(campaign, deal, creator)| Op::Apply {
            campaign, deal, creator,
        }),
        26 => (any::<Pick>(), deal_verb()).prop_map(|(pick, verb)| Op::Deal(pick, verb)),
        20 => (any::<Pick>(), work_verb()).prop_map(|(pick, verb)| Op::Work(pick, verb)),
        34 => measured(),
        30 => settled(),
        1 => (0..2_u8).prop_map(Op::WindUp),
        2 => (0..2_u8).prop_map(Op::Finalise),
        3 => any::<Pick>().prop_map(Op::Again),
        1 => Just(Op::Check),
        1 => rest.prop_map(Op::Restart),
    ]
}

/// Returns the first operations: three deals, most of them accepted, some of them published.
fn beginning() -> impl Strategy<Value = Vec<Op>> {
    let deals = prop::sample::subsequence(vec![(0, 0, 0), (0, 1, 1), (1, 0, 0)], 1..4);
    let deals = (deals, [offer(), offer(), offer()]).prop_map(|(deals, offers)| {
        let invited = deals.into_iter().zip(offers);
        invited.map(|((campaign, deal, creator), mut offer)| {
            offer.fee_minor %= CAP_MINOR / 4;
            Op::Invite {
                campaign,
                deal,
                creator,
                offer,
            }
        })
    });
    let accept = (1..8_u16, 0..20_i64).prop_map(|(pick, day)| {
        let stale = false;
        Op::Deal(pick, DealVerb::Accept { day, stale })
    });
    let work = prop_oneof![
        (1..8_u16, day()).prop_map(|(pick, day)| Op::Work(pick, WorkVerb::Submit(day))),
        (1..8_u16, publish())
            .prop_map(|(pick, publish)| Op::Work(pick, WorkVerb::Publish(publish))),
    ];
    (deals, vec(accept, 1..4), vec(work, 2..8)).prop_map(|(deals, accepted, worked)| {
        let begun = deals.chain(accepted);
        begun.chain(worked).collect()
    })
}

/// Returns a whole history: about forty to two hundred requests.
pub fn history() -> impl Strategy<Value = Vec<Op>> {
    let then = vec(op(), 30..150);
    (beginning(), then).prop_map(|(beginning, then)| [beginning, then].concat())
}
