//! The words of the field that take one of a few values.

use serde::{Deserialize, Serialize};

/// Which side acts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum ActorKind {
    /// The brand.
    Brand,
    /// The creator.
    Creator,
    /// The ledger itself: timers.
    System,
}

impl ActorKind {
    /// Returns the other side of an agreement; timers act for the brand.
    pub const fn other(self) -> Self {
        match self {
            Self::Brand | Self::System => Self::Creator,
            Self::Creator => Self::Brand,
        }
    }

    /// Returns the name as the API spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Brand => "BRAND",
            Self::Creator => "CREATOR",
            Self::System => "SYSTEM",
        }
    }
}

/// Where a post lives.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Platform {
    /// Instagram.
    Instagram,
    /// TikTok.
    Tiktok,
    /// YouTube.
    Youtube,
    /// Any other.
    Other,
}

impl Platform {
    /// Returns the name as the API spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Instagram => "INSTAGRAM",
            Self::Tiktok => "TIKTOK",
            Self::Youtube => "YOUTUBE",
            Self::Other => "OTHER",
        }
    }
}

/// What kind of post is promised.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum ContentFormat {
    /// An honest review.
    Review,
    /// A tutorial.
    Tutorial,
    /// An unboxing.
    Unboxing,
    /// A usage or visit experience.
    Experience,
    /// A before-after comparison.
    BeforeAfter,
    /// A showcase.
    Showcase,
    /// A giveaway: incentivised engagement.
    Giveaway,
    /// Questions and answers.
    Qna,
    /// A live stream.
    Live,
    /// One post credited to several collaborations.
    Joint,
    /// A story.
    Story,
    /// Any other.
    Other,
}

impl ContentFormat {
    /// Returns the name as the API spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Review => "REVIEW",
            Self::Tutorial => "TUTORIAL",
            Self::Unboxing => "UNBOXING",
            Self::Experience => "EXPERIENCE",
            Self::BeforeAfter => "BEFORE_AFTER",
            Self::Showcase => "SHOWCASE",
            Self::Giveaway => "GIVEAWAY",
            Self::Qna => "QNA",
            Self::Live => "LIVE",
            Self::Joint => "JOINT",
            Self::Story => "STORY",
            Self::Other => "OTHER",
        }
    }
}

/// Where counters come from; at the same time the earlier here wins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum ObservationSource {
    /// The platform itself.
    Api,
    /// The brand.
    Brand,
    /// The creator.
    Creator,
    /// An estimate.
    Estimate,
}

impl ObservationSource {
    /// Returns the name as the API spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Api => "API",
            Self::Brand => "BRAND",
            Self::Creator => "CREATOR",
            Self::Estimate => "ESTIMATE",
        }
    }
}

/// How counters came about; kinds never mix in one ratio.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum MeasurementKind {
    /// By the platform.
    Measured,
    /// By a person.
    Reported,
    /// By estimate.
    Estimated,
}

impl MeasurementKind {
    /// Returns the name as the API spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Measured => "MEASURED",
            Self::Reported => "REPORTED",
            Self::Estimated => "ESTIMATED",
        }
    }
}

/// Which audience counters cover; scopes never mix in one ratio.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum MeasurementScope {
    /// Without paid distribution.
    Organic,
    /// Paid distribution only.
    Paid,
    /// Both together.
    Total,
}

impl MeasurementScope {
    /// Returns the name as the API spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Organic => "ORGANIC",
            Self::Paid => "PAID",
            Self::Total => "TOTAL",
        }
    }
}

/// When a fact happened against the window of its campaign.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum FactTiming {
    /// At or before the end.
    OnTime,
    /// After the end, up to `measure_until`: counted, and shown apart.
    Late,
    /// After `measure_until`: recorded, in no total.
    AfterMeasurement,
}

impl FactTiming {
    /// Returns the name as the API spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OnTime => "ON_TIME",
            Self::Late => "LATE",
            Self::AfterMeasurement => "AFTER_MEASUREMENT",
        }
    }
}

/// What a conversion is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum ConversionType {
    /// A sale.
    Sale,
    /// An installation.
    Install,
    /// A sign-up.
    Signup,
    /// A lead.
    Lead,
    /// A visit.
    Visit,
}

impl ConversionType {
    /// Returns the name as the API spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sale => "SALE",
            Self::Install => "INSTALL",
            Self::Signup => "SIGNUP",
            Self::Lead => "LEAD",
            Self::Visit => "VISIT",
        }
    }
}

/// Why a conversion is credited as it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum AttributionBasis {
    /// A pinned code was used.
    Code,
    /// The last link touch within its window.
    Link,
    /// Shares stated by the caller.
    Joint,
    /// Neither: unattributed.
    None,
}

