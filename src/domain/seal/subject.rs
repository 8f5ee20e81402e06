//! Whom the texts of a command are about: a creator, or nobody that is known yet.

use std::sync::Arc;

use crate::domain::rows::Rows;
use crate::domain::state::{CodeHolders, Collaboration, Cost, Order, Publication};
use crate::domain::{
    CampaignId, CampaignRef, Claim, CollaborationId, CollaborationRef, CollaborationVerb, Command,
    ConversionCorrection, CostId, CostVerb, CreatorId, CreatorRef, DataSubject, DeliverableVerb,
    Matched, OrderKey, OrderRef, OrderVerb, Patch, PublicationVerb, Request, Timestamp, Venue,
};

/// Returns whom the personal texts of a request are about. What can't be found is refused by the
/// rules later, so it is about nobody.
pub(super) fn subject_of<S: Rows>(rows: &S, request: &Request) -> Result<DataSubject, S::Error> {
    let found = Finding { rows, request };
    Ok(match &request.command {
        Command::Campaign { campaign, .. } => found.campaign(campaign),
        Command::Brand { .. } => found.nobody(),
        Command::Creator { creator, .. } => found.creator(creator),
        Command::Collaboration {
            campaign,
            collaboration,
            verb,
        } => match verb {
            CollaborationVerb::Invite { creator, .. }
            | CollaborationVerb::Apply { creator, .. } => found.creator(creator),
            _ => found.collaboration(campaign, collaboration)?,
        },
        Command::Deliverable {
            campaign,
            collaboration,
            ..
        }
        | Command::Dispute {
            campaign,
            collaboration,
            ..
        } => found.collaboration(campaign, collaboration)?,
        Command::Publication { publication, .. } | Command::Engagement { publication, .. } => {
            let place = &publication.collaboration;
            found.collaboration(&place.campaign, &place.collaboration)?
        }
        Command::RecordConversion { campaign, claim } => found.claim(campaign, claim)?,
        Command::AdjustConversion { adjustment } => found.order(&adjustment.order)?,
        Command::RecordRefund { refund } => found.order(&refund.order)?,
        Command::Order { order, verb } => found.corrected(order, verb)?,
        Command::LockOrder { order } | Command::SettleRefunds { order } => found.order(order)?,
        Command::Cost {
            campaign,
            cost,
            verb,
        } => found.cost(campaign, cost, verb)?,
    })
}

/// Where the texts of a command are unique, as far as rows say it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TextScope {
    /// Where the post of a deliverable was promised to live, or where a post that is corrected was said
    /// to live.
    pub venue: Option<Venue>,
    /// The campaign of an order that is corrected.
    pub campaign: Option<CampaignId>,
}

/// Returns the scope of a request, for [`Request::each_text`].
///
/// # Errors
/// When rows can't be read.
pub fn scope_of<S: Rows>(rows: &S, request: &Request) -> Result<TextScope, S::Error> {
    let (campaign, collaboration, deliverable) = match &request.command {
        Command::Deliverable {
            campaign,
            collaboration,
            deliverable,
            verb: DeliverableVerb::Publish(_),
        } => (campaign, collaboration, deliverable),
        Command::Publication {
            publication,
            verb: PublicationVerb::Correct(_),
        } => {
            let row = rows.get::<Publication>(&Publication::key(publication))?;
            return Ok(TextScope {
                venue: row.map(|row| row.platform.clone()),
                campaign: None,
            });
        }
        Command::Order {
            order,
            verb: OrderVerb::Correct(_),
        } => {
            return Ok(TextScope {
                venue: None,
                campaign: Finding { rows, request }.campaign_of(order)?,
            });
        }
        _ => return Ok(TextScope::default()),
    };
    let found = Finding { rows, request };
    let row = rows.get::<Collaboration>(&found.place(campaign, collaboration))?;
    let venue = row.and_then(|row| {
        let mut deliverables = row.deliverables.iter();
        let promised = deliverables.find(|one| one.terms.id == *deliverable)?;
        Some(promised.terms.platform.clone())
    });
    Ok(TextScope {
        venue,
        campaign: None,
    })
}

struct Finding<'a, S> {
    rows: &'a S,
    request: &'a Request,
}

