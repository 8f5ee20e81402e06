//! Who must act next.

use super::parse;
use super::render::task;
use crate::domain::CampaignRef;
use crate::grpc::calls::{Listed, Lookup, Part, joined_page};
use crate::grpc::campaign::reads::known_campaign;
use crate::store::Snapshot;
use crate::views::worklist::{TaskRow, When};
use crate::views::{AsOf, LastRecorded, Slice};
use crate::wire::proto::api;

/// Names the events that make a list: those of creators too, since a blocked one makes no agreement.
pub(super) fn slice_of(query: &parse::WorklistQuery) -> Slice {
    let brand = query.brand.clone();
    match query.campaign.clone() {
        Some(campaign) => Slice::Campaigns(brand, vec![campaign]),
        None => Slice::Brand(brand),
    }
}

/// Answers a page of `ListWorklist`: the tasks of a brand or of one of its campaigns.
pub(super) fn listed(
    rows: &Snapshot,
    query: &parse::WorklistQuery,
    part: &Part,
) -> Result<Listed<api::Task>, Lookup> {
    let prefix = match &query.campaign {
        Some(campaign) => {
            let name = CampaignRef {
                brand: query.brand.clone(),
                campaign: campaign.clone(),
            };
            known_campaign(rows, &name)?;
            TaskRow::of_campaign(&name)
        }
        None => TaskRow::of_brand(&query.brand),
    };
    let now = match query.when.as_of {
        None => part.now,
        Some(AsOf::RecordedAt(at) | AsOf::OccurredAt(at)) => at,
        Some(AsOf::Position(_)) => LastRecorded::of(rows)?,
    };
    let keep = |_: &_, row: &TaskRow| {
        if !is_asked(query, row)
            || !row.task.is_listed_at(now)
            || row.is_over(rows, &query.brand)?
        {
            return Ok(None);
        }
        let blocked = row.blocked(rows, &query.brand)?;
        let wanted = query.blocked.is_none_or(|only| only == blocked.is_some());
        Ok(wanted.then(|| task(row, blocked.as_ref(), now)))
    };
    Ok(joined_page(rows, &prefix, part, keep)?)
}

fn is_asked(query: &parse::WorklistQuery, row: &TaskRow) -> bool {
    let task = &row.task;
    let in_time = |until| matches!(task.when, When::Due(due_at) if due_at < until);
    query.side.is_none_or(|side| side == task.side)
        && (query.kinds.is_empty() || query.kinds.contains(&task.kind))
        && query.due_before.is_none_or(in_time)
}