impl AttributionBasis {
    /// Returns the name as the API spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Code => "CODE",
            Self::Link => "LINK",
            Self::Joint => "JOINT",
            Self::None => "NONE",
        }
    }
}

/// What money was spent on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum CostType {
    /// The creator's fee; draws on the commitment.
    Fee,
    /// A bonus.
    Bonus,
    /// A commission.
    Commission,
    /// Product at cost of goods.
    Product,
    /// Shipping.
    Shipping,
    /// Travel or a meal.
    TravelMeal,
    /// Production.
    Production,
    /// Paid amplification.
    PaidAmplification,
    /// A platform or payment fee.
    PlatformFee,
    /// Tax borne by the brand.
    Tax,
    /// Owed after a cancellation.
    KillFee,
    /// Money that came back; lowers cost.
    Recovery,
}

impl CostType {
    /// Returns the name as the API spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fee => "FEE",
            Self::Bonus => "BONUS",
            Self::Commission => "COMMISSION",
            Self::Product => "PRODUCT",
            Self::Shipping => "SHIPPING",
            Self::TravelMeal => "TRAVEL_MEAL",
            Self::Production => "PRODUCTION",
            Self::PaidAmplification => "PAID_AMPLIFICATION",
            Self::PlatformFee => "PLATFORM_FEE",
            Self::Tax => "TAX",
            Self::KillFee => "KILL_FEE",
            Self::Recovery => "RECOVERY",
        }
    }
}

/// What a campaign is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum CampaignObjective {
    /// Being known.
    Awareness,
    /// Interaction.
    Engagement,
    /// Sales, installs, sign-ups, visits.
    Conversion,
    /// Content to reuse.
    Content,
    /// Lasting relations.
    Loyalty,
}

impl CampaignObjective {
    /// Returns the name as the API spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Awareness => "AWARENESS",
            Self::Engagement => "ENGAGEMENT",
            Self::Conversion => "CONVERSION",
            Self::Content => "CONTENT",
            Self::Loyalty => "LOYALTY",
        }
    }
}

/// Why a conversion is credited to nobody.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum UnattributedReason {
    /// The last touch lies outside the window.
    OutsideWindow,
    /// No accepted terms pin the code.
    UnknownCode,
    /// Neither code nor touch was given.
    NoEvidence,
}

impl UnattributedReason {
    /// Returns the name as the API spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OutsideWindow => "OUTSIDE_WINDOW",
            Self::UnknownCode => "UNKNOWN_CODE",
            Self::NoEvidence => "NO_EVIDENCE",
        }
    }
}

/// Why a waiting refund does not fit its order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum RefundRejection {
    /// Refunds would be more than the order.
    RefundExceedsOrder,
    /// It is in another currency.
    CurrencyMismatch,
}

impl RefundRejection {
    /// Returns the name as the API spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RefundExceedsOrder => "REFUND_EXCEEDS_ORDER",
            Self::CurrencyMismatch => "CURRENCY_MISMATCH",
        }
    }
}

/// Which use rights allow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum UsageScope {
    /// Posts of the brand's own, without paid distribution.
    Organic,
    /// Paid distribution.
    Paid,
    /// Channels the brand owns, such as its site or shop.
    OwnedChannels,
    /// All of these.
    All,
}

impl UsageScope {
    /// Returns the name as the API spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Organic => "ORGANIC",
            Self::Paid => "PAID",
            Self::OwnedChannels => "OWNED_CHANNELS",
            Self::All => "ALL",
        }
    }
}

/// What ties a creator to a brand.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum ConnectionType {
    /// Paid in money.
    Paid,
    /// Given a product or a visit.
    Gifted,
    /// Paid by what is sold.
    Affiliate,
    /// Works for the brand.
    Employee,
    /// Family of someone at the brand.
    Family,
    /// Any other tie.
    Other,
}

impl ConnectionType {
    /// Returns the name as the API spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Paid => "PAID",
            Self::Gifted => "GIFTED",
            Self::Affiliate => "AFFILIATE",
            Self::Employee => "EMPLOYEE",
            Self::Family => "FAMILY",
            Self::Other => "OTHER",
        }
    }
}

/// What makes money owed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum SettlementTrigger {
    /// The terms were accepted.
    Acceptance,
    /// Content was approved.
    Approval,
    /// A post was verified.
    Verification,
}

impl SettlementTrigger {
    /// Returns the name as the API spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Acceptance => "ACCEPTANCE",
            Self::Approval => "APPROVAL",
            Self::Verification => "VERIFICATION",
        }
    }
}
