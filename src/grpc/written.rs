//! A write that happened, rendered as its answer needs it.

use super::render;
use crate::domain::Position;
use crate::domain::state::Resource;
use crate::report;
use crate::wire::proto::api;

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
        let (Resource::Campaign(name, row) | Resource::Report(name, row, _)) = &self.resource
        else {
            return None;
        };
        Some(render::campaign(name, row))
    }

    /// Renders the revision of the report the write made.
    pub fn report(&self) -> Option<api::FinalReport> {
        let Resource::Report(name, _, row) = &self.resource else {
            return None;
        };
        Some(report::final_report(name, row))
    }

    /// Renders the creator the write was about.
    pub fn creator(&self) -> Option<api::Creator> {
        let Resource::Creator(name, row, flags) = &self.resource else {
            return None;
        };
        Some(render::creator(name, row, flags))
    }

    /// Renders the collaboration the write was about.
    pub fn collaboration(&self) -> Option<api::Collaboration> {
        let (Resource::Collaboration(name, row, holds) | Resource::Published(name, row, holds, ..)) =
            &self.resource
        else {
            return None;
        };
        Some(render::collaboration(name, row, holds))
    }

    /// Renders the publication the write was about.
    pub fn publication(&self) -> Option<api::Publication> {
        let (Resource::Publication(name, row) | Resource::Published(_, _, _, name, row)) =
            &self.resource
        else {
            return None;
        };
        Some(render::publication(name, row))
    }

    /// Renders the order the write was about.
    pub fn conversion(&self) -> Option<api::Conversion> {
        let Resource::Order(name, row) = &self.resource else {
            return None;
        };
        Some(render::conversion(name, row))
    }

    /// Tells what became of a claim.
    pub fn outcome(&self) -> api::ConversionOutcome {
        let Resource::Order(_, row) = &self.resource else {
            return api::ConversionOutcome::Unspecified;
        };
        render::outcome(row, self.first)
    }

    /// Renders the cost line the write was about.
    pub fn cost(&self) -> Option<api::Cost> {
        let Resource::Cost(campaign, id, row) = &self.resource else {
            return None;
        };
        Some(render::cost(campaign, id, row))
    }

    /// Renders the dispute the write was about.
    pub fn dispute(&self) -> Option<api::Dispute> {
        let Resource::Dispute(campaign, id, row) = &self.resource else {
            return None;
        };
        Some(render::dispute(campaign, id, row))
    }
}
