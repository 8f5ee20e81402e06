//! Disputes of a campaign.

use super::{parse, render};
use crate::domain::DisputeId;
use crate::domain::rows::Key;
use crate::domain::state::Dispute;
use crate::grpc::calls::{Listed, Lookup, Part, id_at, page};
use crate::grpc::campaign::reads::known_campaign;
use crate::store::Snapshot;
use crate::wire::proto::api;

/// Answers a page of `ListDisputes`.
pub(super) fn listed(
    rows: &Snapshot,
    query: &parse::DisputesQuery,
    part: &Part,
) -> Result<Listed<api::Dispute>, Lookup> {
    known_campaign(rows, &query.campaign)?;
    let prefix = Dispute::of_campaign(&query.campaign);
    let keep = |key: &Key, row: &Dispute| {
        let of = query.collaboration.as_ref();
        let is_of = of.is_none_or(|of| *of == row.collaboration);
        let is_open = row.resolved.is_none();
        let wanted = is_of && query.open.is_none_or(|open| open == is_open);
        let id = id_at(key, 2, DisputeId::parse)?;
        wanted.then(|| render::dispute(&query.campaign, &id, row))
    };
    Ok(page(rows, &prefix, part, keep)?)
}
