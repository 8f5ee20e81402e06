//! The words of the fields that take one of a few values, both ways.
//!
//! Owns which number means which word. Both directions match without a catch-all, so that a word
//! added on either side does not compile until it is spelled on the other.

use crate::domain::{
    ActorKind, AttributionBasis, CampaignObjective, ConnectionType, ContentFormat, ConversionType,
    CostType, Counter, FactTiming, MeasurementKind, MeasurementScope, ObservationSource, Platform,
    RefundRejection, Rounding, SettlementTrigger, Tier, UnattributedReason, UsageScope,
};
use crate::wire::proto::values as wire;

/// Reads which side acts.
pub fn actor_kind(number: i32) -> Option<ActorKind> {
    match wire::ActorKind::try_from(number).ok()? {
        wire::ActorKind::Unspecified => None,
        wire::ActorKind::Brand => Some(ActorKind::Brand),
        wire::ActorKind::Creator => Some(ActorKind::Creator),
        wire::ActorKind::System => Some(ActorKind::System),
    }
}

impl From<ActorKind> for wire::ActorKind {
    fn from(word: ActorKind) -> Self {
        match word {
            ActorKind::Brand => Self::Brand,
            ActorKind::Creator => Self::Creator,
            ActorKind::System => Self::System,
        }
    }
}

/// Reads where a post lives.
pub fn platform(number: i32) -> Option<Platform> {
    match wire::Platform::try_from(number).ok()? {
        wire::Platform::Unspecified => None,
        wire::Platform::Instagram => Some(Platform::Instagram),
        wire::Platform::Tiktok => Some(Platform::Tiktok),
        wire::Platform::Youtube => Some(Platform::Youtube),
        wire::Platform::Other => Some(Platform::Other),
    }
}

impl From<Platform> for wire::Platform {
    fn from(word: Platform) -> Self {
        match word {
            Platform::Instagram => Self::Instagram,
            Platform::Tiktok => Self::Tiktok,
            Platform::Youtube => Self::Youtube,
            Platform::Other => Self::Other,
        }
    }
}

/// Reads what kind of post is promised.
pub fn content_format(number: i32) -> Option<ContentFormat> {
    match wire::ContentFormat::try_from(number).ok()? {
        wire::ContentFormat::Unspecified => None,
        wire::ContentFormat::Review => Some(ContentFormat::Review),
        wire::ContentFormat::Tutorial => Some(ContentFormat::Tutorial),
        wire::ContentFormat::Unboxing => Some(ContentFormat::Unboxing),
        wire::ContentFormat::Experience => Some(ContentFormat::Experience),
        wire::ContentFormat::BeforeAfter => Some(ContentFormat::BeforeAfter),
        wire::ContentFormat::Showcase => Some(ContentFormat::Showcase),
        wire::ContentFormat::Giveaway => Some(ContentFormat::Giveaway),
        wire::ContentFormat::Qna => Some(ContentFormat::Qna),
        wire::ContentFormat::Live => Some(ContentFormat::Live),
        wire::ContentFormat::Joint => Some(ContentFormat::Joint),
        wire::ContentFormat::Story => Some(ContentFormat::Story),
        wire::ContentFormat::Other => Some(ContentFormat::Other),
    }
}

impl From<ContentFormat> for wire::ContentFormat {
    fn from(word: ContentFormat) -> Self {
        match word {
            ContentFormat::Review => Self::Review,
            ContentFormat::Tutorial => Self::Tutorial,
            ContentFormat::Unboxing => Self::Unboxing,
            ContentFormat::Experience => Self::Experience,
            ContentFormat::BeforeAfter => Self::BeforeAfter,
            ContentFormat::Showcase => Self::Showcase,
            ContentFormat::Giveaway => Self::Giveaway,
            ContentFormat::Qna => Self::Qna,
            ContentFormat::Live => Self::Live,
            ContentFormat::Joint => Self::Joint,
            ContentFormat::Story => Self::Story,
            ContentFormat::Other => Self::Other,
        }
    }
}

/// Reads a follower tier.
pub fn tier(number: i32) -> Option<Tier> {
    match wire::Tier::try_from(number).ok()? {
        wire::Tier::Unspecified => None,
        wire::Tier::Unknown => Some(Tier::Unknown),
        wire::Tier::BelowNano => Some(Tier::BelowNano),
        wire::Tier::Nano => Some(Tier::Nano),
        wire::Tier::Micro => Some(Tier::Micro),
        wire::Tier::Macro => Some(Tier::Macro),
        wire::Tier::Mega => Some(Tier::Mega),
    }
}

