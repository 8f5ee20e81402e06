//! A write that happened, rendered as its answer needs it.

use super::render;
use crate::domain::Position;
use crate::domain::state::Resource;
use crate::proto::api;

/// A write that happened.
pub struct Written {
    /// Where it stands in the log.
    pub receipt: api::Receipt,
    /// Its first event; when only validated, where it would have stood.
    pub(super) first: Position,
    /// What it was about, after it.
    pub(super) resource: Resource,
}

impl Written {
    /// Renders the campaign the write was about.
    pub fn campaign(&self) -> Option<api::Campaign> {
        match &self.resource {
            Resource::Campaign(name, row) => Some(render::campaign(name, row)),
            _ => None,
        }
    }

    /// Renders the creator the write was about.
    pub fn creator(&self) -> Option<api::Creator> {
        match &self.resource {
            Resource::Creator(name, row) => Some(render::creator(name, row)),
            _ => None,
        }
    }

    /// Renders the collaboration the write was about.
    pub fn collaboration(&self) -> Option<api::Collaboration> {
        match &self.resource {
            Resource::Collaboration(name, row) | Resource::Published(name, row, ..) => {
                Some(render::collaboration(name, row))
            }
            _ => None,
        }
    }

    /// Renders the publication the write was about.
    pub fn publication(&self) -> Option<api::Publication> {
        match &self.resource {
            Resource::Publication(name, row) | Resource::Published(_, _, name, row) => {
                Some(render::publication(name, row))
            }
            _ => None,
        }
    }

    /// Renders the order the write was about.
    pub fn conversion(&self) -> Option<api::Conversion> {
        match &self.resource {
            Resource::Order(name, row) => Some(render::conversion(name, row)),
            _ => None,
        }
    }

    /// Tells what became of a claim.
    pub fn outcome(&self) -> api::ConversionOutcome {
        match &self.resource {
            Resource::Order(_, row) => render::outcome(row, self.first),
            _ => api::ConversionOutcome::Unspecified,
        }
    }

    /// Renders the cost line the write was about.
    pub fn cost(&self) -> Option<api::Cost> {
        match &self.resource {
            Resource::Cost(campaign, id, row) => Some(render::cost(campaign, id, row)),
            _ => None,
        }
    }
}
