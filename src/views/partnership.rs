//! Partnership: a brand and a creator over time. Facts only, no score.
//!
//! Costs and results of collaborations are in the rows of the collaborations. A query sums them,
//! because a creator has few.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::CollaborationTotals;
use super::table;
use crate::domain::rows::{Key, Row, Rows};
use crate::domain::state::Campaign;
use crate::domain::{
    AgreementEvent, BrandId, CampaignId, CampaignRef, CollaborationId, CollaborationRef,
    CreatorRef, Currency, Event, Record, Timestamp, Totals,
};

/// The agreements of a brand and a creator over time.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Partnership {
    /// First invitation or application.
    pub first_invited_at: Option<Timestamp>,
    /// When each collaboration was accepted, in log order.
    pub accepted_at: Vec<Timestamp>,
    /// The collaborations, by campaign.
    campaigns: BTreeMap<CampaignId, Box<CampaignPart>>,
}

/// The part of a partnership in one campaign.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct CampaignPart {
    currency: Currency,
    first_invited_at: Timestamp,
    collaborations: Vec<CollaborationId>,
}

impl Row for Partnership {
    const TABLE: u8 = table::PARTNERSHIP;
}

impl Partnership {
    /// Returns the key of a partnership.
    pub fn key(creator: &CreatorRef) -> Key {
        Self::of_brand(&creator.brand).text(creator.creator.as_str())
    }

    /// Returns the prefix of the partnerships of a brand.
    pub fn of_brand(brand: &BrandId) -> Key {
        Key::of::<Self>().text(brand.as_str())
    }

    /// Returns whether an event changes the partnership row.
    pub fn is_noted(event: &Event) -> bool {
        matches!(
            event,
            Event::Agreement(
                AgreementEvent::CreatorInvited { .. }
                    | AgreementEvent::CreatorApplied { .. }
                    | AgreementEvent::BriefAccepted(_)
            )
        )
    }

    /// Adds an invitation to a campaign with this currency, an application to it, or an acceptance.
    pub fn note(&mut self, record: &Record, campaign: &CampaignRef, currency: Currency) {
        let at = record.happened_at();
        if let (
            Event::Agreement(
                AgreementEvent::CreatorInvited { .. } | AgreementEvent::CreatorApplied { .. },
            ),
            Some(collaboration),
        ) = (&record.event, &record.subject.collaboration)
        {
            let first = self.first_invited_at.map_or(at, |first| first.min(at));
            self.first_invited_at = Some(first);
            let part = self.campaigns.entry(campaign.campaign.clone());
            let part = part.or_insert_with(|| {
                Box::new(CampaignPart {
                    currency,
                    first_invited_at: at,
                    collaborations: Vec::new(),
                })
            });
            part.first_invited_at = part.first_invited_at.min(at);
            part.collaborations.push(collaboration.clone());
        }
        if let Event::Agreement(AgreementEvent::BriefAccepted(_)) = &record.event {
            self.accepted_at.push(at);
        }
    }

    /// Returns the campaigns to which the creator was invited or has applied.
    pub fn campaigns(&self) -> impl Iterator<Item = &CampaignId> {
        self.campaigns.keys()
    }

    /// Adds up the collaborations of a brand with this creator.
    ///
    /// # Errors
    /// When rows cannot be read.
    pub fn sum<S: Rows>(&self, rows: &S, brand: &BrandId) -> Result<Lifetime, S::Error> {
        let mut lifetime = Lifetime::default();
        for (campaign, part) in &self.campaigns {
            let mut totals = Totals::default();
            for collaboration in &part.collaborations {
                let place = CollaborationRef {
                    brand: brand.clone(),
                    campaign: campaign.clone(),
                    collaboration: collaboration.clone(),
                };
                let row = rows.get::<CollaborationTotals>(&CollaborationTotals::key(&place))?;
                if let Some(row) = row {
                    totals += &row.totals;
                    lifetime.last_activity_at = lifetime.last_activity_at.max(row.last_activity_at);
                }
            }
            let name = CampaignRef {
                brand: brand.clone(),
                campaign: campaign.clone(),
            };
            let row = rows.get::<Campaign>(&Campaign::key(&name))?;
            let share = CampaignShare {
                currency: part.currency,
                margin_bp: row.and_then(|row| row.plan.gross_margin_bp),
                first_invited_at: part.first_invited_at,
                collaborations: part.collaborations.len(),
                totals,
            };
            lifetime.campaigns.insert(campaign.clone(), share);
        }
        Ok(lifetime)
    }
}

/// The totals of a brand with a creator.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Lifetime {
    /// Last event of any collaboration.
    pub last_activity_at: Option<Timestamp>,
    /// By campaign.
    pub campaigns: BTreeMap<CampaignId, CampaignShare>,
}

/// The sums over the collaborations in one campaign.
#[derive(Clone, PartialEq, Debug)]
pub struct CampaignShare {
    /// Reporting currency of the campaign.
    pub currency: Currency,
    /// Its gross margin, in basis points of revenue.
    pub margin_bp: Option<u32>,
    /// First invitation or application in it.
    pub first_invited_at: Timestamp,
    /// Collaborations in it.
    pub collaborations: usize,
    /// The sums over them.
    pub totals: Totals,
}