impl From<Tier> for wire::Tier {
    fn from(word: Tier) -> Self {
        match word {
            Tier::Unknown => Self::Unknown,
            Tier::BelowNano => Self::BelowNano,
            Tier::Nano => Self::Nano,
            Tier::Micro => Self::Micro,
            Tier::Macro => Self::Macro,
            Tier::Mega => Self::Mega,
        }
    }
}

/// Reads where counters come from.
pub fn observation_source(number: i32) -> Option<ObservationSource> {
    match wire::ObservationSource::try_from(number).ok()? {
        wire::ObservationSource::Unspecified => None,
        wire::ObservationSource::Api => Some(ObservationSource::Api),
        wire::ObservationSource::Brand => Some(ObservationSource::Brand),
        wire::ObservationSource::Creator => Some(ObservationSource::Creator),
        wire::ObservationSource::Estimate => Some(ObservationSource::Estimate),
    }
}

impl From<ObservationSource> for wire::ObservationSource {
    fn from(word: ObservationSource) -> Self {
        match word {
            ObservationSource::Api => Self::Api,
            ObservationSource::Brand => Self::Brand,
            ObservationSource::Creator => Self::Creator,
            ObservationSource::Estimate => Self::Estimate,
        }
    }
}

/// Reads how counters came about.
pub fn measurement_kind(number: i32) -> Option<MeasurementKind> {
    match wire::MeasurementKind::try_from(number).ok()? {
        wire::MeasurementKind::Unspecified => None,
        wire::MeasurementKind::Measured => Some(MeasurementKind::Measured),
        wire::MeasurementKind::Reported => Some(MeasurementKind::Reported),
        wire::MeasurementKind::Estimated => Some(MeasurementKind::Estimated),
    }
}

impl From<MeasurementKind> for wire::MeasurementKind {
    fn from(word: MeasurementKind) -> Self {
        match word {
            MeasurementKind::Measured => Self::Measured,
            MeasurementKind::Reported => Self::Reported,
            MeasurementKind::Estimated => Self::Estimated,
        }
    }
}

/// Reads which audience counters cover.
pub fn measurement_scope(number: i32) -> Option<MeasurementScope> {
    match wire::MeasurementScope::try_from(number).ok()? {
        wire::MeasurementScope::Unspecified => None,
        wire::MeasurementScope::Organic => Some(MeasurementScope::Organic),
        wire::MeasurementScope::Paid => Some(MeasurementScope::Paid),
        wire::MeasurementScope::Total => Some(MeasurementScope::Total),
    }
}

impl From<MeasurementScope> for wire::MeasurementScope {
    fn from(word: MeasurementScope) -> Self {
        match word {
            MeasurementScope::Organic => Self::Organic,
            MeasurementScope::Paid => Self::Paid,
            MeasurementScope::Total => Self::Total,
        }
    }
}

/// Reads when a fact happened against the window.
pub fn fact_timing(number: i32) -> Option<FactTiming> {
    match wire::FactTiming::try_from(number).ok()? {
        wire::FactTiming::Unspecified => None,
        wire::FactTiming::OnTime => Some(FactTiming::OnTime),
        wire::FactTiming::Late => Some(FactTiming::Late),
        wire::FactTiming::AfterMeasurement => Some(FactTiming::AfterMeasurement),
    }
}

impl From<FactTiming> for wire::FactTiming {
    fn from(word: FactTiming) -> Self {
        match word {
            FactTiming::OnTime => Self::OnTime,
            FactTiming::Late => Self::Late,
            FactTiming::AfterMeasurement => Self::AfterMeasurement,
        }
    }
}

/// Reads what a conversion is.
pub fn conversion_type(number: i32) -> Option<ConversionType> {
    match wire::ConversionType::try_from(number).ok()? {
        wire::ConversionType::Unspecified => None,
        wire::ConversionType::Sale => Some(ConversionType::Sale),
        wire::ConversionType::Install => Some(ConversionType::Install),
        wire::ConversionType::Signup => Some(ConversionType::Signup),
        wire::ConversionType::Lead => Some(ConversionType::Lead),
        wire::ConversionType::Visit => Some(ConversionType::Visit),
    }
}

impl From<ConversionType> for wire::ConversionType {
    fn from(word: ConversionType) -> Self {
        match word {
            ConversionType::Sale => Self::Sale,
            ConversionType::Install => Self::Install,
            ConversionType::Signup => Self::Signup,
            ConversionType::Lead => Self::Lead,
            ConversionType::Visit => Self::Visit,
        }
    }
}