impl<S: Rows> Finding<'_, S> {
    fn nobody(&self) -> DataSubject {
        DataSubject::Brand(self.request.brand.clone())
    }

    fn campaign(&self, campaign: &CampaignId) -> DataSubject {
        DataSubject::Campaign(self.campaign_ref(campaign))
    }

    fn campaign_ref(&self, campaign: &CampaignId) -> CampaignRef {
        CampaignRef {
            brand: self.request.brand.clone(),
            campaign: campaign.clone(),
        }
    }

    fn creator(&self, creator: &CreatorId) -> DataSubject {
        DataSubject::Creator(CreatorRef {
            brand: self.request.brand.clone(),
            creator: creator.clone(),
        })
    }

    fn place(
        &self,
        campaign: &CampaignId,
        collaboration: &CollaborationId,
    ) -> crate::domain::rows::Key {
        Collaboration::key(&CollaborationRef {
            brand: self.request.brand.clone(),
            campaign: campaign.clone(),
            collaboration: collaboration.clone(),
        })
    }

    fn collaboration(
        &self,
        campaign: &CampaignId,
        collaboration: &CollaborationId,
    ) -> Result<DataSubject, S::Error> {
        let row = self
            .rows
            .get::<Collaboration>(&self.place(campaign, collaboration))?;
        Ok(row.map_or_else(|| self.nobody(), |row| self.creator(&row.creator)))
    }

    /// A code is about who held it last when the order was made.
    fn claim(&self, campaign: &CampaignId, claim: &Claim) -> Result<DataSubject, S::Error> {
        match &claim.code {
            Some(code) => self.holder(campaign, code, claim.ordered_at),
            None => Ok(self.campaign(campaign)),
        }
    }

    fn holder(
        &self,
        campaign: &CampaignId,
        code: &Matched,
        ordered_at: Timestamp,
    ) -> Result<DataSubject, S::Error> {
        let key = CodeHolders::key(&self.campaign_ref(campaign), code.digest);
        let codes = self.rows.get::<CodeHolders>(&key)?;
        let holders = codes.iter().flat_map(|codes| &codes.holders);
        let held = holders.filter(|holder| holder.accepted_at.is_some_and(|at| at <= ordered_at));
        match held.max_by_key(|holder| holder.accepted_at) {
            Some(holder) => self.collaboration(campaign, &holder.collaboration),
            None => Ok(self.campaign(campaign)),
        }
    }

    /// A code is about who holds it, whether it is corrected or claimed.
    fn corrected(&self, order: &OrderKey, verb: &OrderVerb) -> Result<DataSubject, S::Error> {
        let row = self.row_of(order)?;
        let standing = row.as_ref().and_then(|row| row.conversion.as_ref());
        Ok(match (verb, standing) {
            (
                OrderVerb::Correct(ConversionCorrection {
                    code: Patch::Set(code),
                    ..
                }),
                Some(of),
            ) => self.holder(&of.campaign, code, of.conversion.ordered_at)?,
            (_, Some(of)) => self.campaign(&of.campaign),
            (_, None) => self.nobody(),
        })
    }

    fn campaign_of(&self, order: &OrderKey) -> Result<Option<CampaignId>, S::Error> {
        let row = self.row_of(order)?;
        let standing = row.as_ref().and_then(|row| row.conversion.as_ref());
        Ok(standing.map(|of| of.campaign.clone()))
    }

    fn order(&self, order: &OrderKey) -> Result<DataSubject, S::Error> {
        let campaign = self.campaign_of(order)?;
        Ok(campaign.map_or_else(|| self.nobody(), |campaign| self.campaign(&campaign)))
    }

    fn row_of(&self, order: &OrderKey) -> Result<Option<Arc<Order>>, S::Error> {
        let key = Order::key(&OrderRef {
            brand: self.request.brand.clone(),
            order: order.clone(),
        });
        self.rows.get::<Order>(&key)
    }

    fn cost(
        &self,
        campaign: &CampaignId,
        cost: &CostId,
        verb: &CostVerb,
    ) -> Result<DataSubject, S::Error> {
        let collaboration = match verb {
            CostVerb::Record { collaboration, .. } => collaboration.clone(),
            CostVerb::AccrueBonus { collaboration, .. } => Some(collaboration.clone()),
            CostVerb::Approve { .. }
            | CostVerb::Reverse { .. }
            | CostVerb::Pay { .. }
            | CostVerb::Adjust { .. }
            | CostVerb::Withhold { .. }
            | CostVerb::Release { .. }
            | CostVerb::RecordTax(_)
            | CostVerb::SupplyRate { .. }
            | CostVerb::VoidPayment { .. }
            | CostVerb::Correct(_) => {
                let key = Cost::key(&self.campaign_ref(campaign), cost);
                let row = self.rows.get::<Cost>(&key)?;
                row.and_then(|row| row.collaboration.clone())
            }
        };
        match collaboration {
            Some(collaboration) => self.collaboration(campaign, &collaboration),
            None => Ok(self.campaign(campaign)),
        }
    }
}
