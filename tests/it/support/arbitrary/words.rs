//! Strategies for the enumerations of the domain.

use campaign_ledger::domain::*;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// Which side acts.
pub fn actor_kind() -> impl Strategy<Value = ActorKind> {
    select(vec![
        ActorKind::Brand,
        ActorKind::Creator,
        ActorKind::System,
    ])
}

/// A platform, with a name where it takes one.
pub fn venue() -> impl Strategy<Value = Venue> {
    let name = option::of("[a-z]{1,64}").prop_map(|name| PlatformName::parse(&name?).ok());
    (select(&Platform::ALL[..]), name).prop_map(|(platform, name)| Venue {
        platform,
        name: name.filter(|_| platform.takes_name()),
    })
}

/// A medium.
pub fn medium() -> impl Strategy<Value = Option<Medium>> {
    option::of(select(&Medium::ALL[..]))
}

/// Every format.
pub const FORMATS: [ContentFormat; 12] = [
    ContentFormat::Review,
    ContentFormat::Tutorial,
    ContentFormat::Unboxing,
    ContentFormat::Experience,
    ContentFormat::BeforeAfter,
    ContentFormat::Showcase,
    ContentFormat::Giveaway,
    ContentFormat::Qna,
    ContentFormat::Live,
    ContentFormat::Joint,
    ContentFormat::Story,
    ContentFormat::Other,
];

/// A format.
pub fn content_format() -> impl Strategy<Value = ContentFormat> {
    select(FORMATS.to_vec())
}

/// A tier.
pub fn tier() -> impl Strategy<Value = Tier> {
    select(vec![
        Tier::Unknown,
        Tier::BelowNano,
        Tier::Nano,
        Tier::Micro,
        Tier::Macro,
        Tier::Mega,
    ])
}

/// When a fact happened relative to the campaign window.
pub fn fact_timing() -> impl Strategy<Value = FactTiming> {
    select(vec![
        FactTiming::OnTime,
        FactTiming::Late,
        FactTiming::AfterMeasurement,
    ])
}

/// Type of a conversion.
pub fn conversion_type() -> impl Strategy<Value = ConversionType> {
    select(vec![
        ConversionType::Sale,
        ConversionType::Install,
        ConversionType::Signup,
        ConversionType::Lead,
        ConversionType::Visit,
    ])
}

/// Basis of an attribution.
pub fn attribution_basis() -> impl Strategy<Value = AttributionBasis> {
    select(vec![
        AttributionBasis::Code,
        AttributionBasis::Link,
        AttributionBasis::Joint,
        AttributionBasis::None,
        AttributionBasis::Corrected,
    ])
}

/// Why a conversion is unattributed.
pub fn unattributed_reason() -> impl Strategy<Value = UnattributedReason> {
    select(vec![
        UnattributedReason::OutsideWindow,
        UnattributedReason::UnknownCode,
        UnattributedReason::CodeNotYetInForce,
        UnattributedReason::CodeExpired,
        UnattributedReason::NoEvidence,
    ])
}

/// Why a refund does not fit.
pub fn refund_rejection() -> impl Strategy<Value = RefundRejection> {
    select(vec![
        RefundRejection::RefundExceedsOrder,
        RefundRejection::CurrencyMismatch,
        RefundRejection::OrderVoided,
    ])
}

/// Why a second claim is rejected.
pub fn claim_rejection() -> impl Strategy<Value = ClaimRejection> {
    select(vec![
        ClaimRejection::DuplicateOrder,
        ClaimRejection::OrderVoided,
    ])
}

/// Type of a cost.
pub fn cost_type() -> impl Strategy<Value = CostType> {
    select(vec![
        CostType::Fee,
        CostType::Bonus,
        CostType::Commission,
        CostType::Product,
        CostType::Shipping,
        CostType::TravelMeal,
        CostType::Production,
        CostType::PaidAmplification,
        CostType::PlatformFee,
        CostType::Tax,
        CostType::KillFee,
        CostType::Recovery,
    ])
}

/// Objective of a campaign.
pub fn campaign_objective() -> impl Strategy<Value = CampaignObjective> {
    select(vec![
        CampaignObjective::Awareness,
        CampaignObjective::Engagement,
        CampaignObjective::Conversion,
        CampaignObjective::Content,
        CampaignObjective::Loyalty,
    ])
}

/// Where counters come from.
pub fn observation_source() -> impl Strategy<Value = ObservationSource> {
    select(vec![
        ObservationSource::Api,
        ObservationSource::Brand,
        ObservationSource::Creator,
        ObservationSource::Estimate,
    ])
}

/// How counters were obtained.
pub fn measurement_kind() -> impl Strategy<Value = MeasurementKind> {
    select(vec![
        MeasurementKind::Measured,
        MeasurementKind::Reported,
        MeasurementKind::Estimated,
    ])
}

/// Audience of counters.
pub fn measurement_scope() -> impl Strategy<Value = MeasurementScope> {
    select(vec![
        MeasurementScope::Organic,
        MeasurementScope::Paid,
        MeasurementScope::Total,
    ])
}

/// Kind of use of a usage right.
pub fn usage_scope() -> impl Strategy<Value = UsageScope> {
    select(vec![
        UsageScope::Organic,
        UsageScope::Paid,
        UsageScope::OwnedChannels,
        UsageScope::All,
    ])
}

/// Relation of a creator to a brand.
pub fn connection_type() -> impl Strategy<Value = ConnectionType> {
    select(vec![
        ConnectionType::Paid,
        ConnectionType::Gifted,
        ConnectionType::Affiliate,
        ConnectionType::Employee,
        ConnectionType::Family,
        ConnectionType::Other,
    ])
}

/// All triggers.
pub const TRIGGERS: [SettlementTrigger; 3] = [
    SettlementTrigger::Acceptance,
    SettlementTrigger::Approval,
    SettlementTrigger::Verification,
];
