//! Enumerations of the domain.

use super::words;

words! {
    /// Which side acts.
    pub enum ActorKind: "campaign.ledger.type.v1.ActorKind" {
        /// The brand.
        Brand = 1 => "BRAND",
        /// The creator.
        Creator = 2 => "CREATOR",
        /// The ledger itself: timers.
        System = 3 => "SYSTEM",
    }
}

impl ActorKind {
    /// Returns the other side of an agreement; timers act for the brand.
    pub const fn other(self) -> Self {
        match self {
            Self::Brand | Self::System => Self::Creator,
            Self::Creator => Self::Brand,
        }
    }
}

words! {
    /// Where a post lives.
    pub enum Platform: "campaign.ledger.type.v1.Platform" {
        /// Instagram.
        Instagram = 1 => "INSTAGRAM",
        /// TikTok.
        Tiktok = 2 => "TIKTOK",
        /// YouTube.
        Youtube = 3 => "YOUTUBE",
        /// Any other, which has a name.
        Other = 4 => "OTHER",
        /// Facebook.
        Facebook = 5 => "FACEBOOK",
        /// Threads.
        Threads = 6 => "THREADS",
        /// X.
        X = 7 => "X",
        /// Lemon8.
        Lemon8 = 8 => "LEMON8",
        /// Shopee.
        Shopee = 9 => "SHOPEE",
        /// Tokopedia.
        Tokopedia = 10 => "TOKOPEDIA",
        /// Twitch.
        Twitch = 11 => "TWITCH",
        /// Pinterest.
        Pinterest = 12 => "PINTEREST",
        /// LinkedIn.
        Linkedin = 13 => "LINKEDIN",
        /// Snapchat.
        Snapchat = 14 => "SNAPCHAT",
        /// A blog.
        Blog = 15 => "BLOG",
        /// A podcast.
        Podcast = 16 => "PODCAST",
    }
}

words! {
    /// In which shape a post is shown, beside what it is.
    pub enum Medium: "campaign.ledger.type.v1.Medium" {
        /// A picture or text in the feed.
        Feed = 1 => "FEED",
        /// A reel.
        Reel = 2 => "REEL",
        /// Several pictures.
        Carousel = 3 => "CAROUSEL",
        /// A story.
        Story = 4 => "STORY",
        /// A long video.
        Video = 5 => "VIDEO",
        /// A short video.
        Short = 6 => "SHORT",
        /// A live stream.
        Live = 7 => "LIVE",
        /// An article.
        Article = 8 => "ARTICLE",
    }
}

words! {
    /// What kind of post is promised.
    pub enum ContentFormat: "campaign.ledger.type.v1.ContentFormat" {
        /// An honest review.
        Review = 1 => "REVIEW",
        /// A tutorial.
        Tutorial = 2 => "TUTORIAL",
        /// An unboxing.
        Unboxing = 3 => "UNBOXING",
        /// A usage or visit experience.
        Experience = 4 => "EXPERIENCE",
        /// A before-after comparison.
        BeforeAfter = 5 => "BEFORE_AFTER",
        /// A showcase.
        Showcase = 6 => "SHOWCASE",
        /// A giveaway: incentivised engagement.
        Giveaway = 7 => "GIVEAWAY",
        /// Questions and answers.
        Qna = 8 => "QNA",
        /// A live stream.
        Live = 9 => "LIVE",
        /// One post credited to several collaborations.
        Joint = 10 => "JOINT",
        /// A story.
        Story = 11 => "STORY",
        /// Any other.
        Other = 12 => "OTHER",
    }
}

words! {
    /// Where counters come from; at the same time the earlier here wins.
    pub enum ObservationSource: "campaign.ledger.type.v1.ObservationSource" {
        /// The platform itself.
        Api = 1 => "API",
        /// The brand.
        Brand = 2 => "BRAND",
        /// The creator.
        Creator = 3 => "CREATOR",
        /// An estimate.
        Estimate = 4 => "ESTIMATE",
    }
}

words! {
    /// How counters came about; kinds never mix in one ratio.
    pub enum MeasurementKind: "campaign.ledger.type.v1.MeasurementKind" {
        /// By the platform.
        Measured = 1 => "MEASURED",
        /// By a person.
        Reported = 2 => "REPORTED",
        /// By estimate.
        Estimated = 3 => "ESTIMATED",
    }
}

words! {
    /// Which audience counters cover; scopes never mix in one ratio.
    pub enum MeasurementScope: "campaign.ledger.type.v1.MeasurementScope" {
        /// Without paid distribution.
        Organic = 1 => "ORGANIC",
        /// Paid distribution only.
        Paid = 2 => "PAID",
        /// Both together.
        Total = 3 => "TOTAL",
    }
}

words! {
    /// When a fact happened against the window of its campaign.
    pub enum FactTiming: "campaign.ledger.type.v1.FactTiming" {
        /// At or before the end.
        OnTime = 1 => "ON_TIME",
        /// After the end, up to `measure_until`: counted, and shown apart.
        Late = 2 => "LATE",
        /// After `measure_until`: recorded, in no total.
        AfterMeasurement = 3 => "AFTER_MEASUREMENT",
    }
}

