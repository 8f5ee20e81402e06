//! The facts of the story, as data.

use campaign_ledger::wire::proto::values::*;

/// Rupiah per dollar.
pub const USD_RATE: i64 = 16_000;
/// Gross margin, in basis points.
pub const MARGIN_BP: u32 = 4_000;
/// Price of a thousand impressions, in minor units.
pub const CPM_MINOR: i64 = 2_000_000;
/// Price of a thousand likes, in minor units.
pub const LIKES_MINOR: i64 = 30_000_001;
/// Views of an advertisement, which no total includes.
pub const PAID_VIEWS: u64 = 77_000;
/// Fee of each who accepted, in minor units.
pub const FEES: [(&str, i64); 4] = [
    ("ayu", 100_000_000),
    ("budi", 50_000_000),
    ("citra", 0),
    ("fitri", 40_000_000),
];
/// Who accepted.
pub const ACCEPTED: [&str; 4] = ["ayu", "budi", "citra", "fitri"];
/// Part of the fee owed to fitri, whose collaboration was cancelled before work began.
pub const KILL_FEE_BP: i64 = 2_500;

/// A cost line.
pub struct CostFact {
    pub id: &'static str,
    pub who: Option<&'static str>,
    pub kind: CostType,
    pub currency: &'static str,
    pub minor: i64,
    pub incurred: i64,
    /// Minor units and day of each payment.
    pub paid: &'static [(i64, i64)],
}

const fn cost(
    id: &'static str,
    who: Option<&'static str>,
    kind: CostType,
    minor: i64,
    incurred: i64,
    paid: &'static [(i64, i64)],
) -> CostFact {
    CostFact {
        id,
        who,
        kind,
        currency: "IDR",
        minor,
        incurred,
        paid,
    }
}

/// The cost lines that count; days 31 to 60 are late, later ones count in no total.
pub const COSTS: [CostFact; 10] = [
    cost(
        "fee-ayu",
        Some("ayu"),
        CostType::Fee,
        100_000_000,
        11,
        &[(60_000_000, 20), (40_000_000, 31)],
    ),
    // Beyond the amount committed to her.
    cost("more-ayu", Some("ayu"), CostType::Fee, 20_000_000, 20, &[]),
    cost(
        "fee-budi",
        Some("budi"),
        CostType::Fee,
        30_000_000,
        12,
        &[(30_000_000, 12)],
    ),
    cost(
        "goods",
        Some("citra"),
        CostType::Product,
        15_000_000,
        2,
        &[(15_000_000, 2)],
    ),
    cost(
        "bonus",
        Some("budi"),
        CostType::Bonus,
        7_000_100,
        33,
        &[(7_000_000, 34), (100, 61)],
    ),
    cost(
        "back",
        None,
        CostType::Recovery,
        5_000_000,
        25,
        &[(5_000_000, 26)],
    ),
    cost("late-back", None, CostType::Recovery, 1_234_500, 45, &[]),
    cost("studio", None, CostType::Production, 9_999_900, 3, &[]),
    // After measurement: recorded only.
    cost(
        "storage",
        None,
        CostType::PlatformFee,
        77_700,
        61,
        &[(77_700, 61)],
    ),
    CostFact {
        currency: "USD",
        ..cost(
            "ads",
            None,
            CostType::PaidAmplification,
            10_001,
            20,
            &[(4_000, 21), (6_001, 40)],
        )
    },
];

/// An order and its refunds.
pub struct OrderFact {
    pub id: &'static str,
    /// `None` for an installation.
    pub minor: Option<i64>,
    pub currency: &'static str,
    pub ordered: i64,
    /// Who is credited, in basis points; empty when unattributed.
    pub credits: &'static [(&'static str, u32)],
    /// The evidence of the claim.
    pub proof: Proof,
    /// Id, minor units and day of each refund.
    pub refunds: &'static [(&'static str, i64, i64)],
}

/// Evidence that a claim contains.
#[derive(Clone, Copy, PartialEq)]
pub enum Proof {
    /// The code of the credited collaboration.
    Code,
    /// A touch this many days before.
    Touch(&'static str, i64),
    /// The credits as stated shares.
    Joint,
    None,
}

const fn order(
    id: &'static str,
    minor: i64,
    ordered: i64,
    credits: &'static [(&'static str, u32)],
    proof: Proof,
    refunds: &'static [(&'static str, i64, i64)],
) -> OrderFact {
    OrderFact {
        id,
        minor: Some(minor),
        currency: "IDR",
        ordered,
        credits,
        proof,
        refunds,
    }
}

const AYU: &[(&str, u32)] = &[("ayu", 10_000)];
const BUDI: &[(&str, u32)] = &[("budi", 10_000)];
const CITRA: &[(&str, u32)] = &[("citra", 10_000)];

