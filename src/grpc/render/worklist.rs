//! Tasks as messages.

use super::time;
use crate::domain::{CollaborationId, CostId, CreatorId, DeliverableId, Timestamp};
use crate::proto::{api, values};
use crate::views::worklist::{TaskKind, TaskRow, When};

/// Renders a task, as it stands at a time.
pub fn task(row: &TaskRow, now: Timestamp) -> api::Task {
    let (due_at, since) = match row.task.when {
        When::Due(at) => (Some(at), None),
        When::Since(at) => (None, Some(at)),
    };
    let text = |id: Option<&str>| id.unwrap_or_default().to_owned();
    api::Task {
        kind: kind(row.task.kind).into(),
        side: values::ActorKind::from(row.task.side).into(),
        due_at: due_at.and_then(time),
        overdue: due_at.is_some_and(|due_at| due_at < now),
        since: since.and_then(time),
        campaign_id: row.campaign.to_string(),
        collaboration_id: text(row.collaboration.as_ref().map(CollaborationId::as_str)),
        creator_id: text(row.creator.as_ref().map(CreatorId::as_str)),
        deliverable_id: text(row.task.deliverable.as_ref().map(DeliverableId::as_str)),
        cost_id: text(row.cost.as_ref().map(CostId::as_str)),
    }
}

fn kind(kind: TaskKind) -> api::TaskKind {
    match kind {
        TaskKind::AnswerOffer => api::TaskKind::AnswerOffer,
        TaskKind::SubmitContent => api::TaskKind::SubmitContent,
        TaskKind::ReviewContent => api::TaskKind::ReviewContent,
        TaskKind::Publish => api::TaskKind::Publish,
        TaskKind::VerifyPublication => api::TaskKind::VerifyPublication,
        TaskKind::Disclose => api::TaskKind::Disclose,
        TaskKind::WaiveRejected => api::TaskKind::WaiveRejected,
        TaskKind::Complete => api::TaskKind::Complete,
        TaskKind::ApproveCost => api::TaskKind::ApproveCost,
        TaskKind::Pay => api::TaskKind::Pay,
    }
}
