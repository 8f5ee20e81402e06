//! Tasks as messages.

use crate::domain::{
    ActorKind, CollaborationId, CostId, CreatorId, DeliverableId, RightsId, Timestamp,
};
use crate::grpc::calls::render::time;
use crate::views::worklist::{Blocked, TaskRow, When};
use crate::wire::proto::api;
use crate::wire::proto::api::task_block::Block;

/// Renders a task, as it stands at a time, with what it waits for.
pub fn task(row: &TaskRow, blocked: Option<&Blocked>, now: Timestamp) -> api::Task {
    let (due_at, since) = match row.task.when {
        When::Due(at) => (Some(at), None),
        When::Since(at) => (None, Some(at)),
    };
    let text = |id: Option<&str>| id.unwrap_or_default().to_owned();
    api::Task {
        kind: row.task.kind.number(),
        side: row.task.side.number(),
        due_at: due_at.and_then(time),
        overdue: due_at.is_some_and(|due_at| due_at < now),
        since: since.and_then(time),
        campaign_id: row.campaign.to_string(),
        collaboration_id: text(row.collaboration.as_ref().map(CollaborationId::as_str)),
        creator_id: text(row.creator.as_ref().map(CreatorId::as_str)),
        deliverable_id: text(row.task.deliverable.as_ref().map(DeliverableId::as_str)),
        cost_id: text(row.cost.as_ref().map(CostId::as_str)),
        blocked: blocked.map(block),
        rights_id: text(row.task.rights.as_ref().map(RightsId::as_str)),
    }
}

fn block(blocked: &Blocked) -> api::TaskBlock {
    let (block, lifted_by): (_, &[ActorKind]) = match blocked {
        Blocked::Hold(hold) => (Block::HoldId(hold.to_string()), &[ActorKind::Brand]),
        Blocked::Dispute(dispute) => (
            Block::DisputeId(dispute.to_string()),
            &[ActorKind::Brand, ActorKind::Creator],
        ),
        Blocked::Withheld => (Block::CostWithheld(true), &[ActorKind::Brand]),
        Blocked::CampaignPaused => (Block::CampaignPaused(true), &[ActorKind::Brand]),
        Blocked::CreatorBlocked => (Block::CreatorBlocked(true), &[ActorKind::Brand]),
    };
    let side = |kind: &ActorKind| kind.number();
    api::TaskBlock {
        block: Some(block),
        lifted_by: lifted_by.iter().map(side).collect(),
    }
}
