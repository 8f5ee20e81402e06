//! Resources: what a command changes, as it is after the command.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    BrandSettings, Campaign, Collaboration, Cost, Creator, Dispute, Hold, Order, Publication,
    RaisedFlag, Report,
};
use crate::domain::rows::Rows;
use crate::domain::{
    About, BrandId, CampaignRef, CampaignVerb, CollaborationRef, Command, CostId, CreatorRef,
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
    Brand(BrandId, Arc<BrandSettings>),
}

impl Resource {
    /// Reads the resource of a request; `None` when it is not in the rows.
    ///
    /// # Errors
    /// Returns an error when rows cannot be read.
    pub fn of<S: Rows>(rows: &S, request: &Request) -> Result<Option<Self>, S::Error> {
        Ok(match request.about() {
            About::Campaign(name) => after_campaign(rows, name, &request.command)?,
            About::Creator(name) => {
                let Some(row) = rows.get::<Creator>(&Creator::key(&name))? else {
                    return Ok(None);
                };
                let flags = row.shown_flags(rows, &name)?;
                Some(Self::Creator(name, row, flags))
            }
            About::Collaboration(name) => after_collaboration(rows, name, &request.command)?,
            About::Publication(name) => {
                let row = rows.get(&Publication::key(&name))?;
                row.map(|row| Self::Publication(name, row))
            }
            About::Order(name) | About::Claim(name, _) => {
                let row = rows.get(&Order::key(&name))?;
                row.map(|row| Self::Order(name, row))
            }
            About::Cost(name, cost) => {
                let row = rows.get(&Cost::key(&name, &cost))?;
                row.map(|row| Self::Cost(name, cost, row))
            }
            About::Dispute(name, dispute) => {
                let row = rows.get(&Dispute::key(&name, &dispute))?;
                row.map(|row| Self::Dispute(name, dispute, row))
            }
            About::Brand(brand) => {
                let row = rows.get(&BrandSettings::key(&brand))?;
                row.map(|row| Self::Brand(brand, row))
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
            Self::Brand(_, row) => row.updated,
        }
    }
}

fn after_campaign<S: Rows>(
    rows: &S,
    name: CampaignRef,
    command: &Command,
) -> Result<Option<Resource>, S::Error> {
    let Some(row) = rows.get::<Campaign>(&Campaign::key(&name))? else {
        return Ok(None);
    };
    let Command::Campaign {
        verb: CampaignVerb::FinaliseReport { .. },
        ..
    } = command
    else {
        return Ok(Some(Resource::Campaign(name, row)));
    };
    let report = rows.get(&Report::key(&name, row.reports))?;
    Ok(report.map(|report| Resource::Report(name, row, report)))
}

fn after_collaboration<S: Rows>(
    rows: &S,
    name: CollaborationRef,
    command: &Command,
) -> Result<Option<Resource>, S::Error> {
    let Some(row) = rows.get::<Collaboration>(&Collaboration::key(&name))? else {
        return Ok(None);
    };
    let holds = row.shown_holds(rows, &name)?;
    let Command::Deliverable {
        verb: DeliverableVerb::Publish(publish),
        ..
    } = command
    else {
        return Ok(Some(Resource::Collaboration(name, row, holds)));
    };
    let post = PublicationRef {
        collaboration: name.clone(),
        publication: publish.publication.clone(),
    };
    let publication = rows.get(&Publication::key(&post))?;
    Ok(publication.map(|publication| Resource::Published(name, row, holds, post, publication)))
}
