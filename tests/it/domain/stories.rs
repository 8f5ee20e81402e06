//! The histories that most tests begin with, and their requests.
//!
//! Ayu, 25,000 followers, is invited as `ayu-1` on day 1, accepts, submits her review, and
//! publishes it on day 15 as `post-1`.

use campaign_ledger::domain::*;

use super::history::History;
use crate::support::requests::*;

/// Offers of stories expire at the start of this day.
pub const EXPIRY_DAY: i64 = 40;

/// Returns a history with an open campaign.
pub fn opened() -> History {
    opened_as(plan())
}

/// Returns a history with an open campaign with this plan.
pub fn opened_as(plan: CampaignPlan) -> History {
    History::new()
        .given(campaign(CampaignVerb::Create { plan }))
        .given(campaign(CampaignVerb::Open))
        .given(profile("ayu", 25_000))
        .given(profile("bima", 50_000))
}

/// Returns a history in which Ayu has an offer.
pub fn invited(terms: Terms) -> History {
    opened().given(invite("ayu-1", "ayu", terms))
}

/// Returns a history in which Ayu has accepted.
pub fn accepted(terms: Terms) -> History {
    invited(terms).given(accept("ayu-1"))
}

/// Returns a history in which Ayu has submitted version 1.
pub fn submitted() -> History {
    accepted(terms()).given(submit("ayu-1", "review"))
}

/// Returns a history in which version 1 is approved.
pub fn approved() -> History {
    submitted().given(approve("ayu-1", "review", 1))
}

/// Returns a history in which the post is live since day 15; it is day 16.
pub fn published() -> History {
    published_as(plan(), terms())
}

/// Returns the same with the test's own plan and terms.
pub fn published_as(plan: CampaignPlan, terms: Terms) -> History {
    let deliverable = terms.deliverables[0].id.as_str().to_owned();
    opened_as(plan)
        .given(invite("ayu-1", "ayu", terms))
        .given(accept("ayu-1"))
        .given(submit("ayu-1", &deliverable))
        .given(approve("ayu-1", &deliverable, 1))
        .at(day(16))
        .given(publish("ayu-1", &deliverable, live("post-1")))
}

/// Returns a history in which the collaboration is completed.
pub fn completed() -> History {
    published()
        .given(verify("ayu-1", "review"))
        .given(collaboration("ayu-1", CollaborationVerb::Complete))
}

/// Adds that Bima has accepted too, as `bima-1`.
pub fn with_bima(history: History, terms: Terms) -> History {
    history
        .given(invite("bima-1", "bima", terms))
        .given(accept("bima-1"))
}

pub fn profile(name: &str, followers: u64) -> Request {
    let profile = followed_by(followers);
    creator(name, CreatorVerb::RecordProfile { profile })
}

pub fn invite(name: &str, creator: &str, terms: Terms) -> Request {
    let expires_at = day(EXPIRY_DAY);
    let creator = id(creator);
    let verb = CollaborationVerb::Invite {
        creator,
        terms,
        expires_at,
    };
    collaboration(name, verb)
}

pub fn accept(name: &str) -> Request {
    accept_version(name, 1)
}

pub fn accept_version(name: &str, offer_version: u32) -> Request {
    collaboration(name, CollaborationVerb::Accept { offer_version })
}

pub fn decline(name: &str) -> Request {
    let reason = "no time".to_owned();
    collaboration(
        name,
        CollaborationVerb::Decline {
            reason: reason.into(),
        },
    )
}

pub fn withdraw(name: &str) -> Request {
    let reason = "plans changed".to_owned();
    collaboration(
        name,
        CollaborationVerb::Withdraw {
            reason: reason.into(),
        },
    )
}

pub fn expire(name: &str) -> Request {
    let offer_version = 1;
    collaboration(name, CollaborationVerb::Expire { offer_version })
}

pub fn cancel(name: &str) -> Request {
    let reason = "plans changed".to_owned();
    collaboration(
        name,
        CollaborationVerb::Cancel {
            reason: reason.into(),
        },
    )
}