words! {
    /// What a conversion is.
    pub enum ConversionType: "campaign.ledger.type.v1.ConversionType" {
        /// A sale.
        Sale = 1 => "SALE",
        /// An installation.
        Install = 2 => "INSTALL",
        /// A sign-up.
        Signup = 3 => "SIGNUP",
        /// A lead.
        Lead = 4 => "LEAD",
        /// A visit.
        Visit = 5 => "VISIT",
    }
}

words! {
    /// Why a conversion is credited as it is.
    pub enum AttributionBasis: "campaign.ledger.type.v1.AttributionBasis" {
        /// A pinned code was used.
        Code = 1 => "CODE",
        /// The last link touch within its window.
        Link = 2 => "LINK",
        /// Shares stated by the caller.
        Joint = 3 => "JOINT",
        /// Neither: unattributed.
        None = 4 => "NONE",
        /// Corrected by the brand, with evidence.
        Corrected = 5 => "CORRECTED",
    }
}

words! {
    /// What money was spent on.
    pub enum CostType: "campaign.ledger.type.v1.CostType" {
        /// The creator's fee; draws on the commitment.
        Fee = 1 => "FEE",
        /// A bonus.
        Bonus = 2 => "BONUS",
        /// A commission.
        Commission = 3 => "COMMISSION",
        /// Product at cost of goods.
        Product = 4 => "PRODUCT",
        /// Shipping.
        Shipping = 5 => "SHIPPING",
        /// Travel or a meal.
        TravelMeal = 6 => "TRAVEL_MEAL",
        /// Production.
        Production = 7 => "PRODUCTION",
        /// Paid amplification.
        PaidAmplification = 8 => "PAID_AMPLIFICATION",
        /// A platform or payment fee.
        PlatformFee = 9 => "PLATFORM_FEE",
        /// Tax borne by the brand.
        Tax = 10 => "TAX",
        /// Owed after a cancellation.
        KillFee = 11 => "KILL_FEE",
        /// Money that came back; lowers cost.
        Recovery = 12 => "RECOVERY",
    }
}

words! {
    /// What a campaign is for.
    pub enum CampaignObjective: "campaign.ledger.type.v1.CampaignObjective" {
        /// Being known.
        Awareness = 1 => "AWARENESS",
        /// Interaction.
        Engagement = 2 => "ENGAGEMENT",
        /// Sales, installs, sign-ups, visits.
        Conversion = 3 => "CONVERSION",
        /// Content to reuse.
        Content = 4 => "CONTENT",
        /// Lasting relations.
        Loyalty = 5 => "LOYALTY",
    }
}

words! {
    /// Why a conversion is credited to nobody.
    pub enum UnattributedReason {
        /// No touch lies within its window.
        OutsideWindow => "OUTSIDE_WINDOW",
        /// No accepted terms ever carried the code.
        UnknownCode => "UNKNOWN_CODE",
        /// Terms that carry the code or link came into force only after the order.
        CodeNotYetInForce => "CODE_NOT_YET_IN_FORCE",
        /// The code or link had ended, or the terms no longer carried it.
        CodeExpired => "CODE_EXPIRED",
        /// Neither code nor touch was given.
        NoEvidence => "NO_EVIDENCE",
    }
}

words! {
    /// Why a waiting refund does not fit its order.
    pub enum RefundRejection {
        /// Refunds would be more than the order.
        RefundExceedsOrder => "REFUND_EXCEEDS_ORDER",
        /// It is in another currency.
        CurrencyMismatch => "CURRENCY_MISMATCH",
        /// The order was taken back.
        OrderVoided => "ORDER_VOIDED",
    }
}

words! {
    /// Why a second claim of an order is rejected.
    pub enum ClaimRejection {
        /// Another claim of it stands.
        DuplicateOrder => "DUPLICATE_ORDER",
        /// The other claim was taken back; the key stays taken.
        OrderVoided => "ORDER_VOIDED",
    }
}

words! {
    /// Which use rights allow.
    pub enum UsageScope: "campaign.ledger.type.v1.UsageScope" {
        /// Posts of the brand's own, without paid distribution.
        Organic = 1 => "ORGANIC",
        /// Paid distribution.
        Paid = 2 => "PAID",
        /// Channels the brand owns, such as its site or shop.
        OwnedChannels = 3 => "OWNED_CHANNELS",
        /// All of these.
        All = 4 => "ALL",
    }
}

words! {
    /// What ties a creator to a brand.
    pub enum ConnectionType: "campaign.ledger.type.v1.ConnectionType" {
        /// Paid in money.
        Paid = 1 => "PAID",
        /// Given a product or a visit.
        Gifted = 2 => "GIFTED",
        /// Paid by what is sold.
        Affiliate = 3 => "AFFILIATE",
        /// Works for the brand.
        Employee = 4 => "EMPLOYEE",
        /// Family of someone at the brand.
        Family = 5 => "FAMILY",
        /// Any other tie.
        Other = 6 => "OTHER",
    }
}

words! {
    /// What makes money owed.
    pub enum SettlementTrigger: "campaign.ledger.type.v1.SettlementTrigger" {
        /// The terms were accepted.
        Acceptance = 1 => "ACCEPTANCE",
        /// Content was approved.
        Approval = 2 => "APPROVAL",
        /// A post was verified.
        Verification = 3 => "VERIFICATION",
    }
}