/// Reads why a conversion is credited so.
pub fn attribution_basis(number: i32) -> Option<AttributionBasis> {
    match wire::AttributionBasis::try_from(number).ok()? {
        wire::AttributionBasis::Unspecified => None,
        wire::AttributionBasis::Code => Some(AttributionBasis::Code),
        wire::AttributionBasis::Link => Some(AttributionBasis::Link),
        wire::AttributionBasis::Joint => Some(AttributionBasis::Joint),
        wire::AttributionBasis::None => Some(AttributionBasis::None),
    }
}

impl From<AttributionBasis> for wire::AttributionBasis {
    fn from(word: AttributionBasis) -> Self {
        match word {
            AttributionBasis::Code => Self::Code,
            AttributionBasis::Link => Self::Link,
            AttributionBasis::Joint => Self::Joint,
            AttributionBasis::None => Self::None,
        }
    }
}

/// Reads what money was spent on.
pub fn cost_type(number: i32) -> Option<CostType> {
    match wire::CostType::try_from(number).ok()? {
        wire::CostType::Unspecified => None,
        wire::CostType::Fee => Some(CostType::Fee),
        wire::CostType::Bonus => Some(CostType::Bonus),
        wire::CostType::Commission => Some(CostType::Commission),
        wire::CostType::Product => Some(CostType::Product),
        wire::CostType::Shipping => Some(CostType::Shipping),
        wire::CostType::TravelMeal => Some(CostType::TravelMeal),
        wire::CostType::Production => Some(CostType::Production),
        wire::CostType::PaidAmplification => Some(CostType::PaidAmplification),
        wire::CostType::PlatformFee => Some(CostType::PlatformFee),
        wire::CostType::Tax => Some(CostType::Tax),
        wire::CostType::KillFee => Some(CostType::KillFee),
        wire::CostType::Recovery => Some(CostType::Recovery),
    }
}

impl From<CostType> for wire::CostType {
    fn from(word: CostType) -> Self {
        match word {
            CostType::Fee => Self::Fee,
            CostType::Bonus => Self::Bonus,
            CostType::Commission => Self::Commission,
            CostType::Product => Self::Product,
            CostType::Shipping => Self::Shipping,
            CostType::TravelMeal => Self::TravelMeal,
            CostType::Production => Self::Production,
            CostType::PaidAmplification => Self::PaidAmplification,
            CostType::PlatformFee => Self::PlatformFee,
            CostType::Tax => Self::Tax,
            CostType::KillFee => Self::KillFee,
            CostType::Recovery => Self::Recovery,
        }
    }
}

/// Reads what a campaign is for.
pub fn campaign_objective(number: i32) -> Option<CampaignObjective> {
    match wire::CampaignObjective::try_from(number).ok()? {
        wire::CampaignObjective::Unspecified => None,
        wire::CampaignObjective::Awareness => Some(CampaignObjective::Awareness),
        wire::CampaignObjective::Engagement => Some(CampaignObjective::Engagement),
        wire::CampaignObjective::Conversion => Some(CampaignObjective::Conversion),
        wire::CampaignObjective::Content => Some(CampaignObjective::Content),
        wire::CampaignObjective::Loyalty => Some(CampaignObjective::Loyalty),
    }
}

impl From<CampaignObjective> for wire::CampaignObjective {
    fn from(word: CampaignObjective) -> Self {
        match word {
            CampaignObjective::Awareness => Self::Awareness,
            CampaignObjective::Engagement => Self::Engagement,
            CampaignObjective::Conversion => Self::Conversion,
            CampaignObjective::Content => Self::Content,
            CampaignObjective::Loyalty => Self::Loyalty,
        }
    }
}

/// Reads how amounts are rounded; not given means half-even.
pub fn rounding(number: i32) -> Option<Rounding> {
    match wire::RoundingMode::try_from(number).ok()? {
        wire::RoundingMode::Unspecified => Some(Rounding::default()),
        wire::RoundingMode::HalfEven => Some(Rounding::HalfEven),
    }
}

impl From<Rounding> for wire::RoundingMode {
    fn from(word: Rounding) -> Self {
        match word {
            Rounding::HalfEven => Self::HalfEven,
        }
    }
}

/// Reads why a conversion is credited to nobody, spelled as its name.
///
/// # Errors
/// The rule it breaks.
pub fn unattributed_reason(name: &str) -> Result<UnattributedReason, &'static str> {
    use UnattributedReason::{NoEvidence, OutsideWindow, UnknownCode};
    [OutsideWindow, UnknownCode, NoEvidence]
        .into_iter()
        .find(|word| word.name() == name)
        .ok_or("must be one of OUTSIDE_WINDOW, UNKNOWN_CODE, NO_EVIDENCE")
}