/// The orders.
pub const ORDERS: [OrderFact; 11] = [
    order(
        "o-1",
        30_000_000,
        12,
        AYU,
        Proof::Code,
        &[("r1", 10_000_000, 15), ("r2", 5_000_000, 44)],
    ),
    order(
        "o-2",
        145_000_100,
        13,
        BUDI,
        Proof::Touch("budi", 3),
        &[("r1", 145_000_100, 14)],
    ),
    // Does not divide into whole rupiah.
    order(
        "o-3",
        50_000_100,
        14,
        &[("ayu", 3_333), ("budi", 6_667)],
        Proof::Joint,
        &[("r1", 20_000_000, 32)],
    ),
    order(
        "o-4",
        9_900_000,
        15,
        &[],
        Proof::None,
        &[("r1", 900_000, 16)],
    ),
    OrderFact {
        currency: "USD",
        ..order(
            "o-5",
            2_501,
            16,
            AYU,
            Proof::Touch("ayu", 0),
            &[("r1", 500, 17)],
        )
    },
    order(
        "o-6",
        80_000_000,
        40,
        AYU,
        Proof::Touch("ayu", 30),
        &[("r1", 1_000_000, 61)],
    ),
    order("o-7", 70_000_000, 61, AYU, Proof::Code, &[]),
    order("o-8", 60_000_000, 41, &[], Proof::Touch("ayu", 31), &[]),
    // Its refund came first.
    order(
        "o-9",
        25_000_000,
        18,
        CITRA,
        Proof::Touch("citra", 1),
        &[("early", 5_000_000, 19)],
    ),
    order("o-10", 250_000_000, 30, AYU, Proof::Code, &[]),
    OrderFact {
        minor: None,
        ..order("o-11", 0, 20, CITRA, Proof::Touch("citra", 2), &[])
    },
];

/// A post and its observations.
pub struct PostFact {
    pub who: &'static str,
    pub deliverable: &'static str,
    pub published: i64,
    pub followers: u64,
    pub is_giveaway: bool,
    /// Who is credited, in basis points.
    pub credits: &'static [(&'static str, u32)],
    /// Day and counters of each observation.
    pub seen: &'static [(i64, Counters)],
}

/// No counter observed.
pub const NOTHING: Counters = Counters {
    likes: None,
    comments: None,
    shares: None,
    saves: None,
    views: None,
    impressions: None,
    reach: None,
    clicks: None,
    replies: None,
    peak_viewers: None,
    live_seconds: None,
};

const fn seen(likes: u64, comments: u64, views: u64, reach: u64) -> Counters {
    Counters {
        likes: Some(likes),
        comments: Some(comments),
        views: Some(views),
        reach: Some(reach),
        ..NOTHING
    }
}

/// The posts in the order of recording; their observations are not in order of time.
pub const POSTS: [PostFact; 4] = [
    PostFact {
        who: "ayu",
        deliverable: "d1",
        published: 9,
        followers: 20_000,
        is_giveaway: false,
        credits: AYU,
        seen: &[
            (
                45,
                Counters {
                    impressions: Some(36_000),
                    clicks: Some(401),
                    ..seen(1_150, 70, 30_000, 21_000)
                },
            ),
            (
                10,
                Counters {
                    impressions: Some(25_000),
                    clicks: Some(300),
                    ..seen(1_000, 50, 20_000, 15_000)
                },
            ),
            (61, seen(9_999, 999, 99_999, 99_999)),
            // Not observed again: these two remain current.
            (
                29,
                Counters {
                    shares: Some(10),
                    saves: Some(5),
                    clicks: Some(340),
                    ..seen(1_200, 60, 22_000, 16_000)
                },
            ),
        ],
    },
    PostFact {
        who: "ayu",
        deliverable: "d2",
        published: 13,
        followers: 21_000,
        is_giveaway: true,
        credits: AYU,
        seen: &[(20, seen(5_000, 2_500, 40_000, 30_000))],
    },
    PostFact {
        who: "budi",
        deliverable: "d1",
        published: 10,
        followers: 50_000,
        is_giveaway: false,
        credits: &[("budi", 7_000), ("citra", 3_000)],
        seen: &[
            (
                15,
                Counters {
                    impressions: Some(10_001),
                    clicks: Some(55),
                    ..seen(333, 21, 9_001, 7_777)
                },
            ),
            (
                35,
                Counters {
                    likes: Some(335),
                    ..NOTHING
                },
            ),
        ],
    },
    PostFact {
        who: "citra",
        deliverable: "d1",
        published: 11,
        followers: 12_000,
        is_giveaway: false,
        credits: CITRA,
        seen: &[(
            16,
            Counters {
                likes: Some(80),
                clicks: Some(0),
                ..NOTHING
            },
        )],
    },
];

/// Facts after day 60: a cost line, two payments, a refund, an order, an observation.
pub fn after_measurement() -> u64 {
    let is_after = |day: i64| u64::from(day > 60);
    let costs = COSTS.iter().map(|cost| {
        // Payments follow their lines, and refunds their orders.
        let payments = cost.paid.iter().map(|_| is_after(cost.incurred));
        is_after(cost.incurred) + payments.sum::<u64>()
    });
    let orders = ORDERS.iter().map(|order| {
        let refunds = order.refunds.iter().map(|_| is_after(order.ordered));
        is_after(order.ordered) + refunds.sum::<u64>()
    });
    let seen = POSTS
        .iter()
        .flat_map(|post| post.seen)
        .map(|(day, _)| is_after(*day));
    costs.sum::<u64>() + orders.sum::<u64>() + seen.sum::<u64>()
}
