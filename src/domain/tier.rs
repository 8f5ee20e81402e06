//! Follower tiers: a pure function of the raw count under a named scheme.

use super::words;

/// Name of the scheme that this module computes. It is stored with every frozen tier.
pub const TIER_SCHEME: &str = "seed-v1";

words! {
    /// Follower tier under a named scheme.
    pub enum Tier: "campaign.ledger.type.v1.Tier" {
        /// The count is not known.
        Unknown = 1 => "UNKNOWN",
        /// 0 to 999.
        BelowNano = 2 => "BELOW_NANO",
        /// 1,000 to 9,999.
        Nano = 3 => "NANO",
        /// 10,000 to 100,000.
        Micro = 4 => "MICRO",
        /// 100,001 to 1,000,000.
        Macro = 5 => "MACRO",
        /// 1,000,001 and more.
        Mega = 6 => "MEGA",
    }
}

impl Tier {
    /// Computes the tier of a raw follower count under `seed-v1`.
    ///
    /// ```
    /// use campaign_ledger::domain::Tier;
    /// assert_eq!(Tier::of(Some(10_000)), Tier::Micro);
    /// assert_eq!(Tier::of(Some(100_001)), Tier::Macro);
    /// assert_eq!(Tier::of(None), Tier::Unknown);
    /// ```
    pub const fn of(followers: Option<u64>) -> Self {
        match followers {
            None => Self::Unknown,
            Some(0..=999) => Self::BelowNano,
            Some(1_000..=9_999) => Self::Nano,
            Some(10_000..=100_000) => Self::Micro,
            Some(100_001..=1_000_000) => Self::Macro,
            Some(1_000_001..) => Self::Mega,
        }
    }
}
