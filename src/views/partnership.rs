//! Partnership: a brand and a creator over time. Facts only, no score.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::table;
use crate::domain::rows::{Key, Row};
use crate::domain::{
    BrandId, CampaignId, CreatorRef, Currency, Effect, Event, Record, Timestamp, Totals,
};

/// What a brand and a creator did together.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Partnership {
    /// First invitation.
    pub first_invited_at: Option<Timestamp>,
    /// Last event of any collaboration.
    pub last_activity_at: Option<Timestamp>,
    /// When each collaboration was accepted, in log order.
    pub accepted_at: Vec<Timestamp>,
    /// By campaign.
    pub campaigns: BTreeMap<CampaignId, Box<CampaignShare>>,
}

/// The part of a partnership that lies in one campaign.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CampaignShare {
    /// Reporting currency of the campaign.
    pub currency: Currency,
    /// First invitation in it.
    pub first_invited_at: Timestamp,
    /// Collaborations in it.
    pub collaborations: u32,
    /// The sums over them.
    pub totals: Totals,
}

impl Row for Partnership {
    const TABLE: u8 = table::PARTNERSHIP;
}

impl Partnership {
    /// Key of a partnership.
    pub fn key(creator: &CreatorRef) -> Key {
        Self::of_brand(&creator.brand).text(creator.creator.as_str())
    }

    /// Prefix of the partnerships of a brand.
    pub fn of_brand(brand: &BrandId) -> Key {
        Key::of::<Self>().text(brand.as_str())
    }

    /// Notes what an event of a collaboration says about the partnership as such; an invitation
    /// comes with its campaign and that one's currency.
    pub fn note(&mut self, record: &Record, invited: Option<(&CampaignId, Currency)>) {
        let at = record.happened_at();
        self.last_activity_at = self.last_activity_at.max(Some(at));
        if let Some((campaign, currency)) = invited {
            self.first_invited_at.get_or_insert(at);
            let share = self.campaigns.entry(campaign.clone()).or_insert_with(|| {
                Box::new(CampaignShare {
                    currency,
                    first_invited_at: at,
                    collaborations: 0,
                    totals: Totals::default(),
                })
            });
            share.collaborations += 1;
        }
        if let Event::BriefAccepted(_) = &record.event {
            self.accepted_at.push(at);
        }
    }

    /// Adds what an event contributes to a collaboration of the partnership.
    pub fn apply(&mut self, campaign: &CampaignId, effect: &Effect) {
        if let Some(share) = self.campaigns.get_mut(campaign) {
            share.totals.apply(effect);
        }
    }

    /// Returns the times between the acceptance of each collaboration and that of the next, in
    /// nanoseconds.
    pub fn gaps(&self) -> impl Iterator<Item = i128> + '_ {
        let mut accepted = self.accepted_at.clone();
        accepted.sort();
        let next = accepted.clone().into_iter().skip(1);
        accepted
            .into_iter()
            .zip(next)
            .map(|(earlier, later)| i128::from(later.nanos()) - i128::from(earlier.nanos()))
    }
}
