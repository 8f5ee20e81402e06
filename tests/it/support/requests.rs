//! Requests in short form: defaults fill in what a test does not set.
//!
//! Everything belongs to the brand `kopi` and its campaign `launch` unless the test sets another
//! one. The campaign starts on day 0 and ends on day 60; facts count until day 90.

mod disputes;
mod erasure;
mod orders;

mod posts;

mod selection;

mod negotiation;

use campaign_ledger::domain::*;
pub use negotiation::*;
pub use posts::*;
pub use selection::*;
use sha2::{Digest, Sha256};

pub use disputes::*;
pub use erasure::*;
pub use orders::*;

/// The brand of most tests.
pub const BRAND: &str = "kopi";
/// The campaign of most tests.
pub const CAMPAIGN: &str = "launch";

const DAY_NANOS: i64 = 24 * 60 * 60 * 1_000_000_000;
const FIRST_DAY: i64 = 20_454;

/// A type whose values are parsed from text.
pub trait Named: Sized {
    /// Parses it.
    fn named(text: &str) -> Self;
}

macro_rules! named {
    ($($id:ident),+) => {$(
        impl Named for $id {
            fn named(text: &str) -> Self {
                $id::parse(text).expect(text)
            }
        }
    )+};
}
impl Named for Matched {
    fn named(text: &str) -> Self {
        told(text)
    }
}

/// Returns a text that is recognised, as a caller sends it.
pub fn told(text: impl Into<PersonalText>) -> Matched {
    Matched::told(text)
}

named!(
    AdjustmentId,
    BonusId,
    RightsId,
    ActorId,
    BrandId,
    CampaignId,
    CollaborationId,
    CostId,
    CreatorId,
    Currency,
    DeliverableId,
    DisputeId,
    OrderSource,
    PaymentId,
    PublicationId,
    Rate,
    Reference,
    RefundId,
    ShipmentId,
    TaxId
);

/// Parses an id, code, rate or currency.
pub fn id<I: Named>(text: &str) -> I {
    I::named(text)
}

/// Returns the start of a day.
pub fn day(day: i64) -> Timestamp {
    Timestamp::from_nanos((FIRST_DAY + day) * DAY_NANOS)
}

/// Returns the time this many nanoseconds after a time.
pub fn later(at: Timestamp, nanos: i64) -> Timestamp {
    Timestamp::from_nanos(at.nanos() + nanos)
}

/// Returns the time this many seconds after a time.
pub fn seconds_after(at: Timestamp, seconds: i64) -> Timestamp {
    later(at, seconds * 1_000_000_000)
}

/// Returns whole rupiah.
pub fn rp(rupiah: i64) -> Money {
    money("IDR", rupiah * 100)
}

/// Returns minor units of a currency.
pub fn money(currency: &str, minor: i64) -> Money {
    Money {
        currency: id(currency),
        minor,
    }
}

/// Returns a pinned rate.
pub fn rate(text: &str) -> Option<FxRate> {
    Some(FxRate {
        rate: id(text),
        source: "Bank Indonesia".to_owned(),
        rated_at: day(0),
    })
}

/// Names a campaign.
pub fn campaign_ref(campaign: &str) -> CampaignRef {
    CampaignRef {
        brand: id(BRAND),
        campaign: id(campaign),
    }
}

/// Names a collaboration of the campaign `launch`.
pub fn place(collaboration: &str) -> CollaborationRef {
    CollaborationRef {
        brand: id(BRAND),
        campaign: id(CAMPAIGN),
        collaboration: id(collaboration),
    }
}

/// Names a publication of the campaign `launch`.
pub fn post(collaboration: &str, publication: &str) -> PublicationRef {
    PublicationRef {
        collaboration: place(collaboration),
        publication: id(publication),
    }
}

/// Returns a request of the brand.
pub fn ask(command: Command) -> Request {
    Request {
        brand: id(BRAND),
        actor: actor(ActorKind::Brand),
        on_behalf_of: None,
        stamp: None,
        occurred_at: None,
        principal: Principal::none(),
        command,
    }
}

/// Returns an actor of a side.
pub fn actor(kind: ActorKind) -> Actor {
    let name = match kind {
        ActorKind::Brand => "staff-1",
        ActorKind::Creator => "talent-1",
        ActorKind::System => "timer",
    };
    Actor { kind, id: id(name) }
}

