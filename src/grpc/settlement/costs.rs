//! Cost lines of a campaign.

use super::{parse, render};
use crate::domain::CostId;
use crate::domain::state::Cost;
use crate::grpc::calls::{Listed, Lookup, Part, id_at, page};
use crate::grpc::campaign::reads::known_campaign;
use crate::store::Snapshot;
use crate::wire::proto::api;

/// Answers a page of `ListCosts`.
pub(super) fn listed(
    rows: &Snapshot,
    query: &parse::CostsQuery,
    part: &Part,
) -> Result<Listed<api::Cost>, Lookup> {
    known_campaign(rows, &query.campaign)?;
    let prefix = Cost::of_campaign(&query.campaign);
    let listed = page(rows, &prefix, part, |key, row: &Cost| {
        let of = query.collaboration.as_ref();
        let wanted = (of.is_none() || of == row.collaboration.as_ref())
            && (query.kinds.is_empty() || query.kinds.contains(&row.kind))
            && (query.states.is_empty() || query.states.contains(&row.state()));
        let id = id_at(key, 2, CostId::parse)?;
        wanted.then(|| render::cost(&query.campaign, &id, row))
    });
    Ok(listed?)
}