/// Reads why a refund does not fit its order, spelled as its name.
///
/// # Errors
/// The rule it breaks.
pub fn refund_rejection(name: &str) -> Result<RefundRejection, &'static str> {
    use RefundRejection::{CurrencyMismatch, RefundExceedsOrder};
    [RefundExceedsOrder, CurrencyMismatch]
        .into_iter()
        .find(|word| word.name() == name)
        .ok_or("must be one of REFUND_EXCEEDS_ORDER, CURRENCY_MISMATCH")
}

/// Reads which use rights allow.
pub fn usage_scope(number: i32) -> Option<UsageScope> {
    match wire::UsageScope::try_from(number).ok()? {
        wire::UsageScope::Unspecified => None,
        wire::UsageScope::Organic => Some(UsageScope::Organic),
        wire::UsageScope::Paid => Some(UsageScope::Paid),
        wire::UsageScope::OwnedChannels => Some(UsageScope::OwnedChannels),
        wire::UsageScope::All => Some(UsageScope::All),
    }
}

impl From<UsageScope> for wire::UsageScope {
    fn from(word: UsageScope) -> Self {
        match word {
            UsageScope::Organic => Self::Organic,
            UsageScope::Paid => Self::Paid,
            UsageScope::OwnedChannels => Self::OwnedChannels,
            UsageScope::All => Self::All,
        }
    }
}

/// Reads what ties a creator to a brand.
pub fn connection_type(number: i32) -> Option<ConnectionType> {
    match wire::ConnectionType::try_from(number).ok()? {
        wire::ConnectionType::Unspecified => None,
        wire::ConnectionType::Paid => Some(ConnectionType::Paid),
        wire::ConnectionType::Gifted => Some(ConnectionType::Gifted),
        wire::ConnectionType::Affiliate => Some(ConnectionType::Affiliate),
        wire::ConnectionType::Employee => Some(ConnectionType::Employee),
        wire::ConnectionType::Family => Some(ConnectionType::Family),
        wire::ConnectionType::Other => Some(ConnectionType::Other),
    }
}

impl From<ConnectionType> for wire::ConnectionType {
    fn from(word: ConnectionType) -> Self {
        match word {
            ConnectionType::Paid => Self::Paid,
            ConnectionType::Gifted => Self::Gifted,
            ConnectionType::Affiliate => Self::Affiliate,
            ConnectionType::Employee => Self::Employee,
            ConnectionType::Family => Self::Family,
            ConnectionType::Other => Self::Other,
        }
    }
}

/// Reads what makes money owed.
pub fn settlement_trigger(number: i32) -> Option<SettlementTrigger> {
    match wire::SettlementTrigger::try_from(number).ok()? {
        wire::SettlementTrigger::Unspecified => None,
        wire::SettlementTrigger::Acceptance => Some(SettlementTrigger::Acceptance),
        wire::SettlementTrigger::Approval => Some(SettlementTrigger::Approval),
        wire::SettlementTrigger::Verification => Some(SettlementTrigger::Verification),
    }
}

impl From<SettlementTrigger> for wire::SettlementTrigger {
    fn from(word: SettlementTrigger) -> Self {
        match word {
            SettlementTrigger::Acceptance => Self::Acceptance,
            SettlementTrigger::Approval => Self::Approval,
            SettlementTrigger::Verification => Self::Verification,
        }
    }
}

/// Reads a counter of engagement.
pub fn counter(number: i32) -> Option<Counter> {
    match wire::Counter::try_from(number).ok()? {
        wire::Counter::Unspecified => None,
        wire::Counter::Likes => Some(Counter::Likes),
        wire::Counter::Comments => Some(Counter::Comments),
        wire::Counter::Shares => Some(Counter::Shares),
        wire::Counter::Saves => Some(Counter::Saves),
        wire::Counter::Views => Some(Counter::Views),
        wire::Counter::Impressions => Some(Counter::Impressions),
        wire::Counter::Reach => Some(Counter::Reach),
        wire::Counter::Clicks => Some(Counter::Clicks),
        wire::Counter::Replies => Some(Counter::Replies),
        wire::Counter::PeakViewers => Some(Counter::PeakViewers),
        wire::Counter::LiveSeconds => Some(Counter::LiveSeconds),
    }
}

impl From<Counter> for wire::Counter {
    fn from(word: Counter) -> Self {
        match word {
            Counter::Likes => Self::Likes,
            Counter::Comments => Self::Comments,
            Counter::Shares => Self::Shares,
            Counter::Saves => Self::Saves,
            Counter::Views => Self::Views,
            Counter::Impressions => Self::Impressions,
            Counter::Reach => Self::Reach,
            Counter::Clicks => Self::Clicks,
            Counter::Replies => Self::Replies,
            Counter::PeakViewers => Self::PeakViewers,
            Counter::LiveSeconds => Self::LiveSeconds,
        }
    }
}
