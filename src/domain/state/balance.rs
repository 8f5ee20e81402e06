//! Balances: what a brand owes its creators, by currency.

use std::ops::{AddAssign, Sub};

use serde::{Deserialize, Serialize};

use super::table;
use crate::domain::rows::{Key, Row};
use crate::domain::{BrandId, CampaignRef, CreatorId, Currency};

/// Sums over the lines that pay one creator in one currency, of a campaign or of the whole brand.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Balance {
    /// Lines that are not reversed, with their adjustments.
    pub accrued_minor: i128,
    /// Of that, approved.
    pub approved_minor: i128,
    /// Of that, paid.
    pub paid_minor: i128,
    /// Commission that fell after it was approved: 0 or less. It is deducted from later commission.
    pub carried_minor: i128,
}

impl Row for Balance {
    const TABLE: u8 = table::BALANCE;
}

impl Balance {
    /// Returns what is left to pay; negative when the creator owes the brand.
    pub fn owed_minor(&self) -> i128 {
        self.accrued_minor - self.paid_minor + self.carried_minor
    }

    /// Returns the prefix of the balances of a brand, over all campaigns, by creator.
    pub fn of_brand(brand: &BrandId) -> Key {
        Key::of::<Self>().text(brand.as_str()).byte(0)
    }

    /// Returns the prefix of the balances of a campaign, by creator.
    pub fn of_campaign(campaign: &CampaignRef) -> Key {
        let key = Key::of::<Self>().text(campaign.brand.as_str()).byte(1);
        key.text(campaign.campaign.as_str())
    }

    /// Returns the keys of the two balances that a line of a campaign adds to.
    pub fn keys(campaign: &CampaignRef, creator: &CreatorId, currency: Currency) -> [Key; 2] {
        [Self::of_brand(&campaign.brand), Self::of_campaign(campaign)]
            .map(|key| key.text(creator.as_str()).text(currency.code()))
    }

    /// Reads the creator and the currency from a balance's key.
    pub fn named(key: &Key) -> Option<(CreatorId, Currency)> {
        let mut parts = key.parts();
        parts.text()?;
        if parts.byte()? == 1 {
            parts.text()?;
        }
        let creator = CreatorId::parse(parts.text()?).ok()?;
        Some((creator, Currency::parse(parts.text()?).ok()?))
    }
}

impl AddAssign for Balance {
    fn add_assign(&mut self, more: Self) {
        self.accrued_minor += more.accrued_minor;
        self.approved_minor += more.approved_minor;
        self.paid_minor += more.paid_minor;
        self.carried_minor += more.carried_minor;
    }
}

impl Sub for Balance {
    type Output = Self;

    fn sub(self, less: Self) -> Self {
        Self {
            accrued_minor: self.accrued_minor - less.accrued_minor,
            approved_minor: self.approved_minor - less.approved_minor,
            paid_minor: self.paid_minor - less.paid_minor,
            carried_minor: self.carried_minor - less.carried_minor,
        }
    }
}