/// Changes parts of a request.
pub trait Reworded: Sized {
    /// Sent by another side.
    fn by(self, kind: ActorKind) -> Self;
    /// Sent on behalf of another side.
    fn on_behalf_of(self, kind: ActorKind) -> Self;
    /// With this stated time.
    fn occurred(self, at: Timestamp) -> Self;
    /// Sent to another brand.
    fn in_brand(self, brand: &str) -> Self;
    /// Sent to another campaign.
    fn in_campaign(self, campaign: &str) -> Self;
}

impl Reworded for Request {
    fn by(self, kind: ActorKind) -> Self {
        let actor = actor(kind);
        Self { actor, ..self }
    }

    fn on_behalf_of(mut self, kind: ActorKind) -> Self {
        self.on_behalf_of = Some(OnBehalfOf {
            actor: actor(kind),
            reason: "agreed on the phone".into(),
        });
        self
    }

    fn occurred(mut self, at: Timestamp) -> Self {
        self.occurred_at = Some(at);
        self
    }

    fn in_brand(mut self, brand: &str) -> Self {
        self.brand = id(brand);
        if let Command::Engagement { publication, .. } | Command::Publication { publication, .. } =
            &mut self.command
        {
            publication.collaboration.brand = id(brand);
        }
        self
    }

    fn in_campaign(mut self, other: &str) -> Self {
        match &mut self.command {
            Command::Campaign { campaign, .. }
            | Command::Collaboration { campaign, .. }
            | Command::Deliverable { campaign, .. }
            | Command::RecordConversion { campaign, .. }
            | Command::Cost { campaign, .. }
            | Command::Dispute { campaign, .. } => *campaign = id(other),
            Command::Engagement { publication, .. } | Command::Publication { publication, .. } => {
                publication.collaboration.campaign = id(other);
            }
            Command::Creator { .. }
            | Command::RecordRefund { .. }
            | Command::AdjustConversion { .. }
            | Command::Order { .. }
            | Command::LockOrder { .. }
            | Command::SettleRefunds { .. }
            | Command::Brand { .. } => {}
        }
        self
    }
}

/// Returns a command about the campaign.
pub fn campaign(verb: CampaignVerb) -> Request {
    ask(Command::Campaign {
        campaign: id(CAMPAIGN),
        verb,
    })
}

/// Returns a command about a creator.
pub fn creator(creator: &str, verb: CreatorVerb) -> Request {
    ask(Command::Creator {
        creator: id(creator),
        verb,
    })
}

/// Returns a command about an agreement, from the side that may send it.
pub fn collaboration(collaboration: &str, verb: CollaborationVerb) -> Request {
    let side = match verb {
        CollaborationVerb::Accept { .. }
        | CollaborationVerb::Decline { .. }
        | CollaborationVerb::Apply { .. }
        | CollaborationVerb::Counter { .. }
        | CollaborationVerb::AcceptAmendment { .. }
        | CollaborationVerb::Leave { .. }
        | CollaborationVerb::Receive { .. } => ActorKind::Creator,
        CollaborationVerb::Expire { .. } => ActorKind::System,
        CollaborationVerb::Invite { .. }
        | CollaborationVerb::Withdraw { .. }
        | CollaborationVerb::SendOffer { .. }
        | CollaborationVerb::RejectApplication { .. }
        | CollaborationVerb::Revise { .. }
        | CollaborationVerb::AcceptCounter { .. }
        | CollaborationVerb::RejectCounter { .. }
        | CollaborationVerb::Amend { .. }
        | CollaborationVerb::RejectAmendment { .. }
        | CollaborationVerb::ShipProduct { .. }
        | CollaborationVerb::Return { .. }
        | CollaborationVerb::Complete
        | CollaborationVerb::Cancel { .. }
        | CollaborationVerb::Terminate { .. }
        | CollaborationVerb::PlaceHold(_)
        | CollaborationVerb::ReleaseHold { .. } => ActorKind::Brand,
    };
    let (campaign, collaboration) = (id(CAMPAIGN), id(collaboration));
    let command = Command::Collaboration {
        campaign,
        collaboration,
        verb,
    };
    ask(command).by(side)
}

