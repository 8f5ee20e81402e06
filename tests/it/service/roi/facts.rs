//! The facts of the story, as data, and how they are told to the server.

use campaign_ledger::proto::api::*;
use campaign_ledger::proto::values::*;

use crate::support::server::{
    Server, Story, by_creator, day, deliverable, idr, money, plan, terms,
};

/// Rupiah for a dollar.
pub const USD_RATE: i64 = 16_000;
/// Gross margin, in basis points.
pub const MARGIN_BP: u32 = 4_000;
/// Price of a thousand impressions, in minor units.
pub const CPM_MINOR: i64 = 2_000_000;
/// Views of an advertisement, which are in no total.
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
/// Part of the fee owed to fitri, whose collaboration was cancelled before she began.
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

/// The cost lines that stand; days 31 to 60 are late, those after that count in nothing.
pub const COSTS: [CostFact; 10] = [
    cost(
        "fee-ayu",
        Some("ayu"),
        CostType::Fee,
        100_000_000,
        11,
        &[(60_000_000, 20), (40_000_000, 31)],
    ),
    // Beyond what was committed to her.
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
    // After everything: recorded, and no more.
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

/// An order and what went back of it.
pub struct OrderFact {
    pub id: &'static str,
    /// `None` for an installation.
    pub minor: Option<i64>,
    pub currency: &'static str,
    pub ordered: i64,
    /// Who is credited, in basis points; nobody when empty.
    pub credits: &'static [(&'static str, u32)],
    /// What proves it.
    pub proof: Proof,
    /// Id, minor units and day of each refund.
    pub refunds: &'static [(&'static str, i64, i64)],
}

/// What a claim brings forward.
#[derive(Clone, Copy, PartialEq)]
pub enum Proof {
    /// The code of the one credited.
    Code,
    /// A touch so many days before.
    Touch(&'static str, i64),
    /// Shares as credited.
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

/// A post and what was seen of it.
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

const NOTHING: Counters = Counters {
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

/// The posts, told in this order, their observations not in order of time.
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
            // Not seen again: these two stand.
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
        let payments = cost.paid.iter().map(|(_, day)| is_after(*day));
        is_after(cost.incurred) + payments.sum::<u64>()
    });
    let orders = ORDERS.iter().map(|order| {
        let refunds = order.refunds.iter().map(|(_, _, day)| is_after(*day));
        is_after(order.ordered) + refunds.sum::<u64>()
    });
    let seen = POSTS
        .iter()
        .flat_map(|post| post.seen)
        .map(|(day, _)| is_after(*day));
    costs.sum::<u64>() + orders.sum::<u64>() + seen.sum::<u64>()
}

/// Tells the whole story; it is then day 62.
pub async fn tell(server: &Server) -> Story {
    let mut plan = plan("IDR");
    plan.gross_margin_bp = Some(MARGIN_BP);
    plan.policy = Some(SelectionPolicy {
        vetting_required: false,
        disclosure_required: true,
    });
    plan.emv_model = Some(EmvModel {
        version: String::from("v1"),
        cpm: Some(money("IDR", CPM_MINOR)),
    });
    let story = Story::open_with(server, "launch", plan).await;
    agree(&story).await;
    server.clock().set(day(8));
    work(&story).await;
    server.clock().set(day(62));
    publish(&story).await;
    sell(&story).await;
    spend(&story).await;
    story
}

async fn agree(story: &Story) {
    let client = &story.client;
    for (who, fee) in FEES {
        let mut terms = terms(money("IDR", fee));
        match who {
            "ayu" => {
                terms.attribution = Some(AttributionTerms {
                    code: String::from("AYU"),
                    ..AttributionTerms::default()
                });
                terms.deliverables.push(DeliverableTerms {
                    format: ContentFormat::Giveaway.into(),
                    due_at: Some(day(12)),
                    ..deliverable("d2")
                });
                terms.deliverables.push(DeliverableTerms {
                    due_at: Some(day(20)),
                    ..deliverable("d3")
                });
            }
            "budi" => terms.deliverables[0].format = ContentFormat::Joint.into(),
            "fitri" => {
                terms.kill_fee = Some(KillFeeTerms {
                    before_content_bp: KILL_FEE_BP as u32,
                    ..KillFeeTerms::default()
                });
            }
            _ => {}
        }
        story.accepted(who, terms).await;
    }
    client.write(story.profile("dewi", 9_000)).await;
    client.write(story.invite("dewi", terms(idr(1)))).await;
    client.write(story.decline("dewi")).await;
    for who in ["citra", "fitri"] {
        client.write(story.ship(who)).await;
    }
}