pub fn ship(name: &str, shipment: &str) -> Request {
    let verb = CollaborationVerb::ShipProduct {
        shipment: id(shipment),
        product: "single origin, 1 kg".into(),
        value: ProductValue {
            cost_of_goods: rp(80_000),
            fair_value: rp(150_000),
        },
        shipped_at: day(1),
        cost: None,
    };
    collaboration(name, verb)
}

pub fn content() -> ContentRef {
    ContentRef {
        reference: "drive/draft".into(),
        sha256: [7; 32],
    }
}

pub fn submit(name: &str, what: &str) -> Request {
    let content = content();
    deliverable(name, what, DeliverableVerb::Submit { content })
}

pub fn request_revision(name: &str, what: &str, version: u32) -> Request {
    let reasons = vec!["the logo is hidden".into()];
    let verb = DeliverableVerb::RequestRevision { version, reasons };
    deliverable(name, what, verb)
}

pub fn approve(name: &str, what: &str, version: u32) -> Request {
    let rating = None;
    let verb = DeliverableVerb::Approve { version, rating };
    deliverable(name, what, verb)
}

pub fn reject(name: &str, what: &str, version: u32) -> Request {
    let reason = "another brand's cup".to_owned();
    let verb = DeliverableVerb::Reject {
        version,
        reason: reason.into(),
    };
    deliverable(name, what, verb)
}

/// Returns a post that went live on day 15, disclosed.
pub fn live(publication: &str) -> Publish {
    Publish {
        publication: id(publication),
        url: told(format!("https://instagram.example/{publication}")),
        post_id: told(format!("ig-{publication}")),
        published_at: day(15),
        followers: None,
        disclosed: true,
        shares: Vec::new(),
        platform_name: None,
    }
}

pub fn publish(name: &str, what: &str, publish: Publish) -> Request {
    deliverable(name, what, DeliverableVerb::Publish(publish))
}

pub fn verify(name: &str, what: &str) -> Request {
    deliverable(name, what, DeliverableVerb::Verify)
}

pub fn reschedule(name: &str, what: &str, due_at: Timestamp) -> Request {
    let reason = "rain".to_owned();
    let verb = DeliverableVerb::Reschedule {
        due_at,
        reason: reason.into(),
    };
    deliverable(name, what, verb)
}

pub fn waive(name: &str, what: &str) -> Request {
    let reason = "enough posts".to_owned();
    deliverable(
        name,
        what,
        DeliverableVerb::Waive {
            reason: reason.into(),
        },
    )
}

/// Returns the key of an order of the shop.
pub fn order(order: &str) -> OrderKey {
    OrderKey {
        source: id("shop"),
        id: id(order),
    }
}

/// Returns a sale on day 16 that nobody caused.
pub fn sale(name: &str, value: Money) -> Claim {
    Claim {
        order: order(name),
        kind: ConversionType::Sale,
        quantity: 1,
        value: Some(value),
        fx_rate: None,
        ordered_at: day(16),
        code: None,
        touches: Vec::new(),
        joint_shares: Vec::new(),
        digest: [0; 16],
    }
}

/// Returns a click on a collaboration's link.
pub fn touch(name: &str, touched_at: Timestamp) -> LinkTouch {
    let collaboration = id(name);
    LinkTouch {
        collaboration,
        touched_at,
    }
}

/// Returns a sale on day 16, a day after a click on a collaboration's link.
pub fn sale_by(order: &str, value: Money, name: &str) -> Claim {
    Claim {
        touches: vec![touch(name, day(15))],
        ..sale(order, value)
    }
}

/// Returns a refund on day 17.
pub fn refunded(order_id: &str, refund: &str, amount: Money) -> Refund {
    Refund {
        order: order(order_id),
        id: id(refund),
        amount,
        refunded_at: day(17),
        fx_rate: None,
    }
}

/// Returns terms with a code.
pub fn terms_with_code(code: &str) -> Terms {
    let mut terms = terms();
    terms.attribution.code = Some(id(code));
    terms
}
