//! Rights of use by when they end.

use super::{parse, render};
use crate::domain::Timestamp;
use crate::domain::state::RightsEnd;
use crate::grpc::calls::{Listed, Lookup, Part, page};
use crate::store::Snapshot;
use crate::wire::proto::api;

/// Answers a page of `ListUsageRights`.
pub(super) fn listed(
    rows: &Snapshot,
    query: &parse::RightsQuery,
    part: &Part,
) -> Result<Listed<api::AgreedRights>, Lookup> {
    let prefix = RightsEnd::of_brand(&query.brand);
    // Rights that ended before are skipped without reading them.
    let first = query
        .ends_from
        .map(|from| prefix.clone().number(from.nanos().cast_unsigned()));
    let part = part.not_before(first);
    let listed = page(rows, &prefix, &part, |_, row: &RightsEnd| {
        is_meant(query, row).then(|| render::agreed_rights(row))
    });
    Ok(listed?)
}

fn is_meant(query: &parse::RightsQuery, row: &RightsEnd) -> bool {
    let ends_at = row.rights.ends_at;
    let place = &row.collaboration;
    let ends_before = |before: Timestamp| ends_at.is_some_and(|ends_at| ends_at < before);
    query.ends_before.is_none_or(ends_before)
        && query
            .campaign
            .as_ref()
            .is_none_or(|campaign| *campaign == place.campaign)
        && query
            .creator
            .as_ref()
            .is_none_or(|creator| *creator == row.creator)
}