async fn work(story: &Story) {
    let client = &story.client;
    client.write(story.submit("ayu")).await;
    client.write(story.revise("ayu", 1)).await;
    client.write(story.submit("ayu")).await;
    let second = ApproveContentRequest {
        submission_version: 2,
        rating: Some(5),
        ..story.approve("ayu")
    };
    client.write(second).await;
    let giveaway = SubmitContentRequest {
        deliverable_id: String::from("d2"),
        ..story.submit("ayu")
    };
    client.write(giveaway).await;
    let giveaway = ApproveContentRequest {
        deliverable_id: String::from("d2"),
        ..story.approve("ayu")
    };
    client.write(giveaway).await;
    client.write(story.submit("budi")).await;
    let joint = ApproveContentRequest {
        rating: Some(3),
        ..story.approve("budi")
    };
    client.write(joint).await;
    client.write(story.reschedule("citra", day(11))).await;
    client.write(story.cancel("fitri")).await;
}

async fn publish(story: &Story) {
    for post in &POSTS {
        let mut publish = story.publish(post.who, post.deliverable, day(post.published));
        publish.followers = Some(post.followers);
        publish.disclosed = post.who != "citra";
        if post.credits.len() > 1 {
            publish.shares = shares(post.credits);
        }
        story.client.write(publish).await;
        for (at, counters) in post.seen {
            let observe = RecordEngagementRequest {
                publication_id: post.deliverable.to_owned(),
                ..story.observe(post.who, day(*at), *counters)
            };
            story.client.write(observe).await;
        }
    }
    for who in ["ayu", "budi"] {
        story.client.write(story.verify(who)).await;
    }
    let views = Counters {
        views: Some(PAID_VIEWS),
        ..NOTHING
    };
    let advertised = RecordEngagementRequest {
        scope: MeasurementScope::Paid.into(),
        kind: MeasurementKind::Estimated.into(),
        source: ObservationSource::Estimate.into(),
        ..story.observe("ayu", day(22), views)
    };
    story.client.write(advertised).await;
}

fn shares(credits: &[(&str, u32)]) -> Vec<Share> {
    let share = |(who, share_bp): &(&str, u32)| Share {
        collaboration_id: (*who).to_owned(),
        share_bp: *share_bp,
    };
    credits.iter().map(share).collect()
}

fn rate(currency: &str) -> Option<FxRate> {
    (currency != "IDR").then(|| FxRate {
        rate: USD_RATE.to_string(),
        source: String::from("bank"),
        rated_at: Some(day(0)),
    })
}

async fn sell(story: &Story) {
    for order in &ORDERS {
        let mut claim = story.sale(order.id, None, day(order.ordered), None);
        claim.value = order.minor.map(|minor| money(order.currency, minor));
        claim.fx_rate = order.minor.and_then(|_| rate(order.currency));
        if order.minor.is_none() {
            claim.r#type = ConversionType::Install.into();
        }
        match order.proof {
            Proof::Code => claim.code = String::from("ayu"),
            Proof::Joint => claim.joint_shares = shares(order.credits),
            Proof::Touch(who, before) => {
                claim.touches = vec![LinkTouch {
                    collaboration_id: who.to_owned(),
                    touched_at: Some(day(order.ordered - before)),
                }];
            }
            Proof::None => {}
        }
        let refunds = order
            .refunds
            .iter()
            .map(|(id, minor, at)| RecordRefundRequest {
                refund_id: (*id).to_owned(),
                ..story.refund(order.id, money(order.currency, *minor), day(*at))
            });
        let (early, later): (Vec<_>, Vec<_>) = refunds.partition(|one| one.refund_id == "early");
        for refund in early {
            story.client.write(refund).await;
        }
        let outcome = story.client.write(claim).await.outcome();
        assert_eq!(
            outcome == ConversionOutcome::Unattributed,
            order.credits.is_empty()
        );
        for refund in later {
            story.client.write(refund).await;
        }
    }
    // Somebody else wants the first one too.
    let second = story.sale("o-1", Some(idr(1)), day(12), Some("budi"));
    let second = story.client.write(second).await;
    assert_eq!(second.outcome(), ConversionOutcome::Rejected);
}

async fn spend(story: &Story) {
    for fact in &COSTS {
        let amount = money(fact.currency, fact.minor);
        let mut cost = story.cost(fact.id, fact.who, fact.kind, amount, day(fact.incurred));
        cost.fx_rate = rate(fact.currency);
        story.client.write(cost).await;
        story.client.write(story.approve_cost(fact.id)).await;
        for (number, (minor, at)) in fact.paid.iter().enumerate() {
            let id = format!("{}-{number}", fact.id);
            let pay = RecordPaymentRequest {
                payment_id: id.clone(),
                external_reference: id,
                ..story.pay(fact.id, money(fact.currency, *minor), day(*at))
            };
            story.client.write(pay).await;
        }
    }
    // Booked by mistake.
    let cost = story.cost("oops", Some("ayu"), CostType::TravelMeal, idr(123), day(4));
    story.client.write(cost).await;
    story.client.write(story.reverse("oops")).await;
    let mut forbidden = story.cost("no", None, CostType::Shipping, idr(1), day(4));
    forbidden.context = by_creator("");
    story.client.refused_for_nothing(forbidden).await;
}