/// Returns a command about a deliverable, from the side that may send it.
pub fn deliverable(collaboration: &str, deliverable: &str, verb: DeliverableVerb) -> Request {
    let side = match verb {
        DeliverableVerb::Submit { .. } | DeliverableVerb::Publish(_) => ActorKind::Creator,
        DeliverableVerb::RequestRevision { .. }
        | DeliverableVerb::Approve { .. }
        | DeliverableVerb::Reject { .. }
        | DeliverableVerb::Verify
        | DeliverableVerb::Reschedule { .. }
        | DeliverableVerb::Waive { .. } => ActorKind::Brand,
    };
    let command = Command::Deliverable {
        campaign: id(CAMPAIGN),
        collaboration: id(collaboration),
        deliverable: id(deliverable),
        verb,
    };
    ask(command).by(side)
}

/// Returns a command about the counters of a post.
pub fn engagement(publication: PublicationRef, verb: EngagementVerb) -> Request {
    ask(Command::Engagement { publication, verb })
}

/// Claims an order; the digest is computed from the claim.
pub fn convert_order(claim: Claim) -> Request {
    let digest: [u8; 32] = Sha256::digest(format!("{claim:?}")).into();
    let digest = *digest.first_chunk().expect("32 bytes hold 16");
    ask(Command::RecordConversion {
        campaign: id(CAMPAIGN),
        claim: Claim { digest, ..claim },
    })
}

/// Records a refund.
pub fn refund(refund: Refund) -> Request {
    ask(Command::RecordRefund { refund })
}

/// Returns a command about a cost line.
pub fn cost(cost: &str, verb: CostVerb) -> Request {
    ask(Command::Cost {
        campaign: id(CAMPAIGN),
        cost: id(cost),
        verb,
    })
}

/// Returns a plan: budget of Rp10,000,000, day 0 to 60, measured until day 90.
pub fn plan() -> CampaignPlan {
    CampaignPlan {
        title: "Opening of the second shop".to_owned(),
        objective: CampaignObjective::Conversion,
        niches: Vec::new(),
        followers: None,
        formats: Vec::new(),
        currency: id("IDR"),
        budget_cap_minor: Some(rp(10_000_000).minor),
        start_at: Some(day(0)),
        end_at: Some(day(60)),
        measure_until: Some(day(90)),
        gross_margin_bp: None,
        policy: SelectionPolicy::default(),
    }
}

/// Returns terms: Rp1,000,000 for one review on Instagram, due on day 20.
pub fn terms() -> Terms {
    Terms {
        fee: rp(1_000_000),
        deliverables: vec![promised("review", ContentFormat::Review)],
        max_revisions: DEFAULT_MAX_REVISIONS,
        attribution: AttributionTerms {
            window_days: DEFAULT_WINDOW_DAYS,
            code: None,
            link: None,
            lock_days: DEFAULT_LOCK_DAYS,
            ends_at: None,
        },
        kill_fee: KillFeeTerms::default(),
        min_live_days: 0,
        rounding: Rounding::HalfEven,
        review_hours: None,
        usage_rights: Vec::new(),
        disclosure: None,
        fee_parts: Vec::new(),
        bonuses: Vec::new(),
        commission: None,
    }
}

/// Returns a post promised for day 20 on Instagram.
pub fn promised(deliverable: &str, format: ContentFormat) -> DeliverableTerms {
    DeliverableTerms {
        id: id(deliverable),
        platform: Platform::Instagram.into(),
        format,
        medium: None,
        due_at: day(20),
    }
}

/// Returns a profile with this many followers on Instagram.
pub fn followed_by(followers: u64) -> CreatorProfile {
    let count = FollowerCount {
        followers,
        observed_at: day(0),
    };
    CreatorProfile {
        followers: [(Platform::Instagram.into(), count)].into(),
        ..CreatorProfile::default()
    }
}

/// Returns shares of a JOINT fact.
pub fn shares(parts: &[(&str, u32)]) -> Vec<Share> {
    let share = |(collaboration, share_bp): &(&str, u32)| Share {
        collaboration: id(collaboration),
        share_bp: *share_bp,
    };
    parts.iter().map(share).collect()
}
