//! Resources: what a command changes, as it is after the command.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    Campaign, Collaboration, Cost, Creator, Dispute, Hold, Order, Publication, RaisedFlag, Report,
};
use crate::domain::rows::Rows;
use crate::domain::{
    CampaignRef, CampaignVerb, CollaborationRef, Command, ConversionAdjustment, CostId, CreatorRef,
    DeliverableVerb, DisputeId, OrderRef, Position, PublicationRef, Request,
};

/// The resource that a command changed, with its id and its row.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each variant pairs a name with its row")]
pub enum Resource {
    Campaign(CampaignRef, Arc<Campaign>),
    Report(CampaignRef, Arc<Campaign>, Arc<Report>),
    Creator(CreatorRef, Arc<Creator>, Vec<Arc<RaisedFlag>>),
    Collaboration(CollaborationRef, Arc<Collaboration>, Vec<Arc<Hold>>),
    Published(
        CollaborationRef,
        Arc<Collaboration>,
        Vec<Arc<Hold>>,
        PublicationRef,
        Arc<Publication>,
    ),
    Publication(PublicationRef, Arc<Publication>),
    Order(OrderRef, Arc<Order>),
    Cost(CampaignRef, CostId, Arc<Cost>),
    Dispute(CampaignRef, DisputeId, Arc<Dispute>),
}

impl Resource {
    /// Reads the resource of a request; `None` when it is not in the rows.
    ///
    /// # Errors
    /// Returns an error when rows cannot be read.
    #[expect(clippy::too_many_lines, reason = "an arm for each kind of command")]
    pub fn of<S: Rows>(rows: &S, request: &Request) -> Result<Option<Self>, S::Error> {
        let brand = request.brand.clone();
        Ok(match &request.command {
            Command::Campaign { campaign, verb } => {
                let name = CampaignRef {
                    brand,
                    campaign: campaign.clone(),
                };
                after_campaign(rows, name, verb)?
            }
            Command::Creator { creator, .. } => {
                let name = CreatorRef {
                    brand,
                    creator: creator.clone(),
                };
                let Some(row) = rows.get::<Creator>(&Creator::key(&name))? else {
                    return Ok(None);
                };
                let flags = row.shown_flags(rows, &name)?;
                Some(Self::Creator(name, row, flags))
            }
            Command::Collaboration {
                campaign,
                collaboration,
                ..
            } => {
                let (campaign, collaboration) = (campaign.clone(), collaboration.clone());
                let name = CollaborationRef {
                    brand,
                    campaign,
                    collaboration,
                };
                of_collaboration(rows, name)?
            }
            Command::Deliverable {
                campaign,
                collaboration,
                verb,
                ..
            } => {
                let (campaign, collaboration) = (campaign.clone(), collaboration.clone());
                let name = CollaborationRef {
                    brand,
                    campaign,
                    collaboration,
                };
                after_deliverable(rows, name, verb)?
            }
            Command::Publication { publication, .. } | Command::Engagement { publication, .. } => {
                let row = rows.get(&Publication::key(publication))?;
                row.map(|row| Self::Publication(publication.clone(), row))
            }
            Command::RecordConversion { claim, .. } => {
                let name = OrderRef {
                    brand,
                    order: claim.order.clone(),
                };
                rows.get(&Order::key(&name))?
                    .map(|row| Self::Order(name, row))
            }
            Command::RecordRefund { refund } => {
                let name = OrderRef {
                    brand,
                    order: refund.order.clone(),
                };
                rows.get(&Order::key(&name))?
                    .map(|row| Self::Order(name, row))
            }
            Command::AdjustConversion {
                adjustment: ConversionAdjustment { order, .. },
            }
            | Command::LockOrder { order }
            | Command::SettleRefunds { order } => {
                let order = order.clone();
                let name = OrderRef { brand, order };
                rows.get(&Order::key(&name))?
                    .map(|row| Self::Order(name, row))
            }
            Command::Cost { campaign, cost, .. } => {
                let name = CampaignRef {
                    brand,
                    campaign: campaign.clone(),
                };
                let row = rows.get(&Cost::key(&name, cost))?;
                row.map(|row| Self::Cost(name, cost.clone(), row))
            }
            Command::Dispute {
                campaign, dispute, ..
            } => {
                let name = CampaignRef {
                    brand,
                    campaign: campaign.clone(),
                };
                let row = rows.get(&Dispute::key(&name, dispute))?;
                row.map(|row| Self::Dispute(name, dispute.clone(), row))
            }
        })
    }

    /// Returns the last event that changed it.
    pub fn updated(&self) -> Position {
        match self {
            Self::Campaign(_, row) | Self::Report(_, row, _) => row.updated,
            Self::Creator(_, row, _) => row.updated,
            Self::Collaboration(_, row, _) => row.updated,
            Self::Published(_, row, _, _, publication) => row.updated.max(publication.updated),
            Self::Publication(_, row) => row.updated,
            Self::Order(_, row) => row.updated,
            Self::Cost(_, _, row) => row.updated,
            Self::Dispute(_, _, row) => row.updated,
        }
    }
}

fn after_campaign<S: Rows>(
    rows: &S,
    name: CampaignRef,
    verb: &CampaignVerb,
) -> Result<Option<Resource>, S::Error> {
    let Some(row) = rows.get::<Campaign>(&Campaign::key(&name))? else {
        return Ok(None);
    };
    let CampaignVerb::FinaliseReport { .. } = verb else {
        return Ok(Some(Resource::Campaign(name, row)));
    };
    let report = rows.get(&Report::key(&name, row.reports))?;
    Ok(report.map(|report| Resource::Report(name, row, report)))
}

fn of_collaboration<S: Rows>(
    rows: &S,
    name: CollaborationRef,
) -> Result<Option<Resource>, S::Error> {
    let Some(row) = rows.get::<Collaboration>(&Collaboration::key(&name))? else {
        return Ok(None);
    };
    let holds = row.shown_holds(rows, &name)?;
    Ok(Some(Resource::Collaboration(name, row, holds)))
}

fn after_deliverable<S: Rows>(
    rows: &S,
    name: CollaborationRef,
    verb: &DeliverableVerb,
) -> Result<Option<Resource>, S::Error> {
    let Some(Resource::Collaboration(name, row, holds)) = of_collaboration(rows, name)? else {
        return Ok(None);
    };
    let DeliverableVerb::Publish(publish) = verb else {
        return Ok(Some(Resource::Collaboration(name, row, holds)));
    };
    let post = PublicationRef {
        collaboration: name.clone(),
        publication: publish.publication.clone(),
    };
    let publication = rows.get(&Publication::key(&post))?;
    Ok(publication.map(|publication| Resource::Published(name, row, holds, post, publication)))
}
